//! `rds.cluster`: an Aurora cluster, the storage and the settings that its instances share.
//!
//! The master password is RDS's own to make up, to keep in Secrets Manager and to rotate.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_rds::types as rds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{described, sync_tags, tags};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Traits,
};

mod live;
mod request;

/// A cluster.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-z](-?[a-z0-9])*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_identifier: Option<String>,
    /// The engine. A change replaces.
    pub engine: Engine,
    /// The engine's version, e.g. `16.6`, or `16` for AWS's choice among its minor versions. A live
    /// version that is newer within the same major one is left alone: AWS raises minor versions
    /// by itself and can't lower them. Default: AWS's.
    #[schemars(regex(pattern = r"^[0-9]"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_version: Option<String>,
    /// Whether a change of `engine_version` may be one of the major version. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_major_version_upgrade: Option<bool>,
    /// The database to begin with. Default: none. A change replaces.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_name: Option<String>,
    /// The name of the master user; not needed with `snapshot_identifier`. A change replaces.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[A-Za-z][A-Za-z0-9_]*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master_username: Option<String>,
    /// Whether RDS keeps the master password in Secrets Manager, and rotates it. `false` only
    /// with `snapshot_identifier`, whose password then stays. Default `true`, also for a cluster
    /// whose snapshot had it otherwise.
    #[serde(default = "managed", skip_serializing_if = "Option::is_none")]
    pub manage_master_user_password: Option<bool>,
    /// The ARN of the KMS key that encrypts the master password. Default: Secrets Manager's own.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub master_user_secret_kms_key_id: Option<String>,
    /// The subnets that its instances live in. Default: the default VPC's. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_subnet_group_name: Option<String>,
    /// The security groups of its instances. Default: the VPC's default group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_security_group_ids: Option<BTreeSet<String>>,
    /// The availability zones of its storage, at creation only: AWS fills up to three. Default:
    /// AWS chooses.
    #[schemars(length(max = 3))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zones: Option<BTreeSet<String>>,
    /// The addresses that it is reached at. Default `IPV4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_type: Option<NetworkType>,
    /// Its port. Default: the engine's, 5432 or 3306.
    #[schemars(range(min = 1150, max = 65535))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Its parameter group. Default: the engine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_cluster_parameter_group_name: Option<String>,
    /// Between which sizes `db.serverless` instances move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serverlessv2_scaling: Option<Scaling>,
    /// How storage is paid for: `aurora` by the request, `aurora-iopt1` at a flat rate. Default
    /// `aurora`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<StorageType>,
    /// Whether storage and snapshots are encrypted. Default `true`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_encrypted: Option<bool>,
    /// The ARN of the KMS key that encrypts them. Default: RDS's own. A change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Whether database users may log in with IAM. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam_database_authentication_enabled: Option<bool>,
    /// Whether SQL can be run through the RDS Data API. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_http_endpoint: Option<bool>,
    /// Which logs go to CloudWatch: `postgresql`, `iam-db-auth-error`, `instance`; for MySQL
    /// `audit`, `error`, `general`, `slowquery`. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled_cloudwatch_logs_exports: Option<BTreeSet<String>>,
    /// For how many days one can go back in time, 1 to 35. Default 1.
    #[schemars(range(min = 1, max = 35))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup_retention_period: Option<i32>,
    /// When the daily backup is made, in UTC, e.g. `03:00-04:00`. Default: AWS chooses.
    #[schemars(regex(pattern = r"^\d\d:\d\d-\d\d:\d\d$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_backup_window: Option<String>,
    /// When AWS may maintain it, in UTC, e.g. `sun:05:00-sun:05:30`. Default: AWS chooses.
    #[schemars(regex(pattern = r"^[A-Za-z]{3}:\d\d:\d\d-[A-Za-z]{3}:\d\d:\d\d$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_maintenance_window: Option<String>,
    /// Whether its snapshots bear its tags. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_tags_to_snapshot: Option<bool>,
    /// Whether Performance Insights records what sessions wait for. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_enabled: Option<bool>,
    /// The ARN of the KMS key that encrypts those records. Default: RDS's own.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_kms_key_id: Option<String>,
    /// For how many days they are kept: 7, a multiple of 31 up to 713, or 731; with
    /// `database_insights_mode: advanced` at least 465. Default 7.
    #[schemars(range(min = 7, max = 731))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_retention_period: Option<i32>,
    /// How much CloudWatch Database Insights shows. `advanced` needs Performance Insights. Default
    /// `standard`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_insights_mode: Option<InsightsMode>,
    /// Every how many seconds the operating systems of its instances are measured; 0 is never.
    /// Default 0.
    #[schemars(extend("enum" = [0, 1, 5, 10, 15, 30, 60]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring_interval: Option<i32>,
    /// The role with which RDS writes those measurements to CloudWatch Logs.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring_role_arn: Option<String>,
    /// Whether AWS refuses to delete it. A deletion by `provision` switches it off first, where it
    /// was `provision` that had switched it on. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_protection: Option<bool>,
    /// Whether a deletion leaves a last snapshot, `<cluster>-final-…`. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_snapshot: Option<bool>,
    /// The name or ARN of a cluster snapshot to begin with; at creation only. Default: empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_identifier: Option<String>,
    /// Whether a change is made at once rather than in the maintenance window. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_immediately: Option<bool>,
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's type")]
fn managed() -> Option<bool> {
    Some(true)
}

/// A database engine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Aurora PostgreSQL.
    #[default]
    AuroraPostgresql,
    /// Aurora MySQL.
    AuroraMysql,
}

/// The addresses that a cluster is reached at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum NetworkType {
    /// IPv4.
    Ipv4,
    /// IPv4 and IPv6; the subnets need both.
    Dual,
}

/// How storage is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StorageType {
    /// By the request.
    #[serde(rename = "aurora")]
    Standard,
    /// At a flat rate.
    #[serde(rename = "aurora-iopt1")]
    IoOptimized,
}

/// How much Database Insights shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InsightsMode {
    /// What is free.
    Standard,
    /// Everything, for 15 months.
    Advanced,
}

/// Between which sizes serverless instances move, in Aurora capacity units of about 2 GiB.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// The least, 0 (asleep when idle) to 256 in steps of 0.5.
    #[schemars(range(min = 0, max = 256))]
    pub min_capacity: f64,
    /// The most, 1 to 256 in steps of 0.5.
    #[schemars(range(min = 1, max = 256))]
    pub max_capacity: f64,
    /// With a least of 0: after how many idle seconds it falls asleep, 300 to 86400. Default 300.
    #[schemars(range(min = 300, max = 86400))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_until_auto_pause: Option<i32>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The host name of the instance that writes.
    pub endpoint: String,
    /// The host name that spreads over the instances that read.
    pub reader_endpoint: String,
    /// Its port.
    pub port: i32,
    /// The ARN of the secret with the master user's name and password, where RDS keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_arn: Option<String>,
    /// `cluster-…`, which IAM policies for database users name.
    pub resource_id: String,
    /// The version that runs.
    pub engine_version: String,
    /// The database that it began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database_name: Option<String>,
}

impl Resource for Cluster {
    const KIND: &'static str = "rds.cluster";
    const TRAITS: Traits = Traits {
        immutable: &[
            "cluster_identifier",
            "engine",
            "database_name",
            "master_username",
            "db_subnet_group_name",
            "storage_encrypted",
            "kms_key_id",
        ],
        compare: &[
            ("engine_version", Compare::Version),
            ("allow_major_version_upgrade", Compare::WriteOnly),
            ("vpc_security_group_ids", Compare::Set),
            ("availability_zones", Compare::WriteOnly),
            ("enabled_cloudwatch_logs_exports", Compare::Set),
            ("preferred_maintenance_window", Compare::CaseInsensitive),
            ("final_snapshot", Compare::WriteOnly),
            ("snapshot_identifier", Compare::WriteOnly),
            ("apply_immediately", Compare::WriteOnly),
        ],
        clearable: &["enabled_cloudwatch_logs_exports", "deletion_protection"],
        deletion: &["final_snapshot"],
        holds_data: true,
        create_time: Duration::from_secs(60),
        delete_time: Duration::from_secs(120),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let restored = self.snapshot_identifier.is_some();
        if self.master_username.is_none() && !restored {
            let message = "A cluster that is not restored from a snapshot needs a master user.";
            problems.push(
                Problem::at("master_username", message).hint("write e.g. master_username: app"),
            );
        }
        if self.manage_master_user_password == Some(false) && !restored {
            problems.push(
                Problem::at(
                    "manage_master_user_password",
                    "The master password would have to stand in the YAML and in the state.",
                )
                .hint("leave it out: RDS then keeps the password in Secrets Manager"),
            );
        }
        if self.kms_key_id.is_some() && self.storage_encrypted == Some(false) {
            problems.push(Problem::at("kms_key_id", "The storage is not encrypted."));
        }
        if self.monitoring_interval.is_some_and(|seconds| seconds > 0)
            && self.monitoring_role_arn.is_none()
        {
            let message = "Enhanced monitoring needs a `monitoring_role_arn`.";
            problems.push(Problem::at("monitoring_interval", message));
        }
        problems.extend(self.serverlessv2_scaling.as_ref().and_then(Scaling::problem));
        problems.extend(self.insights_problem());
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let name = rds::DbCluster::db_cluster_identifier;
        let clusters = described(ids, name, |name| describe(cx, name)).await?;
        Ok(clusters.into_iter().map(|cluster| cluster.as_ref().map(live::live)).collect())
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let cluster = describe_one(cx, &self.identifier(owner)).await?;
        let ours = |cluster: &rds::DbCluster| {
            !is_deleting(cluster) && owner.owns(&tags(cluster.tag_list()))
        };
        let found = cluster.filter(ours).and_then(|cluster| cluster.db_cluster_identifier);
        Ok(found.map(Id).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let identifier = self.identifier(owner);
        match &self.snapshot_identifier {
            // A restoration takes less than a creation, and brings the snapshot's settings along.
            Some(snapshot) => {
                self.restore(cx, owner, snapshot).await?;
                Ok(Created::unfinished(identifier))
            }
            None => {
                self.create_empty(cx, owner).await?;
                Ok(Created::pending(identifier))
            }
        }
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has_any(&request::MODIFIABLE) {
            self.modify(cx, id, change).await?;
        }
        if change.has("enable_http_endpoint") {
            self.set_http_endpoint(cx, id).await?;
        }
        sync_tags(cx, &format!("cluster:{id}"), &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let Some(cluster) = describe_one(cx, id.as_str()).await? else {
            return Ok(Deleted::Gone);
        };
        if is_deleting(&cluster) {
            return Ok(Deleted::Pending);
        }
        if cluster.deletion_protection() == Some(true) && self.deletion_protection == Some(true) {
            switch_protection_off(cx, id.as_str()).await?;
        }
        let request = cx.clients.rds().delete_db_cluster().db_cluster_identifier(id.as_str());
        let request = if self.final_snapshot.unwrap_or(true) {
            request.final_db_snapshot_identifier(final_snapshot_name(&cluster))
        } else {
            request.skip_final_snapshot(true)
        };
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Pending)
    }

    async fn loss(&self, cx: &Context, id: &Id) -> Result<Option<String>> {
        if self.final_snapshot == Some(false) {
            return Ok(Some("its data goes with it: `final_snapshot` is false".to_owned()));
        }
        let cluster = describe_one(cx, id.as_str()).await?.filter(|cluster| !is_deleting(cluster));
        let stays =
            |cluster| format!("its data stays in the snapshot {}", final_snapshot_name(&cluster));
        Ok(cluster.map(stays))
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let cluster = describe_one(cx, id.as_str()).await?;
        let members = cluster.map(|cluster| cluster.db_cluster_members.unwrap_or_default());
        let names = members.unwrap_or_default().into_iter();
        let names = names.filter_map(|member| member.db_instance_identifier);
        Ok(names.map(|name| format!("the instance {name}")).collect())
    }
}

impl Cluster {
    fn identifier(&self, owner: &Owner) -> String {
        self.cluster_identifier.clone().unwrap_or_else(|| owner.name(63))
    }

    fn insights_problem(&self) -> Option<Problem> {
        let days = self.performance_insights_retention_period.unwrap_or(7);
        let advanced = self.database_insights_mode == Some(InsightsMode::Advanced);
        if advanced && (self.performance_insights_enabled != Some(true) || days < 465) {
            let message =
                "The advanced mode needs Performance Insights, kept for 465 days or more.";
            let hint = "write performance_insights_enabled: true and performance_insights_retention_period: 465";
            return Some(Problem::at("database_insights_mode", message).hint(hint));
        }
        let step = days == 7 || days == 731 || days % 31 == 0;
        (!step).then(|| {
            Problem::at(
                "performance_insights_retention_period",
                format!("AWS keeps records for 7 days, a multiple of 31, or 731, not for {days}."),
            )
        })
    }
}

impl Scaling {
    fn problem(&self) -> Option<Problem> {
        let path = "serverlessv2_scaling";
        if self.min_capacity > self.max_capacity {
            return Some(Problem::at(path, "`min_capacity` is above `max_capacity`."));
        }
        if [self.min_capacity, self.max_capacity].iter().any(|units| units * 2.0 % 1.0 != 0.0) {
            return Some(Problem::at(path, "Capacity comes in steps of 0.5."));
        }
        (self.seconds_until_auto_pause.is_some() && self.min_capacity > 0.0).then(|| {
            let message = "A cluster falls asleep only with a `min_capacity` of 0.";
            Problem::at(format!("{path}.seconds_until_auto_pause"), message)
        })
    }
}

/// Refuses to leave a cluster without an instance that somebody protected: AWS's protection is of
/// the cluster alone, and lets the last instance go.
pub(super) async fn spare_last(cx: &Context, identifier: &str, instance: &str) -> Result<()> {
    let Some(cluster) = describe_one(cx, identifier).await? else { return Ok(()) };
    let others = cluster.db_cluster_members().iter();
    let mut others = others.filter(|member| member.db_instance_identifier() != Some(instance));
    if cluster.deletion_protection() != Some(true) || others.next().is_some() {
        return Ok(());
    }
    let message = format!(
        "the cluster {identifier} is protected against deletion by somebody else's hand, and \
         {instance} is its last instance"
    );
    Err(Error::invalid(message).advise(format!(
        "leave it, or take the protection off: `aws rds modify-db-cluster \
         --db-cluster-identifier {identifier} --no-deletion-protection`"
    )))
}

/// Takes the deletion protection off a cluster that still has it.
pub(super) async fn unprotect(cx: &Context, identifier: &str) -> Result<()> {
    match describe_one(cx, identifier).await? {
        Some(cluster) if cluster.deletion_protection() == Some(true) => {
            switch_protection_off(cx, identifier).await
        }
        _ => Ok(()),
    }
}

async fn switch_protection_off(cx: &Context, identifier: &str) -> Result<()> {
    let request = cx.clients.rds().modify_db_cluster().db_cluster_identifier(identifier);
    request.deletion_protection(false).apply_immediately(true).send().await?;
    Ok(())
}

/// The same for every attempt at one deletion: it is made of the id that AWS gives to this very
/// cluster and to no later one of the same name.
fn final_snapshot_name(cluster: &rds::DbCluster) -> String {
    let name = cluster.db_cluster_identifier().unwrap_or_default();
    let incarnation = cluster.db_cluster_resource_id().unwrap_or_default();
    let hash = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, incarnation.as_bytes());
    format!("{name}-final-{}", &hash.simple().to_string()[..8])
}

fn is_deleting(cluster: &rds::DbCluster) -> bool {
    cluster.status() == Some("deleting")
}

async fn describe_one(cx: &Context, identifier: &str) -> Result<Option<rds::DbCluster>> {
    let clusters = Error::optional(describe(cx, Some(identifier.to_owned())).await)?;
    Ok(clusters.unwrap_or_default().pop())
}

async fn describe(cx: &Context, identifier: Option<String>) -> Result<Vec<rds::DbCluster>> {
    let request = cx.clients.rds().describe_db_clusters().set_db_cluster_identifier(identifier);
    Ok(request.into_paginator().items().send().collect::<Result<_, _>>().await?)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn problems(spec: serde_json::Value) -> Vec<String> {
        let cluster: Cluster = from_value(spec).unwrap();
        cluster.validate().into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn rules_that_the_schema_can_not_express() {
        assert_eq!(problems(json!({ "engine": "aurora-postgresql" })), ["master_username"]);
        let base = json!({ "engine": "aurora-postgresql", "snapshot_identifier": "last" });
        assert_eq!(problems(base), [""; 0]);
        assert_eq!(
            problems(json!({
                "engine": "aurora-postgresql",
                "master_username": "app",
                "manage_master_user_password": false,
                "serverlessv2_scaling": { "min_capacity": 0.7, "max_capacity": 4 },
                "performance_insights_retention_period": 30,
            })),
            [
                "manage_master_user_password",
                "serverlessv2_scaling",
                "performance_insights_retention_period"
            ]
        );
    }

    #[test]
    fn a_final_snapshot_is_named_once_for_each_cluster() {
        let cluster = |resource_id: &str| {
            rds::DbCluster::builder()
                .db_cluster_identifier("main")
                .db_cluster_resource_id(resource_id)
                .build()
        };
        let name = final_snapshot_name(&cluster("cluster-A"));
        assert!(name.starts_with("main-final-") && name.len() == "main-final-".len() + 8);
        assert_eq!(name, final_snapshot_name(&cluster("cluster-A")));
        assert_ne!(name, final_snapshot_name(&cluster("cluster-B")));
    }
}
