//! Amazon EC2: networking.

use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, ResourceType, Tag, TagSpecification, UnsuccessfulItem,
};
use futures::future::try_join_all;

use super::{Context, Error};
use crate::resource::{Created, Id, Live, Owner, Resource, Result, Status, TagChange, Tags};

mod cidr;
mod network_interface;

pub mod default_security_group;
pub mod ebs_encryption_by_default;
pub mod eip;
pub mod flow_log;
pub mod internet_gateway;
pub mod nat_gateway;
pub mod route;
pub mod route_table;
pub mod route_table_association;
pub mod security_group;
pub mod subnet;
pub mod vpc;
pub mod vpc_endpoint;

/// How many values EC2 takes in one filter.
const FILTER_VALUES: usize = 200;

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

/// The ids among what was found that are the owner's: whatever an endpoint makes of the filters,
/// the tags decide.
fn owned<'a>(
    owner: &Owner,
    found: impl IntoIterator<Item = (Option<&'a str>, &'a [Tag])>,
) -> Vec<Id> {
    found
        .into_iter()
        .filter(|(_, found)| owner.owns(&tags(found)))
        .filter_map(|(id, _)| id.map(Id::from))
        .collect()
}

fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    let values = values.into_iter().map(str::to_owned).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// Describes objects by a filter, in as few calls as EC2 allows. A filter and not a list of ids:
/// with those, one that is gone fails the call for all.
async fn describe<'a, T, E, F>(
    name: &str,
    values: impl IntoIterator<Item = &'a str>,
    call: impl Fn(Filter) -> F,
) -> Result<Vec<T>>
where
    F: Future<Output = Result<Vec<T>, E>>,
    Error: From<E>,
{
    let values: Vec<&str> = values.into_iter().collect();
    let calls = values.chunks(FILTER_VALUES).map(|some| call(filter(name, some.iter().copied())));
    Ok(try_join_all(calls).await?.into_iter().flatten().collect())
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

/// What a creation gave, from the object in its answer.
fn created<R: Resource>(id: impl Into<Id>, live: Live<R>) -> Created<R::Outputs> {
    match live.status {
        Status::Ready => Created::ready(id, live.outputs),
        _ => Created::pending(id),
    }
}

/// The wanted value, where there is one and the live object has another.
fn differing<T: PartialEq>(wanted: Option<T>, live: Option<T>) -> Option<T> {
    wanted.filter(|wanted| live.as_ref() != Some(wanted))
}

/// Those of `these` that are not among `those`, or `None` where that leaves nothing to ask for.
fn without(these: Option<&[String]>, those: Option<&[String]>) -> Option<Vec<String>> {
    let those = those.unwrap_or_default();
    let left = these.unwrap_or_default().iter().filter(|item| !those.contains(item)).cloned();
    Some(left.collect::<Vec<_>>()).filter(|left| !left.is_empty())
}

fn boolean(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

fn text_of(id: Option<&str>, operation: &str, member: &str) -> Result<String> {
    id.map(str::to_owned).ok_or_else(|| Error::missing(operation, member))
}

/// A list as AWS gives it, in an order that does not change; `None` where it is empty.
fn sorted<'a>(items: impl IntoIterator<Item = &'a str>) -> Option<Vec<String>> {
    let mut items: Vec<String> = items.into_iter().map(str::to_owned).collect();
    items.sort();
    Some(items).filter(|items| !items.is_empty())
}

/// What AWS refused for one of several objects, where the call itself succeeded.
fn unsuccessful(items: &[UnsuccessfulItem]) -> Result<()> {
    let Some(error) = items.iter().find_map(UnsuccessfulItem::error) else { return Ok(()) };
    let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
    Err(Error::with_code(code, message))
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::UnsuccessfulItemError;

    use super::*;

    #[test]
    fn an_answer_that_did_less_than_asked_is_an_error() {
        let error =
            UnsuccessfulItemError::builder().code("InvalidFlowLogId.NotFound").message("gone");
        let item = UnsuccessfulItem::builder().resource_id("fl-1").error(error.build()).build();
        assert!(unsuccessful(&[item]).unwrap_err().is_not_found());
        assert!(unsuccessful(&[]).is_ok());
    }

    #[test]
    fn what_is_to_be_added_and_what_removed() {
        let list = |items: &[&str]| sorted(items.iter().copied());
        let (wanted, live) = (list(&["a", "b"]), list(&["b", "c"]));
        assert_eq!(without(wanted.as_deref(), live.as_deref()), list(&["a"]));
        assert_eq!(without(live.as_deref(), None), list(&["b", "c"]));
        assert_eq!(without(wanted.as_deref(), wanted.as_deref()), None);
    }
}
