//! What is known of values that are not known yet.

use serde_json::Value as Json;

use crate::engine::diff::PropertyChange;
use crate::resource::{Kind, Observed};
use crate::unknown;

/// Properties in canonical form although some are not known yet. In the place of those, what was
/// last applied shows their shape; where it does not fit, the properties stay as they are.
pub(super) fn normalize(kind: &dyn Kind, properties: Json, applied: &Json) -> Json {
    let filled = fill(&properties, applied);
    match kind.normalize(&filled) {
        Ok(normal) if !filled.is_null() => restore(normal, &properties),
        _ => properties,
    }
}

/// The value with what was applied in the place of what is not known.
fn fill(value: &Json, applied: &Json) -> Json {
    match value {
        _ if unknown::origin(value).is_some() => applied.clone(),
        Json::Array(items) => {
            items.iter().enumerate().map(|(index, item)| fill(item, &applied[index])).collect()
        }
        Json::Object(fields) => {
            let filled = fields
                .iter()
                .map(|(name, value)| (name.clone(), fill(value, &applied[name.as_str()])));
            filled.collect()
        }
        _ => value.clone(),
    }
}

/// The canonical value with what is not known in its place again.
fn restore(mut normal: Json, value: &Json) -> Json {
    match (&mut normal, value) {
        _ if unknown::origin(value).is_some() => return value.clone(),
        (Json::Array(items), Json::Array(values)) if items.len() == values.len() => {
            for (item, value) in items.iter_mut().zip(values) {
                *item = restore(item.take(), value);
            }
        }
        (Json::Object(fields), Json::Object(values)) => {
            for (name, value) in values.iter().filter(|(_, value)| unknown::is_partial(value)) {
                let field = fields.entry(name.clone()).or_insert(Json::Null);
                *field = restore(field.take(), value);
            }
        }
        (_, value) if unknown::is_partial(value) => return value.clone(),
        _ => {}
    }
    normal
}

/// The outputs of an object after a change. One that shows a property shows what is wanted of it.
pub(super) fn changed(live: &Observed, changes: &[PropertyChange], wanted: &Json) -> Json {
    let mut outputs = live.outputs.clone();
    for name in changes.iter().map(PropertyChange::property) {
        let shows = live.outputs.get(name).is_some_and(|shown| *shown == live.properties[name]);
        if shows && !wanted[name].is_null() {
            outputs[name] = wanted[name].clone();
        }
    }
    outputs
}

/// The outputs of an object that AWS is at work on: what it does not show now is what it was.
pub(super) fn merged(live: &Json, before: Option<&Json>) -> Json {
    let (Some(fields), Some(before)) = (live.as_object(), before.and_then(Json::as_object)) else {
        return live.clone();
    };
    let mut merged = before.clone();
    let shown = fields.iter().filter(|(_, value)| !value.is_null());
    merged.extend(shown.map(|(name, value)| (name.clone(), value.clone())));
    Json::Object(merged)
}
