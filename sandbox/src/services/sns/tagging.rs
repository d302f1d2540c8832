//! The tags of topics.

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Fault> {
    let topic = call.region().sns.topic_mut(arn).map_err(|_| errors::resource_not_found())?;
    Ok(&mut topic.tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    resource_arn: String,
    tags: Vec<Tag>,
}

/// Adds tags or overwrites their values.
pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Value, Fault> {
    find(call, &request.resource_arn)?.add(request.tags).map_err(errors::invalid_tags)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    resource_arn: String,
    tag_keys: Vec<String>,
}

/// Removes tags by their keys.
pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Value, Fault> {
    find(call, &request.resource_arn)?.remove(&request.tag_keys).map_err(errors::invalid_tags)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    resource_arn: String,
}

/// A topic's tags.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    Ok(json!({ "Tags": find(call, &request.resource_arn)?.list() }))
}
