//! A distribution's life: create, get, update, list, disable, delete.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::config::DistributionConfig;
use super::function::TagList;
use super::listing;
use super::state::{DOMAIN, Distribution};
use super::{check, errors};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// How long it usually takes until all edges have heard of a change.
const TYPICAL: Duration = Duration::from_secs(240);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    distribution_config: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateWithTagsRequest {
    distribution_config_with_tags: ConfigWithTags,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigWithTags {
    distribution_config: Value,
    tags: TagList,
}

pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Value, Fault> {
    insert(call, request.distribution_config, Tags::default())
}

pub(super) fn create_with_tags(
    call: &mut Call<'_>,
    request: CreateWithTagsRequest,
) -> Result<Value, Fault> {
    let request = request.distribution_config_with_tags;
    let tags = Tags::new(request.tags.items).map_err(errors::invalid_tags)?;
    insert(call, request.distribution_config, tags)
}

/// A new distribution; the same caller reference with the same configuration gives the old one.
fn insert(call: &mut Call<'_>, config: Value, tags: Tags) -> Result<Value, Fault> {
    let config = completed(config)?;
    let state = &call.world.global.cloudfront;
    let former = state
        .distributions
        .values()
        .find(|it| it.config.caller_reference == config.caller_reference);
    if let Some(former) = former {
        return match *former.config == config {
            true => Ok(created(former, call.endpoint)),
            false => Err(errors::distribution_exists(&former.id)),
        };
    }
    check::check(call, &config, None)?;
    let id = format!("E{}", call.ids.upper(13));
    let label = call.ids.draw(b"abcdefghijklmnopqrstuvwxyz0123456789", 13);
    let mut distribution = Distribution {
        arn: format!("arn:aws:cloudfront::{}:distribution/{id}", call.account),
        domain: format!("d{label}{DOMAIN}"),
        modified: call.clock.now,
        etag: errors::etag(call.ids),
        config: Arc::new(config),
        deployed: None,
        due: None,
        tags,
        invalidations: BTreeMap::new(),
        id: id.clone(),
    };
    deploy(call, &mut distribution);
    let response = created(&distribution, call.endpoint);
    call.global().cloudfront.distributions.insert(id, distribution);
    Ok(response)
}

/// The request's configuration with CloudFront's defaults.
fn completed(config: Value) -> Result<DistributionConfig, Fault> {
    let mut config: DistributionConfig = errors::read(config)?;
    config.viewer_certificate = config.viewer_certificate.completed();
    config.default_cache_behavior = config.default_cache_behavior.completed();
    for it in &mut config.cache_behaviors.0 {
        it.behavior = it.behavior.clone().completed();
    }
    Ok(config)
}

/// The edges begin to hear of a change.
fn deploy(call: &Call<'_>, distribution: &mut Distribution) {
    distribution.due = Some(call.clock.after(TYPICAL));
}

fn created(distribution: &Distribution, endpoint: &str) -> Value {
    let mut response = answer(distribution, endpoint);
    response["Location"] = json!(format!(
        "https://cloudfront.amazonaws.com/2020-05-31/distribution/{}",
        distribution.id
    ));
    response
}

fn answer(distribution: &Distribution, endpoint: &str) -> Value {
    let under_way = distribution.invalidations.values().filter(|it| it.is_in_progress()).count();
    let mut view = head(distribution, endpoint);
    view["InProgressInvalidationBatches"] = json!(under_way);
    view["ActiveTrustedSigners"] = json!({ "Enabled": false, "Quantity": 0 });
    view["ActiveTrustedKeyGroups"] = json!({ "Enabled": false, "Quantity": 0 });
    view["DistributionConfig"] = json!(*distribution.config);
    json!({ "Distribution": view, "ETag": distribution.etag })
}

/// What lists and single answers have in common.
fn head(distribution: &Distribution, endpoint: &str) -> Value {
    let status = if distribution.is_in_progress() { "InProgress" } else { "Deployed" };
    let port = endpoint.rsplit_once(':').map_or("80", |(_, port)| port);
    let mut head = json!({
        "Id": distribution.id,
        "ARN": distribution.arn,
        "Status": status,
        "LastModifiedTime": distribution.modified,
        "DomainName": format!("{}:{port}", distribution.domain),
    });
    let aliases = distribution.config.aliases.iter();
    let registered =
        aliases.map(|alias| json!({ "CNAME": alias, "ICPRecordalStatus": "APPROVED" }));
    let registered: Vec<Value> = registered.collect();
    if !registered.is_empty() {
        head["AliasICPRecordals"] = json!(registered);
    }
    head
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    id: String,
}

pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<Value, Fault> {
    let endpoint = call.endpoint;
    Ok(answer(call.global().cloudfront.distribution(&request.id)?, endpoint))
}

pub(super) fn get_config(call: &mut Call<'_>, request: GetRequest) -> Result<Value, Fault> {
    let distribution = call.global().cloudfront.distribution(&request.id)?;
    Ok(json!({ "DistributionConfig": *distribution.config, "ETag": distribution.etag }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    id: String,
    #[serde(default)]
    if_match: Option<String>,
    distribution_config: Value,
}

/// Replaces the configuration as a whole.
pub(super) fn update(call: &mut Call<'_>, request: UpdateRequest) -> Result<Value, Fault> {
    let config = completed(request.distribution_config)?;
    let current = call.global().cloudfront.distribution(&request.id)?;
    errors::check_version(request.if_match.as_deref(), &current.etag)?;
    if current.config.caller_reference != config.caller_reference {
        return Err(errors::illegal_update("The caller reference cannot be changed."));
    }
    check::check(call, &config, Some(&request.id))?;
    let (etag, now, due) = (errors::etag(call.ids), call.clock.now, call.clock.after(TYPICAL));
    let endpoint = call.endpoint;
    let distribution = call.global().cloudfront.distribution_mut(&request.id)?;
    distribution.config = Arc::new(config);
    (distribution.etag, distribution.modified) = (etag, now);
    distribution.due = Some(due);
    Ok(answer(distribution, endpoint))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    id: String,
    #[serde(default)]
    if_match: Option<String>,
}

/// Deletes a distribution that is disabled, and of which all edges know that it is.
pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<Value, Fault> {
    let state = &mut call.global().cloudfront;
    let distribution = state.distribution(&request.id)?;
    errors::check_version(request.if_match.as_deref(), &distribution.etag)?;
    if distribution.config.enabled || distribution.is_in_progress() {
        return Err(errors::not_disabled());
    }
    state.distributions.remove(&request.id);
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    list_where(call, &request, |_| true)
}

/// The distributions that a web ACL protects; `null` asks for those that none does.
pub(super) fn list_by_web_acl(call: &mut Call<'_>, request: Value) -> Result<Value, Fault> {
    let wanted = request["WebACLId"].as_str().unwrap_or_default();
    let wanted = if wanted == "null" { "" } else { wanted };
    list_where(call, &request, |distribution| distribution.config.web_acl_id == wanted)
}

fn list_where(
    call: &mut Call<'_>,
    request: &Value,
    wanted: impl Fn(&Distribution) -> bool,
) -> Result<Value, Fault> {
    let endpoint = call.endpoint;
    let all = call.global().cloudfront.distributions.values().filter(|it| wanted(it));
    let page = listing::page(all.collect(), request, |it| it.id.clone())?;
    Ok(json!({ "DistributionList": page.map(|it| summary(it, endpoint)).full() }))
}

fn summary(distribution: &Distribution, endpoint: &str) -> Value {
    const MEMBERS: [&str; 16] = [
        "Aliases",
        "Origins",
        "OriginGroups",
        "DefaultCacheBehavior",
        "CacheBehaviors",
        "CustomErrorResponses",
        "Comment",
        "PriceClass",
        "Enabled",
        "ViewerCertificate",
        "Restrictions",
        "WebACLId",
        "HttpVersion",
        "IsIPV6Enabled",
        "Staging",
        "ConnectionMode",
    ];
    let config = json!(*distribution.config);
    let mut summary = head(distribution, endpoint);
    for member in MEMBERS {
        if let Some(value) = config.get(member) {
            summary[member] = value.clone();
        }
    }
    summary["ETag"] = json!(distribution.etag);
    summary
}
