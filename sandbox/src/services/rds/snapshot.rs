//! DB cluster snapshots.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cluster::{self, Cluster};
use super::credential::{MasterUser, Password};
use super::engine;
use super::lifecycle::{Lifecycle, Phase, typical};
use super::listing::{Criterion, Listing};
use super::{errors, names};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

/// The resource part of a cluster snapshot's ARN.
pub(super) const KIND: &str = "cluster-snapshot";

/// A cluster at one moment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClusterSnapshot {
    /// In lower case.
    pub identifier: String,
    /// `arn:aws:rds:REGION:ACCOUNT:cluster-snapshot:IDENTIFIER`.
    pub arn: String,
    /// When it was taken.
    pub created: Timestamp,
    /// What it is doing.
    pub lifecycle: Lifecycle,
    /// The identifier of the cluster.
    pub cluster: String,
    /// The cluster's resource identifier.
    pub cluster_resource_id: String,
    /// When the cluster was made.
    pub cluster_created: Timestamp,
    /// Of the cluster.
    pub zones: Vec<String>,
    /// The VPC of the cluster.
    pub vpc: String,
    /// Of the cluster, as `16.6`.
    pub engine_version: String,
    /// Of the cluster.
    pub port: i64,
    /// The database beside `postgres`.
    pub database: Option<String>,
    /// The master user and its password at that moment.
    pub master: MasterUser,
    /// The ARN of the key that encrypts it.
    pub key: Option<String>,
    /// Whether IAM principals may log in.
    pub iam_authentication: bool,
    /// Days for which the cluster kept backups.
    pub backup_retention: i64,
    /// `aurora-iopt1`, or `None` for `aurora`.
    pub storage_type: Option<String>,
    /// The customer's tags.
    pub tags: Tags,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct View {
    #[serde(rename = "DBClusterSnapshotIdentifier")]
    identifier: String,
    #[serde(rename = "DBClusterSnapshotArn")]
    arn: String,
    #[serde(rename = "DBClusterIdentifier")]
    cluster: String,
    db_cluster_resource_id: String,
    availability_zones: Vec<String>,
    snapshot_create_time: Timestamp,
    cluster_create_time: Timestamp,
    engine: &'static str,
    engine_mode: &'static str,
    engine_version: String,
    allocated_storage: i64,
    status: &'static str,
    port: i64,
    vpc_id: String,
    master_username: String,
    license_model: &'static str,
    snapshot_type: &'static str,
    percent_progress: i64,
    storage_encrypted: bool,
    storage_encryption_type: &'static str,
    backup_retention_period: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    iam_authentication: bool,
    storage_type: String,
    tag_list: Vec<Tag>,
}

impl From<&ClusterSnapshot> for View {
    fn from(snapshot: &ClusterSnapshot) -> Self {
        let snapshot = snapshot.clone();
        let done = snapshot.lifecycle.is_available();
        Self {
            identifier: snapshot.identifier,
            arn: snapshot.arn,
            cluster: snapshot.cluster,
            db_cluster_resource_id: snapshot.cluster_resource_id,
            availability_zones: snapshot.zones,
            snapshot_create_time: snapshot.created,
            cluster_create_time: snapshot.cluster_created,
            engine: engine::ENGINE,
            engine_mode: "provisioned",
            engine_version: snapshot.engine_version,
            allocated_storage: 0,
            status: snapshot.lifecycle.phase().name(),
            port: snapshot.port,
            vpc_id: snapshot.vpc,
            master_username: snapshot.master.name,
            license_model: "postgresql-license",
            snapshot_type: "manual",
            percent_progress: if done { 100 } else { 0 },
            storage_encrypted: snapshot.key.is_some(),
            storage_encryption_type: if snapshot.key.is_some() { "sse-kms" } else { "none" },
            backup_retention_period: snapshot.backup_retention,
            kms_key_id: snapshot.key,
            iam_authentication: snapshot.iam_authentication,
            storage_type: snapshot.storage_type.unwrap_or_else(|| "aurora".to_owned()),
            tag_list: snapshot.tags.list(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Single {
    #[serde(rename = "DBClusterSnapshot")]
    snapshot: View,
}

/// Begins a snapshot of a cluster, and says when it will be over.
pub(super) fn take(
    call: &mut Call<'_>,
    cluster: &Cluster,
    given: &str,
) -> Result<Timestamp, Fault> {
    let identifier = names::identifier("FinalDBSnapshotIdentifier", given, 255)?;
    insert(call, cluster, identifier, Tags::default())
}

fn insert(
    call: &mut Call<'_>,
    cluster: &Cluster,
    identifier: String,
    mut tags: Tags,
) -> Result<Timestamp, Fault> {
    let until = call.clock.after(typical::SNAPSHOT);
    let (now, live) = (call.clock.now, call.databases);
    let arn = call.arn("rds", &format!("{KIND}:{identifier}"));
    if cluster.settings.copy_tags_to_snapshot {
        let own = tags.list();
        tags = cluster.tags.clone();
        tags.add(own).map_err(|error| errors::invalid_tags(&error))?;
    }
    let region = call.region();
    if region.rds.snapshots.contains_key(&identifier) {
        return Err(errors::snapshot_exists(&identifier));
    }
    let group = region.rds.subnet_groups.get(&cluster.subnet_group);
    let snapshot = ClusterSnapshot {
        identifier: identifier.clone(),
        arn,
        created: now,
        lifecycle: Lifecycle::under_way(Phase::Creating, until).awaiting(live),
        cluster: cluster.identifier.clone(),
        cluster_resource_id: cluster.resource_id.clone(),
        cluster_created: cluster.created,
        zones: cluster.zones.clone(),
        vpc: group.map(|group| group.vpc.clone()).unwrap_or_default(),
        engine_version: cluster.engine_version.clone(),
        port: cluster.settings.port,
        database: cluster.database.clone(),
        master: keep_password(cluster, &region.secretsmanager),
        key: cluster.key.clone(),
        iam_authentication: cluster.settings.iam_database_authentication_enabled,
        backup_retention: cluster.settings.backup_retention_period,
        storage_type: cluster.settings.storage_type.clone(),
        tags,
    };
    region.rds.snapshots.insert(identifier, snapshot);
    Ok(until)
}

/// The master user with the password itself: a managed secret goes away with its cluster.
fn keep_password(
    cluster: &Cluster,
    secrets: &crate::services::secretsmanager::State,
) -> MasterUser {
    let password = cluster.master.secret().and_then(|secret| {
        let text = secrets.current_text(&secret.arn)?;
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        Some(value["password"].as_str()?.to_owned())
    });
    match password {
        Some(password) => {
            MasterUser { name: cluster.master.name.clone(), password: Password::Given(password) }
        }
        None => cluster.master.clone(),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct CreateRequest {
    #[serde(rename = "DBClusterSnapshotIdentifier")]
    identifier: String,
    #[serde(rename = "DBClusterIdentifier")]
    cluster: String,
    #[serde(rename = "Tags", default)]
    tags: Vec<Tag>,
}

pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Single, Fault> {
    let identifier = names::identifier("DBClusterSnapshotIdentifier", &request.identifier, 63)?;
    let tags = Tags::new(request.tags).map_err(|error| errors::invalid_tags(&error))?;
    let cluster = cluster::describe::find(&call.region().rds, &request.cluster)?.clone();
    cluster.check_available()?;
    let until = insert(call, &cluster, identifier.clone(), tags)?;
    let rds = &mut call.region().rds;
    if let Some(cluster) = rds.clusters.get_mut(&cluster.identifier) {
        cluster.lifecycle = Lifecycle::under_way(Phase::BackingUp, until);
    }
    find(call, &identifier)
}

fn find(call: &mut Call<'_>, given: &str) -> Result<Single, Fault> {
    let snapshots = &call.region().rds.snapshots;
    match snapshots.get(&names::existing(KIND, given)) {
        Some(snapshot) => Ok(Single { snapshot: View::from(snapshot) }),
        None => Err(errors::snapshot_not_found(given)),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct DescribeRequest {
    #[serde(rename = "DBClusterSnapshotIdentifier")]
    identifier: Option<String>,
    #[serde(rename = "DBClusterIdentifier")]
    cluster: Option<String>,
    #[serde(rename = "DbClusterResourceId")]
    cluster_resource_id: Option<String>,
    #[serde(rename = "SnapshotType")]
    kind: Option<String>,
    #[serde(flatten)]
    listing: Listing,
}

#[derive(Debug, Serialize)]
pub(super) struct Many {
    #[serde(rename = "Marker", skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(rename = "DBClusterSnapshots")]
    snapshots: Vec<View>,
}

const FILTERS: &[Criterion<ClusterSnapshot>] = &[
    ("db-cluster-id", |snapshot| vec![&snapshot.cluster]),
    ("db-cluster-snapshot-id", |snapshot| vec![&snapshot.identifier, &snapshot.arn]),
    ("snapshot-type", |_| vec!["manual"]),
    ("engine", |_| vec![engine::ENGINE]),
];

pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Many, Fault> {
    let snapshots = &call.region().rds.snapshots;
    let mut wanted: Vec<&ClusterSnapshot> = match &request.identifier {
        Some(given) => {
            let snapshot = snapshots.get(&names::existing(KIND, given));
            vec![snapshot.ok_or_else(|| errors::snapshot_not_found(given))?]
        }
        None => snapshots.values().collect(),
    };
    if let Some(given) = &request.cluster {
        let cluster = names::existing(cluster::KIND, given);
        wanted.retain(|snapshot| snapshot.cluster == cluster);
    }
    if let Some(id) = &request.cluster_resource_id {
        wanted.retain(|snapshot| snapshot.cluster_resource_id == *id);
    }
    // Only snapshots that customers take exist here: none automated, shared or public.
    wanted.retain(|_| request.kind.as_deref().is_none_or(|kind| kind == "manual"));
    let listing =
        request.listing.with_names("db-cluster-id", |given| names::existing(cluster::KIND, given));
    let selected = listing.select(wanted, FILTERS)?;
    let page = listing.page(selected, |snapshot| snapshot.identifier.clone())?;
    Ok(Many { marker: page.next, snapshots: page.items.into_iter().map(View::from).collect() })
}

#[derive(Debug, Deserialize)]
pub(super) struct DeleteRequest {
    #[serde(rename = "DBClusterSnapshotIdentifier")]
    identifier: String,
}

pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<Single, Fault> {
    let single = find(call, &request.identifier)?;
    let name = single.snapshot.identifier.clone();
    let snapshots = &mut call.region().rds.snapshots;
    if snapshots.get(&name).is_some_and(|snapshot| !snapshot.lifecycle.is_available()) {
        return Err(errors::snapshot_state(format!(
            "The cluster snapshot {name} is not in the available state."
        )));
    }
    snapshots.remove(&name);
    Ok(single)
}
