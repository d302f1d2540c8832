//! One stack's file, taken apart.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::constant::Constants;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::load::start_of;
use super::option::{self, Scalar};
use super::schema::Checker;
use super::substitute::substitute;
use crate::address::is_name;
use crate::resource::{Tags, schema_of};
use crate::value::{Field, FileId, Node, Span, Value};

/// First words of a reference that no resource can have as its name.
pub(super) const RESERVED: [&str; 5] = ["config", "env", "each", "stack", "self"];

/// The top level of a stack's file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used: the values keep their places")]
pub(super) struct StackFile {
    /// Its name: lower-case letters, digits and underscores. Others refer to its outputs as
    /// `${stack.<name>.<output>}`.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]*$"))]
    stack: String,
    /// What it is for.
    description: Option<String>,
    /// Stacks that must be ready before it, beside those that it refers to.
    depends_on: Option<Vec<String>>,
    /// Tags of all its objects.
    tags: Option<BTreeMap<String, Scalar>>,
    /// Its resources and components, by name.
    resources: Option<BTreeMap<String, BTreeMap<String, Json>>>,
    /// What other stacks and people can refer to.
    outputs: Option<BTreeMap<String, Json>>,
}

/// A stack as it is written.
#[derive(Debug, Clone)]
pub(super) struct Stack {
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    pub depends_on: Vec<(String, Span)>,
    pub tags: Tags,
    /// The resources' and components' maps, by name.
    pub resources: IndexMap<String, Field>,
    pub outputs: IndexMap<String, Field>,
}

/// Takes a stack's file apart; `None` when it has no usable name.
pub(super) fn read(
    file: FileId,
    value: &Value,
    constants: &Constants<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Stack> {
    let Node::Map(fields) = &value.node else {
        let detail = "A stack's file is a map: `stack`, its name, and `resources`.";
        diagnostics.push(Diagnostic::error("Wrong type", start_of(file), detail));
        return None;
    };
    let head = substitute_head(value, fields, constants, diagnostics);
    // What is missing is missing at the top, not over the whole file.
    let head = Value { span: Span { end: head.span.start, ..head.span }, ..head };
    diagnostics.extend(Checker::before_binding().check(&head, &schema_of::<StackFile>(), "stack"));
    let Node::Map(head) = head.node else { return None };
    let name = &head.get("stack")?.value;
    let Node::String(text) = &name.node else { return None };
    if !is_name(text) {
        return None;
    }
    let mut stack = Stack {
        name: text.clone(),
        span: name.span,
        depends_on: head.get("depends_on").map(|it| option::names(&it.value)).unwrap_or_default(),
        tags: head.get("tags").map(|it| option::tags(&it.value)).unwrap_or_default(),
        resources: entries(fields, "resources"),
        outputs: entries(fields, "outputs"),
    };
    stack.resources.retain(|name, field| is_usable(name, field, "resource", diagnostics));
    stack.outputs.retain(|name, field| is_usable(name, field, "output", diagnostics));
    Some(stack)
}

/// The file with the references at its top replaced; resources and outputs are not looked into.
fn substitute_head(
    value: &Value,
    fields: &IndexMap<String, Field>,
    constants: &Constants<'_>,
    diagnostics: &mut Diagnostics,
) -> Value {
    let head = fields.iter().map(|(name, field)| {
        let value = match (name.as_str(), &field.value.node) {
            ("resources" | "outputs", Node::Map(_)) => {
                // An empty map stands for it: its entries are checked one by one.
                Value { node: Node::Map(IndexMap::new()), span: field.value.span }
            }
            _ => substitute(&field.value, &mut constants.binder(None, diagnostics)),
        };
        (name.clone(), Field { key: field.key, value })
    });
    Value { node: Node::Map(head.collect()), span: value.span }
}

fn entries(fields: &IndexMap<String, Field>, name: &str) -> IndexMap<String, Field> {
    match fields.get(name).map(|field| &field.value.node) {
        Some(Node::Map(entries)) => entries.clone(),
        _ => IndexMap::new(),
    }
}

fn is_usable(name: &str, field: &Field, what: &str, diagnostics: &mut Diagnostics) -> bool {
    if !is_name(name) {
        let detail = format!(
            "A name begins with a lower-case letter and goes on with lower-case letters, digits \
             and underscores; `{name}` does not."
        );
        diagnostics.push(Diagnostic::error("Unusable name", field.key, detail));
        return false;
    }
    if what == "resource" && RESERVED.contains(&name) {
        let detail = format!("`{name}` has a meaning of its own in references.");
        diagnostics.push(Diagnostic::error("Unusable name", field.key, detail));
        return false;
    }
    if what == "resource" && !matches!(field.value.node, Node::Map(_)) {
        let detail = format!("`{name}` is a map with a `type`.");
        diagnostics.push(Diagnostic::error("Wrong type", field.value.span, detail));
        return false;
    }
    true
}
