//! Targets: where a rule's events go, and what they look like there.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::state::{Rule, check_bus};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

/// How many targets a rule has at most.
const MOST_TARGETS: usize = 5;
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    rule: String,
    event_bus_name: Option<String>,
    targets: Vec<Value>,
}

/// Adds targets to a rule, or replaces those of the same ids.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Value, Fault> {
    check_bus(request.event_bus_name.as_deref())?;
    let rule = call.region().events.rule(&request.rule)?;
    for target in &request.targets {
        check(target)?;
    }
    let mut targets = rule.targets.clone();
    for target in request.targets {
        targets.insert(id(&target).to_owned(), target);
    }
    if targets.len() > MOST_TARGETS {
        return Err(errors::limit_exceeded());
    }
    rule.targets = targets;
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn id(target: &Value) -> &str {
    target["Id"].as_str().unwrap_or_default()
}

fn check(target: &Value) -> Result<(), Fault> {
    let arn = target["Arn"].as_str().unwrap_or_default();
    if !arn.starts_with("arn:") || arn.split(':').count() < 6 {
        return Err(errors::validation(format!(
            "Parameter {arn} is not valid. Reason: Provided Arn is not in correct \
             format."
        )));
    }
    let inputs = ["Input", "InputPath", "InputTransformer"];
    if inputs.iter().filter(|name| target.get(**name).is_some()).count() > 1 {
        return Err(errors::validation(format!(
            "Only one of Input, InputPath, or InputTransformer must be provided for target {}.",
            id(target)
        )));
    }
    if let Some(input) = target["Input"].as_str()
        && serde_json::from_str::<Value>(input).is_err()
    {
        return Err(errors::validation(format!(
            "Input for target {} is not valid JSON.",
            id(target)
        )));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    rule: String,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// The targets of a rule by id.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    check_bus(request.event_bus_name.as_deref())?;
    let targets = call.region().events.rule(&request.rule)?.targets.values();
    let limit = request.limit.unwrap_or(PAGE);
    let page = page(targets, request.next_token.as_deref(), limit, |it| id(it).to_owned())
        .map_err(errors::invalid_token)?;
    Ok(json!({ "Targets": page.items, "NextToken": page.next }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RemoveRequest {
    rule: String,
    event_bus_name: Option<String>,
    ids: Vec<String>,
}

/// Takes targets away from a rule; an id that it does not have is no error.
pub(super) fn remove(call: &mut Call<'_>, request: RemoveRequest) -> Result<Value, Fault> {
    check_bus(request.event_bus_name.as_deref())?;
    let rule = call.region().events.rule(&request.rule)?;
    rule.targets.retain(|id, _| !request.ids.contains(id));
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

/// What a target is sent of an event.
pub(super) fn input(rule: &Rule, target: &Value, event: &Value) -> String {
    if let Some(input) = target["Input"].as_str() {
        return input.to_owned();
    }
    if let Some(path) = target["InputPath"].as_str() {
        return select(event, path).cloned().unwrap_or_default().to_string();
    }
    let Some(template) = target["InputTransformer"]["InputTemplate"].as_str() else {
        return event.to_string();
    };
    let paths = target["InputTransformer"]["InputPathsMap"].as_object();
    let mut values: BTreeMap<String, Value> = BTreeMap::from([
        ("aws.events.rule-arn".to_owned(), json!(rule.arn)),
        ("aws.events.rule-name".to_owned(), json!(rule.name)),
        ("aws.events.event".to_owned(), event.clone()),
        ("aws.events.event.json".to_owned(), event.clone()),
        ("aws.events.event.ingestion-time".to_owned(), event["time"].clone()),
    ]);
    for (name, path) in paths.into_iter().flatten() {
        let found = path.as_str().and_then(|path| select(event, path));
        values.insert(name.clone(), found.cloned().unwrap_or_else(|| json!("")));
    }
    filled(template, &values)
}

/// What is at `$.detail.items[0].name`.
fn select<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    let steps = path.strip_prefix('$')?.split(['.', '[']).filter(|step| !step.is_empty());
    steps.into_iter().try_fold(event, |value, step| match step.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

/// The template with values for `<name>`: inside of quotes as text, elsewhere as JSON.
fn filled(template: &str, values: &BTreeMap<String, Value>) -> String {
    let mut filled = String::new();
    let (mut rest, mut is_quoted) = (template, false);
    while let Some(letter) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|after| after.split_once('>'));
        if let Some((value, after)) =
            named.and_then(|(name, after)| Some((values.get(name)?, after)))
        {
            filled.push_str(&printed(value, is_quoted));
            rest = after;
            continue;
        }
        if letter == '"' && !filled.ends_with('\\') {
            is_quoted = !is_quoted;
        }
        filled.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    filled
}

fn printed(value: &Value, is_quoted: bool) -> String {
    match value {
        Value::String(text) if is_quoted => {
            let quoted = json!(text).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_inside_of_quotes_and_outside() {
        let event = json!({"time": "t", "detail": {"n": 5, "who": "a \"b\"", "list": [{"x": 1}]}});
        let target = |template: &str| {
            json!({"InputTransformer": {"InputTemplate": template, "InputPathsMap": {
                "n": "$.detail.n", "who": "$.detail.who", "x": "$.detail.list[0].x", "no": "$.no",
            }}})
        };
        let rule = Rule {
            name: "r".into(),
            arn: "arn:r".into(),
            pattern: String::new(),
            state: String::new(),
            description: None,
            role: None,
            tags: Default::default(),
            targets: BTreeMap::new(),
        };
        let input = |template: &str| input(&rule, &target(template), &event);
        assert_eq!(input("\"<who> has <n>\""), "\"a \\\"b\\\" has 5\"");
        assert_eq!(input("{\"who\": <who>, \"x\": <x>}"), "{\"who\": \"a \\\"b\\\"\", \"x\": 1}");
        assert_eq!(input("\"<no><aws.events.rule-name><b>\""), "\"r<b>\"");
    }
}
