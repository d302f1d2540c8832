//! What every resource and component may carry beside its properties.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::schema::Checker;
use crate::resource::{Tags, schema_of};
use crate::value::{Node, Span, Value};

/// The keys that have the same meaning on every resource and component.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields that carry places are read from the value itself")]
pub(super) struct OptionKeys {
    /// What must be ready before it, beside what it refers to: names of resources and components
    /// of this stack (`main`, `main.vpc`, `subnet["a"]`), or `stack.<name>` for all of a stack.
    #[serde(default)]
    depends_on: Vec<String>,
    /// Refuse to delete or replace it. Default `false`.
    protect: Option<bool>,
    /// Leave it on AWS when it is taken out of the YAML. Default `false`, except where a component
    /// says otherwise.
    retain: Option<bool>,
    /// Whether it is there at all. Must be known before AWS is asked. Default `true`.
    when: Option<bool>,
    /// One for each item of a list or key of a map, at most 10,000; inside, `${each.key}` and
    /// `${each.value}` differ. Must be known before AWS is asked.
    for_each: Option<Each>,
    /// The longest that its creation, change or deletion may take, e.g. `45m`. Default: what is
    /// usual for its kind.
    timeout: Option<String>,
    /// Tags, beside the stack's and the environment's.
    #[serde(default)]
    tags: BTreeMap<String, Scalar>,
}

/// What a `for_each` goes through.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used: the items keep their places")]
enum Each {
    /// The items. The key of a scalar is its text, that of a map its `key` or `name`, else its index.
    List(Vec<Json>),
    /// The values by key.
    Map(BTreeMap<String, Json>),
}

/// A value that has a text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Scalar {
    /// Text.
    Text(String),
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Bool(value) => value.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// The names of the option keys.
pub(super) const NAMES: [&str; 7] =
    ["depends_on", "protect", "retain", "when", "for_each", "timeout", "tags"];

/// The options of one instance.
#[derive(Debug, Clone, Default)]
pub(super) struct Options {
    /// Names as they were written, with their places.
    pub depends_on: Vec<(String, Span)>,
    pub protect: bool,
    /// `None` where the YAML does not say.
    pub retain: Option<bool>,
    pub timeout: Option<Duration>,
    pub tags: Tags,
}

/// Reads the options of one instance, all references replaced.
pub(super) fn read(options: &Value, diagnostics: &mut Diagnostics) -> Options {
    let Node::Map(fields) = &options.node else { return Options::default() };
    if fields.is_empty() {
        return Options::default();
    }
    let problems = Checker::before_binding().check(options, option_schema(), "options");
    if !problems.is_empty() {
        diagnostics.extend(problems);
        return Options::default();
    }
    let node = |name: &str| fields.get(name).map(|field| &field.value);
    let is_true = |name| node(name).is_some_and(|value| value.node == Node::Bool(true));
    Options {
        depends_on: node("depends_on").map(names).unwrap_or_default(),
        protect: is_true("protect"),
        retain: node("retain").map(|value| value.node == Node::Bool(true)),
        timeout: node("timeout").and_then(|value| match &value.node {
            Node::String(text) => parse_duration(text, "timeout", value.span, diagnostics),
            _ => None,
        }),
        tags: node("tags").map(tags).unwrap_or_default(),
    }
}

/// The texts of a list, with their places.
pub(super) fn names(value: &Value) -> Vec<(String, Span)> {
    let Node::List(items) = &value.node else { return Vec::new() };
    let texts = items.iter().filter_map(|item| match &item.node {
        Node::String(text) => Some((text.clone(), item.span)),
        _ => None,
    });
    texts.collect()
}

/// The tags of a map of scalars.
pub(super) fn tags(value: &Value) -> Tags {
    let Node::Map(fields) = &value.node else { return Tags::new() };
    let tags = fields.iter().filter_map(|(key, field)| {
        let text = scalar_text(&field.value.node)?;
        Some((key.clone(), text))
    });
    tags.collect()
}

/// The text of a scalar; `None` for what has parts or is nothing.
pub(super) fn scalar_text(node: &Node) -> Option<String> {
    match node {
        Node::String(text) => Some(text.clone()),
        Node::Bool(value) => Some(value.to_string()),
        Node::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The schema of the option keys.
pub(super) fn option_schema() -> &'static Json {
    static SCHEMA: LazyLock<Json> = LazyLock::new(schema_of::<OptionKeys>);
    &SCHEMA
}

/// A span of time such as `10s`, `5m` or `1h 30m`: more than nothing, at most a day.
pub(super) fn parse_duration(
    text: &str,
    name: &str,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    let parsed = text.parse::<SignedDuration>().ok();
    let duration = parsed.and_then(|duration| Duration::try_from(duration).ok());
    match duration {
        Some(duration) if !duration.is_zero() && duration <= LONGEST => Some(duration),
        _ => {
            let detail = format!(
                "`{name}` is a time such as `10s`, `5m` or `1h 30m`, at most a day; `{text}` is \
                 none."
            );
            diagnostics.push(Diagnostic::error("Wrong form", span, detail));
            None
        }
    }
}
