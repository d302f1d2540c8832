//! Tags: given on creation, and the operations on them.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filters, Listing};
use super::kind::{Kind, Object, Table, get_mut};
use super::state::State;
use super::{errors, here};

/// The tags that a create operation gives to the object it makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagSpecification {
    /// Which of the objects made: `vpc`, `subnet`, …
    pub resource_type: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// The tags that `specifications` give to a new object of this kind.
///
/// # Errors
/// A specification for another kind, the same kind twice, or a tag against the rules.
pub fn specified(specifications: &[TagSpecification], kind: Kind) -> Result<Tags, Fault> {
    for specification in specifications {
        let named = specification.resource_type.as_deref().unwrap_or_default();
        if named != kind.resource_type() {
            return Err(errors::tag_type_not_valid(named));
        }
    }
    match specifications {
        [] => Ok(Tags::default()),
        [one] => Tags::new(one.tags.clone()).map_err(errors::tag),
        _ => Err(errors::tag_type_repeated(kind.resource_type())),
    }
}

/// The tags of any object in the region.
fn tags_mut<'s>(state: &'s mut State, id: &str) -> Result<&'s mut Tags, Fault> {
    fn of<'t, T: Object>(table: &'t mut Table<T>, id: &str) -> Result<&'t mut Tags, Fault> {
        Ok(get_mut(table, id)?.tags_mut())
    }
    match Kind::of(id).ok_or_else(|| errors::id_not_valid(id))? {
        Kind::DhcpOptions => of(&mut state.dhcp_options, id),
        Kind::ElasticIp => of(&mut state.elastic_ips, id),
        Kind::FlowLog => of(&mut state.flow_logs, id),
        Kind::InternetGateway => of(&mut state.internet_gateways, id),
        Kind::NatGateway => of(&mut state.nat_gateways, id),
        Kind::NetworkAcl => of(&mut state.network_acls, id),
        Kind::NetworkInterface => of(&mut state.network_interfaces, id),
        Kind::RouteTable => of(&mut state.route_tables, id),
        Kind::SecurityGroup => of(&mut state.security_groups, id),
        Kind::SecurityGroupRule => of(&mut state.security_group_rules, id),
        Kind::Subnet => of(&mut state.subnets, id),
        Kind::Vpc => of(&mut state.vpcs, id),
        Kind::VpcEndpoint => of(&mut state.vpc_endpoints, id),
    }
}

/// Asks for tags on objects.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTagsRequest {
    resources: Vec<String>,
    tags: Vec<Tag>,
}

/// Adds or overwrites tags; all of the objects are changed or none is.
pub fn create(call: &mut Call<'_>, request: CreateTagsRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let mut changes = Vec::new();
    for id in &request.resources {
        let mut tags = tags_mut(state, id)?.clone();
        tags.add(request.tags.clone()).map_err(errors::tag)?;
        changes.push((id, tags));
    }
    for (id, tags) in changes {
        *tags_mut(state, id)? = tags;
    }
    Ok(Empty {})
}

/// A tag to delete. Without a value, whatever the value is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagToDelete {
    key: Option<String>,
    value: Option<String>,
}

impl TagToDelete {
    fn matches(&self, key: &str, value: &str) -> bool {
        self.key.as_deref() == Some(key) && self.value.as_deref().is_none_or(|own| own == value)
    }
}

/// Asks for tags to go. Without tags, all of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteTagsRequest {
    resources: Vec<String>,
    tags: Option<Vec<TagToDelete>>,
}

/// Removes tags; a tag that is not there is no error.
pub fn delete(call: &mut Call<'_>, request: DeleteTagsRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    for id in &request.resources {
        tags_mut(state, id)?;
    }
    for id in &request.resources {
        let tags = tags_mut(state, id)?;
        let doomed = doomed(tags, request.tags.as_deref());
        tags.remove(&doomed).map_err(errors::tag)?;
    }
    Ok(Empty {})
}

/// The keys that a deletion takes; of all tags, AWS's own stay.
fn doomed(tags: &Tags, asked: Option<&[TagToDelete]>) -> Vec<String> {
    let taken = |key: &str, value: &str| match asked {
        Some(asked) => asked.iter().any(|tag| tag.matches(key, value)),
        None => !key.starts_with("aws:"),
    };
    tags.iter().filter(|(key, value)| taken(key, value)).map(|(key, _)| key.to_owned()).collect()
}

/// Asks for tags, across all kinds of object.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTagsRequest {
    #[serde(flatten)]
    listing: Listing,
}

/// One tag and what carries it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagDescription {
    key: String,
    resource_id: String,
    resource_type: &'static str,
    value: String,
}

impl Described for TagDescription {
    const FILTERS: Filters<Self> = &[
        ("key", |tag| vec![tag.key.clone()]),
        ("resource-id", |tag| vec![tag.resource_id.clone()]),
        ("resource-type", |tag| vec![tag.resource_type.to_owned()]),
        ("value", |tag| vec![tag.value.clone()]),
    ];

    fn key(&self) -> String {
        format!("{} {}", self.resource_id, self.key)
    }

    fn tags(&self) -> Vec<Tag> {
        vec![Tag { key: self.key.clone(), value: self.value.clone() }]
    }
}

/// A page of tags.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTagsResponse {
    tags: Vec<TagDescription>,
    next_token: Option<String>,
}

/// Lists tags.
pub fn list(
    call: &mut Call<'_>,
    request: DescribeTagsRequest,
) -> Result<DescribeTagsResponse, Fault> {
    let mut tags = all(here(call).state);
    tags.sort_by_cached_key(Described::key);
    let page = filters::list(tags, &request.listing)?;
    Ok(DescribeTagsResponse { tags: page.items, next_token: page.next })
}

fn all(state: &State) -> Vec<TagDescription> {
    fn of<T: Object>(table: &Table<T>) -> Vec<TagDescription> {
        let mut tags = Vec::new();
        for (id, object) in table {
            tags.extend(object.tags().iter().map(|(key, value)| TagDescription {
                key: key.to_owned(),
                resource_id: id.clone(),
                resource_type: T::KIND.resource_type(),
                value: value.to_owned(),
            }));
        }
        tags
    }
    let in_table = |kind| match kind {
        Kind::DhcpOptions => of(&state.dhcp_options),
        Kind::ElasticIp => of(&state.elastic_ips),
        Kind::FlowLog => of(&state.flow_logs),
        Kind::InternetGateway => of(&state.internet_gateways),
        Kind::NatGateway => of(&state.nat_gateways),
        Kind::NetworkAcl => of(&state.network_acls),
        Kind::NetworkInterface => of(&state.network_interfaces),
        Kind::RouteTable => of(&state.route_tables),
        Kind::SecurityGroup => of(&state.security_groups),
        Kind::SecurityGroupRule => of(&state.security_group_rules),
        Kind::Subnet => of(&state.subnets),
        Kind::Vpc => of(&state.vpcs),
        Kind::VpcEndpoint => of(&state.vpc_endpoints),
    };
    Kind::ALL.into_iter().flat_map(in_table).collect()
}

#[cfg(test)]
#[path = "tags_tests.rs"]
mod tests;
