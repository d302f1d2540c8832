//! Event patterns: which events a rule is for.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::{Map, Value};

use crate::services::wildcard;

/// A pattern whose form has been checked.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Map<String, Value>);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The reason why it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| format!("Filter is not valid JSON: {error}"))?;
        let Value::Object(pattern) = value else { return Err("Filter is not an object".into()) };
        check(&pattern)?;
        Ok(Self(pattern))
    }

    /// Whether an event is meant.
    pub(crate) fn matches(&self, event: &Value) -> bool {
        all(&self.0, Some(event))
    }
}

fn check(pattern: &Map<String, Value>) -> Result<(), String> {
    if pattern.is_empty() {
        return Err("Empty objects are not allowed".to_owned());
    }
    pattern.iter().try_for_each(|(name, wanted)| match wanted {
        Value::Array(alternatives) if name == "$or" => {
            alternatives.iter().try_for_each(|alternative| match alternative {
                Value::Object(alternative) => check(alternative),
                _ => Err("'$or' must be an array of objects".to_owned()),
            })
        }
        Value::Array(values) if values.is_empty() => Err("Empty arrays are not allowed".to_owned()),
        Value::Array(values) => values.iter().try_for_each(check_value),
        Value::Object(nested) => check(nested),
        _ => Err(format!("\"{name}\" must be an object or an array")),
    })
}

fn check_value(value: &Value) -> Result<(), String> {
    let Value::Object(matcher) = value else { return Ok(()) };
    let mut members = matcher.iter();
    let (Some((name, operand)), None) = (members.next(), members.next()) else {
        return Err("Only one key allowed in match expression".to_owned());
    };
    let is_right = match name.as_str() {
        "prefix" | "suffix" => operand.is_string() || ignoring_case(operand).is_some(),
        "equals-ignore-case" | "wildcard" => operand.is_string(),
        "exists" => operand.is_boolean(),
        "cidr" => operand.as_str().is_some_and(|text| text.parse::<IpNet>().is_ok()),
        "numeric" => numeric(operand).is_some(),
        "anything-but" => match operand {
            Value::Object(_) => return check_value(operand),
            Value::Array(values) => !values.is_empty(),
            other => other.is_string() || other.is_number(),
        },
        _ => return Err(format!("Unrecognized match type {name}")),
    };
    if is_right { Ok(()) } else { Err(format!("Value of {name} is not valid")) }
}

/// Whether every member of a pattern is satisfied.
fn all(pattern: &Map<String, Value>, event: Option<&Value>) -> bool {
    // Of several objects in the same place, one must satisfy all.
    if let Some(Value::Array(items)) = event {
        return items.iter().any(|item| all(pattern, Some(item)));
    }
    pattern.iter().all(|(name, wanted)| {
        let found = event.and_then(|event| event.get(name));
        match wanted {
            Value::Array(alternatives) if name == "$or" => alternatives
                .iter()
                .filter_map(Value::as_object)
                .any(|alternative| all(alternative, event)),
            Value::Array(values) => values.iter().any(|value| satisfies(value, found)),
            Value::Object(nested) => all(nested, found),
            _ => false,
        }
    })
}

fn satisfies(wanted: &Value, found: Option<&Value>) -> bool {
    if let Some(exists) = wanted.get("exists").and_then(Value::as_bool) {
        return found.is_some() == exists;
    }
    match found {
        None => false,
        Some(Value::Array(items)) => items.iter().any(|item| is_match(wanted, item)),
        Some(value) => is_match(wanted, value),
    }
}

fn is_match(wanted: &Value, value: &Value) -> bool {
    let Value::Object(matcher) = wanted else { return same(wanted, value) };
    matcher.iter().next().is_some_and(|(name, operand)| matches_by(name, operand, value))
}

fn same(wanted: &Value, value: &Value) -> bool {
    match (wanted.as_f64(), value.as_f64()) {
        (Some(wanted), Some(value)) => wanted == value,
        _ => wanted == value,
    }
}

fn matches_by(name: &str, operand: &Value, value: &Value) -> bool {
    let lowered = |text: &str| text.to_lowercase();
    let both = operand.as_str().zip(value.as_str());
    let folded = ignoring_case(operand).zip(value.as_str());
    match name {
        "prefix" => {
            both.is_some_and(|(start, text)| text.starts_with(start))
                || folded.is_some_and(|(start, text)| lowered(text).starts_with(&lowered(start)))
        }
        "suffix" => {
            both.is_some_and(|(end, text)| text.ends_with(end))
                || folded.is_some_and(|(end, text)| lowered(text).ends_with(&lowered(end)))
        }
        "equals-ignore-case" => both.is_some_and(|(a, b)| lowered(a) == lowered(b)),
        "wildcard" => both.is_some_and(|(pattern, text)| wildcard::matches(pattern, text)),
        "cidr" => both.is_some_and(|(block, address)| contains(block, address)),
        "numeric" => numeric(operand).zip(value.as_f64()).is_some_and(|(bounds, value)| {
            bounds.iter().all(|(sign, bound)| compares(value, sign, *bound))
        }),
        "anything-but" => match operand {
            Value::Array(values) => !values.iter().any(|wanted| same(wanted, value)),
            other => !is_match(other, value),
        },
        _ => false,
    }
}

/// The text in `{"equals-ignore-case": …}`, which may stand in a prefix or suffix.
fn ignoring_case(operand: &Value) -> Option<&str> {
    operand.get("equals-ignore-case")?.as_str()
}

fn contains(block: &str, address: &str) -> bool {
    let block = block.parse::<IpNet>().ok();
    let address = address.parse::<IpAddr>().ok();
    block.zip(address).is_some_and(|(block, address)| block.contains(&address))
}

/// The signs and bounds of `[">", 0, "<=", 5]`.
fn numeric(operand: &Value) -> Option<Vec<(&str, f64)>> {
    let parts = operand.as_array().filter(|parts| matches!(parts.len(), 2 | 4))?;
    let bound = |pair: &'_ [Value]| -> Option<(String, f64)> {
        Some((pair[0].as_str()?.to_owned(), pair[1].as_f64()?))
    };
    let all_known = parts.chunks(2).all(|pair| {
        bound(pair).is_some_and(|(sign, _)| matches!(&*sign, "=" | "<" | "<=" | ">" | ">="))
    });
    let bounds = parts.chunks(2).map(|pair| Some((pair[0].as_str()?, pair[1].as_f64()?)));
    bounds.collect::<Option<Vec<_>>>().filter(|_| all_known)
}

fn compares(value: f64, sign: &str, bound: f64) -> bool {
    match sign {
        "=" => value == bound,
        "<" => value < bound,
        "<=" => value <= bound,
        ">" => value > bound,
        _ => value >= bound,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(pattern: Value) -> bool {
        let event = json!({
            "source": "aws.securityhub", "resources": ["arn:a", "arn:b"],
            "detail": {
                "score": 7.5, "name": "Main.rs", "ip": "10.0.3.7", "on": true,
                "findings": [
                    {"Severity": {"Label": "LOW"}, "State": "NEW"},
                    {"Severity": {"Label": "CRITICAL"}, "State": "OLD"},
                ],
            },
        });
        Pattern::parse(&pattern.to_string()).unwrap().matches(&event)
    }

    #[test]
    fn patterns_match_or_not() {
        for pattern in [
            json!({"source": ["aws.ec2", "aws.securityhub"]}),
            json!({"resources": ["arn:b"]}),
            json!({"detail": {"score": [{"numeric": [">", 7, "<=", 7.5]}]}}),
            json!({"detail": {"name": [{"prefix": "Main"}], "on": [true]}}),
            json!({"detail": {"name": [{"suffix": {"equals-ignore-case": ".RS"}}]}}),
            json!({"detail": {"name": [{"wildcard": "*.rs"}]}}),
            json!({"detail": {"ip": [{"cidr": "10.0.0.0/16"}]}}),
            json!({"detail": {"name": [{"anything-but": ["lib.rs"]}]}}),
            json!({"detail": {"name": [{"anything-but": {"prefix": "lib"}}]}}),
            json!({"detail": {"missing": [{"exists": false}], "on": [{"exists": true}]}}),
            json!({"$or": [{"source": ["aws.ec2"]}, {"detail": {"on": [true]}}]}),
            json!({"detail": {"findings": {"Severity": {"Label": ["CRITICAL"]}}}}),
        ] {
            assert!(matches(pattern.clone()), "{pattern}");
        }
        for pattern in [
            json!({"source": ["aws"]}),
            json!({"source": ["aws.securityhub"], "resources": ["arn:c"]}),
            json!({"detail": {"score": [{"numeric": ["<", 7]}]}}),
            json!({"detail": {"missing": ["x", {"anything-but": "x"}]}}),
            json!({"detail": {"name": [{"equals-ignore-case": "main"}]}}),
            // Not of one and the same finding.
            json!({"detail": {"findings":
                {"Severity": {"Label": ["CRITICAL"]}, "State": ["NEW"]}}}),
        ] {
            assert!(!matches(pattern.clone()), "{pattern}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for text in [
            "{",
            "[]",
            "{}",
            r#"{"source": "aws.ec2"}"#,
            r#"{"source": []}"#,
            r#"{"a": [{"numeric": [">"]}]}"#,
            r#"{"a": [{"numeric": ["~", 5]}]}"#,
            r#"{"a": [{"sounds-like": "b"}]}"#,
            r#"{"a": [{"prefix": "a", "suffix": "b"}]}"#,
            r#"{"a": [{"cidr": "10.0.0"}]}"#,
        ] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
