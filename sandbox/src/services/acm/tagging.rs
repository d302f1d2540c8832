//! Tags of certificates.

use serde::{Deserialize, Serialize};

use super::certificate::CertificateRequest;
use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRequest {
    certificate_arn: String,
    tags: Vec<Tag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagsResponse {
    tags: Vec<Tag>,
}

pub(super) fn add(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let account = call.account;
    let certificate = call.region().acm.find(&request.certificate_arn, account)?;
    certificate.tags.add(request.tags).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

pub(super) fn remove(call: &mut Call<'_>, request: TagRequest) -> Result<Empty, Fault> {
    let keys: Vec<String> = request.tags.into_iter().map(|tag| tag.key).collect();
    let account = call.account;
    let certificate = call.region().acm.find(&request.certificate_arn, account)?;
    certificate.tags.remove(&keys).map_err(errors::invalid_tags)?;
    Ok(Empty {})
}

pub(super) fn list(
    call: &mut Call<'_>,
    request: CertificateRequest,
) -> Result<TagsResponse, Fault> {
    let account = call.account;
    let tags = call.region().acm.find(&request.certificate_arn, account)?.tags.list();
    Ok(TagsResponse { tags })
}
