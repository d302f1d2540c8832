//! A cluster in AWS's description.

use jiff::Timestamp;
use serde::Serialize;

use super::super::engine;
use super::super::lifecycle::Phase;
use super::super::state::State;
use super::settings::Settings;
use super::{Cluster, Pending};
use crate::services::tags::Tag;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct View {
    #[serde(rename = "DBClusterIdentifier")]
    identifier: String,
    #[serde(rename = "DBClusterArn")]
    arn: String,
    db_cluster_resource_id: String,
    status: Phase,
    engine: &'static str,
    engine_version: String,
    engine_mode: &'static str,
    allocated_storage: i64,
    availability_zones: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database_name: Option<String>,
    #[serde(rename = "DBClusterParameterGroup")]
    parameter_group: String,
    #[serde(rename = "DBSubnetGroup")]
    subnet_group: String,
    endpoint: String,
    reader_endpoint: String,
    #[serde(rename = "MultiAZ")]
    multi_az: bool,
    master_username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    master_user_secret: Option<SecretView>,
    cluster_create_time: Timestamp,
    earliest_restorable_time: Timestamp,
    latest_restorable_time: Timestamp,
    #[serde(rename = "DBClusterMembers")]
    members: Vec<MemberView>,
    vpc_security_groups: Vec<SecurityGroupView>,
    hosted_zone_id: &'static str,
    storage_encrypted: bool,
    storage_encryption_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    read_replica_identifiers: [String; 0],
    associated_roles: [String; 0],
    domain_memberships: [String; 0],
    activity_stream_status: &'static str,
    cross_account_clone: bool,
    local_write_forwarding_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_modified_values: Option<PendingView>,
    tag_list: Vec<Tag>,
    #[serde(flatten)]
    settings: Settings,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SecretView {
    secret_arn: String,
    secret_status: &'static str,
    kms_key_id: String,
}

#[derive(Debug, Serialize)]
struct MemberView {
    #[serde(rename = "DBInstanceIdentifier")]
    identifier: String,
    #[serde(rename = "IsClusterWriter")]
    writes: bool,
    #[serde(rename = "DBClusterParameterGroupStatus")]
    parameter_group_status: &'static str,
    #[serde(rename = "PromotionTier")]
    promotion_tier: i64,
}

/// A security group of a cluster or an instance.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SecurityGroupView {
    vpc_security_group_id: String,
    status: &'static str,
}

impl SecurityGroupView {
    pub(crate) fn all(groups: &[String]) -> Vec<Self> {
        let view = |id: &String| Self { vpc_security_group_id: id.clone(), status: "active" };
        groups.iter().map(view).collect()
    }
}

#[derive(Debug, Serialize)]
struct PendingView {
    #[serde(rename = "DBClusterIdentifier", skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    #[serde(rename = "EngineVersion", skip_serializing_if = "Option::is_none")]
    engine_version: Option<String>,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled", skip_serializing_if = "Option::is_none")]
    iam_authentication: Option<bool>,
}

impl From<&Pending> for PendingView {
    fn from(pending: &Pending) -> Self {
        Self {
            identifier: pending.identifier.clone(),
            engine_version: pending.engine_version.clone(),
            iam_authentication: pending.iam_authentication,
        }
    }
}

impl View {
    /// The cluster as it is at `now`, with its members.
    pub(crate) fn new(rds: &State, cluster: &Cluster, now: Timestamp) -> Self {
        let phase = cluster.lifecycle.phase();
        Self {
            identifier: cluster.identifier.clone(),
            arn: cluster.arn.clone(),
            db_cluster_resource_id: cluster.resource_id.clone(),
            status: phase,
            engine: engine::ENGINE,
            engine_version: cluster.engine_version.clone(),
            engine_mode: "provisioned",
            allocated_storage: 1,
            availability_zones: cluster.zones.clone(),
            database_name: cluster.database.clone(),
            parameter_group: cluster.parameter_group.clone(),
            subnet_group: cluster.subnet_group.clone(),
            endpoint: cluster.endpoint(),
            reader_endpoint: cluster.reader_endpoint(),
            multi_az: spans_zones(rds, cluster),
            master_username: cluster.master.name.clone(),
            master_user_secret: secret_view(cluster, phase),
            cluster_create_time: cluster.created,
            earliest_restorable_time: cluster.created,
            latest_restorable_time: now,
            members: members(rds, cluster),
            vpc_security_groups: SecurityGroupView::all(&cluster.security_groups),
            hosted_zone_id: HOSTED_ZONE,
            storage_encrypted: cluster.key.is_some(),
            storage_encryption_type: if cluster.key.is_some() { "sse-kms" } else { "none" },
            kms_key_id: cluster.key.clone(),
            read_replica_identifiers: [],
            associated_roles: [],
            domain_memberships: [],
            activity_stream_status: "stopped",
            cross_account_clone: false,
            local_write_forwarding_status: "disabled",
            pending_modified_values: cluster.pending.as_ref().map(PendingView::from),
            tag_list: cluster.tags.list(),
            settings: cluster.settings.clone(),
        }
    }
}

/// The hosted zone of RDS's endpoints: that of us-east-1, in every region of the sandbox.
pub(crate) const HOSTED_ZONE: &str = "Z2R2ITUGPM61AM";

fn secret_view(cluster: &Cluster, phase: Phase) -> Option<SecretView> {
    let secret = cluster.master.secret()?;
    Some(SecretView {
        secret_arn: secret.arn.clone(),
        secret_status: if phase == Phase::Creating { "creating" } else { "active" },
        kms_key_id: secret.key.clone(),
    })
}

fn spans_zones(rds: &State, cluster: &Cluster) -> bool {
    let mut zones = rds.members(&cluster.identifier).map(|instance| &instance.zone);
    let first = zones.next();
    zones.any(|zone| Some(zone) != first)
}

fn members(rds: &State, cluster: &Cluster) -> Vec<MemberView> {
    let view = |instance: &super::super::instance::Instance| MemberView {
        identifier: instance.identifier.clone(),
        writes: cluster.writer.as_ref() == Some(&instance.identifier),
        parameter_group_status: if instance.awaits_reboot { "pending-reboot" } else { "in-sync" },
        promotion_tier: instance.promotion_tier,
    };
    rds.members(&cluster.identifier).map(view).collect()
}
