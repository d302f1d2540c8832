//! DB clusters: what one is, how AWS describes it, and how it changes with time.

use std::net::Ipv4Addr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::credential::MasterUser;
use super::engine::Release;
use super::errors;
use super::lifecycle::Lifecycle;
use crate::fault::Fault;
use crate::services::tags::Tags;

pub(super) mod create;
pub(super) mod delete;
pub(super) mod describe;
pub(super) mod modify;
pub(super) mod placement;
pub(super) mod restore;
pub(super) mod settings;
mod view;

use settings::Settings;
pub(super) use view::{HOSTED_ZONE, SecurityGroupView};

/// The last number of the address that leads to the writer.
pub const WRITER: u8 = 1;
/// The last number of the address that leads to the readers.
pub const READERS: u8 = 2;
/// The last number of the first instance's own address.
pub(super) const FIRST_INSTANCE: u8 = 10;

/// The resource part of a cluster's ARN.
pub(super) const KIND: &str = "cluster";

/// An Aurora PostgreSQL cluster: a volume, its endpoints and its settings, without the servers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cluster {
    /// In lower case; the first label of its endpoints.
    pub identifier: String,
    /// `arn:aws:rds:REGION:ACCOUNT:cluster:IDENTIFIER`.
    pub arn: String,
    /// `cluster-` and 26 letters and digits; never changes.
    pub resource_id: String,
    /// When it was made.
    pub created: Timestamp,
    /// What it is doing.
    pub lifecycle: Lifecycle,
    /// The rest of every endpoint's name: `TOKEN.REGION.rds.amazonaws.com`.
    pub domain: String,
    /// The engine's version, as `16.6`.
    pub engine_version: String,
    /// The database that is made beside `postgres`.
    pub database: Option<String>,
    /// The master user and where its password is.
    pub master: MasterUser,
    /// Of the DB subnet group.
    pub subnet_group: String,
    /// The three zones that hold copies of its volume.
    pub zones: Vec<String>,
    /// The security groups of its instances.
    pub security_groups: Vec<String>,
    /// The name of the DB cluster parameter group.
    pub parameter_group: String,
    /// The ARN of the key that encrypts the volume; `None` is not encrypted.
    pub key: Option<String>,
    /// What customers change freely.
    pub settings: Settings,
    /// The instance that writes.
    pub writer: Option<String>,
    /// What waits for the maintenance window.
    pub pending: Option<Pending>,
    /// The customer's tags.
    pub tags: Tags,
    /// Where its servers really listen: 256 addresses of this machine, of which this is the first.
    #[serde(default)]
    pub block: Option<Ipv4Addr>,
    /// The ARN of the snapshot that its volume was made from.
    #[serde(default)]
    pub source: Option<String>,
}

/// Changes that are applied at a moment ahead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The next maintenance window, or the end of the change under way.
    pub due: Timestamp,
    /// Another name.
    pub identifier: Option<String>,
    /// Another version of the engine.
    pub engine_version: Option<String>,
    /// Another family's group, which comes with another major version.
    pub parameter_group: Option<String>,
    /// Authentication by IAM on or off.
    pub iam_authentication: Option<bool>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.identifier.is_none()
            && self.engine_version.is_none()
            && self.iam_authentication.is_none()
    }
}

impl Cluster {
    /// The name that leads to the writer.
    pub fn endpoint(&self) -> String {
        let name = || format!("{}.cluster-{}", self.identifier, self.domain);
        self.address(WRITER).map_or_else(name, |address| address.to_string())
    }

    /// The name that leads to the readers.
    pub fn reader_endpoint(&self) -> String {
        let name = || format!("{}.cluster-ro-{}", self.identifier, self.domain);
        self.address(READERS).map_or_else(name, |address| address.to_string())
    }

    /// An address of its block, by its last number.
    pub fn address(&self, last: u8) -> Option<Ipv4Addr> {
        let [a, b, c, _] = self.block?.octets();
        Some(Ipv4Addr::new(a, b, c, last))
    }

    /// The release that it runs.
    pub(super) fn release(&self) -> Option<Release> {
        Release::find(Some(&self.engine_version)).ok()
    }

    /// Refuses a cluster that something is under way with.
    pub(super) fn check_available(&self) -> Result<(), Fault> {
        if self.lifecycle.is_available() {
            return Ok(());
        }
        Err(errors::cluster_state(format!(
            "Cluster {} is not currently in the available state. Current state: {}",
            self.identifier,
            self.lifecycle.phase().name()
        )))
    }

    /// Ends what is due by `now`.
    pub(super) fn settle(&mut self, now: Timestamp) {
        self.lifecycle.settle(now);
        let Some(pending) = self.pending.as_mut().filter(|pending| pending.due <= now) else {
            return;
        };
        if let Some(version) = pending.engine_version.take() {
            self.engine_version = version;
        }
        if let Some(group) = pending.parameter_group.take() {
            self.parameter_group = group;
        }
        if let Some(enabled) = pending.iam_authentication.take() {
            self.settings.iam_database_authentication_enabled = enabled;
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
