//! Filter patterns: what a log event must say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::errors;
use crate::fault::Fault;

mod json;
mod terms;

pub(super) use json::Selector;

/// A pattern in one of AWS's two languages; that for columns is not built.
#[derive(Debug, PartialEq)]
pub(super) enum Pattern {
    Terms(terms::Terms),
    Json(json::Condition),
}

impl Pattern {
    /// Reads a pattern. Those for columns and by regular expression are refused.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        if text.starts_with(['[', '%']) {
            return Err(errors::pattern_not_built());
        }
        match text.strip_prefix('{').map(str::trim_end) {
            Some(rest) => {
                let condition = rest.strip_suffix('}').ok_or_else(errors::invalid_pattern)?;
                json::parse(condition).map(Self::Json)
            }
            None => terms::parse(text).map(Self::Terms),
        }
    }

    /// Whether an event with this message is meant.
    pub fn matches(&self, message: &str) -> bool {
        match self {
            Self::Terms(terms) => terms.matches(message),
            Self::Json(condition) => {
                serde_json::from_str(message).is_ok_and(|event: Value| condition.holds(&event))
            }
        }
    }

    /// What the pattern looks at in a message, by selector: `$.status` → `500`.
    pub fn extract(&self, message: &str) -> BTreeMap<String, String> {
        let Self::Json(condition) = self else { return BTreeMap::new() };
        let event: Value = serde_json::from_str(message).unwrap_or_default();
        let found = condition.selectors().into_iter().filter_map(|selector| {
            Some((selector.to_string(), json::text(selector.find(&event)?)))
        });
        found.collect()
    }
}
