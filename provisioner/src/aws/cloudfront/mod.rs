//! Amazon CloudFront. It is one service for all regions.

use aws_sdk_cloudfront::types::{Tag, TagKeys, Tags as CloudFrontTags};

use super::Context;
use crate::resource::{Owner, Result, TagChange, Tags};

pub mod distribution;
pub mod origin_access_control;
mod policy_id;
pub mod response_headers_policy;

pub use policy_id::PolicyId;

/// What stands in the comment of an object without tags, where the YAML gives none: whose it is.
fn mark(owner: &Owner) -> String {
    let identity: Vec<&str> = owner.identity().map(|(_, value)| value).collect();
    format!("provision: {}", identity.join(" "))
}

/// The number of a list's items, which CloudFront wants beside the list.
fn quantity<T>(items: &[T]) -> i32 {
    i32::try_from(items.len()).unwrap_or(i32::MAX)
}

async fn list_tags(cx: &Context, arn: &str) -> Result<Tags> {
    let answer = cx.clients.cloudfront().list_tags_for_resource().resource(arn).send().await?;
    let tags = answer.tags.and_then(|tags| tags.items).unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
}

async fn sync_tags(cx: &Context, arn: &str, change: &TagChange) -> Result<()> {
    let cloudfront = cx.clients.cloudfront();
    if !change.set.is_empty() {
        let tags = to_tags(&change.set)?;
        cloudfront.tag_resource().resource(arn).tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = TagKeys::builder().set_items(Some(change.remove.clone())).build();
        cloudfront.untag_resource().resource(arn).tag_keys(keys).send().await?;
    }
    Ok(())
}

fn to_tags(tags: &Tags) -> Result<CloudFrontTags> {
    let tag = |(key, value)| Ok(Tag::builder().key(key).value(value).build()?);
    let items = tags.iter().map(tag).collect::<Result<_>>()?;
    Ok(CloudFrontTags::builder().set_items(Some(items)).build())
}
