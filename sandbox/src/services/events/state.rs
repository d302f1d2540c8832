//! What exists: the rules of the default event bus, with their targets.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::errors;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// The rules of one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) rules: BTreeMap<String, Rule>,
    /// How many events of AWS's services there were.
    pub(super) sequence: u64,
}

/// Which events go where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Rule {
    pub name: String,
    pub arn: String,
    pub pattern: String,
    pub state: String,
    pub description: Option<String>,
    pub role: Option<String>,
    pub tags: Tags,
    /// As they were put, by id.
    pub targets: BTreeMap<String, Value>,
}

impl State {
    pub(super) fn rule(&mut self, name: &str) -> Result<&mut Rule, Fault> {
        self.rules.get_mut(name).ok_or_else(|| errors::rule_not_found(name))
    }
}

/// Refuses any bus but the default one, by name or ARN.
pub(super) fn check_bus(name: Option<&str>) -> Result<(), Fault> {
    match name.map(|name| name.rsplit('/').next().unwrap_or(name)) {
        None | Some("default") => Ok(()),
        Some(other) => Err(errors::bus_not_found(other)),
    }
}
