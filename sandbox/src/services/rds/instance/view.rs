//! An instance in AWS's description.

use jiff::Timestamp;
use serde::Serialize;

use super::super::cluster::{Cluster, HOSTED_ZONE, SecurityGroupView};
use super::super::lifecycle::Phase;
use super::super::monitoring::Monitoring;
use super::super::state::State;
use super::super::{engine, subnet_group};
use super::{Instance, Pending};
use crate::services::tags::Tag;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct View {
    #[serde(rename = "DBInstanceIdentifier")]
    identifier: String,
    #[serde(rename = "DBInstanceArn")]
    arn: String,
    dbi_resource_id: String,
    #[serde(rename = "DBInstanceClass")]
    class: String,
    #[serde(rename = "DBInstanceStatus")]
    status: Phase,
    engine: &'static str,
    engine_version: String,
    license_model: &'static str,
    master_username: String,
    #[serde(rename = "DBName", skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// AWS gives an instance its name when the server is up.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<Endpoint>,
    db_instance_port: i64,
    allocated_storage: i64,
    storage_type: String,
    storage_throughput: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_create_time: Option<Timestamp>,
    preferred_backup_window: String,
    preferred_maintenance_window: String,
    backup_retention_period: i64,
    backup_target: &'static str,
    #[serde(rename = "DBSecurityGroups")]
    security_groups_of_classic: [String; 0],
    vpc_security_groups: Vec<SecurityGroupView>,
    #[serde(rename = "DBParameterGroups")]
    parameter_groups: [ParameterGroup; 1],
    option_group_memberships: [OptionGroup; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    availability_zone: Option<String>,
    #[serde(rename = "DBSubnetGroup", skip_serializing_if = "Option::is_none")]
    subnet_group: Option<subnet_group::View>,
    pending_modified_values: PendingView,
    #[serde(rename = "MultiAZ")]
    multi_az: bool,
    auto_minor_version_upgrade: bool,
    #[serde(rename = "ReadReplicaDBInstanceIdentifiers")]
    replicas: [String; 0],
    publicly_accessible: bool,
    #[serde(rename = "DBClusterIdentifier")]
    cluster: String,
    storage_encrypted: bool,
    storage_encryption_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    /// AWS leaves the certificate out while an instance is going away.
    #[serde(rename = "CACertificateIdentifier", skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_details: Option<Certificate>,
    domain_memberships: [String; 0],
    copy_tags_to_snapshot: bool,
    promotion_tier: i64,
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    iam_authentication: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enabled_cloudwatch_logs_exports: Vec<String>,
    deletion_protection: bool,
    associated_roles: [String; 0],
    activity_stream_status: &'static str,
    customer_owned_ip_enabled: bool,
    network_type: String,
    dedicated_log_volume: bool,
    is_storage_config_upgrade_available: bool,
    engine_lifecycle_support: String,
    tag_list: Vec<Tag>,
    #[serde(flatten)]
    monitoring: Monitoring,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    address: String,
    port: i64,
    hosted_zone_id: &'static str,
}

#[derive(Debug, Serialize)]
struct ParameterGroup {
    #[serde(rename = "DBParameterGroupName")]
    name: String,
    #[serde(rename = "ParameterApplyStatus")]
    status: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct OptionGroup {
    option_group_name: String,
    status: &'static str,
}

#[derive(Debug, Serialize)]
struct Certificate {
    #[serde(rename = "CAIdentifier")]
    authority: String,
    #[serde(rename = "ValidTill")]
    expires: Timestamp,
}

#[derive(Debug, Default, Serialize)]
struct PendingView {
    #[serde(rename = "DBInstanceIdentifier", skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    #[serde(rename = "DBInstanceClass", skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    #[serde(rename = "CACertificateIdentifier", skip_serializing_if = "Option::is_none")]
    authority: Option<String>,
}

impl From<&Pending> for PendingView {
    fn from(pending: &Pending) -> Self {
        Self {
            identifier: pending.identifier.clone(),
            class: pending.class.clone(),
            authority: pending.authority.clone(),
        }
    }
}

impl View {
    /// The instance, with what it shares with its cluster.
    pub(crate) fn new(rds: &State, cluster: &Cluster, instance: &Instance) -> Self {
        let instance = instance.clone();
        let settings = cluster.settings.clone();
        let phase = instance.lifecycle.phase();
        let up = phase != Phase::Creating;
        let major = cluster.release().map_or(0, |release| release.major);
        let family = format!("{}{major}", engine::ENGINE);
        let certificate = (!instance.lifecycle.is_deleting()).then(|| Certificate {
            authority: instance.authority.clone(),
            expires: instance.certificate_expires,
        });
        Self {
            endpoint: up.then(|| Endpoint {
                address: match instance.address {
                    Some(address) => address.to_string(),
                    None => format!("{}.{}", instance.identifier, cluster.domain),
                },
                port: settings.port,
                hosted_zone_id: HOSTED_ZONE,
            }),
            identifier: instance.identifier,
            arn: instance.arn,
            dbi_resource_id: instance.resource_id,
            class: instance.class,
            status: phase,
            engine: engine::ENGINE,
            engine_version: cluster.engine_version.clone(),
            license_model: "postgresql-license",
            master_username: cluster.master.name.clone(),
            database: cluster.database.clone(),
            db_instance_port: 0,
            allocated_storage: 1,
            storage_type: settings.storage_type.unwrap_or_else(|| "aurora".to_owned()),
            storage_throughput: 0,
            instance_create_time: up.then_some(instance.created),
            preferred_backup_window: settings.preferred_backup_window,
            preferred_maintenance_window: instance.maintenance_window,
            backup_retention_period: settings.backup_retention_period,
            backup_target: "region",
            security_groups_of_classic: [],
            vpc_security_groups: SecurityGroupView::all(&cluster.security_groups),
            parameter_groups: [ParameterGroup {
                name: format!("default.{family}"),
                status: "in-sync",
            }],
            option_group_memberships: [OptionGroup {
                option_group_name: format!("default:{}-{major}", engine::ENGINE),
                status: "in-sync",
            }],
            availability_zone: up.then_some(instance.zone),
            subnet_group: rds.subnet_groups.get(&instance.subnet_group).map(Into::into),
            pending_modified_values: instance.pending.as_ref().map(Into::into).unwrap_or_default(),
            multi_az: false,
            auto_minor_version_upgrade: instance.auto_minor_version_upgrade,
            replicas: [],
            publicly_accessible: instance.publicly_accessible,
            cluster: instance.cluster,
            storage_encrypted: cluster.key.is_some(),
            storage_encryption_type: if cluster.key.is_some() { "sse-kms" } else { "none" },
            kms_key_id: cluster.key.clone(),
            authority: certificate.as_ref().map(|known| known.authority.clone()),
            certificate_details: certificate,
            domain_memberships: [],
            copy_tags_to_snapshot: instance.copy_tags_to_snapshot,
            promotion_tier: instance.promotion_tier,
            iam_authentication: settings.iam_database_authentication_enabled,
            enabled_cloudwatch_logs_exports: settings.enabled_cloudwatch_logs_exports,
            deletion_protection: false,
            associated_roles: [],
            activity_stream_status: "stopped",
            customer_owned_ip_enabled: false,
            network_type: settings.network_type,
            dedicated_log_volume: false,
            is_storage_config_upgrade_available: false,
            engine_lifecycle_support: settings.engine_lifecycle_support,
            tag_list: instance.tags.list(),
            monitoring: instance.monitoring,
        }
    }
}
