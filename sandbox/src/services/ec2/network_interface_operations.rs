//! The operations on network interfaces.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

use super::elastic_ip::ElasticIp;
use super::filters::{self, Described, Filters, Listing};
use super::idempotency::Attempt;
use super::kind::{Kind, get, select};
use super::network_interface::{NetworkInterface, NewInterface};
use super::security_group::GroupIdentifier;
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, Scope, errors, here};

/// Asks for an interface.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateNetworkInterfaceRequest {
    subnet_id: String,
    description: Option<String>,
    private_ip_address: Option<Ipv4Addr>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(skip_serializing)]
    client_token: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The interface that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateNetworkInterfaceResponse {
    network_interface: InterfaceDescription,
    client_token: Option<String>,
}

/// Makes an interface, in the VPC's default security group unless others are given.
pub fn create(
    call: &mut Call<'_>,
    mut request: CreateNetworkInterfaceRequest,
) -> Result<CreateNetworkInterfaceResponse, Fault> {
    let Here { state, ids, clock, scope } = here(call);
    let client_token = request.client_token.take();
    let attempt = Attempt::new("CreateNetworkInterface", client_token.as_deref(), &request)?;
    let made = state.tokens.made_before(&attempt)?.first();
    let interface = match made.and_then(|id| state.network_interfaces.get(id)) {
        Some(interface) => interface.clone(),
        None => {
            let tags = specified(&request.tag_specifications, Kind::NetworkInterface)?;
            let subnet = get(&state.subnets, &request.subnet_id)?;
            let wanted = NewInterface {
                subnet_id: subnet.id.clone(),
                group_ids: state.groups_or_default(request.groups, &subnet.vpc_id),
                description: request.description.unwrap_or_default(),
                requester_id: String::new(),
                interface_type: "interface".into(),
            };
            let interface = state.new_interface(ids, wanted, request.private_ip_address)?;
            let interface = NetworkInterface { tags, ..interface };
            state.tokens.remember(attempt, vec![interface.id.clone()], clock.now);
            state.network_interfaces.insert(interface.id.clone(), interface.clone());
            interface
        }
    };
    let network_interface = InterfaceDescription::of(&interface, state, scope);
    Ok(CreateNetworkInterfaceResponse { network_interface, client_token })
}

/// Names an interface.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteNetworkInterfaceRequest {
    network_interface_id: String,
}

/// Deletes an interface that nothing uses.
pub fn delete(call: &mut Call<'_>, request: DeleteNetworkInterfaceRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let interface = get(&state.network_interfaces, &request.network_interface_id)?;
    let id = interface.id.clone();
    if interface.attachment.is_some() {
        return Err(errors::interface_in_use(&id));
    }
    state.close_interface(&id);
    Ok(Empty {})
}

/// Asks for interfaces.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeNetworkInterfacesRequest {
    #[serde(default)]
    network_interface_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of interfaces.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeNetworkInterfacesResponse {
    network_interfaces: Vec<InterfaceDescription>,
    next_token: Option<String>,
}

/// Lists interfaces.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeNetworkInterfacesRequest,
) -> Result<DescribeNetworkInterfacesResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let interfaces = select(&state.network_interfaces, &request.network_interface_ids)?;
    let interfaces = interfaces.into_iter();
    let described = interfaces.map(|one| InterfaceDescription::of(one, state, scope)).collect();
    let page = filters::list(described, &request.listing)?;
    Ok(DescribeNetworkInterfacesResponse { network_interfaces: page.items, next_token: page.next })
}

/// An interface as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InterfaceDescription {
    network_interface_id: String,
    owner_id: String,
    vpc_id: String,
    subnet_id: String,
    availability_zone: String,
    description: String,
    interface_type: String,
    mac_address: String,
    private_ip_address: Ipv4Addr,
    private_ip_addresses: Vec<AddressDescription>,
    groups: Vec<GroupIdentifier>,
    requester_id: Option<String>,
    requester_managed: bool,
    source_dest_check: bool,
    status: &'static str,
    association: Option<AssociationDescription>,
    attachment: Option<AttachmentDescription>,
    ipv6_addresses: [(); 0],
    tag_set: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AddressDescription {
    primary: bool,
    private_ip_address: Ipv4Addr,
    association: Option<AssociationDescription>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationDescription {
    allocation_id: String,
    association_id: String,
    ip_owner_id: String,
    public_dns_name: &'static str,
    public_ip: Ipv4Addr,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttachmentDescription {
    attachment_id: String,
    delete_on_termination: bool,
    device_index: u8,
    instance_owner_id: String,
    status: &'static str,
}

impl InterfaceDescription {
    fn of(interface: &NetworkInterface, state: &State, scope: Scope<'_>) -> Self {
        let association = association(interface, state, scope);
        let attachment = interface.attachment.as_ref();
        // AWS's NAT gateways forward what is not addressed to them.
        let checked = interface.interface_type != "nat_gateway";
        Self {
            network_interface_id: interface.id.clone(),
            owner_id: scope.account.to_owned(),
            vpc_id: interface.vpc_id.clone(),
            subnet_id: interface.subnet_id.clone(),
            availability_zone: interface.availability_zone.clone(),
            description: interface.description.clone(),
            interface_type: interface.interface_type.clone(),
            mac_address: interface.mac_address.clone(),
            private_ip_address: interface.private_ip,
            private_ip_addresses: vec![AddressDescription {
                primary: true,
                private_ip_address: interface.private_ip,
                association: association.clone(),
            }],
            groups: state.group_identifiers(&interface.group_ids),
            requester_id: attachment.map(|own| own.requester_id.clone()),
            requester_managed: attachment.is_some(),
            source_dest_check: checked,
            status: if attachment.is_some() { "in-use" } else { "available" },
            association,
            attachment: attachment.map(|own| AttachmentDescription {
                attachment_id: own.id.clone(),
                delete_on_termination: false,
                device_index: 1,
                instance_owner_id: own.requester_id.clone(),
                status: "attached",
            }),
            ipv6_addresses: [],
            tag_set: interface.tags.list(),
        }
    }
}

fn association(
    interface: &NetworkInterface,
    state: &State,
    scope: Scope<'_>,
) -> Option<AssociationDescription> {
    let bound = |address: &&ElasticIp| {
        let association = address.association.as_ref();
        association.is_some_and(|own| own.network_interface_id == interface.id)
    };
    let address = state.elastic_ips.values().find(bound)?;
    Some(AssociationDescription {
        allocation_id: address.id.clone(),
        association_id: address.association.as_ref()?.id.clone(),
        ip_owner_id: scope.account.to_owned(),
        public_dns_name: "",
        public_ip: address.public_ip,
    })
}

impl Described for InterfaceDescription {
    const FILTERS: Filters<Self> = &[
        ("network-interface-id", |one| vec![one.network_interface_id.clone()]),
        ("owner-id", |one| vec![one.owner_id.clone()]),
        ("vpc-id", |one| vec![one.vpc_id.clone()]),
        ("subnet-id", |one| vec![one.subnet_id.clone()]),
        ("availability-zone", |one| vec![one.availability_zone.clone()]),
        ("description", |one| vec![one.description.clone()]),
        ("interface-type", |one| vec![one.interface_type.clone()]),
        ("mac-address", |one| vec![one.mac_address.clone()]),
        ("private-ip-address", |one| vec![one.private_ip_address.to_string()]),
        ("addresses.private-ip-address", |one| vec![one.private_ip_address.to_string()]),
        ("addresses.primary", |_| vec!["true".to_owned()]),
        ("group-id", |one| one.groups.iter().map(|group| group.group_id.clone()).collect()),
        ("group-name", |one| one.groups.iter().map(|group| group.group_name.clone()).collect()),
        ("requester-id", |one| one.requester_id.iter().cloned().collect()),
        ("requester-managed", |one| vec![one.requester_managed.to_string()]),
        ("source-dest-check", |one| vec![one.source_dest_check.to_string()]),
        ("status", |one| vec![one.status.to_owned()]),
        ("association.allocation-id", |one| {
            one.association.iter().map(|own| own.allocation_id.clone()).collect()
        }),
        ("association.association-id", |one| {
            one.association.iter().map(|own| own.association_id.clone()).collect()
        }),
        ("association.public-ip", |one| {
            one.association.iter().map(|own| own.public_ip.to_string()).collect()
        }),
        ("attachment.attachment-id", |one| {
            one.attachment.iter().map(|own| own.attachment_id.clone()).collect()
        }),
        ("attachment.instance-owner-id", |one| {
            one.attachment.iter().map(|own| own.instance_owner_id.clone()).collect()
        }),
        ("attachment.status", |one| {
            one.attachment.iter().map(|own| own.status.to_owned()).collect()
        }),
        ("attachment.instance-id", |_| Vec::new()),
    ];

    fn key(&self) -> String {
        self.network_interface_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tag_set.clone()
    }
}

#[cfg(test)]
#[path = "network_interface_tests.rs"]
mod tests;
