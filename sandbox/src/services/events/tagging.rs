//! The tags of rules.

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Fault> {
    let mut rules = call.region().events.rules.values_mut();
    let rule = rules.find(|rule| rule.arn == arn).ok_or_else(errors::resource_not_found)?;
    Ok(&mut rule.tags)
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

/// A rule's tags.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    Ok(json!({ "Tags": find(call, &request.arn)?.list() }))
}
