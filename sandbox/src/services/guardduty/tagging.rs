//! Tags of detectors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::errors;
use super::state::Detector;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    resource_arn: String,
    tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    resource_arn: String,
    tag_keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    resource_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    tags: BTreeMap<String, String>,
}

pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let tags = request.tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    let detector = find(call, &request.resource_arn)?;
    detector.tags.add(tags).map_err(|error| errors::invalid_tags(&error))?;
    Ok(Empty {})
}

pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    let detector = find(call, &request.resource_arn)?;
    detector.tags.remove(&request.tag_keys).map_err(|error| errors::invalid_tags(&error))?;
    Ok(Empty {})
}

pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let tags = &find(call, &request.resource_arn)?.tags;
    let tags = tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    Ok(ListResponse { tags })
}

fn find<'c>(call: &'c mut Call<'_>, arn: &str) -> Result<&'c mut Detector, Fault> {
    let detector = call.region().guardduty.detector.as_mut();
    detector.filter(|detector| detector.arn == arn).ok_or_else(errors::invalid_arn)
}
