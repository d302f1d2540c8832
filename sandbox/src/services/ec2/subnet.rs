//! Subnets.

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

use super::availability_zone::{self, Zone};
use super::cidr::{self, CidrAssociation};
use super::filters::{self, Described, Filters, Listing};
use super::kind::{Kind, Object, get, select};
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::vpc::{BlockPublicAccessStates, Vpc};
use super::{Here, Scope, errors, here};

/// AWS keeps a subnet's first four addresses and its last for itself.
pub(super) const RESERVED_ADDRESSES: usize = 5;

/// A range of a VPC in one availability zone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`
    pub id: String,
    /// The VPC that it is in.
    pub vpc_id: String,
    /// The zone that it is in: `us-east-1a`.
    pub availability_zone: String,
    /// The zone's identifier that is the same for all accounts: `use1-az1`.
    pub availability_zone_id: String,
    /// Its IPv4 range.
    pub cidr_block: Ipv4Net,
    /// Its IPv6 range.
    pub ipv6_cidr_block: Option<CidrAssociation<Ipv6Net>>,
    pub(super) attributes: SubnetAttributes,
    pub(super) network_acl_association_id: String,
    pub(super) tags: Tags,
}

/// What ModifySubnetAttribute changes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SubnetAttributes {
    pub map_public_ip_on_launch: bool,
    pub assign_ipv6_address_on_creation: bool,
    pub enable_dns64: bool,
    pub private_dns_name_options_on_launch: PrivateDnsNameOptions,
}

/// The names that instances in a subnet get.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PrivateDnsNameOptions {
    pub hostname_type: HostnameType,
    pub enable_resource_name_dns_a_record: bool,
    #[serde(rename = "EnableResourceNameDnsAAAARecord")]
    pub enable_resource_name_dns_aaaa_record: bool,
}

/// Whether a name is made of the address or of the instance's identifier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostnameType {
    /// `ip-10-0-0-4.ec2.internal`
    #[default]
    IpName,
    /// `i-0123456789abcdef.ec2.internal`
    ResourceName,
}

impl Object for Subnet {
    const KIND: Kind = Kind::Subnet;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl State {
    fn free_addresses(&self, subnet: &Subnet) -> usize {
        let size = 1 << (32 - subnet.cidr_block.prefix_len());
        let interfaces = self.network_interfaces.values();
        let used = interfaces.filter(|interface| interface.subnet_id == subnet.id).count();
        (size - RESERVED_ADDRESSES).saturating_sub(used)
    }

    /// The range that a new subnet may have: inside its VPC, and nobody else's.
    fn subnet_block(&self, vpc: &Vpc, text: &str) -> Result<Ipv4Net, Fault> {
        let block = cidr::subnet_block(text)?;
        if !vpc.cidr_blocks.iter().any(|own| own.block.contains(&block)) {
            return Err(errors::subnet_range(text));
        }
        let mut siblings = self.subnets.values().filter(|subnet| subnet.vpc_id == vpc.id);
        if siblings.any(|subnet| cidr::overlap(&subnet.cidr_block, &block)) {
            return Err(errors::subnet_conflict(text));
        }
        Ok(block)
    }

    /// The same for IPv6, where a subnet is a /64.
    fn subnet_ipv6_block(&self, vpc: &Vpc, text: &str) -> Result<Ipv6Net, Fault> {
        let block = cidr::ipv6(text)?;
        let inside = vpc.ipv6_cidr_blocks.iter().any(|own| own.block.contains(&block));
        if block.prefix_len() != 64 || !inside {
            return Err(errors::subnet_range(text));
        }
        let mut taken = self.subnets.values().filter_map(|subnet| subnet.ipv6_cidr_block.as_ref());
        if taken.any(|other| other.block == block) {
            return Err(errors::subnet_conflict(text));
        }
        Ok(block)
    }

    /// The zone asked for; else the one that the VPC uses least.
    fn zone(&self, request: &CreateSubnetRequest, region: &str) -> Result<Zone, Fault> {
        let zones = availability_zone::zones(region);
        let asked = request.availability_zone.as_ref().or(request.availability_zone_id.as_ref());
        let Some(asked) = asked else {
            let used = |zone: &Zone| {
                let subnets = self.subnets.values();
                subnets
                    .filter(|one| {
                        one.vpc_id == request.vpc_id && one.availability_zone == zone.name
                    })
                    .count()
            };
            return zones
                .into_iter()
                .min_by_key(used)
                .ok_or_else(|| errors::value_not_valid(region, "region"));
        };
        let names: Vec<String> = zones.iter().map(|zone| zone.name.clone()).collect();
        zones
            .into_iter()
            .find(|zone| zone.name == *asked || zone.id == *asked)
            .ok_or_else(|| errors::zone_not_valid(asked, &names))
    }
}

/// Asks for a subnet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateSubnetRequest {
    vpc_id: String,
    availability_zone: Option<String>,
    availability_zone_id: Option<String>,
    cidr_block: Option<String>,
    ipv6_cidr_block: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The subnet that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateSubnetResponse {
    subnet: SubnetDescription,
}

/// Makes a subnet.
pub fn create(
    call: &mut Call<'_>,
    request: CreateSubnetRequest,
) -> Result<CreateSubnetResponse, Fault> {
    let Here { state, ids, scope, .. } = here(call);
    let vpc = get(&state.vpcs, &request.vpc_id)?;
    let zone = state.zone(&request, scope.region)?;
    let block = request.cidr_block.as_deref();
    let block = block.ok_or_else(|| errors::missing_parameter("cidrBlock"))?;
    let cidr_block = state.subnet_block(vpc, block)?;
    let ipv6 = request.ipv6_cidr_block.as_deref();
    let ipv6 = ipv6.map(|text| state.subnet_ipv6_block(vpc, text)).transpose()?;
    let subnet = Subnet {
        tags: specified(&request.tag_specifications, Kind::Subnet)?,
        id: ids.ec2("subnet"),
        vpc_id: vpc.id.clone(),
        availability_zone: zone.name,
        availability_zone_id: zone.id,
        cidr_block,
        ipv6_cidr_block: ipv6.map(|block| CidrAssociation::of_subnet(block, ids)),
        attributes: SubnetAttributes::default(),
        network_acl_association_id: ids.ec2("aclassoc"),
    };
    let description = SubnetDescription::of(&subnet, state, scope);
    state.subnets.insert(subnet.id.clone(), subnet);
    Ok(CreateSubnetResponse { subnet: description })
}

/// Names a subnet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSubnetRequest {
    subnet_id: String,
}

/// Deletes a subnet in which no network interface is left.
pub fn delete(call: &mut Call<'_>, request: DeleteSubnetRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let id = &get(&state.subnets, &request.subnet_id)?.id.clone();
    if state.network_interfaces.values().any(|interface| interface.subnet_id == *id) {
        return Err(errors::has_dependencies(Kind::Subnet, id));
    }
    for table in state.route_tables.values_mut() {
        table.associations.retain(|own| own.subnet_id.as_ref() != Some(id));
    }
    state.flow_logs.retain(|_, log| log.resource_id != *id);
    state.subnets.remove(id);
    Ok(Empty {})
}

/// Asks for subnets.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSubnetsRequest {
    #[serde(default)]
    subnet_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of subnets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSubnetsResponse {
    subnets: Vec<SubnetDescription>,
    next_token: Option<String>,
}

/// Lists subnets.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeSubnetsRequest,
) -> Result<DescribeSubnetsResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let subnets = select(&state.subnets, &request.subnet_ids)?;
    let subnets = subnets.into_iter().map(|one| SubnetDescription::of(one, state, scope)).collect();
    let page = filters::list(subnets, &request.listing)?;
    Ok(DescribeSubnetsResponse { subnets: page.items, next_token: page.next })
}

/// A subnet as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubnetDescription {
    subnet_id: String,
    subnet_arn: String,
    owner_id: String,
    vpc_id: String,
    state: &'static str,
    cidr_block: String,
    available_ip_address_count: usize,
    availability_zone: String,
    availability_zone_id: String,
    ipv6_cidr_block_association_set: Vec<cidr::Ipv6Association>,
    ipv6_native: bool,
    default_for_az: bool,
    map_customer_owned_ip_on_launch: bool,
    block_public_access_states: BlockPublicAccessStates,
    #[serde(flatten)]
    attributes: SubnetAttributes,
    tags: Vec<Tag>,
}

impl SubnetDescription {
    fn of(subnet: &Subnet, state: &State, scope: Scope<'_>) -> Self {
        let ipv6 = subnet.ipv6_cidr_block.iter();
        Self {
            subnet_id: subnet.id.clone(),
            subnet_arn: scope.arn(&format!("subnet/{}", subnet.id)),
            owner_id: scope.account.to_owned(),
            vpc_id: subnet.vpc_id.clone(),
            state: "available",
            cidr_block: subnet.cidr_block.to_string(),
            available_ip_address_count: state.free_addresses(subnet),
            availability_zone: subnet.availability_zone.clone(),
            availability_zone_id: subnet.availability_zone_id.clone(),
            ipv6_cidr_block_association_set: ipv6.map(CidrAssociation::of_subnet_shown).collect(),
            ipv6_native: false,
            default_for_az: false,
            map_customer_owned_ip_on_launch: false,
            block_public_access_states: BlockPublicAccessStates::OFF,
            attributes: subnet.attributes.clone(),
            tags: subnet.tags.list(),
        }
    }
}

impl Described for SubnetDescription {
    const FILTERS: Filters<Self> = &[
        ("subnet-id", |subnet| vec![subnet.subnet_id.clone()]),
        ("subnet-arn", |subnet| vec![subnet.subnet_arn.clone()]),
        ("owner-id", |subnet| vec![subnet.owner_id.clone()]),
        ("vpc-id", |subnet| vec![subnet.vpc_id.clone()]),
        ("state", |subnet| vec![subnet.state.to_owned()]),
        ("cidr-block", |subnet| vec![subnet.cidr_block.clone()]),
        ("cidrBlock", |subnet| vec![subnet.cidr_block.clone()]),
        ("cidr", |subnet| vec![subnet.cidr_block.clone()]),
        ("availability-zone", |subnet| vec![subnet.availability_zone.clone()]),
        ("availabilityZone", |subnet| vec![subnet.availability_zone.clone()]),
        ("availability-zone-id", |subnet| vec![subnet.availability_zone_id.clone()]),
        ("availabilityZoneId", |subnet| vec![subnet.availability_zone_id.clone()]),
        ("available-ip-address-count", |subnet| {
            vec![subnet.available_ip_address_count.to_string()]
        }),
        ("default-for-az", |subnet| vec![subnet.default_for_az.to_string()]),
        ("defaultForAz", |subnet| vec![subnet.default_for_az.to_string()]),
        ("ipv6-native", |subnet| vec![subnet.ipv6_native.to_string()]),
        ("map-public-ip-on-launch", |subnet| {
            vec![subnet.attributes.map_public_ip_on_launch.to_string()]
        }),
        ("enable-dns64", |subnet| vec![subnet.attributes.enable_dns64.to_string()]),
        ("ipv6-cidr-block-association.ipv6-cidr-block", |subnet| {
            let blocks = subnet.ipv6_cidr_block_association_set.iter();
            blocks.map(|own| own.ipv6_cidr_block.clone()).collect()
        }),
        ("ipv6-cidr-block-association.association-id", |subnet| {
            let blocks = subnet.ipv6_cidr_block_association_set.iter();
            blocks.map(|own| own.association_id.clone()).collect()
        }),
    ];

    fn key(&self) -> String {
        self.subnet_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

#[cfg(test)]
#[path = "subnet_tests.rs"]
mod tests;
