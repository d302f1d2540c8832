//! When two values mean the same.

use serde_json::Value as Json;

use crate::resource::{Compare, Traits};
use crate::unknown;

/// Whether what is there is what is wanted. Properties of a map that `wanted` does not name are
/// AWS's to choose.
pub(super) fn covers(traits: &Traits, path: &str, wanted: &Json, live: &Json) -> bool {
    if unknown::origin(wanted).is_some() {
        return false;
    }
    match compare_mode(traits, path) {
        Some(Compare::Policy) => policy(wanted) == policy(live),
        Some(Compare::Set) => same_set(traits, path, items(wanted), items(live)),
        Some(Compare::CaseInsensitive) => same_text(wanted, live),
        Some(Compare::Version) => wanted == live || same_or_newer(wanted, live),
        Some(Compare::WriteOnly) => wanted == live,
        Some(Compare::Whole) => wanted == live || (is_empty(wanted) && is_empty(live)),
        Some(Compare::Ours) | None => covers_plain(traits, path, wanted, live),
    }
}

fn covers_plain(traits: &Traits, path: &str, wanted: &Json, live: &Json) -> bool {
    match (wanted, live) {
        (Json::Object(fields), Json::Object(_)) => fields
            .iter()
            .all(|(name, value)| covers(traits, &format!("{path}.{name}"), value, &live[name])),
        (Json::Array(wanted), Json::Array(live)) => {
            let item = format!("{path}.*");
            wanted.len() == live.len()
                && wanted.iter().zip(live).all(|(wanted, live)| covers(traits, &item, wanted, live))
        }
        (Json::Null, _) => true,
        (Json::Number(wanted), Json::Number(live)) => wanted.as_f64() == live.as_f64(),
        (wanted, Json::Null) => is_empty(wanted),
        _ => wanted == live,
    }
}

/// Whether each wanted item has a live item of its own and none is left over.
fn same_set(traits: &Traits, path: &str, wanted: &[Json], live: &[Json]) -> bool {
    let item = format!("{path}.*");
    let mut left: Vec<&Json> = live.iter().collect();
    wanted.len() == live.len()
        && wanted.iter().all(|wanted| {
            let found = left.iter().position(|live| covers(traits, &item, wanted, live));
            found.map(|index| left.swap_remove(index)).is_some()
        })
}

fn same_text(wanted: &Json, live: &Json) -> bool {
    match (wanted.as_str(), live.as_str()) {
        (Some(wanted), Some(live)) => wanted.eq_ignore_ascii_case(live),
        _ => wanted == live,
    }
}

/// Whether the live version has the wanted one's first number and is not older.
fn same_or_newer(wanted: &Json, live: &Json) -> bool {
    let numbers = |version: &Json| -> Vec<u64> {
        let text = version.as_str().unwrap_or_default();
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
    };
    let (wanted, live) = (numbers(wanted), numbers(live));
    !wanted.is_empty() && wanted.first() == live.first() && live >= wanted
}

/// A policy document by what it means: parsed where it is text, single values as lists, lists as
/// sets, actions whatever their case, and an account as its root user, as AWS writes it.
fn policy(document: &Json) -> Json {
    let parsed = document.as_str().and_then(|text| serde_json::from_str::<Json>(text).ok());
    canonical(parsed.as_ref().unwrap_or(document))
}

/// What AWS reads the values of some keys of a policy as.
fn as_read(key: &str, value: &Json) -> Json {
    let read: fn(&str) -> String = match key {
        "Action" | "NotAction" => str::to_ascii_lowercase,
        "AWS" => as_principal,
        _ => return value.clone(),
    };
    match value {
        Json::String(text) => Json::String(read(text)),
        Json::Array(items) => items.iter().map(|item| as_read(key, item)).collect(),
        _ => value.clone(),
    }
}

/// `123456789012` is `arn:aws:iam::123456789012:root`.
fn as_principal(principal: &str) -> String {
    let account = principal.len() == 12 && principal.bytes().all(|byte| byte.is_ascii_digit());
    if account { format!("arn:aws:iam::{principal}:root") } else { principal.to_owned() }
}

fn canonical(value: &Json) -> Json {
    match value {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(canonical).collect();
            items.sort_by_key(Json::to_string);
            items.dedup();
            if items.len() == 1 { items.remove(0) } else { Json::Array(items) }
        }
        Json::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let read =
                |(name, value): (&String, &Json)| (name.clone(), canonical(&as_read(name, value)));
            sorted.into_iter().map(read).collect()
        }
        // A condition's `true` and `"true"` mean the same.
        scalar @ (Json::Bool(_) | Json::Number(_)) => Json::String(scalar.to_string()),
        Json::String(_) | Json::Null => value.clone(),
    }
}

/// How the property at a path is compared, where equality is not what matters.
pub(super) fn compare_mode(traits: &Traits, path: &str) -> Option<Compare> {
    let matches = |pattern: &str| {
        pattern.split('.').count() == path.split('.').count()
            && pattern.split('.').zip(path.split('.')).all(|(wanted, step)| {
                wanted == step || (wanted == "*" && (step == "*" || step.parse::<usize>().is_ok()))
            })
    };
    traits.compare.iter().find(|(pattern, _)| matches(pattern)).map(|(_, mode)| *mode)
}

pub(super) fn items(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// AWS leaves out what is empty.
pub(super) fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.is_empty(),
        Json::String(text) => text.is_empty(),
        _ => false,
    }
}
