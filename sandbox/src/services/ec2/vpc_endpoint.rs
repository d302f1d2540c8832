//! VPC endpoints: private ways to AWS's services.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{Clock, Ids};
use crate::fault::Fault;
use crate::services::tags::Tags;

use super::errors;
use super::kind::{Kind, Object, get};
use super::network_interface::NewInterface;
use super::progress::Progress;
use super::state::State;

/// How long an interface endpoint is `pending`; a gateway endpoint is there at once.
const CREATION: Duration = Duration::from_secs(60);
/// How long an interface endpoint is `deleting`.
const DELETION: Duration = Duration::from_secs(60);

/// A way from a VPC to a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VpcEndpoint {
    pub(super) id: String,
    pub(super) vpc_id: String,
    pub(super) service_name: String,
    pub(super) endpoint_type: EndpointType,
    pub(super) policy_document: String,
    pub(super) route_table_ids: Vec<String>,
    pub(super) subnets: Vec<EndpointSubnet>,
    pub(super) group_ids: Vec<String>,
    pub(super) private_dns_enabled: bool,
    pub(super) dns_suffix: String,
    pub(super) created_at: Timestamp,
    pub(super) progress: Progress<EndpointState>,
    pub(super) tags: Tags,
}

/// A subnet that an interface endpoint is in, and its interface there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndpointSubnet {
    pub(super) subnet_id: String,
    pub(super) network_interface_id: String,
}

/// How an endpoint leads to its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum EndpointType {
    /// By routes to a prefix list.
    #[default]
    Gateway,
    /// By an interface in each subnet.
    Interface,
}

impl EndpointType {
    /// AWS's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Gateway => "Gateway",
            Self::Interface => "Interface",
        }
    }
}

/// How far an endpoint is. AWS answers in lower case, whatever its model says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointState {
    /// Being made.
    Pending,
    /// At work.
    Available,
    /// Being deleted.
    Deleting,
    /// Gone; never shown.
    Deleted,
}

impl EndpointState {
    /// AWS's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }
}

impl Object for VpcEndpoint {
    const KIND: Kind = Kind::VpcEndpoint;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl VpcEndpoint {
    /// From its making to its readiness.
    pub fn beginning(kind: EndpointType, clock: Clock) -> Progress<EndpointState> {
        match kind {
            EndpointType::Gateway => Progress::resting(EndpointState::Available),
            EndpointType::Interface => Progress::towards(
                EndpointState::Pending,
                EndpointState::Available,
                clock.after(CREATION),
            ),
        }
    }

    fn interface_ids(&self) -> Vec<String> {
        self.subnets.iter().map(|own| own.network_interface_id.clone()).collect()
    }
}

impl State {
    pub(super) fn settle_vpc_endpoints(&mut self, now: Timestamp) {
        let mut released = Vec::new();
        self.vpc_endpoints.retain(|_, endpoint| {
            endpoint.progress.settle(now);
            let gone = endpoint.progress.state() == EndpointState::Deleted;
            if gone {
                released.extend(endpoint.interface_ids());
            }
            !gone
        });
        for interface in released {
            self.close_interface(&interface);
        }
    }

    /// Begins to delete an endpoint. A gateway endpoint is gone at once, with its routes.
    pub(super) fn delete_endpoint(&mut self, id: &str, clock: Clock) -> Result<(), Fault> {
        let endpoint = super::kind::get_mut(&mut self.vpc_endpoints, id)?;
        match (endpoint.endpoint_type, endpoint.progress.state()) {
            (EndpointType::Gateway, _) => {
                self.vpc_endpoints.remove(id);
            }
            (EndpointType::Interface, EndpointState::Deleting) => {}
            (EndpointType::Interface, _) => {
                let until = clock.after(DELETION);
                endpoint.progress =
                    Progress::towards(EndpointState::Deleting, EndpointState::Deleted, until);
            }
        }
        Ok(())
    }

    /// Refuses route tables of another VPC, and those that lead to the service already.
    pub(super) fn check_endpoint_tables(
        &self,
        endpoint: &VpcEndpoint,
        tables: &[String],
    ) -> Result<(), Fault> {
        for id in tables {
            if get(&self.route_tables, id)?.vpc_id != endpoint.vpc_id {
                return Err(errors::table_in_another_network(id, &endpoint.vpc_id));
            }
            let mut others = self.vpc_endpoints.values();
            if others.any(|other| {
                other.service_name == endpoint.service_name && other.route_table_ids.contains(id)
            }) {
                return Err(errors::endpoint_route_exists(id, &endpoint.service_name));
            }
        }
        Ok(())
    }

    /// Refuses groups of another VPC.
    pub(super) fn check_endpoint_groups(&self, vpc: &str, groups: &[String]) -> Result<(), Fault> {
        for id in groups {
            if get(&self.security_groups, id)?.vpc_id != vpc {
                return Err(errors::group_in_another_network(id, vpc));
            }
        }
        Ok(())
    }

    /// Refuses subnets of another VPC, and two in one zone.
    pub(super) fn check_endpoint_subnets(
        &self,
        endpoint: &VpcEndpoint,
        subnets: &[String],
    ) -> Result<(), Fault> {
        let old = endpoint.subnets.iter().map(|own| &own.subnet_id);
        let mut zones: Vec<&str> = old
            .filter_map(|id| self.subnets.get(id))
            .map(|subnet| subnet.availability_zone.as_str())
            .collect();
        for id in subnets {
            let subnet = get(&self.subnets, id)?;
            if subnet.vpc_id != endpoint.vpc_id {
                return Err(errors::subnet_in_another_network(id, &endpoint.vpc_id));
            }
            if zones.contains(&subnet.availability_zone.as_str()) {
                return Err(errors::endpoint_zone_taken(id));
            }
            zones.push(&subnet.availability_zone);
        }
        Ok(())
    }

    /// Private DNS needs both of the VPC's DNS attributes, and a name that is not taken in it.
    pub(super) fn check_private_dns(
        &self,
        endpoint: &VpcEndpoint,
        private_name: &str,
    ) -> Result<(), Fault> {
        let vpc = get(&self.vpcs, &endpoint.vpc_id)?;
        if !(vpc.enable_dns_support && vpc.enable_dns_hostnames) {
            return Err(errors::private_dns_needs_attributes(&vpc.id));
        }
        let conflicts = |other: &VpcEndpoint| {
            other.id != endpoint.id
                && other.vpc_id == vpc.id
                && other.service_name == endpoint.service_name
                && other.private_dns_enabled
        };
        if self.vpc_endpoints.values().any(conflicts) {
            return Err(errors::private_dns_conflict(private_name, &vpc.id));
        }
        Ok(())
    }

    /// Puts an interface of an endpoint into each of the subnets.
    pub(super) fn open_endpoint_interfaces(
        &mut self,
        endpoint: &VpcEndpoint,
        subnets: Vec<String>,
        ids: &mut Ids,
    ) -> Result<Vec<EndpointSubnet>, Fault> {
        let mut opened = Vec::new();
        for subnet_id in subnets {
            let wanted = NewInterface {
                subnet_id: subnet_id.clone(),
                group_ids: endpoint.group_ids.clone(),
                description: format!("VPC Endpoint Interface {}", endpoint.id),
                requester_id: "amazon-vpce".into(),
                interface_type: "vpc_endpoint".into(),
            };
            match self.open_interface(ids, wanted) {
                Ok(network_interface_id) => {
                    opened.push(EndpointSubnet { subnet_id, network_interface_id });
                }
                Err(fault) => {
                    self.close_endpoint_interfaces(&opened);
                    return Err(fault);
                }
            }
        }
        Ok(opened)
    }

    pub(super) fn close_endpoint_interfaces(&mut self, subnets: &[EndpointSubnet]) {
        for own in subnets {
            self.close_interface(&own.network_interface_id);
        }
    }
}
