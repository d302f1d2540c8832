//! Where web ACLs log what they see.

use serde_json::{Value, json};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page;

fn resource(request: &Value) -> &str {
    request["ResourceArn"].as_str().unwrap_or_default()
}

/// Sets where a web ACL logs to: one log group, stream or bucket whose name begins with
/// `aws-waf-logs-`. A log group must exist.
pub(super) fn put(call: &mut Call<'_>, mut request: Value) -> Result<Value, Fault> {
    let mut configuration = request["LoggingConfiguration"].take();
    let arn = resource(&configuration).to_owned();
    if !call.region().wafv2.has_web_acl(&arn) {
        return Err(errors::nonexistent());
    }
    let destinations = configuration["LogDestinationConfigs"].as_array();
    let [destination] = destinations.map(Vec::as_slice).unwrap_or_default() else {
        return Err(errors::limits_exceeded());
    };
    check_destination(call, destination.as_str().unwrap_or_default())?;
    configuration["ManagedByFirewallManager"] = json!(false);
    for (member, value) in [("LogType", "WAF_LOGS"), ("LogScope", "CUSTOMER")] {
        if configuration[member].is_null() {
            configuration[member] = json!(value);
        }
    }
    call.region().wafv2.logging.insert(arn, configuration.clone());
    Ok(json!({ "LoggingConfiguration": configuration }))
}

fn check_destination(call: &mut Call<'_>, arn: &str) -> Result<(), Fault> {
    let refuse = || errors::invalid("LOG_DESTINATION", arn, "The ARN isn't valid.");
    let name = match arn.split_once(":log-group:") {
        Some((_, name)) => name.trim_end_matches(":*"),
        None => arn.rsplit([':', '/']).next().unwrap_or_default(),
    };
    if !name.starts_with("aws-waf-logs-") {
        return Err(refuse());
    }
    if arn.contains(":log-group:") && !call.region().logs.group_exists(name) {
        return Err(errors::nonexistent());
    }
    Ok(())
}

pub(super) fn get(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let found = call.region().wafv2.logging.get(resource(&request));
    let found = found.ok_or_else(errors::nonexistent)?;
    Ok(json!({ "LoggingConfiguration": found }))
}

pub(super) fn delete(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let removed = call.region().wafv2.logging.remove(resource(&request));
    removed.map(|_| json!({})).ok_or_else(errors::nonexistent)
}

pub(super) fn list(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let place = if request["Scope"] == "CLOUDFRONT" { ":global/" } else { ":regional/" };
    let all = call.region().wafv2.logging.iter().filter(|(arn, _)| arn.contains(place));
    let limit = request["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
    let marker = request["NextMarker"].as_str();
    let page = page::page(all, marker, limit.unwrap_or(100), |(arn, _)| (*arn).clone())
        .map_err(|_| errors::invalid("NEXT_MARKER", "NextMarker", "Invalid marker"))?;
    let items: Vec<&Value> =
        page.items.into_iter().map(|(_, configuration)| configuration).collect();
    Ok(json!({ "LoggingConfigurations": items, "NextMarker": page.next }))
}
