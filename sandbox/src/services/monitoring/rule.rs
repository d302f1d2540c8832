//! The rules of composite alarms: `ALARM("a") AND NOT (OK(b) OR FALSE)`.

use std::collections::BTreeSet;

use super::alarm::StateValue;
use super::errors;
use crate::fault::Fault;

/// A rule as a tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule {
    Constant(bool),
    /// Whether an alarm, by its name or ARN, is in a state.
    Is(StateValue, String),
    Not(Box<Rule>),
    And(Box<Rule>, Box<Rule>),
    Or(Box<Rule>, Box<Rule>),
}

/// Reads a rule.
///
/// # Errors
/// AWS's when it is none.
pub(super) fn parse(text: &str) -> Result<Rule, Fault> {
    let mut parser = Parser { text, at: 0 };
    let rule = parser.either()?;
    parser.skip_spaces();
    if parser.rest().is_empty() { Ok(rule) } else { Err(parser.wrong()) }
}

impl Rule {
    /// Whether it holds; `state` knows the alarms. One that is gone is in no state.
    pub fn holds(&self, state: &impl Fn(&str) -> Option<StateValue>) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Is(wanted, alarm) => state(alarm) == Some(*wanted),
            Self::Not(rule) => !rule.holds(state),
            Self::And(left, right) => left.holds(state) && right.holds(state),
            Self::Or(left, right) => left.holds(state) || right.holds(state),
        }
    }

    /// The names of the alarms that it speaks of.
    pub fn alarms(&self) -> BTreeSet<&str> {
        match self {
            Self::Constant(_) => BTreeSet::new(),
            Self::Is(_, alarm) => BTreeSet::from([name_of(alarm)]),
            Self::Not(rule) => rule.alarms(),
            Self::And(left, right) | Self::Or(left, right) => {
                left.alarms().union(&right.alarms()).copied().collect()
            }
        }
    }
}

/// The name in an alarm's name or ARN.
pub(super) fn name_of(alarm: &str) -> &str {
    alarm.split_once(":alarm:").map_or(alarm, |(_, name)| name)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn wrong(&self) -> Fault {
        errors::validation(format!(
            "AlarmRule is not valid: unexpected input at position {}",
            self.at
        ))
    }

    fn skip_spaces(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, wanted: char) -> Result<(), Fault> {
        self.skip_spaces();
        if !self.rest().starts_with(wanted) {
            return Err(self.wrong());
        }
        self.at += wanted.len_utf8();
        Ok(())
    }

    /// Goes past a word if it comes next.
    fn word(&mut self, wanted: &str) -> bool {
        self.skip_spaces();
        let is_next = self.rest().strip_prefix(wanted).is_some_and(|after| {
            !after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        });
        if is_next {
            self.at += wanted.len();
        }
        is_next
    }

    fn either(&mut self) -> Result<Rule, Fault> {
        let mut rule = self.both()?;
        while self.word("OR") {
            rule = Rule::Or(Box::new(rule), Box::new(self.both()?));
        }
        Ok(rule)
    }

    fn both(&mut self) -> Result<Rule, Fault> {
        let mut rule = self.single()?;
        while self.word("AND") {
            rule = Rule::And(Box::new(rule), Box::new(self.single()?));
        }
        Ok(rule)
    }

    fn single(&mut self) -> Result<Rule, Fault> {
        if self.word("NOT") {
            return Ok(Rule::Not(Box::new(self.single()?)));
        }
        for (word, value) in [("TRUE", true), ("FALSE", false)] {
            if self.word(word) {
                return Ok(Rule::Constant(value));
            }
        }
        for state in [StateValue::Ok, StateValue::Alarm, StateValue::InsufficientData] {
            if self.word(state.name()) {
                return self.alarm().map(|alarm| Rule::Is(state, alarm));
            }
        }
        if self.word("AT_LEAST") {
            return Err(errors::not_computed("AT_LEAST in alarm rules"));
        }
        self.take('(')?;
        let rule = self.either()?;
        self.take(')').map(|()| rule)
    }

    /// An alarm in parentheses, with quotes or without.
    fn alarm(&mut self) -> Result<String, Fault> {
        self.take('(')?;
        self.skip_spaces();
        let is_quoted = self.rest().starts_with('"');
        if is_quoted {
            self.at += 1;
        }
        let end = if is_quoted { '"' } else { ')' };
        let length = self.rest().find(end).ok_or_else(|| self.wrong())?;
        let alarm = self.rest()[..length].trim().to_owned();
        if alarm.is_empty() {
            return Err(self.wrong());
        }
        self.at += length + usize::from(is_quoted);
        self.take(')').map(|()| alarm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(rule: &str) -> bool {
        let state = |alarm: &str| match name_of(alarm) {
            "bad" => Some(StateValue::Alarm),
            "fine one" => Some(StateValue::Ok),
            "new" => Some(StateValue::InsufficientData),
            _ => None,
        };
        parse(rule).unwrap().holds(&state)
    }

    #[test]
    fn rules_hold_or_not() {
        for rule in [
            "ALARM(bad)",
            "ALARM(\"bad\") AND OK(\"fine one\")",
            "FALSE OR ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:bad)",
            "NOT OK(bad) AND (INSUFFICIENT_DATA(new) OR ALARM(gone))",
            "TRUE OR TRUE AND FALSE",
            "NOT ALARM(gone)",
        ] {
            assert!(holds(rule), "{rule}");
        }
        for rule in ["OK(bad)", "(TRUE OR TRUE) AND FALSE", "NOT TRUE OR FALSE", "OK(gone)"] {
            assert!(!holds(rule), "{rule}");
        }
    }

    #[test]
    fn a_rule_names_its_alarms() {
        let rule = parse("ALARM(a) AND NOT (OK(\"b\") OR ALARM(arn:aws:cloudwatch:r:1:alarm:a))");
        assert_eq!(rule.unwrap().alarms(), BTreeSet::from(["a", "b"]));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in
            ["", "ALARM", "ALARM()", "ALARM(a", "ALARM(a) OK(b)", "AND", "(TRUE", "ALARMS(a)"]
        {
            assert_eq!(parse(text).unwrap_err().code, "ValidationError", "{text}");
        }
    }
}
