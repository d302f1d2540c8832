//! Values that only AWS can give: a marker inside JSON that stands for an output not made yet.
//!
//! The loader refuses YAML keys that begin with `$`, so no definition can forge one.

use serde_json::{Value, json};

const KEY: &str = "$unknown";

/// The marker for a value that will come from `origin`, e.g. `db.cluster.endpoint`.
pub fn marker(origin: &str) -> Value {
    json!({ KEY: origin })
}

/// Where the value will come from, if it is a marker.
pub fn origin(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get(KEY)?.as_str()
}

/// Whether the value, or anything inside it, is a marker.
pub fn is_partial(value: &Value) -> bool {
    first(value).is_some()
}

/// Where the first value that is not known will come from.
pub fn first(value: &Value) -> Option<&str> {
    match value {
        Value::Array(items) => items.iter().find_map(first),
        Value::Object(fields) => origin(value).or_else(|| fields.values().find_map(first)),
        _ => None,
    }
}

/// Where each value that is not known will come from.
pub fn all(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().flat_map(all).collect(),
        Value::Object(fields) => match origin(value) {
            Some(origin) => vec![origin],
            None => fields.values().flat_map(all).collect(),
        },
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_found_at_any_depth() {
        let value = json!({ "subnets": ["subnet-1", marker("network.a.id")] });
        assert!(is_partial(&value));
        assert_eq!(all(&json!([value, marker("db.main.id")])), ["network.a.id", "db.main.id"]);
        assert_eq!(origin(&value["subnets"][1]), Some("network.a.id"));
        assert!(!is_partial(&json!({ "subnets": ["subnet-1"] })));
    }
}
