//! `aurora`: an Aurora PostgreSQL cluster with its instances, and what belongs to it in production.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{Component, Expansion, Input, without_nulls};
use crate::aws::rds::Scalar;
use crate::aws::rds::cluster::{InsightsMode, StorageType};
use crate::resource::{Problem, default_name};

mod access;
#[cfg(test)]
mod tests;

/// The longest name of a cluster, so that `-16` still fits behind it for an instance.
const NAME_LIMIT: usize = 60;

/// How many instances a cluster can have.
const MOST_INSTANCES: usize = 16;

/// An Aurora PostgreSQL cluster: encrypted, with its master password in Secrets Manager, a
/// parameter group, logs with a retention, monitoring, and a proxy where wanted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Aurora {
    /// The cluster's name, which its instances begin with. Default: the environment's prefix and
    /// the address. A change replaces.
    #[schemars(length(min = 1, max = 60), regex(pattern = r"^[a-z](-?[a-z0-9])*$"))]
    #[serde(default)]
    pub name: Option<String>,
    /// The version, e.g. `16.6`. Raising the major version needs `allow_major_version_upgrade`.
    #[schemars(regex(pattern = r"^\d+(\.\d+)?$"))]
    pub engine_version: String,
    /// Whether a change of `engine_version` may be one of the major version. Default `false`.
    #[serde(default)]
    pub allow_major_version_upgrade: Option<bool>,
    /// The subnets, in at least two availability zones.
    pub subnets: Input<Vec<Input<String>>>,
    /// The VPC of the subnets. Where it is given, the cluster is replaced when that is replaced;
    /// else AWS refuses the subnets of another.
    #[serde(default)]
    pub vpc_id: Option<Input<String>>,
    /// The security groups of its instances.
    pub security_groups: Input<Vec<Input<String>>>,
    /// The database to begin with. Default: none. A change replaces.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$"))]
    #[serde(default)]
    pub database: Option<String>,
    /// The name of the master user. Needed without `snapshot`. A change replaces.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[A-Za-z][A-Za-z0-9_]*$"))]
    #[serde(default)]
    pub username: Option<String>,
    /// Between which sizes the instances move (Serverless v2). Either this or `instance_class`.
    #[serde(default)]
    pub capacity: Option<Capacity>,
    /// The instances' fixed size, e.g. `db.r7g.large`. Either this or `capacity`.
    #[schemars(regex(pattern = r"^db\.[a-z0-9.-]+$"))]
    #[serde(default)]
    pub instance_class: Option<String>,
    /// How many instances, 1 to 16: the first writes, the others read and stand in for it.
    /// Default 1.
    #[schemars(range(min = 1, max = 16))]
    #[serde(default)]
    pub instances: Option<usize>,
    /// Settings of the engine by name; the others are the engine's defaults.
    #[serde(default)]
    pub parameters: BTreeMap<String, Scalar>,
    /// The port. Default 5432.
    #[schemars(range(min = 1150, max = 65535))]
    #[serde(default)]
    pub port: Option<i32>,
    /// Which key encrypts the storage and the master password: `aws` (keys of AWS's own, the
    /// default), `own` (a key that is made along), or the ARN of a key. A change replaces.
    #[serde(default)]
    pub kms_key: Option<Input<String>>,
    /// How storage is paid for: `aurora` by the request, `aurora-iopt1` at a flat rate. Default
    /// `aurora`.
    #[serde(default)]
    pub storage_type: Option<StorageType>,
    /// Whether database users may log in with IAM. Default `true`.
    #[serde(default)]
    pub iam_authentication: Option<bool>,
    /// For how many days one can go back in time, 1 to 35. Default 7.
    #[schemars(range(min = 1, max = 35))]
    #[serde(default)]
    pub backup_retention_days: Option<i32>,
    /// When the daily backup is made, in UTC, e.g. `03:00-04:00`. Default: AWS chooses.
    #[schemars(regex(pattern = r"^\d\d:\d\d-\d\d:\d\d$"))]
    #[serde(default)]
    pub backup_window: Option<String>,
    /// When AWS may maintain it, in UTC, e.g. `sun:05:00-sun:05:30`. Default: AWS chooses.
    #[serde(default)]
    pub maintenance_window: Option<String>,
    /// Whether AWS installs minor versions by itself. Default `true`.
    #[serde(default)]
    pub auto_minor_version_upgrade: Option<bool>,
    /// Whether a change is made at once rather than in the maintenance window. Default `true`.
    #[serde(default)]
    pub apply_immediately: Option<bool>,
    /// Which certificate authority signs the instances' certificates. Default: the account's.
    #[serde(default)]
    pub ca_cert_identifier: Option<String>,
    /// Whether AWS, too, refuses to delete it. Default `false`; `protect` works without.
    #[serde(default)]
    pub deletion_protection: Option<bool>,
    /// Whether a deletion leaves a last snapshot. Default `true`.
    #[serde(default)]
    pub final_snapshot: Option<bool>,
    /// The name or ARN of a cluster snapshot to begin with. Default: empty.
    #[serde(default)]
    pub snapshot: Option<Input<String>>,
    /// Which logs go to CloudWatch: `postgresql`, `iam-db-auth-error`, `instance`. Default
    /// `[postgresql]`.
    #[serde(default)]
    pub log_exports: Option<Vec<String>>,
    /// For how many days CloudWatch keeps them. Default 30.
    #[serde(default)]
    pub log_retention_days: Option<i32>,
    /// Whether Performance Insights records what sessions wait for. Default `true`.
    #[serde(default)]
    pub performance_insights: Option<bool>,
    /// For how many days those records are kept: 7, a multiple of 31, or 731. Default 7.
    #[serde(default)]
    pub performance_insights_retention_days: Option<i32>,
    /// How much CloudWatch Database Insights shows. `advanced` needs 465 days of Performance
    /// Insights. Default `standard`.
    #[serde(default)]
    pub database_insights: Option<InsightsMode>,
    /// Every how many seconds the instances' operating systems are measured; 0 is never. Default
    /// 60.
    #[schemars(extend("enum" = [0, 1, 5, 10, 15, 30, 60]))]
    #[serde(default)]
    pub monitoring_interval: Option<i32>,
    /// A proxy that shares a few connections among many clients: `true`, or its settings. Default
    /// `false`.
    #[serde(default)]
    pub proxy: Option<ProxyChoice>,
}

/// Between which sizes serverless instances move, in capacity units of about 2 GiB.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// The least, 0 (asleep when idle) to 256 in steps of 0.5.
    #[schemars(range(min = 0, max = 256))]
    pub min: f64,
    /// The most, 1 to 256 in steps of 0.5.
    #[schemars(range(min = 1, max = 256))]
    pub max: f64,
    /// With a least of 0: after how many idle seconds it falls asleep, 300 to 86400.
    #[schemars(range(min = 300, max = 86400))]
    #[serde(default)]
    pub seconds_until_auto_pause: Option<i32>,
}

/// Whether there is a proxy, and how it is set.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ProxyChoice {
    /// Whether, with the defaults.
    Whether(bool),
    /// With these settings.
    Settings(ProxySettings),
}

/// How a proxy is set.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxySettings {
    /// The security groups of the proxy. Default: the cluster's, which must then let itself in.
    #[serde(default)]
    pub security_groups: Option<Input<Vec<Input<String>>>>,
    /// Whether clients prove themselves with IAM instead of the password. Default `false`.
    #[serde(default)]
    pub iam_authentication: Option<bool>,
    /// After how many idle seconds a client is disconnected, 1 to 28800. Default 1800.
    #[schemars(range(min = 1, max = 28800))]
    #[serde(default)]
    pub idle_client_timeout: Option<i32>,
    /// How many of the database's connections it may have, in per cent. Default 90: an
    /// administrator still gets in.
    #[schemars(range(min = 1, max = 100))]
    #[serde(default)]
    pub max_connections_percent: Option<i32>,
    /// How many of them it keeps open while idle, in per cent. Default: half of the former.
    #[schemars(range(min = 0, max = 100))]
    #[serde(default)]
    pub max_idle_connections_percent: Option<i32>,
    /// For how many seconds a client waits for a connection, 0 to 300. Default 120.
    #[schemars(range(min = 0, max = 300))]
    #[serde(default)]
    pub connection_borrow_timeout: Option<i32>,
    /// Whether it logs the text of SQL statements. Default `false`.
    #[serde(default)]
    pub debug_logging: Option<bool>,
}

impl Component for Aurora {
    const TYPE: &'static str = "aurora";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("endpoint", "The host name of the instance that writes."),
        ("reader_endpoint", "The host name that spreads over the instances that read."),
        ("port", "The port."),
        ("database", "The database to begin with, where there is one."),
        ("secret_arn", "The ARN of the secret with the master user's name and password."),
        ("cluster_id", "The cluster's name."),
        ("cluster_arn", "The cluster's ARN."),
        ("resource_id", "`cluster-…`, which IAM policies for database users name."),
        ("engine_version", "The version that runs."),
        ("instance_ids", "The instances' names, the writer's first."),
        ("security_groups", "The security groups of the instances."),
        ("kms_key_arn", "The ARN of the key that was made along, where there is one."),
        ("proxy_endpoint", "The host name of the proxy, where there is one."),
        ("proxy_arn", "The proxy's ARN, where there is one."),
    ];

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.capacity.is_some() == self.instance_class.is_some() {
            problems.push(
                Problem::at("capacity", "The instances need either a `capacity` or a class.")
                    .hint("write capacity: { min: 0.5, max: 4 } or instance_class: db.r7g.large"),
            );
        }
        if self.username.is_none() && self.snapshot.is_none() {
            let message = "A cluster that is not restored from a snapshot needs a master user.";
            problems.push(Problem::at("username", message).hint("write e.g. username: app"));
        }
        let subnets = self.subnets.literal();
        if subnets.is_some_and(|subnets| subnets.len() < 2) {
            let message = "Aurora needs subnets in at least two availability zones.";
            problems.push(Problem::at("subnets", message));
        }
        if let Some(Input::Literal(key)) = &self.kms_key
            && !(["aws", "own"].contains(&key.as_str()) || key.starts_with("arn:"))
        {
            problems.push(
                Problem::at("kms_key", format!("`{key}` is not a key."))
                    .hint("write aws, own, or the ARN of a key"),
            );
        }
        problems
    }

    fn expand(&self, scope: &mut Expansion<'_>) {
        let name = self.name(scope);
        self.declare_surroundings(scope, &name);
        self.declare_cluster(scope, &name);
        self.declare_instances(scope, &name);
        if let Some(settings) = self.proxy_settings() {
            self.declare_proxy(scope, &name, &settings);
        }
        self.set_outputs(scope);
    }
}

impl Aurora {
    fn name(&self, scope: &Expansion<'_>) -> String {
        let prefix = &scope.environment().prefix;
        self.name.clone().unwrap_or_else(|| default_name(prefix, scope.address(), NAME_LIMIT))
    }

    fn instance_count(&self) -> usize {
        self.instances.unwrap_or(1).clamp(1, MOST_INSTANCES)
    }

    fn monitored(&self) -> bool {
        self.monitoring_interval != Some(0)
    }

    fn log_exports(&self) -> Vec<String> {
        self.log_exports.clone().unwrap_or_else(|| vec!["postgresql".to_owned()])
    }

    /// The reference to the key, where it is not AWS's.
    fn kms_key(&self) -> Json {
        match &self.kms_key {
            None => Json::Null,
            Some(Input::Literal(key)) if key == "aws" => Json::Null,
            Some(Input::Literal(key)) if key == "own" => json!("${self.key.arn}"),
            Some(key) => json!(key),
        }
    }

    fn has_own_key(&self) -> bool {
        self.kms_key.as_ref().and_then(Input::literal).is_some_and(|key| key == "own")
    }

    fn proxy_settings(&self) -> Option<ProxySettings> {
        match &self.proxy {
            None | Some(ProxyChoice::Whether(false)) => None,
            Some(ProxyChoice::Whether(true)) => Some(ProxySettings::default()),
            Some(ProxyChoice::Settings(settings)) => Some(settings.clone()),
        }
    }

    /// What must be there before the cluster.
    fn declare_surroundings(&self, scope: &mut Expansion<'_>, name: &str) {
        if self.has_own_key() {
            let key = json!({
                "description": format!("Encrypts the database {name}"),
                "alias": format!("alias/{name}"),
                "enable_key_rotation": true,
            });
            scope.resource("key", "kms.key", key).from("kms_key");
        }
        let subnets = json!({ "name": name, "subnet_ids": self.subnets, "vpc_id": self.vpc_id });
        scope.resource("subnet_group", "rds.subnet_group", subnets).from("subnets");
        let major = self.engine_version.split('.').next().unwrap_or_default();
        let parameters = json!({
            "family": format!("aurora-postgresql{major}"),
            "parameters": self.parameters,
        });
        scope
            .resource("parameter_group", "rds.cluster_parameter_group", parameters)
            .from("parameters");
        // RDS makes a log group that it does not find, and one that keeps its lines for ever.
        for log in self.log_exports() {
            let group = json!({
                "name": format!("/aws/rds/cluster/{name}/{log}"),
                "retention_in_days": self.log_retention_days.unwrap_or(30),
            });
            scope.resource(format!("log:{log}"), "logs.log_group", group).from("log_exports");
        }
        if self.monitored() {
            let role = access::monitoring_role(&scope.environment().region);
            scope.resource("monitoring_role", "iam.role", role).from("monitoring_interval");
        }
    }

    fn declare_cluster(&self, scope: &mut Expansion<'_>, name: &str) {
        let scaling = self.capacity.as_ref().map(|capacity| {
            without_nulls(json!({
                "min_capacity": capacity.min,
                "max_capacity": capacity.max,
                "seconds_until_auto_pause": capacity.seconds_until_auto_pause,
            }))
        });
        let cluster = json!({
            "cluster_identifier": name,
            "engine": "aurora-postgresql",
            "engine_version": self.engine_version,
            "allow_major_version_upgrade": self.allow_major_version_upgrade,
            "database_name": self.database,
            "master_username": self.username,
            "manage_master_user_password": true,
            "master_user_secret_kms_key_id": self.kms_key(),
            "db_subnet_group_name": "${self.subnet_group.name}",
            "vpc_security_group_ids": self.security_groups,
            "port": self.port,
            "db_cluster_parameter_group_name": "${self.parameter_group.name}",
            "serverlessv2_scaling": scaling,
            "storage_type": self.storage_type,
            "storage_encrypted": true,
            "kms_key_id": self.kms_key(),
            "iam_database_authentication_enabled": self.iam_authentication.unwrap_or(true),
            "enabled_cloudwatch_logs_exports": self.log_exports(),
            "backup_retention_period": self.backup_retention_days.unwrap_or(7),
            "preferred_backup_window": self.backup_window,
            "preferred_maintenance_window": self.maintenance_window,
            "copy_tags_to_snapshot": true,
            "deletion_protection": self.deletion_protection.unwrap_or(false),
            "final_snapshot": self.final_snapshot.unwrap_or(true),
            "snapshot_identifier": self.snapshot,
            "apply_immediately": self.apply_immediately,
        });
        let cluster = with(cluster, self.database_insights());
        scope.resource("cluster", "rds.cluster", cluster).depends_on(self.log_group_names());
    }

    /// The advanced mode is the cluster's, and takes Performance Insights along.
    fn database_insights(&self) -> Json {
        match self.database_insights {
            Some(InsightsMode::Advanced) => json!({
                "database_insights_mode": InsightsMode::Advanced,
                "performance_insights_enabled": true,
                "performance_insights_kms_key_id": self.kms_key(),
                "performance_insights_retention_period":
                    self.performance_insights_retention_days.unwrap_or(465),
            }),
            mode => json!({ "database_insights_mode": mode }),
        }
    }

    fn log_group_names(&self) -> Vec<String> {
        if self.log_exports().is_empty() { Vec::new() } else { vec!["log".to_owned()] }
    }

    fn declare_instances(&self, scope: &mut Expansion<'_>, name: &str) {
        for number in 1..=self.instance_count() {
            let instance = json!({
                "identifier": format!("{name}-{number}"),
                "cluster_identifier": "${self.cluster.id}",
                "instance_class": self.instance_class.as_deref().unwrap_or("db.serverless"),
                "promotion_tier": if number <= 2 { 0 } else { 1 },
                "publicly_accessible": false,
                "auto_minor_version_upgrade": self.auto_minor_version_upgrade.unwrap_or(true),
                "ca_cert_identifier": self.ca_cert_identifier,
                "preferred_maintenance_window": self.maintenance_window,
                "monitoring_interval": self.monitoring_interval.unwrap_or(60),
                "monitoring_role_arn": self.monitored().then_some("${self.monitoring_role.arn}"),
                "apply_immediately": self.apply_immediately,
                "cluster_deletion_protection": self.deletion_protection,
            });
            let instance = with(instance, self.performance_insights());
            let child = scope.resource(format!("instance:{number}"), "rds.instance", instance);
            child.from("instances");
            // The first instance of a cluster becomes its writer.
            if number > 1 {
                child.depends_on(["instance:1"]);
            }
        }
    }

    /// In the advanced mode the cluster's settings hold for all its instances.
    fn performance_insights(&self) -> Json {
        if self.database_insights == Some(InsightsMode::Advanced) {
            return json!({});
        }
        let enabled = self.performance_insights.unwrap_or(true);
        let days = self.performance_insights_retention_days.unwrap_or(7);
        json!({
            "performance_insights_enabled": enabled,
            "performance_insights_kms_key_id": if enabled { self.kms_key() } else { Json::Null },
            "performance_insights_retention_period": enabled.then_some(days),
        })
    }

    fn declare_proxy(&self, scope: &mut Expansion<'_>, name: &str, settings: &ProxySettings) {
        let role = access::proxy_role(&self.kms_key(), &scope.environment().region);
        scope.resource("proxy_role", "iam.role", role).from("proxy");
        let iam = settings.iam_authentication == Some(true);
        let pool = without_nulls(json!({
            "max_connections_percent": settings.max_connections_percent.unwrap_or(90),
            "max_idle_connections_percent": settings.max_idle_connections_percent,
            "connection_borrow_timeout": settings.connection_borrow_timeout,
        }));
        let proxy = json!({
            "name": name,
            "engine_family": "POSTGRESQL",
            "auth": [{
                "secret_arn": "${self.cluster.secret_arn}",
                "iam_auth": if iam { "REQUIRED" } else { "DISABLED" },
            }],
            "role_arn": "${self.proxy_role.arn}",
            "vpc_subnet_ids": self.subnets,
            "vpc_security_group_ids":
                settings.security_groups.as_ref().unwrap_or(&self.security_groups),
            "require_tls": true,
            "idle_client_timeout": settings.idle_client_timeout,
            "debug_logging": settings.debug_logging,
            "db_cluster_identifier": "${self.cluster.id}",
            "connection_pool": pool,
        });
        // A cluster without an instance can't be a target.
        scope.resource("proxy", "rds.proxy", proxy).from("proxy").depends_on(["instance:1"]);
    }

    fn set_outputs(&self, scope: &mut Expansion<'_>) {
        for (output, of_cluster) in [
            ("endpoint", "endpoint"),
            ("reader_endpoint", "reader_endpoint"),
            ("port", "port"),
            ("secret_arn", "secret_arn"),
            ("cluster_id", "id"),
            ("cluster_arn", "arn"),
            ("resource_id", "resource_id"),
            ("engine_version", "engine_version"),
        ] {
            scope.output(output, json!(format!("${{self.cluster.{of_cluster}}}")));
        }
        scope.output("database", json!(self.database));
        scope.output("instance_ids", json!("${self.instance.*.id}"));
        scope.output("security_groups", json!(self.security_groups));
        if self.has_own_key() {
            scope.output("kms_key_arn", json!("${self.key.arn}"));
        }
        if self.proxy_settings().is_some() {
            scope.output("proxy_endpoint", json!("${self.proxy.endpoint}"));
            scope.output("proxy_arn", json!("${self.proxy.arn}"));
        }
    }
}

/// The fields of both objects.
fn with(mut object: Json, more: Json) -> Json {
    if let (Json::Object(fields), Json::Object(more)) = (&mut object, more) {
        fields.extend(more);
    }
    object
}
