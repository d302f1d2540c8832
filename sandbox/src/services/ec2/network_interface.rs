//! Network interfaces: those of AWS's services, and those that a caller makes.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Ids;
use crate::fault::Fault;
use crate::services::tags::Tags;

use super::errors;
use super::kind::{Kind, Object, get};
use super::state::State;

/// A place in a subnet: an address, and security groups.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// `eni-…`
    pub id: String,
    /// The VPC that it is in.
    pub vpc_id: String,
    /// The subnet that it is in.
    pub subnet_id: String,
    /// The subnet's zone.
    pub availability_zone: String,
    /// Its address in the subnet.
    pub private_ip: Ipv4Addr,
    /// Its security groups.
    pub group_ids: Vec<String>,
    /// What it is for.
    pub description: String,
    /// `interface`, `nat_gateway`, `vpc_endpoint`, …
    pub interface_type: String,
    /// What uses it; nothing, for one that a caller made.
    pub attachment: Option<InterfaceAttachment>,
    pub(super) mac_address: String,
    pub(super) release_at: Option<Timestamp>,
    pub(super) tags: Tags,
}

/// How an interface is bound to the service that made it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InterfaceAttachment {
    /// `ela-attach-…`
    pub id: String,
    /// The service: `amazon-rds`, …
    pub requester_id: String,
}

/// What a service says about the interface that it wants.
#[derive(Debug, Clone)]
pub struct NewInterface {
    /// Where.
    pub subnet_id: String,
    /// With which security groups; none is possible for a NAT gateway only.
    pub group_ids: Vec<String>,
    /// What for: `RDSNetworkInterface`, …
    pub description: String,
    /// Who: `amazon-rds`, …
    pub requester_id: String,
    /// `interface`, `nat_gateway`, `vpc_endpoint`, …
    pub interface_type: String,
}

impl Object for NetworkInterface {
    const KIND: Kind = Kind::NetworkInterface;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl State {
    /// Makes an interface for a service of AWS's; only that service can delete it. It takes the
    /// lowest free address of its subnet.
    ///
    /// # Errors
    /// The subnet or a group is not there, a group is in another VPC, or the subnet is full.
    pub fn open_interface(
        &mut self,
        ids: &mut Ids,
        request: NewInterface,
    ) -> Result<String, Fault> {
        let attachment = InterfaceAttachment {
            id: ids.ec2("ela-attach"),
            requester_id: request.requester_id.clone(),
        };
        let interface = self.new_interface(ids, request, None)?;
        let id = interface.id.clone();
        let attached = NetworkInterface { attachment: Some(attachment), ..interface };
        self.network_interfaces.insert(id.clone(), attached);
        Ok(id)
    }

    /// Gives an interface that a service has made other security groups, which the service has
    /// checked.
    pub fn regroup_interface(&mut self, id: &str, group_ids: &[String]) {
        if let Some(interface) = self.network_interfaces.get_mut(id) {
            interface.group_ids = group_ids.to_vec();
        }
    }

    /// The address of an interface in its subnet.
    pub fn interface_address(&self, id: &str) -> Option<Ipv4Addr> {
        self.network_interfaces.get(id).map(|interface| interface.private_ip)
    }

    /// Deletes an interface that a service has made, at once.
    pub fn close_interface(&mut self, id: &str) {
        self.network_interfaces.remove(id);
        for address in self.elastic_ips.values_mut() {
            address.association.take_if(|own| own.network_interface_id == id);
        }
    }

    /// Deletes an interface that a service has made at `until`: AWS's services often hold theirs
    /// for a while after they are gone, and with it the subnet and the security groups.
    pub fn linger_interface(&mut self, id: &str, until: Timestamp) {
        if let Some(interface) = self.network_interfaces.get_mut(id) {
            interface.release_at = Some(until);
        }
    }

    pub(super) fn settle_interfaces(&mut self, now: Timestamp) {
        let released =
            |interface: &NetworkInterface| interface.release_at.is_some_and(|at| at <= now);
        let over = self.network_interfaces.values().filter(|interface| released(interface));
        for id in over.map(|interface| interface.id.clone()).collect::<Vec<_>>() {
            self.close_interface(&id);
        }
    }

    /// An interface that nothing uses yet and that is not in the table yet.
    pub(super) fn new_interface(
        &self,
        ids: &mut Ids,
        request: NewInterface,
        address: Option<Ipv4Addr>,
    ) -> Result<NetworkInterface, Fault> {
        let subnet = get(&self.subnets, &request.subnet_id)?;
        for group in &request.group_ids {
            if get(&self.security_groups, group)?.vpc_id != subnet.vpc_id {
                return Err(errors::group_in_another_network(group, &subnet.id));
            }
        }
        Ok(NetworkInterface {
            id: ids.ec2("eni"),
            vpc_id: subnet.vpc_id.clone(),
            availability_zone: subnet.availability_zone.clone(),
            private_ip: self.free_address(&request.subnet_id, address)?,
            subnet_id: request.subnet_id,
            group_ids: request.group_ids,
            description: request.description,
            interface_type: request.interface_type,
            attachment: None,
            mac_address: mac_address(ids),
            release_at: None,
            tags: Tags::default(),
        })
    }

    /// The address asked for if it is free; else the subnet's lowest that is.
    fn free_address(&self, subnet: &str, asked: Option<Ipv4Addr>) -> Result<Ipv4Addr, Fault> {
        let subnet = get(&self.subnets, subnet)?;
        let interfaces = self.network_interfaces.values();
        let used: BTreeSet<Ipv4Addr> = interfaces
            .filter(|interface| interface.subnet_id == subnet.id)
            .map(|interface| interface.private_ip)
            .collect();
        // The network's own address and the three after it are AWS's, like the last.
        let block = subnet.cidr_block;
        let mut usable = (block.network().to_bits() + 4..block.broadcast().to_bits())
            .map(Ipv4Addr::from_bits)
            .filter(|address| !used.contains(address));
        match asked {
            None => usable.next().ok_or_else(errors::insufficient_free_addresses),
            Some(asked) if used.contains(&asked) => Err(errors::address_in_use(asked)),
            Some(asked) if usable.any(|address| address == asked) => Ok(asked),
            Some(asked) => Err(errors::address_outside_subnet(asked)),
        }
    }

    /// Whether a security group protects something.
    pub(super) fn group_is_in_use(&self, group: &str) -> bool {
        let mut interfaces = self.network_interfaces.values();
        interfaces.any(|interface| interface.group_ids.iter().any(|own| own == group))
    }
}

/// A locally administered address.
fn mac_address(ids: &mut Ids) -> String {
    let digits = ids.hex(10);
    let pairs: Vec<&str> = (0..5).filter_map(|pair| digits.get(pair * 2..pair * 2 + 2)).collect();
    format!("02:{}", pairs.join(":"))
}
