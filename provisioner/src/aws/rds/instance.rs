//! `rds.instance`: a member of an Aurora cluster. The first one writes, the others read.

use aws_sdk_rds::types as rds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::{described, owned, status, sync_tags, tags, to_tags};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Traits,
};

/// A member of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 63), regex(pattern = r"^[a-z](-?[a-z0-9])*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// The cluster that it is a member of. A change replaces.
    pub cluster_identifier: String,
    /// Its size: `db.serverless`, or a class such as `db.r7g.large`.
    #[schemars(regex(pattern = r"^db\.[a-z0-9.-]+$"))]
    pub instance_class: String,
    /// The cluster's engine. Default `aurora-postgresql`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Its availability zone. Default: AWS chooses. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// Its turn to become the writer when the writer fails, 0 (first) to 15. Default 1.
    #[schemars(range(min = 0, max = 15))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion_tier: Option<i32>,
    /// Whether its name resolves to a public address outside the VPC. Default `false` in a subnet
    /// group without an internet gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publicly_accessible: Option<bool>,
    /// Whether AWS installs minor versions by itself, in the maintenance window. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_minor_version_upgrade: Option<bool>,
    /// Which certificate authority signs its certificate, e.g. `rds-ca-rsa2048-g1`. Default: the
    /// account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_cert_identifier: Option<String>,
    /// Its own parameter group. Default: the engine's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_parameter_group_name: Option<String>,
    /// When AWS may maintain it, in UTC, e.g. `sun:05:00-sun:05:30`. Default: AWS chooses.
    #[schemars(regex(pattern = r"^[A-Za-z]{3}:\d\d:\d\d-[A-Za-z]{3}:\d\d:\d\d$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_maintenance_window: Option<String>,
    /// Whether Performance Insights records what its sessions wait for. Default: as the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_enabled: Option<bool>,
    /// The ARN of the KMS key that encrypts those records. Default: RDS's own. Can't be changed
    /// while Performance Insights is on.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_kms_key_id: Option<String>,
    /// For how many days they are kept: 7, a multiple of 31 up to 713, or 731. Default 7.
    #[schemars(range(min = 7, max = 731))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_retention_period: Option<i32>,
    /// Every how many seconds the operating system is measured; 0 is never. Default 0.
    #[schemars(extend("enum" = [0, 1, 5, 10, 15, 30, 60]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring_interval: Option<i32>,
    /// The role with which RDS writes those measurements to CloudWatch Logs.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring_role_arn: Option<String>,
    /// Whether a change is made at once rather than in the maintenance window. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_immediately: Option<bool>,
    /// The cluster's `deletion_protection`, repeated. AWS does not let the last member of a
    /// protected cluster go: with `true`, a deletion by `provision`, once nothing else refuses it,
    /// first takes the protection off the cluster. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_deletion_protection: Option<bool>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The host name of this very member. Empty while it has none.
    pub endpoint: String,
    /// `db-…`, which IAM policies for database users name.
    pub resource_id: String,
}

impl Resource for Instance {
    const KIND: &'static str = "rds.instance";
    const TRAITS: Traits = Traits {
        immutable: &["identifier", "cluster_identifier", "engine", "availability_zone"],
        compare: &[
            ("preferred_maintenance_window", Compare::CaseInsensitive),
            ("apply_immediately", Compare::WriteOnly),
            ("cluster_deletion_protection", Compare::WriteOnly),
        ],
        create_time: Duration::from_secs(300),
        delete_time: Duration::from_secs(240),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let measured = self.monitoring_interval.is_some_and(|seconds| seconds > 0);
        if measured && self.monitoring_role_arn.is_none() {
            let message = "Enhanced monitoring needs a `monitoring_role_arn`.";
            return vec![Problem::at("monitoring_interval", message)];
        }
        Vec::new()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let name = rds::DbInstance::db_instance_identifier;
        let instances = described(ids, name, |name| describe(cx, name)).await?;
        Ok(instances.into_iter().map(|instance| instance.as_ref().map(live)).collect())
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let instances = Error::optional(describe(cx, Some(self.identifier(owner))).await)?;
        let ours = |instance: &rds::DbInstance| {
            let deleting = instance.db_instance_status() == Some("deleting");
            !deleting && owner.owns(&tags(instance.tag_list()))
        };
        let found = instances.unwrap_or_default().into_iter().filter(ours);
        Ok(found.filter_map(|instance| instance.db_instance_identifier).map(Id).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let identifier = self.identifier(owner);
        cx.clients
            .rds()
            .create_db_instance()
            .db_instance_identifier(&identifier)
            .db_cluster_identifier(&self.cluster_identifier)
            .db_instance_class(&self.instance_class)
            .engine(self.engine.as_deref().unwrap_or("aurora-postgresql"))
            .set_availability_zone(self.availability_zone.clone())
            .set_promotion_tier(self.promotion_tier)
            .set_publicly_accessible(self.publicly_accessible)
            .set_auto_minor_version_upgrade(self.auto_minor_version_upgrade)
            .set_ca_certificate_identifier(self.ca_cert_identifier.clone())
            .set_db_parameter_group_name(self.db_parameter_group_name.clone())
            .set_preferred_maintenance_window(self.preferred_maintenance_window.clone())
            .set_enable_performance_insights(self.performance_insights_enabled)
            .set_performance_insights_kms_key_id(self.performance_insights_kms_key_id.clone())
            .set_performance_insights_retention_period(self.performance_insights_retention_period)
            .set_monitoring_interval(self.monitoring_interval)
            .set_monitoring_role_arn(self.monitoring_role_arn.clone())
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        Ok(Created::pending(identifier))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        const MODIFIABLE: [&str; 12] = [
            "instance_class",
            "promotion_tier",
            "publicly_accessible",
            "auto_minor_version_upgrade",
            "ca_cert_identifier",
            "db_parameter_group_name",
            "preferred_maintenance_window",
            "performance_insights_enabled",
            "performance_insights_kms_key_id",
            "performance_insights_retention_period",
            "monitoring_interval",
            "monitoring_role_arn",
        ];
        if change.has_any(&MODIFIABLE) {
            self.modify(cx, id, change).await?;
        }
        sync_tags(cx, &format!("db:{id}"), &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if self.cluster_deletion_protection != Some(true) {
            super::cluster::spare_last(cx, &self.cluster_identifier, id.as_str()).await?;
        }
        let request = cx.clients.rds().delete_db_instance().db_instance_identifier(id.as_str());
        match request.send().await.map_err(Error::from) {
            Ok(_) => Ok(Deleted::Pending),
            Err(error) if error.is_not_found() => Ok(Deleted::Gone),
            Err(error) if error.is_busy() => self.refused(cx, id, error).await,
            Err(error) => Err(error),
        }
    }
}

impl Instance {
    fn identifier(&self, owner: &Owner) -> String {
        self.identifier.clone().unwrap_or_else(|| owner.name(63))
    }

    async fn modify(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let text =
            |property: &str, value: &Option<String>| value.clone().filter(|_| change.has(property));
        let insights = self.performance_insights_enabled;
        cx.clients
            .rds()
            .modify_db_instance()
            .db_instance_identifier(id.as_str())
            .apply_immediately(self.apply_immediately.unwrap_or(true))
            .set_db_instance_class(
                change.has("instance_class").then(|| self.instance_class.clone()),
            )
            .set_promotion_tier(self.promotion_tier.filter(|_| change.has("promotion_tier")))
            .set_publicly_accessible(
                self.publicly_accessible.filter(|_| change.has("publicly_accessible")),
            )
            .set_auto_minor_version_upgrade(
                self.auto_minor_version_upgrade
                    .filter(|_| change.has("auto_minor_version_upgrade")),
            )
            .set_ca_certificate_identifier(text("ca_cert_identifier", &self.ca_cert_identifier))
            .set_db_parameter_group_name(text(
                "db_parameter_group_name",
                &self.db_parameter_group_name,
            ))
            .set_preferred_maintenance_window(text(
                "preferred_maintenance_window",
                &self.preferred_maintenance_window,
            ))
            .set_enable_performance_insights(
                insights.filter(|_| change.has("performance_insights_enabled")),
            )
            .set_performance_insights_kms_key_id(text(
                "performance_insights_kms_key_id",
                &self.performance_insights_kms_key_id,
            ))
            .set_performance_insights_retention_period(
                self.performance_insights_retention_period
                    .filter(|_| change.has("performance_insights_retention_period")),
            )
            // Both belong together: a role without an interval is refused.
            .set_monitoring_interval(self.monitoring_interval.filter(|_| monitoring(change)))
            .set_monitoring_role_arn(
                self.monitoring_role_arn.clone().filter(|_| monitoring(change)),
            )
            .send()
            .await?;
        Ok(())
    }

    /// The deletion is refused for now: it may be under way already, or this is the last member
    /// of a protected cluster, whose protection our own definition put there.
    async fn refused(&self, cx: &Context, id: &Id, refusal: Error) -> Result<Deleted> {
        let instances = Error::optional(describe(cx, Some(id.to_string())).await)?;
        let Some(instance) = instances.unwrap_or_default().pop() else { return Ok(Deleted::Gone) };
        if instance.db_instance_status() == Some("deleting") {
            return Ok(Deleted::Pending);
        }
        if self.cluster_deletion_protection == Some(true) {
            super::cluster::unprotect(cx, &self.cluster_identifier).await?;
        }
        Err(refusal)
    }
}

fn monitoring(change: &Change<Instance>) -> bool {
    change.has_any(&["monitoring_interval", "monitoring_role_arn"])
}

async fn describe(cx: &Context, identifier: Option<String>) -> Result<Vec<rds::DbInstance>> {
    let request = cx.clients.rds().describe_db_instances().set_db_instance_identifier(identifier);
    Ok(request.into_paginator().items().send().collect::<Result<_, _>>().await?)
}

/// What waits for the maintenance window counts as done: it was asked for.
fn live(instance: &rds::DbInstance) -> Live<Instance> {
    let pending = instance.pending_modified_values();
    let class = pending.and_then(rds::PendingModifiedValues::db_instance_class);
    let authority = pending.and_then(rds::PendingModifiedValues::ca_certificate_identifier);
    let group = instance.db_parameter_groups().first();
    let insights = instance.performance_insights_enabled();
    let spec = Instance {
        identifier: owned(instance.db_instance_identifier()),
        cluster_identifier: owned(instance.db_cluster_identifier()).unwrap_or_default(),
        instance_class: owned(class.or(instance.db_instance_class())).unwrap_or_default(),
        engine: owned(instance.engine()),
        availability_zone: owned(instance.availability_zone()),
        promotion_tier: instance.promotion_tier(),
        publicly_accessible: instance.publicly_accessible(),
        auto_minor_version_upgrade: instance.auto_minor_version_upgrade(),
        ca_cert_identifier: owned(authority.or(instance.ca_certificate_identifier())),
        db_parameter_group_name: owned(group.and_then(|group| group.db_parameter_group_name())),
        preferred_maintenance_window: owned(instance.preferred_maintenance_window()),
        performance_insights_enabled: insights.or(Some(false)),
        performance_insights_kms_key_id: owned(instance.performance_insights_kms_key_id()),
        performance_insights_retention_period: instance.performance_insights_retention_period(),
        monitoring_interval: instance.monitoring_interval().or(Some(0)),
        monitoring_role_arn: owned(instance.monitoring_role_arn()),
        apply_immediately: None,
        cluster_deletion_protection: None,
    };
    Live {
        outputs: Outputs {
            id: spec.identifier.clone().unwrap_or_default(),
            arn: owned(instance.db_instance_arn()).unwrap_or_default(),
            endpoint: owned(instance.endpoint().and_then(|endpoint| endpoint.address()))
                .unwrap_or_default(),
            resource_id: owned(instance.dbi_resource_id()).unwrap_or_default(),
        },
        spec,
        tags: Some(tags(instance.tag_list())),
        status: status(instance.db_instance_status()),
    }
}
