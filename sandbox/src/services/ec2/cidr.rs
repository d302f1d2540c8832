//! Address ranges: their sizes, and their association with VPCs and subnets.

use std::net::Ipv6Addr;
use std::ops::RangeInclusive;

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::call::Ids;
use crate::fault::Fault;

use super::errors;

/// The prefix lengths that AWS allows for VPCs and subnets.
const PREFIX_LENGTHS: RangeInclusive<u8> = 16..=28;

/// A range, and the identifier of its association.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CidrAssociation<N> {
    /// `vpc-cidr-assoc-…` or `subnet-cidr-assoc-…`
    pub id: String,
    /// The range.
    pub block: N,
}

impl CidrAssociation<Ipv4Net> {
    /// A VPC's new range.
    pub fn of_vpc(block: Ipv4Net, ids: &mut Ids) -> Self {
        Self { id: ids.ec2("vpc-cidr-assoc"), block }
    }
}

impl CidrAssociation<Ipv6Net> {
    /// A /56 for a VPC from Amazon's pool. The sandbox's pool is the documentation prefix
    /// 2001:db8::/32, so that no address of it exists anywhere else.
    pub fn amazon_provided(ids: &mut Ids) -> Self {
        let site = u128::from_str_radix(&ids.hex(6), 16).unwrap_or_default();
        let address = Ipv6Addr::from_bits(0x2001_0db8 << 96 | site << 72);
        Self { id: ids.ec2("vpc-cidr-assoc"), block: Ipv6Net::new_assert(address, 56) }
    }

    /// A subnet's new range.
    pub fn of_subnet(block: Ipv6Net, ids: &mut Ids) -> Self {
        Self { id: ids.ec2("subnet-cidr-assoc"), block }
    }

    /// As responses about a VPC show it.
    pub fn of_vpc_in(&self, region: &str) -> Ipv6Association {
        Ipv6Association {
            network_border_group: Some(region.to_owned()),
            ipv6_pool: Some("Amazon"),
            ..self.of_subnet_shown()
        }
    }

    /// As responses about a subnet show it.
    pub fn of_subnet_shown(&self) -> Ipv6Association {
        Ipv6Association {
            association_id: self.id.clone(),
            ipv6_cidr_block: self.block.to_string(),
            ipv6_cidr_block_state: BlockState::ASSOCIATED,
            network_border_group: None,
            ipv6_pool: None,
            ipv6_address_attribute: "public",
            ip_source: "amazon",
        }
    }
}

/// An IPv4 association as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ipv4Association {
    pub(super) association_id: String,
    pub(super) cidr_block: String,
    cidr_block_state: BlockState,
}

impl From<&CidrAssociation<Ipv4Net>> for Ipv4Association {
    fn from(own: &CidrAssociation<Ipv4Net>) -> Self {
        Self {
            association_id: own.id.clone(),
            cidr_block: own.block.to_string(),
            cidr_block_state: BlockState::ASSOCIATED,
        }
    }
}

impl Ipv4Association {
    /// The same, on its way out.
    pub(super) fn leaving(self) -> Self {
        Self { cidr_block_state: BlockState::DISASSOCIATING, ..self }
    }
}

/// An IPv6 association as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ipv6Association {
    pub(super) association_id: String,
    pub(super) ipv6_cidr_block: String,
    ipv6_cidr_block_state: BlockState,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_border_group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_pool: Option<&'static str>,
    ipv6_address_attribute: &'static str,
    ip_source: &'static str,
}

impl Ipv6Association {
    /// The same, on its way out.
    pub(super) fn leaving(self) -> Self {
        Self { ipv6_cidr_block_state: BlockState::DISASSOCIATING, ..self }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct BlockState {
    state: &'static str,
}

impl BlockState {
    const ASSOCIATED: Self = Self { state: "associated" };
    const DISASSOCIATING: Self = Self { state: "disassociating" };
}

/// An IPv4 range in its canonical form (AWS makes 100.68.0.18/18 into 100.68.0.0/18).
pub fn ipv4(text: &str) -> Result<Ipv4Net, Fault> {
    text.parse::<Ipv4Net>().map(|net| net.trunc()).map_err(|_| errors::cidr_not_valid(text))
}

/// An IPv6 range in its canonical form.
pub fn ipv6(text: &str) -> Result<Ipv6Net, Fault> {
    text.parse::<Ipv6Net>().map(|net| net.trunc()).map_err(|_| errors::cidr_not_valid(text))
}

/// A range that a VPC may have.
pub fn vpc_block(text: &str) -> Result<Ipv4Net, Fault> {
    let net = ipv4(text)?;
    if PREFIX_LENGTHS.contains(&net.prefix_len()) { Ok(net) } else { Err(errors::vpc_range(text)) }
}

/// A range that a subnet may have, whatever its VPC.
pub fn subnet_block(text: &str) -> Result<Ipv4Net, Fault> {
    let net = ipv4(text)?;
    if PREFIX_LENGTHS.contains(&net.prefix_len()) {
        Ok(net)
    } else {
        Err(errors::subnet_range(text))
    }
}

/// Whether two ranges share an address.
pub fn overlap(one: &Ipv4Net, other: &Ipv4Net) -> bool {
    one.contains(other) || other.contains(one)
}
