//! JSON Schema: checking values against what the kinds and components derive, and writing the
//! schemas that editors use.

mod check;
mod editor;
mod keyword;
mod types;

pub use check::Checker;
pub use editor::{environment_schema, list_schema, stack_schema};
pub use types::{Follow, follow};

use crate::value::Node;

/// What a node is, in words: `a list`.
pub(super) fn describe(node: &Node) -> &'static str {
    match node {
        Node::Null => "nothing",
        Node::Bool(_) => "a boolean",
        Node::Number(number) if number.is_f64() => "a number",
        Node::Number(_) => "an integer",
        Node::String(_) => "text",
        Node::List(_) => "a list",
        Node::Map(_) => "a map",
        Node::Template(_) => "a reference",
    }
}

/// A type of JSON Schema, in words.
pub(super) fn describe_type(name: &str) -> &'static str {
    match name {
        "null" => "nothing",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "number" => "a number",
        "string" => "text",
        "array" => "a list",
        "object" => "a map",
        _ => "something else",
    }
}
