//! A secret's tags.

use serde::Deserialize;

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    secret_id: String,
    tags: Vec<Tag>,
}

/// Adds tags or overwrites their values.
pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    secret.tags.add(request.tags).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    secret_id: String,
    tag_keys: Vec<String>,
}

/// Removes tags by their keys.
pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    secret.tags.remove(&request.tag_keys).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn tags_come_and_go() {
        let mut fixture = Fixture::new();
        let mut call =
            |operation: &str, request| fixture.call("secretsmanager", operation, request).unwrap();
        call("CreateSecret", json!({"Name": "db", "Tags": [{"Key": "a", "Value": "1"}]}));
        call("TagResource", json!({"SecretId": "db", "Tags": [{"Key": "b", "Value": "2"}]}));
        call("UntagResource", json!({"SecretId": "db", "TagKeys": ["a"]}));
        let described = call("DescribeSecret", json!({"SecretId": "db"}));
        assert_eq!(described["Tags"], json!([{"Key": "b", "Value": "2"}]));
    }
}
