//! Values as JSON and back, for components: references pass through as text.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::{interpolate, yaml};
use crate::value::{Field, Node, Part, Span, Value};

/// Where each reference stands, by its text.
pub(super) fn reference_places(value: &Value) -> HashMap<String, Span> {
    let mut places = HashMap::new();
    collect_places(value, &mut places);
    places
}

fn collect_places(value: &Value, places: &mut HashMap<String, Span>) {
    match &value.node {
        Node::List(items) => items.iter().for_each(|item| collect_places(item, places)),
        Node::Map(fields) => {
            fields.values().for_each(|field| collect_places(&field.value, places));
        }
        Node::Template(parts) => {
            for part in parts {
                if let Part::Reference(reference) = part {
                    places.insert(interpolate::display(&reference.path), reference.span);
                }
            }
        }
        _ => {}
    }
}

/// A component's properties as it sees them: references as text, other `${` escaped.
pub(super) fn to_json(value: &Value) -> Json {
    match &value.node {
        Node::Null => Json::Null,
        Node::Bool(value) => Json::Bool(*value),
        Node::Number(number) => Json::Number(number.clone()),
        Node::String(text) => Json::String(interpolate::escape(text)),
        Node::List(items) => items.iter().map(to_json).collect(),
        Node::Map(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), to_json(&field.value))).collect()
        }
        Node::Template(parts) => Json::String(parts.iter().map(part_text).collect()),
    }
}

fn part_text(part: &Part) -> String {
    match part {
        Part::Text(text) => interpolate::escape(text),
        Part::Reference(reference) => format!("${{{}}}", interpolate::display(&reference.path)),
        Part::Output(output) => format!("${{{}.{}}}", output.address, output.output),
    }
}

/// What a component wrote, back as a value: null entries left out.
pub(super) fn from_json(
    json: &Json,
    span: Span,
    places: &HashMap<String, Span>,
    diagnostics: &mut Diagnostics,
) -> Value {
    let node = match json {
        Json::Null => Node::Null,
        Json::Bool(value) => Node::Bool(*value),
        Json::Number(number) => Node::Number(number.clone()),
        Json::String(text) => text_from_json(text, span, places, diagnostics),
        Json::Array(items) => Node::List(
            items.iter().map(|item| from_json(item, span, places, diagnostics)).collect(),
        ),
        Json::Object(fields) => {
            let present = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = present.map(|(name, value)| {
                let value = from_json(value, span, places, diagnostics);
                (name.clone(), Field { key: span, value })
            });
            Node::Map(fields.collect())
        }
    };
    Value { node, span }
}

fn text_from_json(
    text: &str,
    span: Span,
    places: &HashMap<String, Span>,
    diagnostics: &mut Diagnostics,
) -> Node {
    match interpolate::parse(text) {
        Ok(pieces) => {
            let place = |range: std::ops::Range<usize>| {
                let inner = text[range].trim_start_matches("${").trim_end_matches('}');
                places.get(inner.trim()).copied().unwrap_or(span)
            };
            yaml::template(pieces, place)
        }
        Err(error) => {
            let detail = format!("The component wrote a reference that can't be read: {error}");
            diagnostics.push(Diagnostic::error("Broken component", span, detail));
            Node::Null
        }
    }
}
