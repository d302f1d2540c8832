//! A repository's tags.

use serde::{Deserialize, Serialize};

use super::errors;
use super::state::{Repository, find};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

/// The repository of an ARN.
fn by_arn<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Repository, Fault> {
    let own = call.arn("ecr", "repository/");
    match arn.strip_prefix(&own) {
        Some(name) => find(call, None, name),
        None => Err(errors::invalid("resourceArn", "Invalid ARN")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagRequest {
    resource_arn: String,
    tags: Vec<Tag>,
}

/// Adds tags or overwrites their values.
pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let repository = by_arn(call, &request.resource_arn)?;
    repository.tags.add(request.tags).map(|()| Empty {}).map_err(errors::invalid_tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UntagRequest {
    resource_arn: String,
    tag_keys: Vec<String>,
}

/// Removes tags by their keys.
pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    let repository = by_arn(call, &request.resource_arn)?;
    repository.tags.remove(&request.tag_keys).map(|()| Empty {}).map_err(errors::invalid_tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    resource_arn: String,
}

#[derive(Serialize)]
pub(super) struct ListResponse {
    tags: Vec<Tag>,
}

/// A repository's tags.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    Ok(ListResponse { tags: by_arn(call, &request.resource_arn)?.tags.list() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn tags_come_and_go() {
        let mut fixture = Fixture::new();
        let mut call = |operation: &str, request| fixture.call("ecr", operation, request).unwrap();
        let tags = json!([{"Key": "a", "Value": "1"}]);
        let created = call("CreateRepository", json!({"repositoryName": "api", "tags": tags}));
        let arn = &created["repository"]["repositoryArn"];
        let more = json!([{"Key": "b", "Value": "2"}]);
        call("TagResource", json!({"resourceArn": arn, "tags": more}));
        call("UntagResource", json!({"resourceArn": arn, "tagKeys": ["a"]}));
        let listed = call("ListTagsForResource", json!({"resourceArn": arn}));
        assert_eq!(listed["tags"], more);
        let foreign = json!({"resourceArn": "arn:aws:ecr:eu-west-1:1:repository/api"});
        let code = fixture.fault("ecr", "ListTagsForResource", foreign);
        assert_eq!(code, "InvalidParameterException");
    }
}
