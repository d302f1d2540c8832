//! The tags of trails.

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::state::{find, find_at_home};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagsRequest {
    resource_id: String,
    tags_list: Vec<Tag>,
}

/// Adds tags or overwrites their values.
pub(super) fn add(call: &mut Call<'_>, request: TagsRequest) -> Result<Empty, Fault> {
    let trail = find_at_home(call, arn(&request.resource_id)?)?;
    trail.tags.add(request.tags_list).map_err(errors::tags)?;
    Ok(Empty {})
}

/// Removes tags by their keys, whatever values the request names.
pub(super) fn remove(call: &mut Call<'_>, request: TagsRequest) -> Result<Empty, Fault> {
    let trail = find_at_home(call, arn(&request.resource_id)?)?;
    let keys: Vec<String> = request.tags_list.into_iter().map(|tag| tag.key).collect();
    trail.tags.remove(&keys).map_err(errors::tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    resource_id_list: Vec<String>,
}

/// The tags of the trails of these ARNs.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let mut rows = Vec::new();
    for id in &request.resource_id_list {
        let tags = find(call, arn(id)?)?.tags.list();
        rows.push(json!({ "ResourceId": id, "TagsList": tags }));
    }
    Ok(json!({ "ResourceTagList": rows }))
}

/// Tags go by ARN alone.
fn arn(id: &str) -> Result<&str, Fault> {
    if id.starts_with("arn:") { Ok(id) } else { Err(errors::arn(id)) }
}
