//! A log group's tags, by ARN and by name, the way of older clients.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::errors;
use super::group::GroupRequest;
use super::state::LogGroup;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

/// The tags of a new group.
pub(super) fn tags(tags: BTreeMap<String, String>) -> Result<Tags, Fault> {
    Tags::new(list(tags)).map_err(errors::invalid_tags)
}

fn list(tags: BTreeMap<String, String>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag { key, value }).collect()
}

fn map(tags: &Tags) -> BTreeMap<String, String> {
    tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// The group of an ARN that ends in its name, not in `:*`.
fn by_arn<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut LogGroup, Fault> {
    let groups = &mut call.region().logs.groups;
    let group = groups.values_mut().find(|group| group.arn == arn);
    group.ok_or_else(errors::resource_not_found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagRequest {
    resource_arn: String,
    tags: BTreeMap<String, String>,
}

/// Adds tags or overwrites their values.
pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let group = by_arn(call, &request.resource_arn)?;
    group.tags.add(list(request.tags)).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UntagRequest {
    resource_arn: String,
    tag_keys: Vec<String>,
}

/// Removes tags by their keys.
pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    let group = by_arn(call, &request.resource_arn)?;
    group.tags.remove(&request.tag_keys).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    resource_arn: String,
}

#[derive(Serialize)]
pub(super) struct ListResponse {
    tags: BTreeMap<String, String>,
}

/// A group's tags.
pub(super) fn list_tags(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let group = by_arn(call, &request.resource_arn)?;
    Ok(ListResponse { tags: map(&group.tags) })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagGroupRequest {
    log_group_name: String,
    tags: BTreeMap<String, String>,
}

/// Adds tags by the group's name.
pub(super) fn tag_group(call: &mut Call<'_>, request: TagGroupRequest) -> Result<Empty, Fault> {
    let group = call.region().logs.group_mut(&request.log_group_name)?;
    group.tags.add(list(request.tags)).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UntagGroupRequest {
    log_group_name: String,
    tags: Vec<String>,
}

/// Removes tags by the group's name.
pub(super) fn untag_group(call: &mut Call<'_>, request: UntagGroupRequest) -> Result<Empty, Fault> {
    let group = call.region().logs.group_mut(&request.log_group_name)?;
    group.tags.remove(&request.tags).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

/// A group's tags by its name.
pub(super) fn list_group_tags(
    call: &mut Call<'_>,
    request: GroupRequest,
) -> Result<ListResponse, Fault> {
    let group = call.region().logs.group(&request.log_group_name)?;
    Ok(ListResponse { tags: map(&group.tags) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn both_ways_see_the_same_tags() {
        let mut fixture = Fixture::new();
        let group = json!({"logGroupName": "app", "tags": {"a": "1"}});
        fixture.call("logs", "CreateLogGroup", group).unwrap();
        let arn = "arn:aws:logs:us-east-1:123456789012:log-group:app";
        let mut call = |operation: &str, request| fixture.call("logs", operation, request).unwrap();
        call("TagResource", json!({"resourceArn": arn, "tags": {"b": "2"}}));
        call("TagLogGroup", json!({"logGroupName": "app", "tags": {"c": "3"}}));
        call("UntagResource", json!({"resourceArn": arn, "tagKeys": ["a"]}));
        let by_name = call("ListTagsLogGroup", json!({"logGroupName": "app"}));
        assert_eq!(by_name["tags"], json!({"b": "2", "c": "3"}));
        call("UntagLogGroup", json!({"logGroupName": "app", "tags": ["b"]}));
        let by_arn = call("ListTagsForResource", json!({"resourceArn": arn}));
        assert_eq!(by_arn["tags"], json!({"c": "3"}));
        let other = json!({"resourceArn": format!("{arn}x")});
        let code = fixture.fault("logs", "ListTagsForResource", other);
        assert_eq!(code, "ResourceNotFoundException");
    }
}
