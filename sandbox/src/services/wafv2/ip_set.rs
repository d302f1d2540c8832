//! IP sets.

use std::collections::BTreeSet;

use ipnet::IpNet;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::evaluation::WebAcl;
use super::state::{self, IpSetContent, Kept, Named, check_scope};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    name: String,
    scope: String,
    description: Option<String>,
    #[serde(rename = "IPAddressVersion")]
    version: String,
    addresses: Vec<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Value, Fault> {
    check_scope(call, &request.scope)?;
    state::check_name(&call.region().wafv2.ip_sets, &request.name, &request.scope)?;
    let content = IpSetContent {
        description: request.description,
        addresses: checked(&request.version, request.addresses)?,
        version: request.version,
    };
    let tags = Tags::new(request.tags).map_err(errors::invalid_tags)?;
    let kept = Kept::new(call, "ipset", (request.name, request.scope), tags, content)?;
    let summary = summary(&kept);
    call.region().wafv2.ip_sets.insert(kept.arn.clone(), kept);
    Ok(json!({ "Summary": summary }))
}

fn checked(version: &str, addresses: Vec<String>) -> Result<BTreeSet<String>, Fault> {
    let is_right = |text: &String| match text.parse::<IpNet>() {
        Ok(IpNet::V4(_)) => version == "IPV4",
        Ok(IpNet::V6(_)) => version == "IPV6",
        Err(_) => false,
    };
    match addresses.iter().find(|text| !is_right(text)) {
        Some(wrong) => Err(errors::invalid(
            "IP_ADDRESS",
            wrong,
            "The parameter contains formatting that is not valid.",
        )),
        None => Ok(addresses.into_iter().collect()),
    }
}

fn summary(kept: &Kept<IpSetContent>) -> Value {
    kept.summary(kept.content.description.clone().map(Value::from).as_ref())
}

pub(super) fn get(call: &mut Call<'_>, request: Named) -> Result<Value, Fault> {
    let kept = state::find(&mut call.region().wafv2.ip_sets, &request)?;
    let view = json!({
        "Name": kept.name,
        "Id": kept.id,
        "ARN": kept.arn,
        "Description": kept.content.description.clone().unwrap_or_default(),
        "IPAddressVersion": kept.content.version,
        "Addresses": kept.content.addresses,
    });
    Ok(json!({ "IPSet": view, "LockToken": kept.lock }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    #[serde(flatten)]
    named: Named,
    description: Option<String>,
    addresses: Vec<String>,
}

pub(super) fn update(call: &mut Call<'_>, request: UpdateRequest) -> Result<Value, Fault> {
    let lock = call.ids.uuid();
    let kept = state::find(&mut call.region().wafv2.ip_sets, &request.named)?;
    kept.content.addresses = checked(&kept.content.version, request.addresses)?;
    kept.content.description = request.description;
    kept.lock.clone_from(&lock);
    Ok(json!({ "NextLockToken": lock }))
}

/// Deletes an IP set that no web ACL refers to.
pub(super) fn delete(call: &mut Call<'_>, request: Named) -> Result<Value, Fault> {
    let wafv2 = &mut call.region().wafv2;
    let arn = state::find(&mut wafv2.ip_sets, &request)?.arn.clone();
    let is_used = wafv2.web_acls.values().any(|kept| {
        let acl = serde_json::from_value::<WebAcl>(Value::Object(kept.content.0.clone()));
        acl.is_ok_and(|acl| acl.ip_sets().contains(&arn.as_str()))
    });
    if is_used {
        return Err(errors::associated());
    }
    wafv2.ip_sets.remove(&arn);
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    check_scope(call, request["Scope"].as_str().unwrap_or_default())?;
    let (items, next) = state::page(&call.region().wafv2.ip_sets, &request, summary)?;
    Ok(json!({ "IPSets": items, "NextMarker": next }))
}
