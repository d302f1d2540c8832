//! A key's tags, whose members KMS names in its own way.

use serde::{Deserialize, Serialize};

use super::errors;
use super::lookup::{direct, own};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

/// A tag as KMS writes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct KeyTag {
    tag_key: String,
    tag_value: String,
}

impl From<KeyTag> for Tag {
    fn from(tag: KeyTag) -> Self {
        Self { key: tag.tag_key, value: tag.tag_value }
    }
}

/// The tags of a new key.
pub(super) fn tags(tags: Vec<KeyTag>) -> Result<Tags, Fault> {
    Tags::new(tags.into_iter().map(Tag::from).collect()).map_err(errors::invalid_tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    key_id: String,
    tags: Vec<KeyTag>,
}

/// Adds tags or overwrites their values.
pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let key = own(call, &request.key_id)?;
    key.refuse_if_pending_deletion()?;
    let tags = request.tags.into_iter().map(Tag::from).collect();
    key.tags.add(tags).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    key_id: String,
    tag_keys: Vec<String>,
}

/// Removes tags by their keys.
pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Empty, Fault> {
    let key = own(call, &request.key_id)?;
    key.refuse_if_pending_deletion()?;
    key.tags.remove(&request.tag_keys).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    key_id: String,
    limit: Option<usize>,
    marker: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    tags: Vec<KeyTag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    truncated: bool,
}

/// A key's tags, at most fifty at a time.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let key = direct(call, &request.key_id)?;
    let limit = request.limit.unwrap_or(50).min(50);
    let page = page(key.tags.list(), request.marker.as_deref(), limit, |tag| tag.key.clone())
        .map_err(errors::invalid_marker)?;
    let entry = |tag: Tag| KeyTag { tag_key: tag.key, tag_value: tag.value };
    Ok(ListResponse {
        tags: page.items.into_iter().map(entry).collect(),
        truncated: page.next.is_some(),
        next_marker: page.next,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn tags_come_and_go_by_pages() {
        let mut fixture = Fixture::new();
        let tags = json!([{"TagKey": "a", "TagValue": "1"}, {"TagKey": "b", "TagValue": "2"}]);
        let created = fixture.call("kms", "CreateKey", json!({"Tags": tags})).unwrap();
        let id = &created["KeyMetadata"]["KeyId"];
        let more = json!({"KeyId": id, "Tags": [{"TagKey": "c", "TagValue": ""}]});
        fixture.call("kms", "TagResource", more).unwrap();
        fixture.call("kms", "UntagResource", json!({"KeyId": id, "TagKeys": ["a"]})).unwrap();
        let first =
            fixture.call("kms", "ListResourceTags", json!({"KeyId": id, "Limit": 1})).unwrap();
        assert_eq!(first["Tags"], json!([{"TagKey": "b", "TagValue": "2"}]));
        let next = json!({"KeyId": id, "Marker": first["NextMarker"]});
        let second = fixture.call("kms", "ListResourceTags", next).unwrap();
        assert_eq!(second["Tags"], json!([{"TagKey": "c", "TagValue": ""}]));
        assert_eq!(second["Truncated"], false);
    }

    #[test]
    fn the_prefix_of_aws_is_refused() {
        let tags = json!([{"TagKey": "aws:a", "TagValue": "1"}]);
        let code = Fixture::new().fault("kms", "CreateKey", json!({"Tags": tags}));
        assert_eq!(code, "TagException");
    }
}
