//! What single keywords of a schema say of a value, and in which words.

use serde_json::{Map, Value as Json};

use super::describe_type;
use super::types::{accepts, alternatives, types};
use crate::definition::component::REFERENCE;
use crate::value::Node;

/// The keys of which a map must have exactly one, if that is what the schemas say.
pub(super) fn variant_keys<'s>(schemas: &[&'s Json]) -> Option<Vec<&'s str>> {
    let objects = schemas.iter().filter(|schema| accepts(schema, "object"));
    let keys: Option<Vec<&str>> = objects
        .map(|schema| match schema.get("required")?.as_array()?.as_slice() {
            [Json::String(key)] => Some(key.as_str()),
            _ => None,
        })
        .collect();
    keys.filter(|keys| keys.len() > 1)
}

/// Whether the schema, or one of its alternatives, is that of a reference or of anything at all.
pub(super) fn takes_reference(schema: &Json) -> bool {
    let anything = || types(schema).is_none() && alternatives(schema).is_none();
    schema.get(REFERENCE).is_some()
        || anything()
        || alternatives(schema).is_some_and(|some| some.iter().any(takes_reference))
}

pub(super) fn allowed_values(keywords: &Map<String, Json>) -> Option<Vec<&Json>> {
    match (keywords.get("const"), keywords.get("enum")) {
        (Some(constant), _) => Some(vec![constant]),
        (None, Some(Json::Array(values))) => Some(values.iter().collect()),
        _ => None,
    }
}

pub(super) fn accepts_node(schema: &Json, node: &Node) -> bool {
    match node {
        Node::Null => accepts(schema, "null"),
        Node::Bool(_) => accepts(schema, "boolean"),
        Node::Number(number) if number.is_f64() => accepts(schema, "number"),
        Node::Number(_) => accepts(schema, "integer"),
        Node::String(_) => accepts(schema, "string"),
        Node::List(_) => accepts(schema, "array"),
        Node::Map(_) => accepts(schema, "object"),
        Node::Template(_) => true,
    }
}

/// The types of a schema, in words: `a list`, `text or an integer`.
pub(super) fn expected(schema: &Json) -> String {
    let Some(types) = types(schema) else { return "anything".to_owned() };
    let words: Vec<&str> =
        types.into_iter().filter(|name| *name != "null").map(describe_type).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        [word] => (*word).to_owned(),
        [words @ .., last] => format!("{} or {last}", words.join(", ")),
    }
}

/// How to write the value so that it has the wanted type.
pub(super) fn conversion(node: &Node, schema: &Json) -> Option<String> {
    match node {
        Node::Number(number) if accepts(schema, "string") => Some(format!("write \"{number}\"")),
        Node::Bool(value) if accepts(schema, "string") => Some(format!("write \"{value}\"")),
        Node::String(text) if accepts(schema, "number") || accepts(schema, "integer") => {
            text.parse::<f64>().ok().map(|_| format!("write {text} without quotes"))
        }
        Node::String(text) if accepts(schema, "boolean") => match text.as_str() {
            "yes" | "on" | "true" => Some("write true".to_owned()),
            "no" | "off" | "false" => Some("write false".to_owned()),
            _ => None,
        },
        Node::Null => Some(
            "leave the key out, or give it a value; what a reference refers to may be left out by \
             its `when`"
                .to_owned(),
        ),
        Node::String(_) | Node::Number(_) | Node::Bool(_) if accepts(schema, "array") => {
            Some("write it as a list, in brackets".to_owned())
        }
        _ => None,
    }
}

pub(super) fn range(least: Option<String>, most: Option<String>) -> String {
    match (least, most) {
        (Some(least), Some(most)) if least == most => format!("exactly {least}"),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "any number of".to_owned(),
    }
}

pub(super) fn format_bounds(format: &str) -> (Option<f64>, Option<f64>) {
    let (least, most) = match format {
        "int8" => (f64::from(i8::MIN), f64::from(i8::MAX)),
        "int16" => (f64::from(i16::MIN), f64::from(i16::MAX)),
        "int32" => (f64::from(i32::MIN), f64::from(i32::MAX)),
        "uint8" => (0.0, f64::from(u8::MAX)),
        "uint16" => (0.0, f64::from(u16::MAX)),
        "uint32" => (0.0, f64::from(u32::MAX)),
        "uint" | "uint64" => return (Some(0.0), None),
        _ => return (None, None),
    };
    (Some(least), Some(most))
}

pub(super) fn equals(node: &Node, constant: &Json) -> bool {
    match (node, constant) {
        (Node::Null, Json::Null) => true,
        (Node::Bool(a), Json::Bool(b)) => a == b,
        (Node::Number(a), Json::Number(b)) => a == b,
        (Node::String(a), Json::String(b)) => a == b,
        _ => false,
    }
}

pub(super) fn shown(constant: &Json) -> String {
    match constant {
        Json::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}
