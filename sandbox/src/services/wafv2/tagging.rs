//! Tags of web ACLs and IP sets, by ARN.

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

/// The tags of a request; none where it is silent.
pub(super) fn read(value: &Value) -> Result<Vec<Tag>, Fault> {
    if value.is_null() {
        return Ok(Vec::new());
    }
    serde_json::from_value(value.clone())
        .map_err(|error| errors::invalid("TAGS", "Tags", &error.to_string()))
}

fn find<'a>(call: &'a mut Call<'_>, arn: &str) -> Result<&'a mut Tags, Fault> {
    let wafv2 = &mut call.region().wafv2;
    let of_acl = wafv2.web_acls.get_mut(arn).map(|kept| &mut kept.tags);
    let of_set = wafv2.ip_sets.get_mut(arn).map(|kept| &mut kept.tags);
    of_acl.or(of_set).ok_or_else(errors::nonexistent)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tags: Vec<Tag>,
}

pub(super) fn tag(call: &mut Call<'_>, request: TagRequest) -> Result<Value, Fault> {
    find(call, &request.resource_arn)?.add(request.tags).map_err(errors::invalid_tags)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRequest {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
    tag_keys: Vec<String>,
}

pub(super) fn untag(call: &mut Call<'_>, request: UntagRequest) -> Result<Value, Fault> {
    find(call, &request.resource_arn)?.remove(&request.tag_keys).map_err(errors::invalid_tags)?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(rename = "ResourceARN")]
    resource_arn: String,
}

pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let tags = find(call, &request.resource_arn)?.list();
    Ok(json!({
        "TagInfoForResource": { "ResourceARN": request.resource_arn, "TagList": tags },
    }))
}
