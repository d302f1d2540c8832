//! `CreateDBInstance`, for members of Aurora clusters.

use std::net::Ipv4Addr;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::super::cluster::{Cluster, FIRST_INSTANCE};
use super::super::lifecycle::{Lifecycle, Phase, typical};
use super::super::monitoring::{Monitoring, MonitoringRequest};
use super::super::network::{self, Interface, Subnet};
use super::super::state::State;
use super::super::subnet_group::{self, SubnetGroup};
use super::super::unbuilt::Unbuilt;
use super::super::{cluster, engine, errors, names, window};
use super::view::View;
use super::{Instance, KIND};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    #[serde(rename = "DBInstanceIdentifier")]
    identifier: String,
    #[serde(rename = "DBInstanceClass")]
    class: String,
    engine: String,
    engine_version: Option<String>,
    #[serde(rename = "DBClusterIdentifier")]
    cluster: Option<String>,
    availability_zone: Option<String>,
    #[serde(rename = "DBSubnetGroupName")]
    subnet_group: Option<String>,
    #[serde(rename = "DBParameterGroupName")]
    parameter_group: Option<String>,
    preferred_maintenance_window: Option<String>,
    promotion_tier: Option<i64>,
    publicly_accessible: Option<bool>,
    auto_minor_version_upgrade: Option<bool>,
    copy_tags_to_snapshot: Option<bool>,
    #[serde(rename = "CACertificateIdentifier")]
    authority: Option<String>,
    license_model: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(flatten)]
    monitoring: MonitoringRequest,
    #[serde(flatten)]
    of_cluster: OfCluster,
    #[serde(flatten)]
    unbuilt: Unbuilt,
}

/// What a member of a cluster cannot have of its own.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OfCluster {
    #[serde(rename = "DBName")]
    database: Option<serde_json::Value>,
    master_username: Option<serde_json::Value>,
    master_user_password: Option<serde_json::Value>,
    manage_master_user_password: Option<bool>,
    backup_retention_period: Option<serde_json::Value>,
    preferred_backup_window: Option<serde_json::Value>,
    port: Option<serde_json::Value>,
    vpc_security_group_ids: Option<Vec<String>>,
    allocated_storage: Option<serde_json::Value>,
    kms_key_id: Option<serde_json::Value>,
    #[serde(rename = "EnableIAMDatabaseAuthentication")]
    iam_authentication: Option<bool>,
    enable_cloudwatch_logs_exports: Option<Vec<String>>,
}

impl OfCluster {
    fn refuse(&self) -> Result<(), Fault> {
        let given = [
            ("database name", self.database.is_some()),
            ("master user name", self.master_username.is_some()),
            ("master user password", self.master_user_password.is_some()),
            ("master user password management", self.manage_master_user_password == Some(true)),
            ("backup retention period", self.backup_retention_period.is_some()),
            ("backup window", self.preferred_backup_window.is_some()),
            ("database endpoint port", self.port.is_some()),
            (
                "vpc security group",
                self.vpc_security_group_ids.as_ref().is_some_and(|ids| !ids.is_empty()),
            ),
            ("allocated storage", self.allocated_storage.is_some()),
            ("KMS key", self.kms_key_id.is_some()),
            ("IAM database authentication", self.iam_authentication == Some(true)),
            (
                "CloudWatch Logs exports",
                self.enable_cloudwatch_logs_exports.as_ref().is_some_and(|logs| !logs.is_empty()),
            ),
        ];
        match given.iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((what, _)) => Err(errors::invalid_combination(format!(
                "The requested DB Instance will be a member of a DB Cluster. Set {what} for the \
                 DB Cluster."
            ))),
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Single {
    #[serde(rename = "DBInstance")]
    instance: View,
}

impl Single {
    pub(crate) fn new(instance: View) -> Self {
        Self { instance }
    }
}

pub(crate) fn create(call: &mut Call<'_>, request: Request) -> Result<Single, Fault> {
    request.unbuilt.refuse()?;
    let identifier = names::identifier("DBInstanceIdentifier", &request.identifier, 63)?;
    cluster::create::check_engine(&request.engine, None)?;
    let given = request
        .cluster
        .as_deref()
        .ok_or_else(|| errors::not_built("an instance outside a cluster"))?;
    request.of_cluster.refuse()?;
    let rds = &call.region().rds;
    if rds.instances.contains_key(&identifier) {
        return Err(errors::instance_exists());
    }
    let cluster = cluster::describe::find(rds, given)?.clone();
    request.check(&cluster)?;
    let subnet = request.place(rds, &cluster)?;
    let draft = request.draft(call, &cluster, subnet)?;
    let interface = network::open(
        call,
        &Interface {
            subnet: &draft.subnet.id,
            security_groups: &cluster.security_groups,
            description: "RDSNetworkInterface",
        },
    )?;
    let instance = build(call, identifier, &cluster, draft, interface);
    Ok(insert(&mut call.region().rds, &cluster.identifier, instance))
}

/// What a request comes to after every check.
struct Draft {
    request: Request,
    subnet: Subnet,
    monitoring: Monitoring,
    maintenance_window: String,
    tags: Tags,
}

fn build(
    call: &mut Call<'_>,
    identifier: String,
    cluster: &Cluster,
    draft: Draft,
    interface: String,
) -> Instance {
    let request = draft.request;
    let now = call.clock.now;
    let until = call.clock.after(typical::INSTANCE_CREATION);
    let until = until.max(cluster.lifecycle.until().unwrap_or(until));
    Instance {
        arn: call.arn("rds", &format!("{KIND}:{identifier}")),
        resource_id: format!("db-{}", call.ids.upper(26)),
        created: now,
        lifecycle: Lifecycle::under_way(Phase::Creating, until).awaiting(call.databases),
        cluster: cluster.identifier.clone(),
        subnet_group: cluster.subnet_group.clone(),
        subnet: draft.subnet.id,
        zone: draft.subnet.zone,
        interface,
        class: request.class,
        promotion_tier: request.promotion_tier.unwrap_or(1),
        publicly_accessible: request.publicly_accessible.unwrap_or(false),
        auto_minor_version_upgrade: request.auto_minor_version_upgrade.unwrap_or(true),
        copy_tags_to_snapshot: request.copy_tags_to_snapshot.unwrap_or(false),
        authority: request.authority.unwrap_or_else(|| engine::AUTHORITIES[0].to_owned()),
        certificate_expires: now.saturating_add(CERTIFICATE_LIFE).unwrap_or(now),
        maintenance_window: draft.maintenance_window,
        monitoring: draft.monitoring,
        awaits_reboot: false,
        pending: None,
        tags: draft.tags,
        address: free_address(&call.region().rds, cluster),
        restarts: 0,
        identifier,
    }
}

/// An address of the cluster's block that none of its instances has.
fn free_address(rds: &State, cluster: &Cluster) -> Option<Ipv4Addr> {
    let taken: Vec<_> =
        rds.members(&cluster.identifier).filter_map(|instance| instance.address).collect();
    (FIRST_INSTANCE..=u8::MAX)
        .filter_map(|last| cluster.address(last))
        .find(|address| !taken.contains(address))
}

/// Certificates of RDS servers are valid for a year.
const CERTIFICATE_LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Puts the instance into the world; the first one of a cluster is its writer.
fn insert(rds: &mut State, cluster: &str, instance: Instance) -> Single {
    let identifier = instance.identifier.clone();
    rds.instances.insert(identifier.clone(), instance);
    if rds.clusters.get(cluster).is_some_and(|cluster| cluster.writer.is_none()) {
        rds.elect_writer(cluster);
    }
    Single::new(View::new(rds, &rds.clusters[cluster], &rds.instances[&identifier]))
}

impl Request {
    fn check(&self, cluster: &Cluster) -> Result<(), Fault> {
        engine::check_class(&self.class)?;
        if cluster.lifecycle.is_deleting() {
            return Err(errors::cluster_state(format!(
                "DB cluster {} is being deleted.",
                cluster.identifier
            )));
        }
        if self.class == engine::SERVERLESS
            && cluster.settings.serverless_v2_scaling_configuration.is_none()
        {
            return Err(errors::cluster_state(
                "Set the Serverless v2 scaling configuration on the parent DB cluster before \
                 creating a Serverless v2 DB instance.",
            ));
        }
        self.check_version(cluster)?;
        check_tier(self.promotion_tier)?;
        if let Some(authority) = &self.authority {
            engine::check_authority(authority)?;
        }
        match self.license_model.as_deref() {
            None | Some("postgresql-license") => Ok(()),
            Some(other) => {
                Err(errors::invalid_combination(format!("Invalid license model '{other}'")))
            }
        }
    }

    /// A member runs what its cluster runs, with AWS's own instance parameter group.
    fn check_version(&self, cluster: &Cluster) -> Result<(), Fault> {
        let release = engine::Release::find(Some(&cluster.engine_version))?;
        if let Some(wanted) = &self.engine_version
            && *wanted != cluster.engine_version
            && *wanted != release.major.to_string()
        {
            return Err(errors::invalid_combination(format!(
                "The engine version that you requested for your DB instance ({wanted}) does not \
                 match the engine version of your DB cluster ({})",
                cluster.engine_version
            )));
        }
        match &self.parameter_group {
            Some(group) if *group != format!("default.{}", release.family()) => {
                Err(errors::instance_parameter_group_not_found(group))
            }
            _ => Ok(()),
        }
    }

    fn draft(self, call: &mut Call<'_>, cluster: &Cluster, subnet: Subnet) -> Result<Draft, Fault> {
        let mut monitoring = cluster.settings.monitoring.clone();
        self.monitoring.apply(call, &mut monitoring)?;
        let maintenance_window = match &self.preferred_maintenance_window {
            Some(given) => window::maintenance(given)?,
            None => cluster.settings.preferred_maintenance_window.clone(),
        };
        let tags = Tags::new(self.tags.clone()).map_err(|error| errors::invalid_tags(&error))?;
        Ok(Draft { request: self, subnet, monitoring, maintenance_window, tags })
    }

    /// The subnet: in the cluster's subnet group, which a request may name and not change.
    fn place(&self, rds: &State, cluster: &Cluster) -> Result<Subnet, Fault> {
        let same = self
            .subnet_group
            .as_deref()
            .is_none_or(|given| names::existing(subnet_group::KIND, given) == cluster.subnet_group);
        if !same {
            return Err(errors::invalid_combination(
                "The DBSubnetGroupName of the DB instance must match that of its DB cluster.",
            ));
        }
        let group = rds.subnet_groups.get(&cluster.subnet_group);
        let group = group.ok_or_else(|| errors::subnet_group_not_found(&cluster.subnet_group))?;
        self.subnet(rds, cluster, group)
    }

    /// A subnet of the zone asked for, else of the zone with the fewest of the cluster's members.
    fn subnet(&self, rds: &State, cluster: &Cluster, group: &SubnetGroup) -> Result<Subnet, Fault> {
        let wanted = self.availability_zone.as_deref();
        let crowd = |zone: &str| {
            rds.members(&cluster.identifier).filter(|instance| instance.zone == zone).count()
        };
        let candidates = group.subnets.iter().filter(|subnet| {
            wanted.is_none_or(|zone| subnet.zone == zone) && cluster.zones.contains(&subnet.zone)
        });
        candidates.min_by_key(|subnet| (crowd(&subnet.zone), &subnet.zone)).cloned().ok_or_else(
            || {
                errors::invalid_subnet(format!(
                    "DB subnet group {} has no subnet in the availability zone {}",
                    group.name,
                    wanted.unwrap_or("of the cluster")
                ))
            },
        )
    }
}

/// AWS: 0 to 15.
pub(crate) fn check_tier(tier: Option<i64>) -> Result<(), Fault> {
    match tier {
        Some(tier) if !(0..=15).contains(&tier) => Err(errors::invalid_value(format!(
            "Invalid promotion tier {tier}. Must be between 0 and 15."
        ))),
        _ => Ok(()),
    }
}
