//! The JSON Schemas that editors check and complete the files with.

use serde_json::{Map, Value as Json, json};

use crate::definition::component::{Components, REFERENCE};
use crate::definition::environment::settings_schema;
use crate::definition::option::{NAMES, option_schema};
use crate::definition::stack::StackFile;
use crate::resource::{Kinds, schema_of};

const DIALECT: &str = "http://json-schema.org/draft-07/schema#";
const NAME: &str = "^[a-z][a-z0-9_]*$";

/// The schema of `stacks/*.yaml`.
pub fn stack_schema(kinds: &Kinds, components: &Components) -> Json {
    let types = kinds
        .iter()
        .map(|kind| (kind.name(), kind.schema()))
        .chain(components.iter().map(|component| (component.name(), component.schema())));
    let mut definitions = Map::new();
    let mut names = Vec::new();
    for (name, schema) in types {
        names.push(name);
        definitions.insert(name.to_owned(), with_options(name, schema));
    }
    definitions.insert("reference".to_owned(), reference());
    definitions.insert("resource".to_owned(), any_resource(&names));
    let mut schema = with_references(&schema_of::<StackFile>());
    let described = |name: &str| schema["properties"][name]["description"].clone();
    let resources = json!({
        "description": described("resources"),
        "type": "object",
        "propertyNames": { "pattern": NAME, "not": { "enum": crate::definition::stack::RESERVED } },
        "additionalProperties": { "$ref": "#/definitions/resource" },
    });
    let outputs = json!({
        "description": described("outputs"),
        "type": "object",
        "propertyNames": { "pattern": NAME },
    });
    schema["properties"]["resources"] = resources;
    schema["properties"]["outputs"] = outputs;
    schema["definitions"] = Json::Object(definitions);
    titled("A stack: resources and components that belong together", schema)
}

/// The schema of `config/*.yaml`.
pub fn environment_schema() -> Json {
    let mut schema = with_references(&settings_schema());
    schema["definitions"] = json!({ "reference": reference() });
    titled("An environment: where it is, and the values that its stacks use", schema)
}

/// The schema of a file that is a list of entries, e.g. `config/controls/*.yaml`.
pub fn list_schema(title: &str, entry: &Json) -> Json {
    titled(title, json!({ "type": "array", "items": entry }))
}

fn titled(title: &str, schema: Json) -> Json {
    let mut titled = Map::new();
    titled.insert("$schema".to_owned(), DIALECT.into());
    titled.insert("title".to_owned(), title.into());
    if let Json::Object(schema) = schema {
        titled.extend(schema.into_iter().filter(|(key, _)| key != "title" && key != "description"));
    }
    Json::Object(titled)
}

fn reference() -> Json {
    json!({
        "type": "string",
        "pattern": r"\$\{[^}]+\}",
        "description": "A reference, e.g. ${config.size}, ${subnet.id} or ${stack.network.vpc_id}",
    })
}

/// The type decides what else may stand there.
fn any_resource(names: &[&str]) -> Json {
    let choices = names.iter().map(|name| {
        json!({
            "if": { "properties": { "type": { "const": name } }, "required": ["type"] },
            "then": { "$ref": format!("#/definitions/{name}") },
        })
    });
    json!({
        "type": "object",
        "required": ["type"],
        "properties": { "type": { "description": "What it is.", "enum": names } },
        "allOf": choices.collect::<Vec<_>>(),
    })
}

/// A type's properties and the keys that every resource has.
fn with_options(name: &str, schema: &Json) -> Json {
    let mut schema = with_references(schema);
    let options = with_references(option_schema());
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.insert("type".to_owned(), json!({ "const": name }));
        for option in NAMES {
            properties.insert(option.to_owned(), options["properties"][option].clone());
        }
    } else {
        schema["properties"] = options["properties"].clone();
        schema["properties"]["type"] = json!({ "const": name });
    }
    schema
}

/// The schema with a reference allowed wherever a value stands. An object's own shape stays.
fn with_references(schema: &Json) -> Json {
    let Json::Object(keywords) = schema else { return schema.clone() };
    let converted =
        keywords.iter().filter(|(key, _)| key.as_str() != "$schema").map(|(key, value)| {
            let value = match (key.as_str(), value) {
                ("properties" | "$defs" | "patternProperties", Json::Object(entries)) => entries
                    .iter()
                    .map(|(name, schema)| (name.clone(), or_reference(schema)))
                    .collect(),
                ("items" | "additionalProperties", value) => or_reference(value),
                ("prefixItems", Json::Array(items)) => items.iter().map(or_reference).collect(),
                ("anyOf" | "oneOf" | "allOf", Json::Array(schemas)) => schemas
                    .iter()
                    .filter(|schema| schema.get(REFERENCE).is_none())
                    .map(with_references)
                    .collect(),
                (_, value) => value.clone(),
            };
            (key.clone(), value)
        });
    Json::Object(converted.collect())
}

/// A value's schema, or a reference. The description stays outside, where editors look for it.
fn or_reference(schema: &Json) -> Json {
    let converted = with_references(schema);
    let Json::Object(mut keywords) = converted else { return converted };
    if is_any_text(&keywords) || keywords.contains_key("const") {
        return Json::Object(keywords);
    }
    let mut outer = Map::new();
    for key in ["description", "default", "examples"] {
        if let Some(value) = keywords.shift_remove(key) {
            outer.insert(key.to_owned(), value);
        }
    }
    let reference = json!({ "$ref": "#/definitions/reference" });
    outer.insert("anyOf".to_owned(), json!([keywords, reference]));
    Json::Object(outer)
}

/// Whether the schema lets any text through, so that a reference needs no exception.
fn is_any_text(keywords: &Map<String, Json>) -> bool {
    let limits = ["pattern", "enum", "minLength", "maxLength", "format", "anyOf", "oneOf", "allOf"];
    let is_text = match keywords.get("type") {
        Some(Json::String(name)) => name == "string",
        Some(Json::Array(names)) => names.iter().any(|name| name == "string"),
        _ => !keywords.contains_key("anyOf") && !keywords.contains_key("oneOf"),
    };
    is_text && !limits.iter().any(|limit| keywords.contains_key(*limit))
}
