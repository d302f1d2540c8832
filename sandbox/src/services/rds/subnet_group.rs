//! DB subnet groups: the subnets of one VPC in which clusters put their instances.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::listing::{Criterion, Listing};
use super::network::{self, Subnet};
use super::{errors, names};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

/// The resource part of a subnet group's ARN.
pub(super) const KIND: &str = "subgrp";

/// A DB subnet group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SubnetGroup {
    /// In lower case.
    pub name: String,
    /// What the customer says of it.
    pub description: String,
    /// `arn:aws:rds:REGION:ACCOUNT:subgrp:NAME`.
    pub arn: String,
    /// The VPC of all its subnets.
    pub vpc: String,
    /// In at least two availability zones.
    pub subnets: Vec<Subnet>,
    /// The customer's tags.
    pub tags: Tags,
}

impl SubnetGroup {
    /// The availability zones of its subnets, each once, in order.
    pub(super) fn zones(&self) -> Vec<String> {
        let zones: BTreeSet<&String> = self.subnets.iter().map(|subnet| &subnet.zone).collect();
        zones.into_iter().cloned().collect()
    }

    /// Whether every subnet has an IPv6 block beside the IPv4 one.
    pub(super) fn is_dual(&self) -> bool {
        self.subnets.iter().all(|subnet| subnet.dual)
    }
}

/// A subnet group in AWS's description.
#[derive(Debug, Serialize)]
pub(super) struct View {
    #[serde(rename = "DBSubnetGroupName")]
    name: String,
    #[serde(rename = "DBSubnetGroupDescription")]
    description: String,
    #[serde(rename = "VpcId")]
    vpc: String,
    #[serde(rename = "SubnetGroupStatus")]
    status: &'static str,
    #[serde(rename = "Subnets")]
    subnets: Vec<SubnetView>,
    #[serde(rename = "DBSubnetGroupArn")]
    arn: String,
    #[serde(rename = "SupportedNetworkTypes")]
    network_types: Vec<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SubnetView {
    subnet_identifier: String,
    subnet_availability_zone: Zone,
    subnet_outpost: Empty,
    subnet_status: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Zone {
    name: String,
}

#[derive(Debug, Serialize)]
struct Empty {}

impl From<&SubnetGroup> for View {
    fn from(group: &SubnetGroup) -> Self {
        Self {
            name: group.name.clone(),
            description: group.description.clone(),
            vpc: group.vpc.clone(),
            status: "Complete",
            subnets: group.subnets.iter().map(SubnetView::from).collect(),
            arn: group.arn.clone(),
            network_types: if group.is_dual() { vec!["IPV4", "DUAL"] } else { vec!["IPV4"] },
        }
    }
}

impl From<&Subnet> for SubnetView {
    fn from(subnet: &Subnet) -> Self {
        Self {
            subnet_identifier: subnet.id.clone(),
            subnet_availability_zone: Zone { name: subnet.zone.clone() },
            subnet_outpost: Empty {},
            subnet_status: "Active",
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Single {
    #[serde(rename = "DBSubnetGroup")]
    group: View,
}

#[derive(Debug, Deserialize)]
pub(super) struct CreateRequest {
    #[serde(rename = "DBSubnetGroupName")]
    name: String,
    #[serde(rename = "DBSubnetGroupDescription")]
    description: String,
    #[serde(rename = "SubnetIds")]
    subnets: Vec<String>,
    #[serde(rename = "Tags", default)]
    tags: Vec<Tag>,
}

pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Single, Fault> {
    let name = valid_name(&request.name)?;
    let tags = Tags::new(request.tags).map_err(|error| errors::invalid_tags(&error))?;
    if call.region().rds.subnet_groups.contains_key(&name) {
        return Err(errors::subnet_group_exists(&name));
    }
    let (vpc, subnets) = resolve(call, &request.subnets)?;
    let arn = call.arn("rds", &format!("{KIND}:{name}"));
    let description = request.description;
    let group = SubnetGroup { name: name.clone(), description, arn, vpc, subnets, tags };
    let single = Single { group: View::from(&group) };
    call.region().rds.subnet_groups.insert(name, group);
    Ok(single)
}

/// AWS: up to 255 letters, numbers, periods, underscores, spaces and hyphens, not `default`.
fn valid_name(given: &str) -> Result<String, Fault> {
    let known = |c: char| c.is_ascii_alphanumeric() || "._- ".contains(c);
    let name = given.to_ascii_lowercase();
    if given.is_empty() || given.len() > 255 || !given.chars().all(known) || name == "default" {
        return Err(errors::invalid_value(
            "The parameter DBSubnetGroupName must be provided and must not be blank, must contain \
             no more than 255 letters, numbers, periods, underscores, spaces, or hyphens, and \
             must not be 'default'.",
        ));
    }
    Ok(name)
}

/// The subnets and their VPC: one VPC, and two availability zones at least.
fn resolve(call: &mut Call<'_>, ids: &[String]) -> Result<(String, Vec<Subnet>), Fault> {
    let ec2 = &call.region().ec2;
    let mut subnets: Vec<Subnet> = Vec::new();
    for id in ids {
        let subnet = network::subnet(ec2, id).ok_or_else(|| {
            errors::invalid_subnet(format!("The subnet ID '{id}' does not exist"))
        })?;
        if !subnets.contains(&subnet) {
            subnets.push(subnet);
        }
    }
    let vpc = subnets.first().map(|subnet| subnet.vpc.clone()).unwrap_or_default();
    if subnets.iter().any(|subnet| subnet.vpc != vpc) {
        return Err(errors::invalid_subnet("The specified subnets are not in the same VPC."));
    }
    let zones: BTreeSet<&str> = subnets.iter().map(|subnet| subnet.zone.as_str()).collect();
    if zones.len() < 2 {
        return Err(errors::too_few_zones(&zones.into_iter().collect::<Vec<_>>()));
    }
    Ok((vpc, subnets))
}

#[derive(Debug, Deserialize)]
pub(super) struct DescribeRequest {
    #[serde(rename = "DBSubnetGroupName")]
    name: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
pub(super) struct Many {
    #[serde(rename = "Marker", skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "DBSubnetGroups")]
    groups: Vec<View>,
}

pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Many, Fault> {
    let groups = &call.region().rds.subnet_groups;
    let wanted: Vec<&SubnetGroup> = match &request.name {
        Some(given) => {
            let name = names::existing(KIND, given);
            vec![groups.get(&name).ok_or_else(|| errors::subnet_group_not_found(given))?]
        }
        None => groups.values().collect(),
    };
    let none: &[Criterion<SubnetGroup>] = &[];
    let page = request.listing.page(request.listing.select(wanted, none)?, |g| g.name.clone())?;
    Ok(Many { marker: page.next, groups: page.items.into_iter().map(View::from).collect() })
}

#[derive(Debug, Deserialize)]
pub(super) struct ModifyRequest {
    #[serde(rename = "DBSubnetGroupName")]
    name: String,
    #[serde(rename = "DBSubnetGroupDescription")]
    description: Option<String>,
    #[serde(rename = "SubnetIds")]
    subnets: Vec<String>,
}

pub(super) fn modify(call: &mut Call<'_>, request: ModifyRequest) -> Result<Single, Fault> {
    let name = names::existing(KIND, &request.name);
    let missing = || errors::subnet_group_not_found(&request.name);
    let old = call.region().rds.subnet_groups.get(&name).ok_or_else(missing)?.vpc.clone();
    let (vpc, subnets) = resolve(call, &request.subnets)?;
    if vpc != old {
        return Err(errors::invalid_subnet(
            "The new subnets are not in the same VPC as the existing subnet group.",
        ));
    }
    let rds = &mut call.region().rds;
    let occupied = rds
        .instances
        .values()
        .filter(|instance| instance.subnet_group == name)
        .map(|instance| &instance.subnet);
    for subnet in occupied {
        if !subnets.iter().any(|kept| kept.id == *subnet) {
            return Err(errors::subnet_in_use(subnet));
        }
    }
    let group = rds.subnet_groups.get_mut(&name).ok_or_else(missing)?;
    group.subnets = subnets;
    if let Some(description) = request.description {
        group.description = description;
    }
    Ok(Single { group: View::from(&*group) })
}

#[derive(Debug, Deserialize)]
pub(super) struct DeleteRequest {
    #[serde(rename = "DBSubnetGroupName")]
    name: String,
}

pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<(), Fault> {
    let name = names::existing(KIND, &request.name);
    let rds = &mut call.region().rds;
    if let Some(user) = rds.clusters.values().find(|cluster| cluster.subnet_group == name) {
        return Err(errors::subnet_group_in_use(&name, &user.identifier));
    }
    match rds.subnet_groups.remove(&name) {
        Some(_) => Ok(()),
        None => Err(errors::subnet_group_not_found(&request.name)),
    }
}
