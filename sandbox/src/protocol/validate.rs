//! Checks values against shapes: a request's constraints, and a response's every member.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::model::{Kind, Model, Reference, Shape};
use super::refusal::{Constraint, Path, Refusal, Violation};
use super::scalar;

/// Checks the constraints of a decoded request: required members, enums, lengths, ranges.
///
/// # Errors
/// All violations at once.
pub fn request(model: &Model, input: &Reference, value: &Value) -> Result<(), Refusal> {
    let mut violations = Vec::new();
    constraints(model, input, value, &Path::default(), &mut violations);
    if violations.is_empty() { Ok(()) } else { Err(Refusal::Violations(violations)) }
}

fn constraints(
    model: &Model,
    reference: &Reference,
    value: &Value,
    path: &Path,
    violations: &mut Vec<Violation>,
) {
    let shape = model.shape(reference);
    if let Some(constraint) = broken(shape, value) {
        let value = Some(scalar::text(value));
        violations.push(Violation { path: path.clone(), value, constraint });
    }
    match value {
        Value::Object(members) if shape.kind == Kind::Structure => {
            missing(shape, members, path, violations);
            for (name, member) in &shape.members {
                if let Some(value) = members.get(name) {
                    constraints(model, member, value, &path.join(name), violations);
                }
            }
        }
        Value::Object(entries) => {
            for (key, value) in entries {
                if let Some(reference) = &shape.value {
                    constraints(model, reference, value, &path.join(key), violations);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if let Some(reference) = &shape.member {
                    let path = path.join((index + 1).to_string());
                    constraints(model, reference, item, &path, violations);
                }
            }
        }
        _ => {}
    }
}

fn missing(
    shape: &Shape,
    members: &Map<String, Value>,
    path: &Path,
    violations: &mut Vec<Violation>,
) {
    let absent = shape.required.iter().filter(|name| !members.contains_key(*name));
    violations.extend(absent.map(|name| Violation {
        path: path.join(name),
        value: None,
        constraint: Constraint::Required,
    }));
}

/// The first constraint of the shape itself that the value breaks.
fn broken(shape: &Shape, value: &Value) -> Option<Constraint> {
    if let Value::String(text) = value
        && !shape.values.is_empty()
        && !shape.values.contains(text)
    {
        return Some(Constraint::OneOf(shape.values.clone()));
    }
    let (measure, is_length) = measure(shape, value)?;
    let below = shape.min.filter(|least| measure < *least);
    let above = shape.max.filter(|most| measure > *most);
    match (below, above, is_length) {
        (Some(least), _, true) => Some(Constraint::AtLeastLong(least)),
        (Some(least), _, false) => Some(Constraint::AtLeast(least)),
        (None, Some(most), true) => Some(Constraint::AtMostLong(most)),
        (None, Some(most), false) => Some(Constraint::AtMost(most)),
        (None, None, _) => None,
    }
}

/// What `min` and `max` speak of, and whether it is a length.
fn measure(shape: &Shape, value: &Value) -> Option<(f64, bool)> {
    let length = match value {
        Value::String(text) if shape.kind == Kind::Blob => {
            BASE64_STANDARD.decode(text).map_or(0, |bytes| bytes.len())
        }
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(entries) if shape.kind == Kind::Map => entries.len(),
        Value::Number(number) => return number.as_f64().map(|number| (number, false)),
        _ => return None,
    };
    Some((length as f64, true))
}

/// Checks that a response has only modelled members of the modelled types; `null` counts as
/// absent, and is dropped.
///
/// # Errors
/// Where and what the first flaw is: a broken promise of the operation.
pub fn response(model: &Model, output: &Reference, value: Value) -> Result<Value, String> {
    conform(model, output, value, &Path::default())
}

fn conform(
    model: &Model,
    reference: &Reference,
    value: Value,
    path: &Path,
) -> Result<Value, String> {
    let shape = model.shape(reference);
    match (shape.kind, value) {
        (_, value) if shape.document => Ok(value),
        (Kind::Structure, Value::Object(members)) => structure(model, shape, members, path),
        (Kind::List, Value::Array(items)) => list(model, shape, items, path),
        (Kind::Map, Value::Object(entries)) => map(model, shape, entries, path),
        (kind, value) => {
            if scalar::is(kind, &value) {
                Ok(value)
            } else {
                Err(format!("{path} is {value}, where the model has a {kind:?}"))
            }
        }
    }
}

fn structure(
    model: &Model,
    shape: &Shape,
    members: Map<String, Value>,
    path: &Path,
) -> Result<Value, String> {
    let present = members.into_iter().filter(|(_, value)| !value.is_null());
    let checked = present.map(|(name, value)| {
        let path = path.join(&name);
        match shape.members.get(&name) {
            Some(reference) => Ok((name, conform(model, reference, value, &path)?)),
            None => Err(format!("the model has no member {path}")),
        }
    });
    checked.collect::<Result<_, _>>().map(Value::Object)
}

fn list(model: &Model, shape: &Shape, items: Vec<Value>, path: &Path) -> Result<Value, String> {
    let reference = shape.member.as_ref().ok_or_else(|| format!("{path} has no item shape"))?;
    let checked = items
        .into_iter()
        .enumerate()
        .map(|(index, item)| conform(model, reference, item, &path.join((index + 1).to_string())));
    checked.collect::<Result<_, _>>().map(Value::Array)
}

fn map(
    model: &Model,
    shape: &Shape,
    entries: Map<String, Value>,
    path: &Path,
) -> Result<Value, String> {
    let reference = shape.value.as_ref().ok_or_else(|| format!("{path} has no value shape"))?;
    let checked = entries.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| {
        let path = path.join(&key);
        Ok((key, conform(model, reference, value, &path)?))
    });
    checked.collect::<Result<_, _>>().map(Value::Object)
}
