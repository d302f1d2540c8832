//! What a schema says of types, for values that are not known yet.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::value::Step;

/// The types that a schema lets through, or `None` where it lets anything through.
pub(super) fn types(schema: &Json) -> Option<BTreeSet<&str>> {
    if let Some(name) = schema.get("type") {
        return match name {
            Json::String(name) => Some(BTreeSet::from([name.as_str()])),
            Json::Array(names) => Some(names.iter().filter_map(Json::as_str).collect()),
            _ => None,
        };
    }
    if let Some(value) = schema.get("const") {
        return Some(BTreeSet::from([type_of(value)]));
    }
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        return Some(values.iter().map(type_of).collect());
    }
    let alternatives = alternatives(schema)?;
    alternatives.iter().map(types).try_fold(BTreeSet::new(), |mut all, some| {
        all.extend(some?);
        Some(all)
    })
}

/// The schemas of which one must fit.
pub(super) fn alternatives(schema: &Json) -> Option<&Vec<Json>> {
    schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Json::as_array)
}

/// Whether a schema lets a value of this type through, as far as types go.
pub(super) fn accepts(schema: &Json, name: &str) -> bool {
    types(schema)
        .is_none_or(|types| types.contains(name) || (name == "integer" && types.contains("number")))
}

/// Whether what an output may be can stand where a property is wanted.
pub(super) fn compatible(output: &Json, property: &Json) -> bool {
    let Some(given) = types(output) else { return true };
    let mut given = given.into_iter().filter(|name| *name != "null").peekable();
    if given.peek().is_none() {
        return true;
    }
    given.any(|name| accepts(property, name) && (name != "array" || items_fit(output, property)))
}

fn items_fit(output: &Json, property: &Json) -> bool {
    let given = of_type(output, "array").and_then(|schema| schema.get("items"));
    let wanted = of_type(property, "array").and_then(|schema| schema.get("items"));
    given.zip(wanted).is_none_or(|(given, wanted)| compatible(given, wanted))
}

/// The part of a schema that is about one type.
pub(super) fn of_type<'a>(schema: &'a Json, name: &str) -> Option<&'a Json> {
    match alternatives(schema) {
        Some(some) => some.iter().find_map(|schema| of_type(schema, name)),
        None => types(schema).is_some_and(|types| types.contains(name)).then_some(schema),
    }
}

fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// Where steps into a schema lead.
#[derive(Debug, Clone, PartialEq)]
pub enum Follow {
    /// To this schema; `None` where nothing is known of what lies there.
    Found(Option<Json>),
    /// Nowhere: the index of the step that does not fit, and the names that would.
    Missing {
        /// The step's index.
        step: usize,
        /// The names that exist there; empty where there are none.
        names: Vec<String>,
    },
}

/// Follows steps into a schema, as [`crate::value::descend`] follows them into a value.
pub fn follow(schema: &Json, path: &[Step]) -> Follow {
    follow_from(schema, path, 0)
}

fn follow_from(schema: &Json, path: &[Step], at: usize) -> Follow {
    let Some(step) = path.get(at) else { return Follow::Found(Some(schema.clone())) };
    if types(schema).is_none() {
        return Follow::Found(None);
    }
    match step {
        Step::Name(name) | Step::Key(name) => match of_type(schema, "object") {
            Some(object) => follow_name(object, name, path, at),
            None => Follow::Missing { step: at, names: Vec::new() },
        },
        Step::Index(_) => match of_type(schema, "array") {
            Some(array) => follow_items(array, path, at),
            None => Follow::Missing { step: at, names: Vec::new() },
        },
        Step::All => {
            let found = match (of_type(schema, "array"), of_type(schema, "object")) {
                (Some(array), _) => follow_items(array, path, at),
                (None, Some(_)) => Follow::Found(None),
                (None, None) => Follow::Missing { step: at, names: Vec::new() },
            };
            match found {
                Follow::Found(items) => Follow::Found(Some(list_of(items))),
                missing => missing,
            }
        }
    }
}

fn follow_name(object: &Json, name: &str, path: &[Step], at: usize) -> Follow {
    let properties = object.get("properties").and_then(Json::as_object);
    if let Some(property) = properties.and_then(|properties| properties.get(name)) {
        return follow_from(property, path, at + 1);
    }
    match object.get("additionalProperties") {
        Some(Json::Bool(false)) => {}
        Some(more @ Json::Object(_)) => return follow_from(more, path, at + 1),
        _ if properties.is_none() => return Follow::Found(None),
        _ => {}
    }
    let names = properties.map(|properties| properties.keys().cloned().collect());
    Follow::Missing { step: at, names: names.unwrap_or_default() }
}

fn follow_items(array: &Json, path: &[Step], at: usize) -> Follow {
    match array.get("items") {
        Some(items) => follow_from(items, path, at + 1),
        None => Follow::Found(None),
    }
}

fn list_of(items: Option<Json>) -> Json {
    serde_json::json!({ "type": "array", "items": items.unwrap_or(Json::Bool(true)) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_output_fits_where_its_type_does() {
        let text = json!({ "type": "string" });
        let maybe = json!({ "anyOf": [{ "type": "integer" }, { "type": "null" }] });
        let texts = json!({ "type": ["array", "null"], "items": { "type": "string" } });
        let numbers = json!({ "type": "array", "items": { "type": "integer" } });
        assert!(compatible(&text, &text));
        assert!(!compatible(&texts, &text));
        assert!(compatible(&maybe, &json!({ "type": "number" })));
        assert!(!compatible(&maybe, &text));
        assert!(!compatible(&numbers, &texts));
        assert!(compatible(&texts, &json!(true)));
        assert!(compatible(&text, &json!({ "oneOf": [{ "const": "a" }, { "const": "b" }] })));
    }

    #[test]
    fn steps_lead_into_a_schema() {
        let schema = json!({ "type": "object", "properties": {
            "members": { "type": "array", "items": {
                "type": "object", "properties": { "name": { "type": "string" } } } },
        }});
        let name = |name: &str| Step::Name(name.to_owned());
        assert_eq!(
            follow(&schema, &[name("members"), Step::Index(0), name("name")]),
            Follow::Found(Some(json!({ "type": "string" })))
        );
        assert_eq!(
            follow(&schema, &[name("members"), Step::All, name("name")]),
            Follow::Found(Some(json!({ "type": "array", "items": { "type": "string" } })))
        );
        assert_eq!(
            follow(&schema, &[name("member")]),
            Follow::Missing { step: 0, names: vec!["members".to_owned()] }
        );
        assert_eq!(
            follow(&schema, &[name("members"), name("name")]),
            Follow::Missing { step: 1, names: Vec::new() }
        );
    }
}
