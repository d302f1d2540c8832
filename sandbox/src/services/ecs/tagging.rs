//! The customer's tags of clusters and services, whose members ECS names in its own way.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

/// A tag as ECS writes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EcsTag {
    key: String,
    #[serde(default)]
    value: String,
}

/// The tags of a new object.
pub(super) fn tags(tags: Vec<EcsTag>) -> Result<Tags, Fault> {
    Tags::new(plain(tags)).map_err(errors::invalid)
}

/// An object's tags as ECS writes them.
pub(super) fn shown(tags: &Tags) -> Vec<EcsTag> {
    let each = tags.iter();
    each.map(|(key, value)| EcsTag { key: key.to_owned(), value: value.to_owned() }).collect()
}

fn plain(tags: Vec<EcsTag>) -> Vec<Tag> {
    tags.into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    resource_arn: String,
}

#[derive(Serialize)]
pub(super) struct ListResponse {
    tags: Vec<EcsTag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagRequest {
    resource_arn: String,
    tags: Vec<EcsTag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UntagRequest {
    resource_arn: String,
    tag_keys: Vec<String>,
}

/// Lists the tags of a cluster or a service. A service that is not there is a wrong parameter here,
/// while whoever changes its tags hears that it was not found.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let missing = |fault: Fault| match fault.code.as_str() {
        "ResourceNotFoundException" => errors::invalid(fault.message),
        _ => fault,
    };
    Ok(ListResponse { tags: shown(tags_of(call, &request.resource_arn).map_err(missing)?) })
}

/// Adds tags or overwrites their values.
pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let tags = tags_of(call, &request.resource_arn)?;
    tags.add(plain(request.tags)).map_err(errors::invalid)?;
    Ok(Empty {})
}

/// Removes tags by their keys.
pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    let tags = tags_of(call, &request.resource_arn)?;
    tags.remove(&request.tag_keys).map_err(errors::invalid)?;
    Ok(Empty {})
}

/// The tags of whatever an ARN names.
fn tags_of<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Fault> {
    let state = &mut call.region().ecs;
    match arn.split(':').nth(5).and_then(|resource| resource.split('/').next()) {
        Some("cluster") => state.cluster_mut(arn).map(|cluster| &mut cluster.tags),
        Some("service") => {
            let missing = || errors::resource_not_found("service");
            state.service_mut(arn).map(|service| &mut service.tags).ok_or_else(missing)
        }
        _ => Err(errors::invalid(format!("Invalid ARN: {arn}"))),
    }
}
