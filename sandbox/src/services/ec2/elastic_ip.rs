//! Elastic IP addresses.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filter, Filters, Listing};
use super::kind::{Kind, Object, get, get_mut, select};
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, Scope, errors, here};

/// A public address that the account holds until it gives it back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ElasticIp {
    pub(super) id: String,
    pub(super) public_ip: Ipv4Addr,
    pub(super) association: Option<AddressAssociation>,
    pub(super) tags: Tags,
}

/// The interface that an address leads to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddressAssociation {
    pub(super) id: String,
    pub(super) network_interface_id: String,
}

impl Object for ElasticIp {
    const KIND: Kind = Kind::ElasticIp;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl State {
    /// An address that nobody holds, from 198.18.0.0/15: the range for benchmarks, which leads
    /// nowhere on the internet.
    fn public_address(&self, ids: &mut Ids) -> Result<Ipv4Addr, Fault> {
        let first = Ipv4Addr::new(198, 18, 0, 0).to_bits();
        let drawn = u32::from_str_radix(&ids.hex(8), 16).unwrap_or_default();
        let held =
            |address: &Ipv4Addr| self.elastic_ips.values().any(|own| own.public_ip == *address);
        (0..1 << 17)
            .map(|step: u32| Ipv4Addr::from_bits(first | (drawn.wrapping_add(step) & 0x1_ffff)))
            .find(|address| !held(address))
            .ok_or_else(errors::address_limit_exceeded)
    }

    /// Lets an address lead to an interface; both exist.
    pub(super) fn bind_address(
        &mut self,
        address: &str,
        interface: &str,
        ids: &mut Ids,
    ) -> Result<String, Fault> {
        let association = AddressAssociation {
            id: ids.ec2("eipassoc"),
            network_interface_id: interface.to_owned(),
        };
        let id = association.id.clone();
        get_mut(&mut self.elastic_ips, address)?.association = Some(association);
        Ok(id)
    }

    /// Whether a public address leads into the VPC.
    pub(super) fn has_public_addresses(&self, vpc: &str) -> bool {
        let bound = self.elastic_ips.values().filter_map(|address| address.association.as_ref());
        let mut interfaces =
            bound.filter_map(|own| self.network_interfaces.get(&own.network_interface_id));
        interfaces.any(|interface| interface.vpc_id == vpc)
    }

    fn by_association(&mut self, id: &str) -> Result<&mut ElasticIp, Fault> {
        let own =
            |address: &&mut ElasticIp| address.association.as_ref().is_some_and(|own| own.id == id);
        self.elastic_ips.values_mut().find(own).ok_or_else(|| errors::association_not_found(id))
    }
}

/// Asks for an address.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AllocateAddressRequest {
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The address that was given.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AllocateAddressResponse {
    allocation_id: String,
    public_ip: Ipv4Addr,
    public_ipv4_pool: &'static str,
    network_border_group: String,
    domain: &'static str,
}

/// Gives the account an address.
pub fn allocate(
    call: &mut Call<'_>,
    request: AllocateAddressRequest,
) -> Result<AllocateAddressResponse, Fault> {
    let Here { state, ids, scope, .. } = here(call);
    let tags = specified(&request.tag_specifications, Kind::ElasticIp)?;
    let public_ip = state.public_address(ids)?;
    let address = ElasticIp { id: ids.ec2("eipalloc"), public_ip, association: None, tags };
    let response = AllocateAddressResponse {
        allocation_id: address.id.clone(),
        public_ip,
        public_ipv4_pool: "amazon",
        network_border_group: scope.region.to_owned(),
        domain: "vpc",
    };
    state.elastic_ips.insert(address.id.clone(), address);
    Ok(response)
}

/// Names an address.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReleaseAddressRequest {
    allocation_id: Option<String>,
    public_ip: Option<Ipv4Addr>,
}

/// Takes back an address that leads nowhere. AWS takes the address itself for EC2-Classic only.
pub fn release(call: &mut Call<'_>, request: ReleaseAddressRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let id = match (request.allocation_id, request.public_ip) {
        (Some(id), None) => id,
        (Some(_), Some(_)) => return Err(errors::allocation_and_address()),
        (None, Some(_)) => return Err(errors::allocation_id_needed()),
        (None, None) => return Err(errors::missing_parameter("allocationId")),
    };
    let address = get(&state.elastic_ips, &id)?;
    if address.association.is_some() {
        return Err(errors::address_in_use(address.public_ip));
    }
    state.elastic_ips.remove(&id);
    Ok(Empty {})
}

/// Names an address and an interface.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociateAddressRequest {
    allocation_id: Option<String>,
    network_interface_id: Option<String>,
    instance_id: Option<String>,
    allow_reassociation: Option<bool>,
}

/// The association that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociateAddressResponse {
    association_id: String,
}

/// Lets an address lead to an interface of a VPC with an internet gateway.
pub fn associate(
    call: &mut Call<'_>,
    request: AssociateAddressRequest,
) -> Result<AssociateAddressResponse, Fault> {
    let Here { state, ids, .. } = here(call);
    if let Some(instance) = &request.instance_id {
        return Err(errors::instance_not_found(instance));
    }
    let address = request.allocation_id.as_deref();
    let address = address.ok_or_else(|| errors::missing_parameter("allocationId"))?;
    let interface = request.network_interface_id.as_deref();
    let interface = interface.ok_or_else(|| errors::missing_parameter("networkInterfaceId"))?;
    let held = get(&state.elastic_ips, address)?;
    let interface = get(&state.network_interfaces, interface)?;
    if let Some(own) = &held.association {
        if own.network_interface_id == interface.id {
            return Ok(AssociateAddressResponse { association_id: own.id.clone() });
        }
        if !request.allow_reassociation.unwrap_or_default() {
            return Err(errors::address_already_associated(address, &own.id));
        }
    }
    if state.internet_gateway_of(&interface.vpc_id).is_none() {
        return Err(errors::network_without_gateway(&interface.vpc_id));
    }
    let interface = interface.id.clone();
    Ok(AssociateAddressResponse { association_id: state.bind_address(address, &interface, ids)? })
}

/// Names an association.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DisassociateAddressRequest {
    association_id: Option<String>,
}

/// Lets an address lead nowhere. What a service has associated, only the service can undo.
pub fn disassociate(
    call: &mut Call<'_>,
    request: DisassociateAddressRequest,
) -> Result<Empty, Fault> {
    let state = here(call).state;
    let id = request.association_id.ok_or_else(|| errors::missing_parameter("associationId"))?;
    let bound = state.by_association(&id)?.association.clone();
    let interface = bound.and_then(|own| state.network_interfaces.get(&own.network_interface_id));
    if interface.is_some_and(|interface| interface.attachment.is_some()) {
        return Err(errors::no_permission_for_resource());
    }
    state.by_association(&id)?.association = None;
    Ok(Empty {})
}

/// Asks for addresses.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAddressesRequest {
    #[serde(default)]
    allocation_ids: Vec<String>,
    #[serde(default)]
    public_ips: Vec<Ipv4Addr>,
    #[serde(default)]
    filters: Vec<Filter>,
}

/// The addresses found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAddressesResponse {
    addresses: Vec<AddressDescription>,
}

/// Lists addresses; AWS gives them all in one page.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeAddressesRequest,
) -> Result<DescribeAddressesResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let held = |ip: &Ipv4Addr| state.elastic_ips.values().any(|own| own.public_ip == *ip);
    if let Some(unknown) = request.public_ips.iter().find(|ip| !held(ip)) {
        return Err(errors::address_not_found(*unknown));
    }
    let addresses = select(&state.elastic_ips, &request.allocation_ids)?;
    let described = addresses
        .into_iter()
        .filter(|own| request.public_ips.is_empty() || request.public_ips.contains(&own.public_ip))
        .map(|address| AddressDescription::of(address, state, scope))
        .collect();
    Ok(DescribeAddressesResponse { addresses: filters::filtered(described, &request.filters)? })
}

/// An address as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AddressDescription {
    allocation_id: String,
    public_ip: Ipv4Addr,
    public_ipv4_pool: &'static str,
    network_border_group: String,
    domain: &'static str,
    association_id: Option<String>,
    network_interface_id: Option<String>,
    network_interface_owner_id: Option<String>,
    private_ip_address: Option<Ipv4Addr>,
    tags: Vec<Tag>,
}

impl AddressDescription {
    fn of(address: &ElasticIp, state: &State, scope: Scope<'_>) -> Self {
        let association = address.association.as_ref();
        let interface = association.map(|own| own.network_interface_id.clone());
        let found = interface.as_ref().and_then(|id| state.network_interfaces.get(id));
        Self {
            allocation_id: address.id.clone(),
            public_ip: address.public_ip,
            public_ipv4_pool: "amazon",
            network_border_group: scope.region.to_owned(),
            domain: "vpc",
            association_id: association.map(|own| own.id.clone()),
            private_ip_address: found.map(|interface| interface.private_ip),
            network_interface_owner_id: found.map(|_| scope.account.to_owned()),
            network_interface_id: interface,
            tags: address.tags.list(),
        }
    }
}

impl Described for AddressDescription {
    const FILTERS: Filters<Self> = &[
        ("allocation-id", |address| vec![address.allocation_id.clone()]),
        ("public-ip", |address| vec![address.public_ip.to_string()]),
        ("domain", |address| vec![address.domain.to_owned()]),
        ("network-border-group", |address| vec![address.network_border_group.clone()]),
        ("association-id", |address| address.association_id.iter().cloned().collect()),
        ("network-interface-id", |address| address.network_interface_id.iter().cloned().collect()),
        ("network-interface-owner-id", |address| {
            address.network_interface_owner_id.iter().cloned().collect()
        }),
        ("private-ip-address", |address| {
            address.private_ip_address.iter().map(Ipv4Addr::to_string).collect()
        }),
        ("instance-id", |_| Vec::new()),
    ];

    fn key(&self) -> String {
        self.allocation_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

/// Asks for the reverse DNS names of addresses.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAddressesAttributeRequest {
    #[serde(default)]
    allocation_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of attributes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAddressesAttributeResponse {
    addresses: Vec<AddressAttribute>,
    next_token: Option<String>,
}

/// An address without a name of the account's own, which is all that the sandbox has.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AddressAttribute {
    allocation_id: String,
    public_ip: Ipv4Addr,
}

impl Described for AddressAttribute {
    const FILTERS: Filters<Self> = &[];

    fn key(&self) -> String {
        self.allocation_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        Vec::new()
    }
}

/// Lists the attributes of addresses.
pub fn describe_attribute(
    call: &mut Call<'_>,
    request: DescribeAddressesAttributeRequest,
) -> Result<DescribeAddressesAttributeResponse, Fault> {
    let addresses = select(&here(call).state.elastic_ips, &request.allocation_ids)?;
    let attributes = addresses
        .into_iter()
        .map(|own| AddressAttribute { allocation_id: own.id.clone(), public_ip: own.public_ip })
        .collect();
    let page = filters::list(attributes, &request.listing)?;
    Ok(DescribeAddressesAttributeResponse { addresses: page.items, next_token: page.next })
}

#[cfg(test)]
#[path = "elastic_ip_tests.rs"]
mod tests;
