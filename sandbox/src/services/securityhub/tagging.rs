//! The tags of the hub.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::state::{Hub, hub};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Hub, Fault> {
    let hub = hub(call)?;
    if hub.arn == arn { Ok(hub) } else { Err(errors::resource_not_found(arn)) }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    resource_arn: String,
    tags: BTreeMap<String, String>,
}

/// Adds tags or overwrites their values.
pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let tags = request.tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    find(call, &request.resource_arn)?.tags.add(tags).map_err(errors::tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    resource_arn: String,
    tag_keys: Vec<String>,
}

/// Removes tags by their keys.
pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    let hub = find(call, &request.resource_arn)?;
    hub.tags.remove(&request.tag_keys).map_err(errors::tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    resource_arn: String,
}

/// The hub's tags.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let tags = &find(call, &request.resource_arn)?.tags;
    let tags: BTreeMap<&str, &str> = tags.iter().collect();
    Ok(json!({ "Tags": tags }))
}
