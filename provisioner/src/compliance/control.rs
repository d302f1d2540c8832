//! What is demanded of objects of a kind, and what that is evidence for.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::value::Span;

use super::condition::Condition;

/// How bad it is when a control's demand is not met.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Informational,
    /// Mend it some day.
    Low,
    /// Mend it soon.
    Medium,
    /// Mend it before it goes out.
    High,
    /// Data or the account lie open.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// A control as a file writes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// Its name, e.g. `rds.deletion_protection`: reports and exceptions use it.
    #[schemars(regex(pattern = r"^[a-z0-9]+(\.[a-z0-9_]+)+$"))]
    pub id: String,
    /// What is so where it is met, in a line.
    pub title: String,
    /// How bad it is where it is not met.
    pub severity: Severity,
    /// The kind of object that it looks at, e.g. `rds.cluster`.
    pub applies_to: String,
    /// Which of these objects, as a condition. Default: all.
    pub when: Option<String>,
    /// Other objects that the condition needs, as a list for each name.
    #[serde(default)]
    pub related: BTreeMap<String, Relation>,
    /// The condition that they have to meet, in CEL.
    pub expect: String,
    /// The criteria of SOC 2 that it gives evidence for, e.g. `CC6.1`.
    #[schemars(length(min = 1))]
    pub criteria: Vec<String>,
    /// The controls of AWS Security Hub that look at the same, e.g. `RDS.7`.
    #[serde(default)]
    pub security_hub: Vec<String>,
    /// How to meet it.
    pub fix: String,
}

/// Objects that belong to the one that is looked at.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Their kind.
    pub kind: String,
    /// Their property that names the object.
    pub by: Option<String>,
    /// The object's property that names them.
    pub via: Option<String>,
}

/// A control.
#[derive(Debug)]
pub struct Control {
    /// Its name.
    pub id: String,
    /// What is so where it is met.
    pub title: String,
    /// How bad it is where it is not met.
    pub severity: Severity,
    /// The kind that it looks at.
    pub applies_to: String,
    /// Which of these objects; all where there is none.
    pub when: Option<Condition>,
    /// Other objects that the condition needs.
    pub related: BTreeMap<String, Relation>,
    /// What they have to meet.
    pub expect: Condition,
    /// The criteria that it gives evidence for.
    pub criteria: Vec<String>,
    /// The controls of AWS Security Hub that look at the same.
    pub security_hub: Vec<String>,
    /// How to meet it.
    pub fix: String,
    /// Where it stands.
    pub span: Span,
}
