//! Amazon EC2: networking.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

use super::{Context, Error};
use crate::resource::{Id, Owner, Result, TagChange, Tags};

pub mod vpc;

/// The tags of a creation.
fn tag_specification(kind: ResourceType, owner: &Owner) -> TagSpecification {
    TagSpecification::builder()
        .resource_type(kind)
        .set_tags(Some(owner.tags.iter().map(|(key, value)| tag(key, value)).collect()))
        .build()
}

/// Filters that match what the owner's earlier attempt made.
fn ownership_filters(owner: &Owner) -> Vec<Filter> {
    owner.identity().map(|(key, value)| filter(&format!("tag:{key}"), [value])).collect()
}

fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    let values = values.into_iter().map(str::to_owned).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}

fn tags(tags: &[Tag]) -> Tags {
    tags.iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect()
}

/// Brings the tags of any EC2 object up to date, with one call for each direction that changes.
async fn sync_tags(cx: &Context, id: &Id, change: &TagChange) -> Result<()> {
    if !change.set.is_empty() {
        let tags = change.set.iter().map(|(key, value)| tag(key, value)).collect();
        cx.clients.ec2().create_tags().resources(id.as_str()).set_tags(Some(tags)).send().await?;
    }
    if !change.remove.is_empty() {
        let tags = change.remove.iter().map(|key| Tag::builder().key(key).build()).collect();
        cx.clients.ec2().delete_tags().resources(id.as_str()).set_tags(Some(tags)).send().await?;
    }
    Ok(())
}

/// Puts what one Describe gave into the order of `ids`; `None` for what it did not give.
fn in_order<T>(ids: &[Id], mut found: Vec<(String, T)>) -> Vec<Option<T>> {
    ids.iter()
        .map(|id| {
            let index = found.iter().position(|(name, _)| name == id.as_str())?;
            Some(found.swap_remove(index).1)
        })
        .collect()
}

fn text_of(id: Option<&str>, operation: &str, member: &str) -> Result<String> {
    id.map(str::to_owned).ok_or_else(|| Error::missing(operation, member))
}
