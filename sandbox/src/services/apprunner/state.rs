//! What exists in one region, and what time does to it.
//!
//! Whoever really runs services looks here and nowhere else. Of each service of
//! [`State::services`] it runs the version that [`Service::serving`] gives, and brings up the one
//! that [`Service::deploying`] gives. It says what came of that with [`State::deployed`] or
//! [`State::deployment_failed`]: in a live sandbox the operation is not over before.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::auto_scaling::AutoScaling;
use super::errors;
use super::observability::Observability;
use super::revisions::Revisions;
use super::service::Service;
use super::vpc_connector::VpcConnector;
use crate::fault::Fault;
use crate::services::logs;

/// How long AWS still describes a service that was deleted.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// The service's objects in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) scaling: Revisions<AutoScaling>,
    /// The ARN of the one of services that name none.
    pub(super) default_scaling: Option<String>,
    pub(super) connectors: Revisions<VpcConnector>,
    pub(super) observability: Revisions<Observability>,
    /// By id, with those that were deleted not long ago.
    pub(super) services: BTreeMap<String, Service>,
}

impl State {
    /// Lets time pass: operations end, and write so into the services' logs.
    pub fn settle(&mut self, now: Timestamp, logs: &mut logs::State) {
        for service in self.services.values_mut() {
            service.settle(now, logs);
        }
        self.services.retain(|_, service| {
            let forgotten = service.deleted.and_then(|at| at.checked_add(REMEMBERED).ok());
            forgotten.is_none_or(|at| at > now)
        });
        self.scaling.settle(now);
        self.connectors.settle(now);
        self.observability.settle(now);
    }

    /// The services that are not deleted, by id.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values().filter(|service| !service.is_deleted())
    }

    /// The version of this generation answers, and has taken over. What is no more on its way is
    /// none of anybody's business.
    pub fn deployed(&mut self, service_id: &str, generation: u64) {
        if let Some(service) = self.services.get_mut(service_id) {
            service.arrive(generation);
        }
    }

    /// The version of this generation will not answer. A service that is being made ends as
    /// `CREATE_FAILED`, one that is being changed gets its former configuration back.
    pub fn deployment_failed(&mut self, service_id: &str, generation: u64, reason: &str) {
        if let Some(service) = self.services.get_mut(service_id) {
            service.give_up(generation, reason);
        }
    }

    /// The service of an ARN, deleted or not.
    pub(super) fn service(&self, arn: &str) -> Result<&Service, Fault> {
        let found = self.services.values().find(|service| service.arn == arn);
        found.ok_or_else(|| errors::not_found("Service", arn))
    }

    /// A service that is not deleted, to be changed.
    pub(super) fn service_mut(&mut self, arn: &str) -> Result<&mut Service, Fault> {
        let mut services = self.services.values_mut().filter(|service| !service.is_deleted());
        let found = services.find(|service| service.arn == arn);
        found.ok_or_else(|| errors::not_found("Service", arn))
    }

    /// Whether a service has this auto scaling configuration.
    pub(super) fn has_scaling(&self, arn: &str) -> bool {
        self.services().any(|service| service.uses_scaling(arn))
    }

    /// Whether a service has this VPC connector.
    pub(super) fn has_connector(&self, arn: &str) -> bool {
        self.services().any(|service| service.uses_connector(arn))
    }

    /// Whether a service has this observability configuration.
    pub(super) fn has_observability(&self, arn: &str) -> bool {
        self.services().any(|service| service.uses_observability(arn))
    }
}
