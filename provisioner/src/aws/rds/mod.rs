//! Amazon RDS: Aurora clusters and what they need.

use std::collections::HashMap;

use aws_sdk_rds::types::Tag;

use super::read::in_order;
use super::{Context, Error};
use crate::resource::{Id, Live, Resource, Result, Status, TagChange, Tags};

pub mod cluster;
pub mod cluster_parameter_group;
pub mod instance;
pub mod proxy;
mod scalar;
pub mod subnet_group;

pub use scalar::Scalar;

/// Describes objects by name. One is asked for by itself; for several, all of the account are
/// listed, a hundred a call: RDS has no search for many names that a missing one does not fail.
async fn described<T, F>(
    ids: &[Id],
    name: impl Fn(&T) -> Option<&str>,
    describe: impl Fn(Option<String>) -> F,
) -> Result<Vec<Option<T>>>
where
    F: Future<Output = Result<Vec<T>>>,
{
    let found = match ids {
        [id] => Error::optional(describe(Some(id.to_string())).await)?.unwrap_or_default(),
        _ => describe(None).await?,
    };
    let named = found.into_iter().filter_map(|item| Some((name(&item)?.to_owned(), item)));
    Ok(in_order(ids, named.collect::<HashMap<_, _>>()))
}

/// Completes descriptions that lack something which RDS gives one at a time, e.g. tags. An object
/// that goes in between is gone.
async fn completed<T, R: Resource, F>(
    items: Vec<Option<T>>,
    complete: impl Fn(T) -> F,
) -> Result<Vec<Option<Live<R>>>>
where
    F: Future<Output = Result<Live<R>>>,
{
    let reads: Vec<_> = items.into_iter().map(|item| item.map(&complete)).collect();
    let reads = reads.into_iter().map(|read| async {
        match read {
            Some(read) => Error::optional(read.await),
            None => Ok(None),
        }
    });
    futures::future::try_join_all(reads).await
}

async fn list_tags(cx: &Context, arn: &str) -> Result<Tags> {
    let answer = cx.clients.rds().list_tags_for_resource().resource_name(arn).send().await?;
    Ok(tags(answer.tag_list()))
}

/// `object` is the end of the ARN, e.g. `cluster:main`.
async fn sync_tags(cx: &Context, object: &str, change: &TagChange) -> Result<()> {
    let (rds, arn) = (cx.clients.rds(), cx.arn("rds", object));
    if !change.set.is_empty() {
        let tags = to_tags(&change.set);
        rds.add_tags_to_resource().resource_name(&arn).set_tags(Some(tags)).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        rds.remove_tags_from_resource().resource_name(&arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

fn to_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn tags(tags: &[Tag]) -> Tags {
    tags.iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect()
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// What a cluster's or an instance's status means. Some pass by themselves while the database
/// serves, and nothing is to be waited for.
fn status(word: Option<&str>) -> Status {
    match word.unwrap_or("unknown") {
        "available" | "backing-up" | "storage-optimization" | "stopped" => Status::Ready,
        failed @ ("failed" | "storage-full" | "restore-error" | "insufficient-capacity") => {
            Status::Failed(failed.to_owned())
        }
        failed
            if failed.starts_with("incompatible-")
                || failed.starts_with("inaccessible-")
                || failed.ends_with("-failed") =>
        {
            Status::Failed(failed.to_owned())
        }
        working => Status::Working(working.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_by_what_they_mean() {
        assert_eq!(status(Some("backing-up")), Status::Ready);
        assert_eq!(status(Some("creating")), Status::Working("creating".into()));
        let failed = "inaccessible-encryption-credentials";
        assert_eq!(status(Some(failed)), Status::Failed(failed.into()));
    }
}
