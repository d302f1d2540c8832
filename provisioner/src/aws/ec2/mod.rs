//! Amazon EC2: networking.

use std::ops::RangeInclusive;

use aws_sdk_ec2::types::{Filter, NetworkInterface, ResourceType, Tag, TagSpecification};
use ipnet::Ipv4Net;

use super::{Context, Error};
use crate::resource::{Deleted, Id, Live, Owner, Problem, Resource, Result, TagChange, Tags};

pub mod eip;
pub mod flow_log;
pub mod internet_gateway;
pub mod nat_gateway;
pub mod route;
pub mod route_table;
pub mod route_table_association;
pub mod security_group;
pub mod security_group_rule;
pub mod subnet;
pub mod vpc;
pub mod vpc_endpoint;

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
fn in_order<T>(ids: &[Id], found: Vec<(String, T)>) -> Vec<Option<T>> {
    let mut found: std::collections::HashMap<String, T> = found.into_iter().collect();
    ids.iter().map(|id| found.remove(id.as_str())).collect()
}

/// The same for live objects whose outputs hold their id.
fn by_id<R: Resource>(
    ids: &[Id],
    lives: impl Iterator<Item = Result<Live<R>>>,
    id: impl Fn(&R::Outputs) -> &str,
) -> Result<Vec<Option<Live<R>>>> {
    let found = lives.map(|live| live.map(|live| (id(&live.outputs).to_owned(), live)));
    Ok(in_order(ids, found.collect::<Result<_>>()?))
}

fn text_of(id: Option<&str>, operation: &str, member: &str) -> Result<String> {
    id.map(str::to_owned).ok_or_else(|| missing(operation, member))
}

fn missing(operation: &str, member: &str) -> Error {
    Error::missing(operation, member)
}

/// The end of a deletion that AWS carries out at once.
fn gone<T>(result: Result<T, impl Into<Error>>) -> Result<Deleted> {
    Error::optional(result.map_err(Into::into))?;
    Ok(Deleted::Gone)
}

/// What is wrong with an IPv4 range.
fn cidr_problem(path: &str, text: &str, lengths: RangeInclusive<u8>) -> Option<Problem> {
    let Ok(net) = text.parse::<Ipv4Net>() else {
        let message = format!("`{text}` is not an IPv4 range.");
        let hint = "write an address and a prefix length, e.g. 10.0.0.0/16";
        return Some(Problem::at(path, message).hint(hint));
    };
    if !lengths.contains(&net.prefix_len()) {
        let (first, last) = (lengths.start(), lengths.end());
        let length = net.prefix_len();
        let message = format!("The range is between /{first} and /{last}, not /{length}.");
        return Some(Problem::at(path, message));
    }
    (net.trunc() != net).then(|| {
        Problem::at(path, format!("{net} has host bits set."))
            .hint(format!("write {}", net.trunc()))
    })
}

/// The network interfaces that use an object, named for a person.
async fn interfaces_in(cx: &Context, by: &str, id: &Id) -> Result<Vec<String>> {
    let request = cx.clients.ec2().describe_network_interfaces().filters(filter(by, [id.as_str()]));
    let found: Vec<_> = request.into_paginator().items().send().collect::<Result<_, _>>().await?;
    Ok(found.iter().map(interface_name).collect())
}

fn interface_name(interface: &NetworkInterface) -> String {
    let id = interface.network_interface_id().unwrap_or("a network interface");
    let what = interface.description().filter(|text| !text.is_empty());
    match what.or_else(|| interface.requester_id()) {
        Some(what) => format!("{id} ({what})"),
        None => id.to_owned(),
    }
}
