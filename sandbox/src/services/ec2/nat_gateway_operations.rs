//! The operations on NAT gateways.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Clock, Ids};
use crate::fault::Fault;
use crate::services::tags::Tag;

use super::filters::{self, Described, Filters, Listing};
use super::idempotency::Attempt;
use super::kind::{Kind, get, get_mut, select};
use super::nat_gateway::{
    CREATION, Connectivity, DELETION, FAILURE, NatGateway, NatState, PublicAddress,
};
use super::network_interface::{InterfaceAttachment, NetworkInterface, NewInterface};
use super::progress::Progress;
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, errors, here};

/// Asks for a gateway.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateNatGatewayRequest {
    subnet_id: Option<String>,
    allocation_id: Option<String>,
    connectivity_type: Option<Connectivity>,
    private_ip_address: Option<Ipv4Addr>,
    #[serde(default)]
    secondary_allocation_ids: Vec<String>,
    #[serde(default)]
    secondary_private_ip_addresses: Vec<Ipv4Addr>,
    secondary_private_ip_address_count: Option<u32>,
    #[serde(skip_serializing)]
    client_token: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

impl CreateNatGatewayRequest {
    fn has_secondary_addresses(&self) -> bool {
        !self.secondary_allocation_ids.is_empty()
            || !self.secondary_private_ip_addresses.is_empty()
            || self.secondary_private_ip_address_count.is_some_and(|count| count > 0)
    }
}

/// The gateway that is being made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateNatGatewayResponse {
    nat_gateway: NatDescription,
    client_token: Option<String>,
}

/// Begins to make a gateway. Whether it can work, AWS finds out later.
pub fn create(
    call: &mut Call<'_>,
    mut request: CreateNatGatewayRequest,
) -> Result<CreateNatGatewayResponse, Fault> {
    if request.has_secondary_addresses() {
        return Err(errors::not_built("secondary addresses of NAT gateways"));
    }
    let Here { state, ids, clock, .. } = here(call);
    let client_token = request.client_token.take();
    let attempt = Attempt::new("CreateNatGateway", client_token.as_deref(), &request)?;
    let made = state.tokens.made_before(&attempt)?.first();
    if let Some(gateway) = made.and_then(|id| state.nat_gateways.get(id)) {
        return Ok(CreateNatGatewayResponse { nat_gateway: gateway.into(), client_token });
    }
    let gateway = state.make_nat_gateway(request, ids, clock)?;
    state.tokens.remember(attempt, vec![gateway.id.clone()], clock.now);
    let nat_gateway = (&gateway).into();
    state.nat_gateways.insert(gateway.id.clone(), gateway);
    Ok(CreateNatGatewayResponse { nat_gateway, client_token })
}

impl State {
    fn make_nat_gateway(
        &mut self,
        request: CreateNatGatewayRequest,
        ids: &mut Ids,
        clock: Clock,
    ) -> Result<NatGateway, Fault> {
        let subnet = request.subnet_id.as_deref();
        let subnet = subnet.ok_or_else(|| errors::missing_parameter("subnetId"))?;
        let subnet = get(&self.subnets, subnet)?.clone();
        let tags = specified(&request.tag_specifications, Kind::NatGateway)?;
        let connectivity = request.connectivity_type.unwrap_or_default();
        let allocation = self.nat_allocation(connectivity, request.allocation_id)?;
        let id = ids.ec2("nat");
        let wanted = NewInterface {
            subnet_id: subnet.id.clone(),
            group_ids: Vec::new(),
            description: format!("Interface for NAT Gateway {id}"),
            requester_id: NAT_SERVICE.into(),
            interface_type: "nat_gateway".into(),
        };
        let interface = self.new_interface(ids, wanted, request.private_ip_address)?;
        let interface = NetworkInterface {
            attachment: Some(InterfaceAttachment {
                id: ids.ec2("ela-attach"),
                requester_id: NAT_SERVICE.into(),
            }),
            ..interface
        };
        let (interface_id, private_ip) = (interface.id.clone(), interface.private_ip);
        self.network_interfaces.insert(interface_id.clone(), interface);
        let address = allocation.map(|id| self.nat_address(id, &interface_id, ids)).transpose()?;
        let works = connectivity == Connectivity::Private
            || self.internet_gateway_of(&subnet.vpc_id).is_some();
        let (outcome, after) =
            if works { (NatState::Available, CREATION) } else { (NatState::Failed, FAILURE) };
        Ok(NatGateway {
            id,
            vpc_id: subnet.vpc_id,
            subnet_id: subnet.id,
            connectivity,
            network_interface_id: interface_id,
            private_ip,
            address,
            created_at: clock.now,
            deleted_at: None,
            vanishes_at: None,
            progress: Progress::towards(NatState::Pending, outcome, clock.after(after)),
            tags,
        })
    }

    /// The elastic IP for a gateway: a public one needs one that is free, a private one has none.
    fn nat_allocation(
        &self,
        connectivity: Connectivity,
        asked: Option<String>,
    ) -> Result<Option<String>, Fault> {
        match (connectivity, asked) {
            (Connectivity::Private, None) => Ok(None),
            (Connectivity::Private, Some(_)) => Err(errors::private_nat_with_address()),
            (Connectivity::Public, None) => Err(errors::missing_parameter("AllocationId")),
            (Connectivity::Public, Some(id)) => match &get(&self.elastic_ips, &id)?.association {
                Some(_) => Err(errors::elastic_ip_already_associated(&id)),
                None => Ok(Some(id)),
            },
        }
    }

    fn nat_address(
        &mut self,
        allocation: String,
        interface: &str,
        ids: &mut Ids,
    ) -> Result<PublicAddress, Fault> {
        let association_id = self.bind_address(&allocation, interface, ids)?;
        let public_ip = get(&self.elastic_ips, &allocation)?.public_ip;
        Ok(PublicAddress { allocation_id: allocation, association_id, public_ip })
    }
}

/// The requester of NAT gateways' interfaces.
const NAT_SERVICE: &str = "amazon-nat-gateway";

/// Names a gateway.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteNatGatewayRequest {
    nat_gateway_id: String,
}

/// The gateway that is being deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteNatGatewayResponse {
    nat_gateway_id: String,
}

/// Begins to delete a gateway; deleting it again changes nothing.
pub fn delete(
    call: &mut Call<'_>,
    request: DeleteNatGatewayRequest,
) -> Result<DeleteNatGatewayResponse, Fault> {
    let Here { state, clock, .. } = here(call);
    let gateway = get_mut(&mut state.nat_gateways, &request.nat_gateway_id)?;
    if !matches!(gateway.progress.state(), NatState::Deleting | NatState::Deleted) {
        let until = clock.after(DELETION);
        gateway.progress = Progress::towards(NatState::Deleting, NatState::Deleted, until);
        gateway.deleted_at = Some(clock.now);
    }
    Ok(DeleteNatGatewayResponse { nat_gateway_id: gateway.id.clone() })
}

/// Asks for gateways.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeNatGatewaysRequest {
    #[serde(default)]
    nat_gateway_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of gateways.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeNatGatewaysResponse {
    nat_gateways: Vec<NatDescription>,
    next_token: Option<String>,
}

/// Lists gateways, among them those deleted within the hour.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeNatGatewaysRequest,
) -> Result<DescribeNatGatewaysResponse, Fault> {
    let gateways = select(&here(call).state.nat_gateways, &request.nat_gateway_ids)?;
    let gateways = gateways.into_iter().map(NatDescription::from).collect();
    let page = filters::list(gateways, &request.listing)?;
    Ok(DescribeNatGatewaysResponse { nat_gateways: page.items, next_token: page.next })
}

/// A gateway as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NatDescription {
    nat_gateway_id: String,
    vpc_id: String,
    subnet_id: String,
    connectivity_type: Connectivity,
    state: NatState,
    create_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    delete_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_message: Option<String>,
    nat_gateway_addresses: Vec<NatAddress>,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct NatAddress {
    #[serde(skip_serializing_if = "Option::is_none")]
    allocation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    association_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_ip: Option<Ipv4Addr>,
    network_interface_id: String,
    private_ip: Ipv4Addr,
    is_primary: bool,
    status: &'static str,
}

impl From<&NatGateway> for NatDescription {
    fn from(gateway: &NatGateway) -> Self {
        let state = gateway.progress.state();
        let failure =
            (state == NatState::Failed).then(|| errors::network_lacks_gateway(&gateway.vpc_id));
        Self {
            nat_gateway_id: gateway.id.clone(),
            vpc_id: gateway.vpc_id.clone(),
            subnet_id: gateway.subnet_id.clone(),
            connectivity_type: gateway.connectivity,
            state,
            create_time: gateway.created_at,
            delete_time: gateway.deleted_at,
            failure_code: failure.as_ref().map(|(code, _)| *code),
            failure_message: failure.map(|(_, message)| message),
            nat_gateway_addresses: vec![gateway.into()],
            tags: gateway.tags.list(),
        }
    }
}

impl From<&NatGateway> for NatAddress {
    fn from(gateway: &NatGateway) -> Self {
        let address = gateway.address.as_ref();
        Self {
            allocation_id: address.map(|own| own.allocation_id.clone()),
            association_id: address.map(|own| own.association_id.clone()),
            public_ip: address.map(|own| own.public_ip),
            network_interface_id: gateway.network_interface_id.clone(),
            private_ip: gateway.private_ip,
            is_primary: true,
            status: match gateway.progress.state() {
                NatState::Pending => "associating",
                NatState::Available => "succeeded",
                NatState::Failed => "failed",
                NatState::Deleting | NatState::Deleted => "disassociating",
            },
        }
    }
}

impl Described for NatDescription {
    const FILTERS: Filters<Self> = &[
        ("nat-gateway-id", |gateway| vec![gateway.nat_gateway_id.clone()]),
        ("state", |gateway| vec![gateway.state.word().to_owned()]),
        ("subnet-id", |gateway| vec![gateway.subnet_id.clone()]),
        ("vpc-id", |gateway| vec![gateway.vpc_id.clone()]),
    ];

    fn key(&self) -> String {
        self.nat_gateway_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

#[cfg(test)]
#[path = "nat_gateway_tests.rs"]
mod tests;
