//! Which findings a reader wants, and in what order.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::errors;
use crate::fault::Fault;
use crate::services::page::descending;

/// Filters by their names, and where in a finding each looks; `*` is every element of a list.
const PLACES: [(&str, &str); 24] = [
    ("AwsAccountId", "AwsAccountId"),
    ("CompanyName", "CompanyName"),
    ("ComplianceAssociatedStandardsId", "Compliance.AssociatedStandards.*.StandardsId"),
    ("ComplianceSecurityControlId", "Compliance.SecurityControlId"),
    ("ComplianceStatus", "Compliance.Status"),
    ("CreatedAt", "CreatedAt"),
    ("Description", "Description"),
    ("FirstObservedAt", "FirstObservedAt"),
    ("GeneratorId", "GeneratorId"),
    ("Id", "Id"),
    ("LastObservedAt", "LastObservedAt"),
    ("ProductArn", "ProductArn"),
    ("ProductName", "ProductName"),
    ("RecordState", "RecordState"),
    ("Region", "Region"),
    ("ResourceId", "Resources.*.Id"),
    ("ResourceRegion", "Resources.*.Region"),
    ("ResourceType", "Resources.*.Type"),
    ("SeverityLabel", "Severity.Label"),
    ("Title", "Title"),
    ("Type", "Types.*"),
    ("UpdatedAt", "UpdatedAt"),
    ("VerificationState", "VerificationState"),
    ("WorkflowStatus", "Workflow.Status"),
];

fn place(name: &str) -> Result<&'static str, Fault> {
    let found = PLACES.iter().find(|(known, _)| *known == name);
    found.map(|(_, path)| *path).ok_or_else(|| errors::no_filter(name))
}

/// The texts at a place.
fn texts<'a>(finding: &'a Value, path: &str) -> Vec<&'a str> {
    let mut found = vec![finding];
    for step in path.split('.') {
        found = match step {
            "*" => found.into_iter().filter_map(Value::as_array).flatten().collect(),
            name => found.into_iter().filter_map(|value| value.get(name)).collect(),
        };
    }
    found.into_iter().filter_map(Value::as_str).collect()
}

/// The filters of a request: a finding must meet all of them.
pub(super) struct Filters(Vec<(&'static str, Vec<Test>)>);

enum Test {
    Text { comparison: String, value: String },
    Moment { from: Timestamp, to: Timestamp },
}

impl Filters {
    pub fn parse(filters: Map<String, Value>, now: Timestamp) -> Result<Self, Fault> {
        let parsed = filters.into_iter().map(|(name, tests)| {
            let path = place(&name)?;
            let tests = tests.as_array().into_iter().flatten();
            Ok((path, tests.map(|test| Test::parse(test, now)).collect::<Result<_, Fault>>()?))
        });
        Ok(Self(parsed.collect::<Result<_, Fault>>()?))
    }

    pub fn meets(&self, finding: &Value) -> bool {
        self.0.iter().all(|(path, tests)| {
            let texts = texts(finding, path);
            let (not, any): (Vec<&Test>, Vec<&Test>) = tests.iter().partition(|it| it.excludes());
            // AWS joins the tests of a filter by OR, but those that exclude by AND.
            not.iter().all(|test| test.holds(&texts))
                && (any.is_empty() || any.iter().any(|test| test.holds(&texts)))
        })
    }
}

impl Test {
    fn parse(test: &Value, now: Timestamp) -> Result<Self, Fault> {
        let moment = |name: &str, otherwise: Timestamp| match test[name].as_str() {
            Some(text) => text.parse().map_err(|_| errors::invalid(format!("Invalid {name}."))),
            None => Ok(otherwise),
        };
        if let Some(days) = test["DateRange"]["Value"].as_u64() {
            let range = Duration::from_secs(days.saturating_mul(24 * 60 * 60));
            return Ok(Self::Moment { from: now.checked_sub(range).unwrap_or_default(), to: now });
        }
        let Some(value) = test["Value"].as_str() else {
            let from = moment("Start", Timestamp::MIN)?;
            return Ok(Self::Moment { from, to: moment("End", Timestamp::MAX)? });
        };
        let comparison = test["Comparison"].as_str().unwrap_or("EQUALS").to_owned();
        Ok(Self::Text { comparison, value: value.to_owned() })
    }

    fn excludes(&self) -> bool {
        matches!(self, Self::Text { comparison, .. }
            if comparison.starts_with("NOT_") || comparison == "PREFIX_NOT_EQUALS")
    }

    fn holds(&self, texts: &[&str]) -> bool {
        match self {
            Self::Text { comparison, value } => {
                let has = |test: &dyn Fn(&&str) -> bool| texts.iter().any(test);
                match comparison.as_str() {
                    "PREFIX" => has(&|text| text.starts_with(value)),
                    "PREFIX_NOT_EQUALS" => !has(&|text| text.starts_with(value)),
                    "CONTAINS" => has(&|text| text.contains(value)),
                    "NOT_CONTAINS" => !has(&|text| text.contains(value)),
                    "NOT_EQUALS" => !has(&|text| text == value),
                    _ => has(&|text| text == value),
                }
            }
            Self::Moment { from, to } => texts.iter().any(|text| {
                text.parse::<Timestamp>().is_ok_and(|moment| (*from..=*to).contains(&moment))
            }),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SortCriterion {
    field: String,
    sort_order: Option<String>,
}

/// What puts a finding into its place among others; its own key makes the order total.
pub(super) fn sort_key(
    criteria: &[SortCriterion],
    finding: &Value,
    key: &str,
) -> Result<String, Fault> {
    let mut parts = Vec::new();
    for criterion in criteria {
        let text = texts(finding, place(&criterion.field)?).first().copied().unwrap_or_default();
        let is_falling = criterion.sort_order.as_deref() == Some("desc");
        parts.push(if is_falling { descending(text) } else { text.to_owned() });
    }
    parts.push(key.to_owned());
    Ok(parts.join("\0"))
}
