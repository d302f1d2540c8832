//! The tags of alarms and dashboards.

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Fault> {
    let (world, region) = (&mut *call.world, call.region);
    if arn.contains(":dashboard/") {
        let mut dashboards = world.global.dashboards.dashboards.values_mut();
        let found = dashboards.find(|dashboard| dashboard.arn == arn);
        return found
            .map(|dashboard| &mut dashboard.tags)
            .ok_or_else(|| errors::resource_not_found(arn));
    }
    let alarm = world.region(region).monitoring.alarm_tags(arn);
    alarm.ok_or_else(|| errors::resource_not_found(arn))
}

#[derive(Deserialize)]
pub(super) struct TagRequest {
    #[serde(rename = "ResourceARN")]
    arn: String,
    #[serde(rename = "Tags")]
    tags: Vec<Tag>,
}

/// Adds tags or overwrites their values.
pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Value, Fault> {
    find(call, &request.arn)?.add(request.tags).map_err(errors::invalid_tags)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
pub(super) struct UntagRequest {
    #[serde(rename = "ResourceARN")]
    arn: String,
    #[serde(rename = "TagKeys")]
    keys: Vec<String>,
}

/// Removes tags by their keys.
pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Value, Fault> {
    find(call, &request.arn)?.remove(&request.keys).map_err(errors::invalid_tags)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
pub(super) struct ListRequest {
    #[serde(rename = "ResourceARN")]
    arn: String,
}

/// The tags of one alarm or dashboard.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    Ok(json!({ "Tags": find(call, &request.arn)?.list() }))
}
