//! AWS App Runner: services from container images, and what they are configured with.

use aws_sdk_apprunner::types::{NetworkConfiguration, Service, Tag};

use super::{Context, Error};
use crate::resource::{Deleted, Id, Owner, Result, TagChange, Tags};

pub mod auto_scaling_configuration;
pub mod custom_domain;
pub mod observability_configuration;
pub mod service;
pub mod vpc_connector;

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn to_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

async fn list_tags(cx: &Context, arn: &str) -> Result<Tags> {
    let answer = cx.clients.apprunner().list_tags_for_resource().resource_arn(arn).send().await?;
    let tags = answer.tags().iter();
    Ok(tags
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect())
}

async fn sync_tags(cx: &Context, id: &Id, change: &TagChange) -> Result<()> {
    let client = cx.clients.apprunner();
    if !change.set.is_empty() {
        let tags = Some(to_tags(&change.set));
        client.tag_resource().resource_arn(id.as_str()).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        client.untag_resource().resource_arn(id.as_str()).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

/// Of the objects with these ARNs, those that bear the owner's tags.
async fn ours(
    cx: &Context,
    owner: &Owner,
    arns: impl IntoIterator<Item = String>,
) -> Result<Vec<Id>> {
    let mut ours = Vec::new();
    for arn in arns {
        let tags = Error::optional(list_tags(cx, &arn).await)?;
        if tags.is_some_and(|tags| owner.owns(&tags)) {
            ours.push(Id(arn));
        }
    }
    Ok(ours)
}

/// What the deletion of a configuration came to. App Runner refuses it while a service uses the
/// configuration, and for some time after that service is gone, and says so in words only.
fn deleted<T>(answer: Result<T>) -> Result<Deleted> {
    match Error::optional(answer) {
        Ok(_) => Ok(Deleted::Gone),
        Err(error) if error.is_refused() => Err(error.held()),
        Err(error) => Err(error),
    }
}

/// `ACTIVE` or `active`: App Runner writes the words of some configurations' states small.
fn is_inactive(status: Option<&str>) -> bool {
    status.is_some_and(|status| status.eq_ignore_ascii_case("INACTIVE"))
}

/// The name in an ARN: `arn:aws:apprunner:eu-central-1:123456789012:service/NAME/ID`.
fn name_in(arn: &str) -> &str {
    arn.split('/').nth(1).unwrap_or(arn)
}

/// The services that use something, described for a person.
async fn users(cx: &Context, uses: impl Fn(&Service) -> bool) -> Result<Vec<String>> {
    let request = cx.clients.apprunner().list_services();
    let listed = request.into_paginator().send().try_collect().await?;
    let summaries = listed.into_iter().flat_map(|page| page.service_summary_list);
    let ids: Vec<Id> = summaries.filter_map(|one| one.service_arn).map(Id).collect();
    let services = super::read::one_by_one(&ids, |arn| service::describe(cx, arn)).await?;
    let using = services.into_iter().flatten().filter(|service| uses(service));
    Ok(using.map(|service| format!("the service {}", service.service_name)).collect())
}

fn connector_of(network: Option<&NetworkConfiguration>) -> Option<&str> {
    network?.egress_configuration()?.vpc_connector_arn()
}
