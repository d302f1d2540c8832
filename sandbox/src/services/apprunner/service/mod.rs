//! Services: what runs, and the operations on it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod check;
pub mod configuration;
pub(super) mod create;
mod ending;
pub(super) mod lifecycle;
pub(super) mod listing;
pub mod progress;
pub(super) mod update;
pub mod version;
mod view;

use self::configuration::Configuration;
use self::progress::{Kind, Operation, Progress};
use self::version::Version;
use super::domain::CustomDomain;
use crate::services::tags::Tags;

/// What the names of all services end in, after their region.
pub const DOMAIN: &str = ".awsapprunner.localhost";

/// A service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Service {
    /// Thirty-two hexadecimal digits.
    pub id: String,
    /// The customer's name for it.
    pub name: String,
    /// With the name and the id.
    pub arn: String,
    /// The name under which it answers, without a port.
    pub host: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// What the customer says about it.
    pub configuration: Configuration,
    /// The operations, the oldest first.
    pub operations: Vec<Operation>,
    /// The customer's tags.
    pub tags: Tags,
    /// The log group of what becomes of it.
    pub service_log: String,
    /// The log group of what its code says.
    pub application_log: String,
    pub(super) domains: BTreeMap<String, CustomDomain>,
    pub(super) kms_key: Option<String>,
    /// What it is while nothing is done to it.
    pub(super) rest: Rest,
    pub(super) progress: Option<Progress>,
    /// The configuration that comes back if the operation fails.
    pub(super) former: Option<Box<Configuration>>,
    /// The version that serves, or will again when the service is resumed.
    pub(super) serving: Option<Version>,
    /// The version that is on its way.
    pub(super) deploying: Option<Version>,
    /// How many deployments there have been.
    pub(super) generation: u64,
}

/// The status of a service to which nothing is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Rest {
    /// It answers.
    Running,
    /// It has no instances.
    Paused,
    /// It has never answered; it can only be deleted.
    CreateFailed,
    /// It is gone.
    Deleted,
}

impl Service {
    /// The version that requests go to; none before the first deployment, and while the service is
    /// paused or goes away.
    pub fn serving(&self) -> Option<&Version> {
        self.serving.as_ref().filter(|_| self.runs())
    }

    /// The version that is to come up and take over. Whoever runs services says with
    /// [`State::deployed`](super::State::deployed) that it has, or with
    /// [`State::deployment_failed`](super::State::deployment_failed) that it will not.
    pub fn deploying(&self) -> Option<&Version> {
        self.deploying.as_ref().filter(|_| self.runs())
    }

    /// The name under which it answers, with the port of the sandbox.
    pub(super) fn url(&self, endpoint: &str) -> String {
        let port = endpoint.rsplit_once(':').map_or("80", |(_, port)| port);
        format!("{}:{port}", self.host)
    }

    /// The names, in lower case and without a port, under which it answers: its own and the
    /// custom domains that are active.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let custom = self.domains.values().filter(|domain| domain.is_active());
        [self.host.clone()].into_iter().chain(custom.flat_map(CustomDomain::names))
    }

    /// AWS's word for its status.
    pub fn status(&self) -> &'static str {
        match (&self.progress, self.rest) {
            (Some(_), _) => "OPERATION_IN_PROGRESS",
            (None, Rest::Running) => "RUNNING",
            (None, Rest::Paused) => "PAUSED",
            (None, Rest::CreateFailed) => "CREATE_FAILED",
            (None, Rest::Deleted) => "DELETED",
        }
    }

    /// Whether it is gone; it is still described for a while.
    pub fn is_deleted(&self) -> bool {
        self.deleted.is_some()
    }

    /// Whether it has this auto scaling configuration, or would again if an update fails.
    pub(super) fn uses_scaling(&self, arn: &str) -> bool {
        self.configurations().any(|it| it.scaling == arn)
    }

    /// Whether it has this VPC connector, or would again if an update fails.
    pub(super) fn uses_connector(&self, arn: &str) -> bool {
        self.configurations().any(|it| it.connector() == Some(arn))
    }

    /// Whether it has this observability configuration, or would again if an update fails.
    pub(super) fn uses_observability(&self, arn: &str) -> bool {
        self.configurations().any(|it| it.observability_arn() == Some(arn))
    }

    fn configurations(&self) -> impl Iterator<Item = &Configuration> {
        [&self.configuration].into_iter().chain(self.former.as_deref())
    }

    /// Whether there are to be instances.
    fn runs(&self) -> bool {
        match self.progress.as_ref().map(|progress| progress.kind) {
            Some(Kind::PauseService | Kind::DeleteService) => false,
            Some(Kind::UpdateService) | None => self.rest == Rest::Running,
            Some(Kind::CreateService | Kind::StartDeployment | Kind::ResumeService) => true,
        }
    }
}
