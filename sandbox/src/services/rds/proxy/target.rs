//! The cluster behind a proxy, and the health of its instances as the proxy sees it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::cluster::Cluster;
use super::super::instance::Instance;
use super::super::lifecycle::{Phase, typical};
use super::super::listing::{Criterion, Listing};
use super::super::state::State;
use super::super::{cluster, errors, instance};
use super::{Proxy, change, target_group};
use crate::call::Call;
use crate::fault::Fault;

/// A cluster that is registered with a proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The identifier of the cluster.
    pub cluster: String,
    /// When the proxy knows its instances.
    pub registered: Timestamp,
}

/// A target in AWS's description: the cluster, or one of its instances.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracked_cluster_id: Option<String>,
    rds_resource_id: String,
    port: i64,
    #[serde(rename = "Type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_health: Option<Health>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Health {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
}

impl Health {
    fn new(registering: bool, phase: Phase) -> Self {
        let state = |state, reason, description| Self { state, reason, description };
        match phase {
            _ if registering => state("REGISTERING", None, None),
            Phase::Creating | Phase::Deleting | Phase::Rebooting => state(
                "UNAVAILABLE",
                Some("UNREACHABLE"),
                Some("The database instance isn't accepting connections."),
            ),
            _ => state("AVAILABLE", None, None),
        }
    }
}

/// The cluster first, then its instances.
fn views(rds: &State, proxy: &Proxy, now: Timestamp) -> Vec<View> {
    let Some(target) = &proxy.targets.target else { return Vec::new() };
    let Some(cluster) = rds.clusters.get(&target.cluster) else { return Vec::new() };
    let tracked = View {
        endpoint: None,
        tracked_cluster_id: None,
        rds_resource_id: cluster.identifier.clone(),
        port: cluster.settings.port,
        kind: "TRACKED_CLUSTER",
        role: None,
        target_health: None,
    };
    let registering = now < target.registered;
    let member = |instance: &Instance| member(cluster, instance, registering);
    std::iter::once(tracked).chain(rds.members(&cluster.identifier).map(member)).collect()
}

fn member(cluster: &Cluster, instance: &Instance, registering: bool) -> View {
    let writes = cluster.writer.as_ref() == Some(&instance.identifier);
    View {
        endpoint: Some(format!("{}.{}", instance.identifier, cluster.domain)),
        tracked_cluster_id: Some(cluster.identifier.clone()),
        rds_resource_id: instance.identifier.clone(),
        port: cluster.settings.port,
        kind: "RDS_INSTANCE",
        role: Some(if writes { "READ_WRITE" } else { "READ_ONLY" }),
        target_health: Some(Health::new(registering, instance.lifecycle.phase())),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(rename = "DBProxyName")]
    proxy: String,
    #[serde(rename = "TargetGroupName")]
    group: Option<String>,
    #[serde(rename = "DBInstanceIdentifiers", default)]
    instances: Vec<String>,
    #[serde(rename = "DBClusterIdentifiers", default)]
    clusters: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Registered {
    #[serde(rename = "DBProxyTargets")]
    targets: Vec<View>,
}

pub(crate) fn register(call: &mut Call<'_>, request: Request) -> Result<Registered, Fault> {
    let (now, until) = (call.clock.now, call.clock.after(typical::TARGET_REGISTRATION));
    let rds = &mut call.region().rds;
    let proxy = change::find(rds, &request.proxy)?;
    let name = proxy.name.clone();
    target_group::check_name(&name, request.group.as_deref())?;
    proxy.check_available()?;
    let cluster = request.cluster(rds)?;
    if let Some(target) = &proxy.targets.target {
        return Err(errors::target_registered(&target.cluster));
    }
    let proxy = change::find_mut(rds, &name)?;
    proxy.targets.target = Some(Target { cluster, registered: until });
    let proxy = change::find(rds, &name)?;
    Ok(Registered { targets: views(rds, proxy, now) })
}

impl Request {
    /// The one cluster to register; instances of Aurora clusters come with their cluster.
    fn cluster(&self, rds: &State) -> Result<String, Fault> {
        if let Some(given) = self.instances.first() {
            let member = instance::describe::find(rds, given)?;
            return Err(errors::instance_state(format!(
                "DB Instance {} is a member of the cluster {}: register the cluster.",
                member.identifier, member.cluster
            )));
        }
        let [given] = &self.clusters[..] else {
            return Err(errors::invalid_combination(
                "You must specify exactly one cluster to register with a target group.",
            ));
        };
        let cluster = cluster::describe::find(rds, given)?;
        let phase = cluster.lifecycle.phase();
        if !matches!(phase, Phase::Available | Phase::Modifying | Phase::BackingUp) {
            return Err(errors::cluster_state(format!(
                "DB cluster {} is in an unsupported state - {}, needs to be in [AVAILABLE, \
                 MODIFYING, BACKING_UP]",
                cluster.identifier,
                phase.name().to_ascii_uppercase()
            )));
        }
        Ok(cluster.identifier.clone())
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Empty {}

pub(crate) fn deregister(call: &mut Call<'_>, request: Request) -> Result<Empty, Fault> {
    let proxy = change::find_mut(&mut call.region().rds, &request.proxy)?;
    target_group::check_name(&proxy.name, request.group.as_deref())?;
    proxy.check_available()?;
    for given in request.clusters.iter().chain(&request.instances) {
        let name = super::super::names::existing(cluster::KIND, given);
        match &proxy.targets.target {
            Some(target) if target.cluster == name => proxy.targets.target = None,
            _ => return Err(errors::target_not_found(given)),
        }
    }
    Ok(Empty {})
}

#[derive(Debug, Deserialize)]
pub(crate) struct DescribeRequest {
    #[serde(rename = "DBProxyName")]
    proxy: String,
    #[serde(rename = "TargetGroupName")]
    group: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Many {
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    targets: Vec<View>,
}

pub(crate) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Many, Fault> {
    let now = call.clock.now;
    let rds = &call.region().rds;
    let proxy = change::find(rds, &request.proxy)?;
    target_group::check_name(&proxy.name, request.group.as_deref())?;
    let views = views(rds, proxy, now);
    let none: &[Criterion<View>] = &[];
    request.listing.select(&views, none)?;
    let page =
        request.listing.page(views, |view| format!("{:20}{}", view.kind, view.rds_resource_id))?;
    Ok(Many { marker: page.next, targets: page.items })
}
