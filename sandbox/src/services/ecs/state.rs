//! What exists in one region, and what time does to it.
//!
//! Whoever really runs services looks here and nowhere else. Of each service of
//! [`State::services`] it runs the revision that [`Service::serving`] gives, and brings up the one
//! that [`Service::deploying`] gives. It says what came of that with [`State::deployed`] or
//! [`State::deployment_failed`]: in a live sandbox the deployment is not over before.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cluster::Cluster;
use super::errors;
use super::service::Service;
use super::service::status::Status;
use crate::fault::Fault;
use crate::services::ec2;

/// The service's objects in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// By name.
    pub(super) clusters: BTreeMap<String, Cluster>,
    /// By ARN, with those that were deleted not long ago.
    pub(super) services: BTreeMap<String, Service>,
}

impl State {
    /// Lets time pass: deployments end, and services that were deleted go with what they had.
    pub fn settle(&mut self, now: Timestamp, ec2: &mut ec2::State) {
        for service in self.services.values_mut() {
            service.settle(now, ec2);
        }
        self.services.retain(|_, service| !service.is_forgotten(now));
    }

    /// The services that are not deleted.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values().filter(|service| service.status != Status::Inactive)
    }

    /// Tasks of this generation answer, and have taken over.
    pub fn deployed(&mut self, arn: &str, generation: u64) {
        if let Some(service) = self.services.get_mut(arn) {
            service.arrive(generation);
        }
    }

    /// Tasks of this generation will not answer; those before go on.
    pub fn deployment_failed(&mut self, arn: &str, generation: u64, reason: &str) {
        if let Some(service) = self.services.get_mut(arn) {
            service.give_up(generation, reason);
        }
    }

    /// Writes down what happens to a service.
    pub fn tell(&mut self, arn: &str, text: &str, now: Timestamp) {
        if let Some(service) = self.services.get_mut(arn) {
            service.tell(text, now);
        }
    }

    /// The cluster of this name or ARN.
    pub(super) fn cluster(&self, named: &str) -> Result<&Cluster, Fault> {
        let name = super::cluster::name_of(Some(named));
        self.clusters.get(name).ok_or_else(errors::cluster_not_found)
    }

    pub(super) fn cluster_mut(&mut self, named: &str) -> Result<&mut Cluster, Fault> {
        let name = super::cluster::name_of(Some(named));
        self.clusters.get_mut(name).ok_or_else(errors::cluster_not_found)
    }

    /// The services of a cluster that are not deleted.
    pub(super) fn services_in<'a>(&'a self, cluster: &'a str) -> impl Iterator<Item = &'a Service> {
        self.services().filter(move |service| service.cluster == cluster)
    }

    /// A service, deleted or not, by its ARN, or by its name in a cluster.
    pub(super) fn service(&self, cluster: Option<&str>, named: &str) -> Option<&Service> {
        let cluster = super::cluster::name_of(cluster);
        let of_name = |one: &&Service| one.cluster == cluster && one.name == named;
        self.services.get(named).or_else(|| self.services.values().find(of_name))
    }

    /// A service that is not deleted, to be changed.
    pub(super) fn service_mut(&mut self, arn: &str) -> Option<&mut Service> {
        self.services.get_mut(arn).filter(|service| service.status != Status::Inactive)
    }
}
