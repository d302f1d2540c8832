//! NAT gateways: what they are and how they come and go.

use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::services::tags::Tags;

use super::kind::{Kind, Object};
use super::progress::Progress;
use super::state::State;

/// How long a gateway is `pending`.
pub(super) const CREATION: Duration = Duration::from_secs(100);
/// How long it takes AWS to find out that a gateway can't work.
pub(super) const FAILURE: Duration = Duration::from_secs(5);
/// How long a gateway is `deleting`.
pub(super) const DELETION: Duration = Duration::from_secs(50);
/// How long a `deleted` or `failed` gateway can be seen; not scaled, as nobody waits for it.
const AFTERLIFE: SignedDuration = SignedDuration::from_hours(1);

/// A gateway through which a subnet's traffic leaves under one address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NatGateway {
    pub(super) id: String,
    pub(super) vpc_id: String,
    pub(super) subnet_id: String,
    pub(super) connectivity: Connectivity,
    pub(super) network_interface_id: String,
    pub(super) private_ip: Ipv4Addr,
    pub(super) address: Option<PublicAddress>,
    pub(super) created_at: Timestamp,
    pub(super) deleted_at: Option<Timestamp>,
    pub(super) vanishes_at: Option<Timestamp>,
    pub(super) progress: Progress<NatState>,
    pub(super) tags: Tags,
}

/// The elastic IP of a public gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PublicAddress {
    pub(super) allocation_id: String,
    pub(super) association_id: String,
    pub(super) public_ip: Ipv4Addr,
}

/// Where a gateway's traffic leaves to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Connectivity {
    /// The internet, under an elastic IP.
    #[default]
    Public,
    /// Other networks, under the private address.
    Private,
}

/// How far a gateway is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NatState {
    /// Being made.
    Pending,
    /// At work.
    Available,
    /// Found unable to work: the VPC had no internet gateway.
    Failed,
    /// Being deleted.
    Deleting,
    /// Gone, but still to be seen for an hour.
    Deleted,
}

impl NatState {
    /// AWS's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
        }
    }
}

impl Object for NatGateway {
    const KIND: Kind = Kind::NatGateway;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl State {
    pub(super) fn settle_nat_gateways(&mut self, now: Timestamp) {
        let mut released = Vec::new();
        for gateway in self.nat_gateways.values_mut() {
            if let Some((at, NatState::Failed | NatState::Deleted)) = gateway.progress.settle(now) {
                gateway.vanishes_at = at.checked_add(AFTERLIFE).ok();
                released.push(gateway.network_interface_id.clone());
            }
        }
        for interface in released {
            self.close_interface(&interface);
        }
        self.nat_gateways.retain(|_, own| own.vanishes_at.is_none_or(|moment| moment > now));
    }
}
