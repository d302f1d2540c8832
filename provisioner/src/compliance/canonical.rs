//! Properties in canonical form although some values of them are not known yet.

use serde_json::{Map, Value as Json};

use crate::resource::Kind;
use crate::unknown;

/// What an unknown text may look like: a name, or where a kind wants more of it an ARN.
const SHAPES: [&str; 2] = ["unknown-", "arn:aws:iam::000000000000:role/unknown-"];

/// The properties with the defaults of their kind, and with empty lists and maps in the place of
/// those that are not set, which spares conditions a word about each. What the kind refuses stays
/// as it was written: a plan tells why.
pub fn canonical(kind: &dyn Kind, written: Json) -> Json {
    let normal = SHAPES.iter().find_map(|shape| {
        let mut origins = Vec::new();
        let filled = fill(&written, shape, &mut origins);
        Some(restore(kind.normalize(&filled).ok()?, shape, &origins))
    });
    let mut properties = normal.unwrap_or(written);
    complete(&mut properties, kind.schema());
    properties
}

/// The value with a numbered text for each unknown, whose origins are collected.
fn fill(value: &Json, shape: &str, origins: &mut Vec<String>) -> Json {
    match value {
        Json::Array(items) => items.iter().map(|item| fill(item, shape, origins)).collect(),
        Json::Object(fields) => match unknown::origin(value) {
            Some(origin) => {
                origins.push(origin.to_owned());
                Json::from(format!("{shape}{}", origins.len() - 1))
            }
            None => {
                let fields = fields.iter();
                fields.map(|(name, value)| (name.clone(), fill(value, shape, origins))).collect()
            }
        },
        other => other.clone(),
    }
}

/// The value with the unknowns in the place of their texts.
fn restore(value: Json, shape: &str, origins: &[String]) -> Json {
    let back = |value| restore(value, shape, origins);
    match value {
        Json::Array(items) => items.into_iter().map(back).collect(),
        Json::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, back(value)))
            .collect::<Map<_, _>>()
            .into(),
        Json::String(text) => {
            let number = text.strip_prefix(shape).and_then(|number| number.parse::<usize>().ok());
            match number.and_then(|number| origins.get(number)) {
                Some(origin) => unknown::marker(origin),
                None => Json::String(text),
            }
        }
        other => other,
    }
}

/// Gives lists and maps that are not set as empty ones.
fn complete(properties: &mut Json, schema: &Json) {
    let (Some(fields), Some(known)) =
        (properties.as_object_mut(), schema["properties"].as_object())
    else {
        return;
    };
    for (name, property) in known.iter().filter(|(_, property)| property.is_object()) {
        let is_missing = fields.get(name).is_none_or(Json::is_null);
        match empty(resolved(property, schema)) {
            Some(empty) if is_missing => fields.insert(name.clone(), empty),
            _ => None,
        };
    }
}

fn resolved<'a>(property: &'a Json, schema: &'a Json) -> &'a Json {
    let reference = property["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    reference.and_then(|path| schema.pointer(path)).unwrap_or(property)
}

/// What a list or a map is when it is empty; `None` for everything else.
fn empty(property: &Json) -> Option<Json> {
    let is = |name: &str| match &property["type"] {
        Json::Array(types) => types.iter().any(|one| one == name),
        one => one == name,
    };
    match (is("array"), is("object") && property["properties"].is_null()) {
        (true, _) => Some(Json::Array(Vec::new())),
        (_, true) => Some(Json::Object(serde_json::Map::new())),
        _ => None,
    }
}
