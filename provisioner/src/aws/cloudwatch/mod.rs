//! Amazon CloudWatch: metrics, and what watches them.
//!
//! CloudWatch puts what it is given in the place of what has the name: each creation looks first
//! whether that is somebody else's. Tags are given one object a call, so reading leaves them out.

use aws_sdk_cloudwatch::types::Tag;

use super::{Context, Error};
use crate::resource::{Owner, Result, TagChange, Tags};

pub mod alarm;
pub mod composite_alarm;
pub mod dashboard;

fn to_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// Whether an object of this ARN bears the owner's tags; what is not there does not.
async fn is_ours(cx: &Context, arn: &str, owner: &Owner) -> Result<bool> {
    let request = cx.clients.cloudwatch().list_tags_for_resource().resource_arn(arn);
    let answer = Error::optional(request.send().await.map_err(Error::from))?;
    let tags = answer.and_then(|answer| answer.tags).unwrap_or_default();
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    Ok(owner.owns(&tags.into_iter().filter_map(pair).collect()))
}

async fn sync_tags(cx: &Context, arn: &str, change: &TagChange) -> Result<()> {
    let cloudwatch = cx.clients.cloudwatch();
    if !change.set.is_empty() {
        let tags = Some(to_tags(&change.set));
        cloudwatch.tag_resource().resource_arn(arn).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        cloudwatch.untag_resource().resource_arn(arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

/// The refusal that CloudWatch does not make.
fn taken(name: &str) -> Error {
    let message = format!("CloudWatch would put it in the place of `{name}`, which is there");
    Error::with_code("ResourceAlreadyExists", message)
}
