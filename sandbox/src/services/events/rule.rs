//! Rules: put, describe, switch on and off, delete.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::pattern::Pattern;
use super::state::{Rule, check_bus};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    name: String,
    schedule_expression: Option<String>,
    event_pattern: Option<String>,
    state: Option<String>,
    description: Option<String>,
    role_arn: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    event_bus_name: Option<String>,
}

/// Makes a rule, or replaces what an existing one says; its targets and tags stay.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Value, Fault> {
    check_bus(request.event_bus_name.as_deref())?;
    let name = request.name;
    let is_named =
        name.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(letter));
    if !is_named {
        return Err(errors::validation(format!(
            "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+"
        )));
    }
    if request.schedule_expression.is_some() {
        return Err(errors::not_built("schedules"));
    }
    let Some(pattern) = request.event_pattern else {
        return Err(errors::validation(
            "Parameter(s) EventPattern or ScheduleExpression must be specified.",
        ));
    };
    Pattern::parse(&pattern).map_err(|reason| errors::invalid_pattern(&reason))?;
    let arn = call.arn("events", &format!("rule/{name}"));
    let known = call.region().events.rules.get(&name);
    let (tags, targets) = match known {
        Some(rule) => (rule.tags.clone(), rule.targets.clone()),
        None => (Tags::new(request.tags).map_err(errors::invalid_tags)?, BTreeMap::new()),
    };
    let rule = Rule {
        name: name.clone(),
        arn: arn.clone(),
        pattern,
        state: request.state.unwrap_or_else(|| "ENABLED".to_owned()),
        description: request.description,
        role: request.role_arn,
        tags,
        targets,
    };
    call.region().events.rules.insert(name, rule);
    Ok(json!({ "RuleArn": arn }))
}

fn view(rule: &Rule) -> Value {
    json!({
        "Name": rule.name,
        "Arn": rule.arn,
        "EventPattern": rule.pattern,
        "State": rule.state,
        "Description": rule.description,
        "RoleArn": rule.role,
        "EventBusName": "default",
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RuleRequest {
    name: String,
    event_bus_name: Option<String>,
}

/// A rule, without its targets.
pub(super) fn describe(call: &mut Call<'_>, request: RuleRequest) -> Result<Value, Fault> {
    check_bus(request.event_bus_name.as_deref())?;
    let account = call.account.to_owned();
    let mut view = view(call.region().events.rule(&request.name)?);
    view["CreatedBy"] = json!(account);
    Ok(view)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    name_prefix: Option<String>,
    event_bus_name: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// The rules by name.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    check_bus(request.event_bus_name.as_deref())?;
    let prefix = request.name_prefix.unwrap_or_default();
    let rules = call.region().events.rules.values();
    let wanted = rules.filter(|rule| rule.name.starts_with(&prefix));
    let limit = request.limit.unwrap_or(PAGE);
    let page = page(wanted, request.next_token.as_deref(), limit, |rule| rule.name.clone())
        .map_err(errors::invalid_token)?;
    let rules: Vec<Value> = page.items.into_iter().map(view).collect();
    Ok(json!({ "Rules": rules, "NextToken": page.next }))
}

/// Deletes a rule without targets; one that is not there is no error.
pub(super) fn delete(call: &mut Call<'_>, request: RuleRequest) -> Result<Empty, Fault> {
    check_bus(request.event_bus_name.as_deref())?;
    let rules = &mut call.region().events.rules;
    if rules.get(&request.name).is_some_and(|rule| !rule.targets.is_empty()) {
        return Err(errors::validation("Rule can't be deleted since it has targets."));
    }
    rules.remove(&request.name);
    Ok(Empty {})
}

/// Lets a rule act again.
pub(super) fn enable(call: &mut Call<'_>, request: RuleRequest) -> Result<Empty, Fault> {
    set_state(call, &request, "ENABLED")
}

/// Keeps a rule from acting.
pub(super) fn disable(call: &mut Call<'_>, request: RuleRequest) -> Result<Empty, Fault> {
    set_state(call, &request, "DISABLED")
}

fn set_state(call: &mut Call<'_>, request: &RuleRequest, state: &str) -> Result<Empty, Fault> {
    check_bus(request.event_bus_name.as_deref())?;
    call.region().events.rule(&request.name)?.state = state.to_owned();
    Ok(Empty {})
}
