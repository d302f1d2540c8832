//! What the world wants of databases: read from it at one moment, without the world's lock.

use std::collections::BTreeMap;
use std::net::SocketAddrV4;

use super::size::Size;
use super::vitals::Vital;
use crate::meter::{Meter, Source};
use crate::services::rds::cluster::{Cluster, READERS, WRITER};
use crate::services::rds::credential::Password;
use crate::services::rds::instance::Instance;
use crate::services::rds::parameter_group::{ParameterGroup, Setting};
use crate::services::rds::snapshot::ClusterSnapshot;
use crate::world::{Region, World};

/// A cluster that ought to run.
#[derive(Debug, Clone, PartialEq)]
pub struct WantedCluster {
    /// Its resource identifier, which never changes.
    pub id: String,
    /// Its identifier, as metrics have it.
    pub identifier: String,
    /// Where it is.
    pub region: String,
    /// Where its writer is to be reached.
    pub writer_endpoint: SocketAddrV4,
    /// Where its readers are to be reached.
    pub reader_endpoint: SocketAddrV4,
    /// The resource identifier of the instance that writes.
    pub writer: Option<String>,
    /// Its instances.
    pub members: Vec<Member>,
    /// Whoever may do what customers may.
    pub master: Master,
    /// The database that is made beside `postgres`.
    pub database: Option<String>,
    /// What the customer's parameter group says.
    pub parameters: BTreeMap<String, String>,
    /// The snapshot that its volume is made from.
    pub source: Option<String>,
}

/// An instance that ought to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Its resource identifier, which never changes.
    pub id: String,
    /// Its identifier, as metrics have it.
    pub identifier: String,
    /// Where its server listens.
    pub address: SocketAddrV4,
    /// How often it was told to restart.
    pub restarts: u64,
    /// What its class stands for.
    pub size: Option<Size>,
}

/// The master user. Its password is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Master {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Master {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Master").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A snapshot that ought to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedSnapshot {
    /// Where it is.
    pub region: String,
    /// Its name.
    pub identifier: String,
    /// Its ARN.
    pub arn: String,
    /// The resource identifier of the cluster that it is taken of.
    pub cluster: String,
    /// Whether it is still to be taken.
    pub awaited: bool,
}

/// Everything that is wanted.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The clusters that have addresses.
    pub clusters: Vec<WantedCluster>,
    /// The snapshots.
    pub snapshots: Vec<WantedSnapshot>,
}

impl WantedCluster {
    /// Counts how an instance fares: for itself, for the cluster and for its role there.
    pub fn count(&self, meter: &Meter, member: &Member, vitals: &[Vital]) {
        let rds =
            || Source { region: self.region.clone(), namespace: "AWS/RDS", ..Source::default() };
        let is_writer = self.writer.as_ref() == Some(&member.id);
        let role = if is_writer { "WRITER" } else { "READER" };
        let cluster = rds().with("DBClusterIdentifier", &self.identifier);
        for source in [
            rds().with("DBInstanceIdentifier", &member.identifier),
            cluster.clone(),
            cluster.with("Role", role),
        ] {
            for vital in vitals {
                meter.count(&source, vital.name, vital.unit, vital.value);
            }
        }
    }
}

impl Wanted {
    /// What the world wants now.
    pub fn of(world: &World) -> Self {
        let mut wanted = Self::default();
        for (name, region) in world.regions() {
            let clusters = region.rds.clusters().filter_map(|one| cluster(name, region, one));
            wanted.clusters.extend(clusters);
            wanted.snapshots.extend(region.rds.snapshots().map(|one| snapshot(name, one)));
        }
        wanted
    }
}

fn cluster(region: &str, world: &Region, cluster: &Cluster) -> Option<WantedCluster> {
    let port = u16::try_from(cluster.settings.port).ok()?;
    let endpoint = |last| Some(SocketAddrV4::new(cluster.address(last)?, port));
    let stays = |one: &&Instance| !one.lifecycle.is_deleting();
    let members = || world.rds.members(&cluster.identifier).filter(stays);
    let writer = members().find(|one| Some(&one.identifier) == cluster.writer.as_ref());
    let group = world.rds.parameter_group(&cluster.parameter_group);
    let scaling = cluster.settings.serverless_v2_scaling_configuration.as_ref();
    let scaling = scaling.map(|capacity| (capacity.min_capacity, capacity.max_capacity));
    Some(WantedCluster {
        id: cluster.resource_id.clone(),
        identifier: cluster.identifier.clone(),
        region: region.to_owned(),
        writer_endpoint: endpoint(WRITER)?,
        reader_endpoint: endpoint(READERS)?,
        writer: writer.map(|one| one.resource_id.clone()),
        members: members()
            .filter_map(|one| {
                let address = SocketAddrV4::new(one.address?, port);
                Some(Member {
                    id: one.resource_id.clone(),
                    identifier: one.identifier.clone(),
                    address,
                    restarts: one.restarts,
                    size: Size::of(&one.class, scaling),
                })
            })
            .collect(),
        master: master(world, cluster)?,
        database: cluster.database.clone(),
        parameters: group.map(values).unwrap_or_default(),
        source: cluster.source.clone(),
    })
}

fn values(group: &ParameterGroup) -> BTreeMap<String, String> {
    let value = |(name, setting): (&String, &Setting)| (name.clone(), setting.value.clone());
    group.values.iter().map(value).collect()
}

fn master(world: &Region, cluster: &Cluster) -> Option<Master> {
    let password = match &cluster.master.password {
        Password::Given(password) => password.clone(),
        Password::Managed(secret) => {
            let text = world.secretsmanager.current_text(&secret.arn)?;
            let value: serde_json::Value = serde_json::from_str(text).ok()?;
            value["password"].as_str()?.to_owned()
        }
    };
    Some(Master { name: cluster.master.name.clone(), password })
}

fn snapshot(region: &str, snapshot: &ClusterSnapshot) -> WantedSnapshot {
    WantedSnapshot {
        region: region.to_owned(),
        identifier: snapshot.identifier.clone(),
        arn: snapshot.arn.clone(),
        cluster: snapshot.cluster_resource_id.clone(),
        awaited: snapshot.lifecycle.is_awaited(),
    }
}
