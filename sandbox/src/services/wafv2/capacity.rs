//! What rules cost, in web ACL capacity units, by AWS's published table.

use serde_json::{Value, json};

use super::errors;
use super::evaluation::{Rule, Statement, groups};
use crate::call::Call;
use crate::fault::Fault;

/// What rules cost together.
pub(super) fn of(rules: &[Rule]) -> u64 {
    rules.iter().map(|rule| rule.statement.cost() + rule.rule_labels.len() as u64 / 5).sum()
}

pub(super) fn check(_: &mut Call<'_>, mut request: Value) -> Result<Value, Fault> {
    let rules: Vec<Rule> = serde_json::from_value(request["Rules"].take())
        .map_err(|error| errors::invalid("STATEMENT", "Rules", &error.to_string()))?;
    Ok(json!({ "Capacity": of(&rules) }))
}

impl Statement {
    fn cost(&self) -> u64 {
        match self {
            Self::Bytes(it) => {
                let contains = it.positional_constraint as u8 >= 3;
                it.inspection.cost(if contains { 10 } else { 2 })
            }
            Self::Regex(it) => it.inspection.cost(3),
            Self::Size(it) => it.inspection.cost(1),
            Self::Sqli(it) => it.cost(20),
            Self::Xss(it) => it.cost(40),
            Self::Geo(_) | Self::Asn(_) | Self::IpSet(_) | Self::Label(_) => 1,
            Self::Rate(it) => 2 + it.scope_down_statement.as_ref().map_or(0, Self::cost),
            Self::And(it) | Self::Or(it) => it.statements.iter().map(Self::cost).sum(),
            Self::Not(it) => it.statement.cost(),
            Self::ManagedGroup(it) => groups::find(&it.name).map_or(0, |group| group.capacity),
            Self::OwnGroup(_) | Self::PatternSet(_) => 0,
        }
    }
}

impl super::evaluation::Inspection {
    /// The base cost, ten more for all parameters, and ten for each transformation.
    fn cost(&self, base: u64) -> u64 {
        let transformations = self.text_transformations.iter().filter(|it| it.is_any()).count();
        let all = matches!(self.field_to_match, super::evaluation::Field::AllQueryArguments(_));
        base + if all { 10 } else { 0 } + 10 * transformations as u64
    }
}
