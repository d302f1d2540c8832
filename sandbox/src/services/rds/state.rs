//! What exists in one region, and what time does to it.
//!
//! Whoever runs a real database behind a cluster looks here and nowhere else: a cluster says with
//! which engine version, master user, port and parameters it runs ([`State::clusters`]), its
//! instances say when a server is up ([`State::instances`]), and both say by their lifecycle
//! whether they are there already or still.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cluster::Cluster;
use super::instance::Instance;
use super::network;
use super::parameter_group::ParameterGroup;
use super::proxy::Proxy;
use super::snapshot::ClusterSnapshot;
use super::subnet_group::SubnetGroup;
use crate::call::Ids;
use crate::services::{ec2, secretsmanager};

/// The service's objects in one region, by name.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The part of every endpoint that is the same for an account in a region.
    endpoint_token: Option<String>,
    pub(super) subnet_groups: BTreeMap<String, SubnetGroup>,
    pub(super) parameter_groups: BTreeMap<String, ParameterGroup>,
    pub(super) clusters: BTreeMap<String, Cluster>,
    pub(super) snapshots: BTreeMap<String, ClusterSnapshot>,
    pub(super) instances: BTreeMap<String, Instance>,
    pub(super) proxies: BTreeMap<String, Proxy>,
}

impl State {
    /// The clusters, by identifier.
    pub fn clusters(&self) -> impl Iterator<Item = &Cluster> {
        self.clusters.values()
    }

    /// The snapshots, by identifier.
    pub fn snapshots(&self) -> impl Iterator<Item = &ClusterSnapshot> {
        self.snapshots.values()
    }

    /// Whoever runs the server of an instance says that it is up, or that it will not be. It is
    /// meant for an instance that was told to restart so often, and not again since.
    pub fn server_is_up(&mut self, resource_id: &str, restarts: u64, up: bool) {
        let mut instances = self.instances.values_mut();
        let instance = instances
            .find(|one| one.resource_id == resource_id && one.restarts == restarts)
            .filter(|one| !one.lifecycle.is_deleting());
        match instance {
            Some(instance) if up => instance.lifecycle.arrive(),
            Some(instance) => instance.lifecycle.fail(),
            None => {}
        }
    }

    /// Whoever keeps the data says that a snapshot of them is taken, or that it will not be.
    pub fn snapshot_is_taken(&mut self, identifier: &str, taken: bool) {
        match self.snapshots.get_mut(identifier) {
            Some(snapshot) if taken => snapshot.lifecycle.arrive(),
            Some(snapshot) => snapshot.lifecycle.fail(),
            None => {}
        }
    }

    /// The instances, by identifier.
    pub fn instances(&self) -> impl Iterator<Item = &Instance> {
        self.instances.values()
    }

    /// A cluster's instances, by identifier.
    pub fn members<'a>(&'a self, cluster: &'a str) -> impl Iterator<Item = &'a Instance> {
        self.instances.values().filter(move |instance| instance.cluster == cluster)
    }

    /// A parameter group that a customer made; AWS's own ones have the engine's values.
    pub fn parameter_group(&self, name: &str) -> Option<&ParameterGroup> {
        self.parameter_groups.get(name)
    }

    /// The part of endpoints that stands between the name and the region, made on first use.
    pub(super) fn endpoint_token(&mut self, ids: &mut Ids) -> String {
        self.endpoint_token
            .get_or_insert_with(|| format!("c{}", ids.mixed(11).to_ascii_lowercase()))
            .clone()
    }

    /// Marks the instances that run with a parameter group as behind it until they restart.
    pub(super) fn await_reboot(&mut self, group: &str) {
        for cluster in self.clusters.values().filter(|cluster| cluster.parameter_group == group) {
            for instance in self.instances.values_mut() {
                if instance.cluster == cluster.identifier {
                    instance.awaits_reboot = true;
                }
            }
        }
    }

    /// Makes the best reader the writer when the writer is on its way out: the lowest promotion
    /// tier first, as AWS does.
    pub(super) fn elect_writer(&mut self, cluster: &str) {
        let best = self
            .members(cluster)
            .filter(|instance| !instance.lifecycle.is_deleting())
            .min_by_key(|instance| (instance.promotion_tier, instance.created))
            .map(|instance| instance.identifier.clone());
        if let Some(cluster) = self.clusters.get_mut(cluster) {
            cluster.writer = best;
        }
    }

    /// Brings what is due by `now` to its end.
    pub fn settle(
        &mut self,
        now: Timestamp,
        ec2: &mut ec2::State,
        secrets: &mut secretsmanager::State,
    ) {
        self.settle_instances(now, ec2);
        self.settle_clusters(now, secrets);
        self.settle_proxies(now, ec2);
        for snapshot in self.snapshots.values_mut() {
            snapshot.lifecycle.settle(now);
        }
    }

    fn settle_instances(&mut self, now: Timestamp, ec2: &mut ec2::State) {
        for (_, instance) in self.instances.extract_if(.., |_, one| one.lifecycle.is_gone(now)) {
            network::close(ec2, &instance.interface);
        }
        let mut renamed = Vec::new();
        for instance in self.instances.values_mut() {
            instance.settle(now);
            renamed.extend(instance.take_new_identifier(now));
        }
        for (old, new) in renamed {
            self.rename_instance(&old, &new);
        }
    }

    fn settle_clusters(&mut self, now: Timestamp, secrets: &mut secretsmanager::State) {
        for (_, cluster) in self.clusters.extract_if(.., |_, one| one.lifecycle.is_gone(now)) {
            if let Some(secret) = cluster.master.secret() {
                secrets.delete_managed(&secret.arn);
            }
            for proxy in self.proxies.values_mut() {
                proxy.forget_target(&cluster.identifier);
            }
        }
        let mut renamed = Vec::new();
        for cluster in self.clusters.values_mut() {
            cluster.settle(now);
            renamed.extend(cluster.take_new_identifier(now));
        }
        for (old, new) in renamed {
            self.rename_cluster(&old, &new);
        }
    }

    fn settle_proxies(&mut self, now: Timestamp, ec2: &mut ec2::State) {
        for (_, proxy) in self.proxies.extract_if(.., |_, one| one.lifecycle.is_gone(now)) {
            for interface in &proxy.interfaces {
                network::close(ec2, interface);
            }
        }
        for proxy in self.proxies.values_mut() {
            proxy.lifecycle.settle(now);
        }
    }

    /// Gives a cluster another identifier, and tells all who know it by the old one.
    fn rename_cluster(&mut self, old: &str, new: &str) {
        let Some(mut cluster) = self.clusters.remove(old) else { return };
        cluster.rename(new);
        self.clusters.insert(new.to_owned(), cluster);
        for instance in self.instances.values_mut().filter(|one| one.cluster == old) {
            instance.cluster = new.to_owned();
        }
        for proxy in self.proxies.values_mut() {
            proxy.rename_target(old, new);
        }
    }

    fn rename_instance(&mut self, old: &str, new: &str) {
        let Some(mut instance) = self.instances.remove(old) else { return };
        if let Some(cluster) = self.clusters.get_mut(&instance.cluster)
            && cluster.writer.as_deref() == Some(old)
        {
            cluster.writer = Some(new.to_owned());
        }
        instance.rename(new);
        self.instances.insert(new.to_owned(), instance);
    }
}
