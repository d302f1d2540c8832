//! What is refused in a web ACL.

use std::collections::BTreeSet;

use super::statement::{Aggregate, Inspection, RateBased};
use super::{Action, Rule, Statement, WebAcl, groups};

/// Why a web ACL is refused.
#[derive(Debug)]
pub enum Flaw {
    /// AWS refuses it.
    Invalid {
        /// The field, as AWS names it.
        field: &'static str,
        /// What stands there.
        parameter: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// The sandbox cannot evaluate it.
    NotEvaluated(&'static str),
}

fn invalid(field: &'static str, parameter: &str, reason: &'static str) -> Flaw {
    Flaw::Invalid { field, parameter: parameter.to_owned(), reason }
}

impl WebAcl {
    /// Whether it may be.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), Flaw> {
        let names: BTreeSet<&str> = self.rules.iter().map(|rule| rule.name.as_str()).collect();
        let places: BTreeSet<u32> = self.rules.iter().map(|rule| rule.priority).collect();
        if names.len() < self.rules.len() || places.len() < self.rules.len() {
            return Err(invalid("RULE", "Rules", "Names and priorities must be unique."));
        }
        self.check_action(&self.default_action)?;
        self.rules.iter().try_for_each(|rule| self.check_rule(rule))
    }

    fn check_action(&self, action: &Action) -> Result<(), Flaw> {
        match action {
            Action::Captcha(_) | Action::Challenge(_) => {
                Err(Flaw::NotEvaluated("captchas and challenges"))
            }
            Action::Allow(handling) | Action::Count(handling)
                if handling.custom_request_handling.is_some() =>
            {
                Err(Flaw::NotEvaluated("custom request headers"))
            }
            Action::Block(block) => {
                let custom = block.custom_response.as_ref();
                let key = custom.and_then(|it| it.custom_response_body_key.as_ref());
                match key.filter(|key| !self.custom_response_bodies.contains_key(*key)) {
                    Some(key) => {
                        Err(invalid("CUSTOM_RESPONSE_BODY", key, "There is no such body."))
                    }
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn check_rule(&self, rule: &Rule) -> Result<(), Flaw> {
        let is_group =
            matches!(rule.statement, Statement::ManagedGroup(_) | Statement::OwnGroup(_));
        if is_group != rule.action.is_none() || is_group != rule.override_action.is_some() {
            return Err(invalid(
                "RULE_ACTION",
                &rule.name,
                "A rule has an Action, and one of a group has an OverrideAction.",
            ));
        }
        if let Some(action) = &rule.action {
            self.check_action(action)?;
        }
        let mut flaw = None;
        rule.statement.visit(&mut |statement| {
            let inside = !std::ptr::eq(statement, &rule.statement);
            flaw = flaw.take().or_else(|| check_statement(statement, inside).err());
        });
        flaw.map_or(Ok(()), Err)
    }
}

fn check_statement(statement: &Statement, inside: bool) -> Result<(), Flaw> {
    match statement {
        Statement::Rate(_) | Statement::ManagedGroup(_) if inside => Err(invalid(
            "STATEMENT",
            "Statement",
            "Groups and rate-based statements cannot stand inside of others.",
        )),
        Statement::Bytes(it) => check_inspection(&it.inspection),
        Statement::Regex(it) => check_inspection(&it.inspection),
        Statement::Size(it) => check_inspection(&it.inspection),
        Statement::Sqli(it) | Statement::Xss(it) => check_inspection(it),
        Statement::Rate(it) => check_rate(it),
        Statement::And(it) | Statement::Or(it) if it.statements.len() < 2 => {
            Err(invalid("STATEMENT", "Statements", "At least two statements are needed."))
        }
        Statement::ManagedGroup(it) if !groups::exists(&it.vendor_name, &it.name) => Err(invalid(
            "MANAGED_RULE_SET",
            &it.name,
            "The parameter doesn't exist, or the sandbox does not know the managed rule group.",
        )),
        Statement::OwnGroup(_) => Err(Flaw::NotEvaluated("rule groups of one's own")),
        Statement::PatternSet(_) => Err(Flaw::NotEvaluated("regex pattern sets")),
        _ => Ok(()),
    }
}

fn check_inspection(inspection: &Inspection) -> Result<(), Flaw> {
    if !inspection.field_to_match.is_seen() {
        return Err(Flaw::NotEvaluated("fingerprints, fragments and the order of headers"));
    }
    match inspection.text_transformations.iter().any(|it| !it.is_known()) {
        true => Err(Flaw::NotEvaluated("this text transformation")),
        false => Ok(()),
    }
}

fn check_rate(rate: &RateBased) -> Result<(), Flaw> {
    if rate.aggregate_key_type == Aggregate::CustomKeys {
        return Err(Flaw::NotEvaluated("custom keys of rate-based statements"));
    }
    if ![60, 120, 300, 600].contains(&rate.evaluation_window_sec) {
        return Err(invalid(
            "RATE_BASED_STATEMENT",
            "EvaluationWindowSec",
            "Valid settings are 60, 120, 300, and 600.",
        ));
    }
    if !(10..=2_000_000_000).contains(&rate.limit) {
        return Err(invalid(
            "RATE_BASED_STATEMENT",
            "Limit",
            "The rate limit must be between 10 and 2,000,000,000.",
        ));
    }
    Ok(())
}
