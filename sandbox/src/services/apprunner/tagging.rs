//! The customer's tags of services and of everything that is configured apart from them.

use serde::{Deserialize, Serialize};

use super::{auto_scaling, errors};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    resource_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    resource_arn: String,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    resource_arn: String,
    tag_keys: Vec<String>,
}

pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    Ok(ListResponse { tags: tags(call, &request.resource_arn)?.list() })
}

pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let tags = tags(call, &request.resource_arn)?;
    tags.add(request.tags).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    let tags = tags(call, &request.resource_arn)?;
    tags.remove(&request.tag_keys).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

/// The tags of whatever an ARN names.
fn tags<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Fault> {
    let state = auto_scaling::state(call);
    let kind = arn.split(':').nth(5).and_then(|resource| resource.split('/').next());
    let found = match kind {
        Some(auto_scaling::KIND) => state.scaling.find_mut(arn).map(|it| &mut it.tags),
        Some(super::vpc_connector::KIND) => state.connectors.find_mut(arn).map(|it| &mut it.tags),
        Some(super::observability::KIND) => {
            state.observability.find_mut(arn).map(|it| &mut it.tags)
        }
        _ => state.service_mut(arn).ok().map(|service| &mut service.tags),
    };
    found.ok_or_else(|| errors::not_found("Resource", arn))
}
