//! Tags of distributions and functions, by ARN.

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::function::TagList;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tags;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    resource: String,
    tags: TagList,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    resource: String,
    tag_keys: Keys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    #[serde(default)]
    items: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    resource: String,
}

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Fault> {
    let state = &mut call.global().cloudfront;
    let distributions = state.distributions.values_mut().map(|it| (&it.arn, &mut it.tags));
    let functions = state.functions.values_mut().map(|it| (&it.arn, &mut it.tags));
    let found = distributions.chain(functions).find(|(own, _)| *own == arn);
    found.map(|(_, tags)| tags).ok_or_else(|| errors::no_such_resource(arn))
}

pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    find(call, &request.resource)?.add(request.tags.items).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    find(call, &request.resource)?.remove(&request.tag_keys.items).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let tags = find(call, &request.resource)?.list();
    Ok(json!({ "Tags": { "Items": tags } }))
}
