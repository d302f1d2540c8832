//! What somebody decided to live with, for a time.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::address::Address;
use crate::value::Span;

/// An exception as the file writes it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The control.
    pub control: String,
    /// The object's address; `*` stands for any text without a dot, e.g. `network.*`.
    pub resource: String,
    /// The environments that it holds in. Default: all.
    #[serde(default)]
    pub environments: Vec<String>,
    /// Why.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// Who decided it.
    #[schemars(length(min = 1))]
    pub approved_by: String,
    /// The last day of it, e.g. `"2027-03-31"`.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"))]
    pub expires: String,
}

/// An exception.
#[derive(Debug, Clone)]
pub struct Exception {
    /// The control.
    pub control: String,
    /// The object's address, perhaps with `*`.
    pub resource: String,
    /// The environments that it holds in; all where there is none.
    pub environments: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who decided it.
    pub approved_by: String,
    /// The last day of it.
    pub expires: Date,
    /// Where it stands.
    pub span: Span,
}

impl Exception {
    /// Whether it is about this.
    pub fn covers(&self, control: &str, address: &Address, environment: &str) -> bool {
        let here = self.environments.is_empty()
            || self.environments.iter().any(|name| name == environment);
        here && self.control == control && matches(&self.resource, &address.to_string())
    }

    /// Whether its last day is over.
    pub fn has_expired(&self, today: Date) -> bool {
        self.expires < today
    }
}

/// Whether a text is of a pattern whose `*` stand for any text without a dot.
fn matches(pattern: &str, text: &str) -> bool {
    let (patterns, texts) = (pattern.split('.'), text.split('.'));
    patterns.clone().count() == texts.clone().count()
        && patterns.zip(texts).all(|(pattern, text)| part_matches(pattern, text))
}

fn part_matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(first) else { return false };
    let mut ends = (0..=text.len()).filter(|end| text.is_char_boundary(*end));
    ends.any(|end| part_matches(rest, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_text_without_a_dot() {
        assert!(matches("network.*", "network.vpc"));
        assert!(matches("network.main.isolated:*", "network.main.isolated:a"));
        assert!(matches("*.cluster.writer", "db.cluster.writer"));
        assert!(!matches("network.*", "network.main.vpc"));
        assert!(!matches("network.vpc", "network.vpcs"));
    }
}
