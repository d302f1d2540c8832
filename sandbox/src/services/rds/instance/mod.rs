//! DB instances: the servers of a cluster.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::lifecycle::Lifecycle;
use super::monitoring::Monitoring;
use crate::services::tags::Tags;

pub(super) mod create;
pub(super) mod delete;
pub(super) mod describe;
pub(super) mod modify;
pub(super) mod reboot;
mod view;

/// The resource part of an instance's ARN.
pub(super) const KIND: &str = "db";

/// A server of an Aurora cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instance {
    /// In lower case; the first label of its endpoint.
    pub identifier: String,
    /// `arn:aws:rds:REGION:ACCOUNT:db:IDENTIFIER`.
    pub arn: String,
    /// `db-` and 26 letters and digits; never changes.
    pub resource_id: String,
    /// When it was made.
    pub created: Timestamp,
    /// What it is doing.
    pub lifecycle: Lifecycle,
    /// The identifier of its cluster.
    pub cluster: String,
    /// Of the cluster.
    pub subnet_group: String,
    /// Where its network interface is.
    pub subnet: String,
    /// The availability zone of that subnet.
    pub zone: String,
    /// The network interface.
    pub interface: String,
    /// `db.serverless`, `db.r7g.large`, ….
    pub class: String,
    /// 0 to 15; the lowest becomes the writer first.
    pub promotion_tier: i64,
    /// Whether its name resolves to a public address.
    pub publicly_accessible: bool,
    /// Whether AWS upgrades its minor version by itself.
    pub auto_minor_version_upgrade: bool,
    /// Whether snapshots take over its tags.
    pub copy_tags_to_snapshot: bool,
    /// The certificate authority.
    pub authority: String,
    /// When the certificate expires.
    pub certificate_expires: Timestamp,
    /// `ddd:hh24:mi-ddd:hh24:mi`, UTC.
    pub maintenance_window: String,
    /// How it is watched.
    pub monitoring: Monitoring,
    /// Whether a changed parameter waits for a reboot.
    pub awaits_reboot: bool,
    /// What waits for the maintenance window.
    pub pending: Option<Pending>,
    /// The customer's tags.
    pub tags: Tags,
    /// The address of this machine at which its server really listens.
    #[serde(default)]
    pub address: Option<Ipv4Addr>,
    /// How often it was told to restart.
    #[serde(default)]
    pub restarts: u64,
}

/// Changes that are applied at a moment ahead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The next maintenance window, or the end of the change under way.
    pub due: Timestamp,
    /// Another name.
    pub identifier: Option<String>,
    /// Another class.
    pub class: Option<String>,
    /// Another certificate authority.
    pub authority: Option<String>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.identifier.is_none() && self.class.is_none() && self.authority.is_none()
    }
}

impl Instance {
    /// Ends what is due by `now`.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.lifecycle.settle(now);
        let Some(pending) = self.pending.as_mut().filter(|pending| pending.due <= now) else {
            return;
        };
        if let Some(class) = pending.class.take() {
            // A server of another class is a new server, and so has every parameter.
            self.awaits_reboot = false;
            self.class = class;
        }
        if let Some(authority) = pending.authority.take() {
            self.authority = authority;
        }
        if pending.is_empty() {
            self.pending = None;
        }
    }

    /// The old and the new identifier, when a change of it is due.
    pub(super) fn take_new_identifier(&mut self, now: Timestamp) -> Option<(String, String)> {
        let pending = self.pending.as_mut().filter(|pending| pending.due <= now)?;
        let new = pending.identifier.take()?;
        self.pending = None;
        Some((self.identifier.clone(), new))
    }

    /// Takes another identifier, and the ARN that goes with it.
    pub(super) fn rename(&mut self, identifier: &str) {
        let prefix = self.arn.strip_suffix(&self.identifier).unwrap_or_default();
        self.arn = format!("{prefix}{identifier}");
        identifier.clone_into(&mut self.identifier);
    }
}
