//! The groups that AWS manages, as the API tells of them.

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::evaluation::groups::{self, GROUPS, Group};
use super::state::check_scope;
use crate::call::Call;
use crate::fault::Fault;

pub(super) fn list(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    check_scope(call, request["Scope"].as_str().unwrap_or_default())?;
    let view = |group: &Group| {
        json!({
            "VendorName": "AWS",
            "Name": group.name,
            "VersioningSupported": group.name != "AWSManagedRulesAmazonIpReputationList",
            "Description": group.description,
        })
    };
    Ok(json!({ "ManagedRuleGroups": GROUPS.iter().map(view).collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    vendor_name: String,
    name: String,
    scope: String,
    version_name: Option<String>,
}

pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    check_scope(call, &request.scope)?;
    let group = groups::find(&request.name).filter(|_| request.vendor_name == "AWS");
    let group = group.ok_or_else(errors::nonexistent)?;
    let rules = group.rules.iter();
    let labels =
        rules.clone().map(|rule| format!("{}{}", group.namespace, groups::label(rule.name)));
    let labels: Vec<Value> = labels.map(|name| json!({ "Name": name })).collect();
    let rules: Vec<Value> =
        rules.map(|rule| json!({ "Name": rule.name, "Action": { "Block": {} } })).collect();
    Ok(json!({
        "VersionName": request.version_name,
        "Capacity": group.capacity,
        "Rules": rules,
        "LabelNamespace": group.namespace,
        "AvailableLabels": labels,
    }))
}
