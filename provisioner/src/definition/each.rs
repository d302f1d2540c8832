//! What a `for_each` goes through.

use std::collections::HashMap;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::option::scalar_text;
use super::schema::describe;
use crate::address::is_key;
use crate::value::{Node, Span, Value};

/// How many instances a `for_each` may have.
const MOST: usize = 10_000;

/// One item of a `for_each`.
#[derive(Debug, Clone)]
pub(super) struct Each {
    pub key: String,
    pub value: Value,
}

/// The items, with keys that are unique and usable. `None` when the whole can't be used.
pub(super) fn instances(over: &Value, diagnostics: &mut Diagnostics) -> Option<Vec<Each>> {
    let items = match &over.node {
        Node::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (item_key(index, item), item.span, item.clone()))
            .collect::<Vec<_>>(),
        Node::Map(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), field.key, field.value.clone()))
            .collect(),
        Node::Template(_) => {
            diagnostics.push(
                Diagnostic::error(
                    "Not known yet",
                    over.span,
                    "`for_each` must be known before AWS is asked, and this is known only after.",
                )
                .hint("use ${config.…} or a list"),
            );
            return None;
        }
        other => {
            let detail = format!("`for_each` is a list or a map; this is {}.", describe(other));
            diagnostics.push(Diagnostic::error("Wrong type", over.span, detail));
            return None;
        }
    };
    if items.len() > MOST {
        let detail =
            format!("`for_each` makes {MOST} instances at most; this would make {}.", items.len());
        diagnostics.push(Diagnostic::error("Too many instances", over.span, detail));
        return None;
    }
    usable(items, diagnostics)
}

/// A scalar is its own key; a map's key is its `key` or `name`; anything else has its index.
fn item_key(index: usize, item: &Value) -> String {
    let named = match &item.node {
        Node::Map(fields) => {
            ["key", "name"].iter().find_map(|name| scalar_text(&fields.get(*name)?.value.node))
        }
        node => scalar_text(node),
    };
    named.unwrap_or_else(|| index.to_string())
}

fn usable(items: Vec<(String, Span, Value)>, diagnostics: &mut Diagnostics) -> Option<Vec<Each>> {
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut complete = true;
    let mut instances = Vec::with_capacity(items.len());
    for (key, span, value) in items {
        if !is_key(&key) {
            let detail = format!(
                "`{key}` can't be the key of an instance: keys are 1 to 64 letters, digits, `_`, \
                 `-` and `/`."
            );
            diagnostics.push(
                Diagnostic::error("Unusable key", span, detail)
                    .hint("use a map, whose keys you choose, or give each item a `key`"),
            );
            complete = false;
        } else if let Some(first) = seen.insert(key.clone(), span) {
            let detail = format!("`{key}` is the key of two instances.");
            diagnostics.push(
                Diagnostic::error("Duplicate key", span, detail).label(first, "first used here"),
            );
            complete = false;
        }
        instances.push(Each { key, value });
    }
    complete.then_some(instances)
}
