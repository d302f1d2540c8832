//! VPCs, and what AWS makes and deletes along with one.

use std::time::Duration;

use ipnet::{Ipv4Net, Ipv6Net};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

use super::cidr::{self, CidrAssociation};
use super::dhcp_options;
use super::filters::{self, Described, Filters, Listing};
use super::kind::{Kind, Object, get, select};
use super::network_acl::NetworkAcl;
use super::progress::Progress;
use super::route_table::RouteTable;
use super::security_group::SecurityGroup;
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, Scope, errors, here};

/// How long a VPC is `pending`.
const CREATION: Duration = Duration::from_secs(1);

/// A virtual network.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vpc {
    /// `vpc-…`
    pub id: String,
    /// The IPv4 ranges; the first is the one that the VPC was made with.
    pub cidr_blocks: Vec<CidrAssociation<Ipv4Net>>,
    /// The IPv6 ranges that AWS gave.
    pub ipv6_cidr_blocks: Vec<CidrAssociation<Ipv6Net>>,
    /// `default`, `dedicated` or `host`.
    pub instance_tenancy: String,
    /// The DHCP options in use.
    pub dhcp_options_id: String,
    /// Whether AWS's resolver answers inside.
    pub enable_dns_support: bool,
    /// Whether what has a public address gets a public name.
    pub enable_dns_hostnames: bool,
    /// Whether address usage is measured.
    pub enable_network_address_usage_metrics: bool,
    pub(super) progress: Progress<VpcState>,
    pub(super) tags: Tags,
}

/// Whether a VPC can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VpcState {
    /// Being made.
    Pending,
    /// Made.
    Available,
}

impl Object for Vpc {
    const KIND: Kind = Kind::Vpc;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl State {
    pub(super) fn settle_vpcs(&mut self, now: Timestamp) {
        for vpc in self.vpcs.values_mut() {
            vpc.progress.settle(now);
        }
    }

    /// AWS deletes a VPC only when nothing is left in it but what came with it.
    fn vpc_has_dependents(&self, id: &str) -> bool {
        self.subnets.values().any(|subnet| subnet.vpc_id == id)
            || self.internet_gateways.values().any(|gateway| gateway.vpc_id.as_deref() == Some(id))
            || self.network_interfaces.values().any(|interface| interface.vpc_id == id)
            || self.vpc_endpoints.values().any(|endpoint| endpoint.vpc_id == id)
            || self.route_tables.values().any(|table| table.vpc_id == id && !table.is_main())
            || self.security_groups.values().any(|group| group.vpc_id == id && !group.is_default())
    }

    /// Makes the objects that come with a VPC.
    fn furnish(&mut self, vpc: &str, scope: Scope<'_>, ids: &mut Ids) {
        let table = RouteTable::main(vpc, ids);
        self.route_tables.insert(table.id.clone(), table);
        let acl = NetworkAcl::default_of(vpc, ids);
        self.network_acls.insert(acl.id.clone(), acl);
        self.add_security_group(SecurityGroup::default_of(vpc, ids), scope, ids);
    }

    /// Deletes the objects that came with a VPC.
    fn clear(&mut self, vpc: &str) {
        self.route_tables.retain(|_, table| table.vpc_id != vpc);
        self.network_acls.retain(|_, acl| acl.vpc_id != vpc);
        let groups = &mut self.security_groups;
        groups.retain(|_, group| group.vpc_id != vpc);
        self.security_group_rules.retain(|_, rule| groups.contains_key(&rule.group_id));
        self.flow_logs.retain(|_, log| log.resource_id != vpc);
    }
}

/// Asks for a VPC.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateVpcRequest {
    cidr_block: Option<String>,
    amazon_provided_ipv6_cidr_block: Option<bool>,
    instance_tenancy: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The VPC that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateVpcResponse {
    vpc: VpcDescription,
}

/// Makes a VPC, with its main route table, network ACL and default security group.
pub fn create(call: &mut Call<'_>, request: CreateVpcRequest) -> Result<CreateVpcResponse, Fault> {
    let Here { state, ids, clock, scope } = here(call);
    let block = request.cidr_block.ok_or_else(|| errors::missing_parameter("cidrBlock"))?;
    let block = cidr::vpc_block(&block)?;
    let tags = specified(&request.tag_specifications, Kind::Vpc)?;
    let ipv6 = request.amazon_provided_ipv6_cidr_block.unwrap_or_default();
    let vpc = Vpc {
        id: ids.ec2("vpc"),
        cidr_blocks: vec![CidrAssociation::of_vpc(block, ids)],
        ipv6_cidr_blocks: ipv6.then(|| CidrAssociation::amazon_provided(ids)).into_iter().collect(),
        instance_tenancy: request.instance_tenancy.unwrap_or_else(|| "default".into()),
        dhcp_options_id: dhcp_options::default_id(state, scope, ids),
        enable_dns_support: true,
        enable_dns_hostnames: false,
        enable_network_address_usage_metrics: false,
        progress: Progress::towards(VpcState::Pending, VpcState::Available, clock.after(CREATION)),
        tags,
    };
    state.furnish(&vpc.id, scope, ids);
    let description = VpcDescription::of(&vpc, scope);
    state.vpcs.insert(vpc.id.clone(), vpc);
    Ok(CreateVpcResponse { vpc: description })
}

/// Names a VPC.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteVpcRequest {
    vpc_id: String,
}

/// Deletes a VPC, once nothing is left in it but what came with it.
pub fn delete(call: &mut Call<'_>, request: DeleteVpcRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let id = &get(&state.vpcs, &request.vpc_id)?.id.clone();
    if state.vpc_has_dependents(id) {
        return Err(errors::has_dependencies(Kind::Vpc, id));
    }
    state.clear(id);
    state.vpcs.remove(id);
    Ok(Empty {})
}

/// Asks for VPCs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcsRequest {
    #[serde(default)]
    vpc_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of VPCs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcsResponse {
    vpcs: Vec<VpcDescription>,
    next_token: Option<String>,
}

/// Lists VPCs.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeVpcsRequest,
) -> Result<DescribeVpcsResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let vpcs = select(&state.vpcs, &request.vpc_ids)?;
    let vpcs = vpcs.into_iter().map(|vpc| VpcDescription::of(vpc, scope)).collect();
    let page = filters::list(vpcs, &request.listing)?;
    Ok(DescribeVpcsResponse { vpcs: page.items, next_token: page.next })
}

/// A VPC as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpcDescription {
    vpc_id: String,
    owner_id: String,
    state: VpcState,
    cidr_block: String,
    cidr_block_association_set: Vec<cidr::Ipv4Association>,
    ipv6_cidr_block_association_set: Vec<cidr::Ipv6Association>,
    dhcp_options_id: String,
    instance_tenancy: String,
    is_default: bool,
    block_public_access_states: BlockPublicAccessStates,
    tags: Vec<Tag>,
}

/// Whether public access is blocked; no account blocks it by default.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BlockPublicAccessStates {
    internet_gateway_block_mode: &'static str,
}

impl BlockPublicAccessStates {
    pub(super) const OFF: Self = Self { internet_gateway_block_mode: "off" };
}

impl VpcDescription {
    fn of(vpc: &Vpc, scope: Scope<'_>) -> Self {
        let ipv6 = vpc.ipv6_cidr_blocks.iter();
        Self {
            vpc_id: vpc.id.clone(),
            owner_id: scope.account.to_owned(),
            state: vpc.progress.state(),
            cidr_block: vpc
                .cidr_blocks
                .first()
                .map(|block| block.block.to_string())
                .unwrap_or_default(),
            cidr_block_association_set: vpc.cidr_blocks.iter().map(Into::into).collect(),
            ipv6_cidr_block_association_set: ipv6.map(|own| own.of_vpc_in(scope.region)).collect(),
            dhcp_options_id: vpc.dhcp_options_id.clone(),
            instance_tenancy: vpc.instance_tenancy.clone(),
            is_default: false,
            block_public_access_states: BlockPublicAccessStates::OFF,
            tags: vpc.tags.list(),
        }
    }
}

impl Described for VpcDescription {
    const FILTERS: Filters<Self> = &[
        ("vpc-id", |vpc| vec![vpc.vpc_id.clone()]),
        ("owner-id", |vpc| vec![vpc.owner_id.clone()]),
        ("state", |vpc| {
            vec![if vpc.state == VpcState::Pending { "pending" } else { "available" }.to_owned()]
        }),
        ("cidr", |vpc| vec![vpc.cidr_block.clone()]),
        ("cidr-block-association.cidr-block", |vpc| {
            vpc.cidr_block_association_set.iter().map(|own| own.cidr_block.clone()).collect()
        }),
        ("cidr-block-association.association-id", |vpc| {
            vpc.cidr_block_association_set.iter().map(|own| own.association_id.clone()).collect()
        }),
        ("cidr-block-association.state", |vpc| {
            vec!["associated".to_owned(); vpc.cidr_block_association_set.len()]
        }),
        ("ipv6-cidr-block-association.ipv6-cidr-block", |vpc| {
            let blocks = vpc.ipv6_cidr_block_association_set.iter();
            blocks.map(|own| own.ipv6_cidr_block.clone()).collect()
        }),
        ("ipv6-cidr-block-association.association-id", |vpc| {
            let blocks = vpc.ipv6_cidr_block_association_set.iter();
            blocks.map(|own| own.association_id.clone()).collect()
        }),
        ("dhcp-options-id", |vpc| vec![vpc.dhcp_options_id.clone()]),
        ("is-default", |vpc| vec![vpc.is_default.to_string()]),
        ("isDefault", |vpc| vec![vpc.is_default.to_string()]),
    ];

    fn key(&self) -> String {
        self.vpc_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

#[cfg(test)]
#[path = "vpc_tests.rs"]
mod tests;
