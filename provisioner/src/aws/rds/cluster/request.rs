//! What is asked of AWS to create, restore and change a cluster.

use aws_sdk_rds::types as rds;

use super::super::to_tags;
use super::{Cluster, Scaling};
use crate::aws::Context;
use crate::aws::word::word;
use crate::resource::{Change, Id, Owner, Result};

/// The properties that ModifyDBCluster changes.
pub(super) const MODIFIABLE: [&str; 22] = [
    "engine_version",
    "manage_master_user_password",
    "master_user_secret_kms_key_id",
    "vpc_security_group_ids",
    "network_type",
    "port",
    "db_cluster_parameter_group_name",
    "serverlessv2_scaling",
    "storage_type",
    "iam_database_authentication_enabled",
    "enabled_cloudwatch_logs_exports",
    "backup_retention_period",
    "preferred_backup_window",
    "preferred_maintenance_window",
    "copy_tags_to_snapshot",
    "performance_insights_enabled",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
    "database_insights_mode",
    "monitoring_interval",
    "monitoring_role_arn",
    "deletion_protection",
];

impl Cluster {
    pub(super) async fn create_empty(&self, cx: &Context, owner: &Owner) -> Result<()> {
        cx.clients
            .rds()
            .create_db_cluster()
            .db_cluster_identifier(self.identifier(owner))
            .engine(word(&self.engine))
            .set_engine_version(self.engine_version.clone())
            .set_database_name(self.database_name.clone())
            .set_master_username(self.master_username.clone())
            .manage_master_user_password(self.manage_master_user_password.unwrap_or(true))
            .set_master_user_secret_kms_key_id(self.master_user_secret_kms_key_id.clone())
            .set_db_subnet_group_name(self.db_subnet_group_name.clone())
            .set_vpc_security_group_ids(self.security_groups())
            .set_availability_zones(self.zones())
            .set_network_type(self.network_type.as_ref().map(word))
            .set_port(self.port)
            .set_db_cluster_parameter_group_name(self.db_cluster_parameter_group_name.clone())
            .set_serverless_v2_scaling_configuration(self.scaling())
            .set_storage_type(self.storage_type.as_ref().map(word))
            .storage_encrypted(self.storage_encrypted.unwrap_or(true))
            .set_kms_key_id(self.kms_key_id.clone())
            .set_enable_iam_database_authentication(self.iam_database_authentication_enabled)
            .set_enable_http_endpoint(self.enable_http_endpoint)
            .set_enable_cloudwatch_logs_exports(self.log_exports())
            .set_backup_retention_period(self.backup_retention_period)
            .set_preferred_backup_window(self.preferred_backup_window.clone())
            .set_preferred_maintenance_window(self.preferred_maintenance_window.clone())
            .set_copy_tags_to_snapshot(self.copy_tags_to_snapshot)
            .set_enable_performance_insights(self.performance_insights_enabled)
            .set_performance_insights_kms_key_id(self.performance_insights_kms_key_id.clone())
            .set_performance_insights_retention_period(self.performance_insights_retention_period)
            .set_database_insights_mode(self.insights_mode())
            .set_monitoring_interval(self.monitoring_interval)
            .set_monitoring_role_arn(self.monitoring_role_arn.clone())
            .set_deletion_protection(self.deletion_protection)
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        Ok(())
    }

    /// Databases and users come with the snapshot. What a restoration does not take is set when the
    /// cluster is there.
    pub(super) async fn restore(&self, cx: &Context, owner: &Owner, snapshot: &str) -> Result<()> {
        cx.clients
            .rds()
            .restore_db_cluster_from_snapshot()
            .db_cluster_identifier(self.identifier(owner))
            .snapshot_identifier(snapshot)
            .engine(word(&self.engine))
            .set_engine_version(self.engine_version.clone())
            .set_db_subnet_group_name(self.db_subnet_group_name.clone())
            .set_vpc_security_group_ids(self.security_groups())
            .set_availability_zones(self.zones())
            .set_network_type(self.network_type.as_ref().map(word))
            .set_port(self.port)
            .set_db_cluster_parameter_group_name(self.db_cluster_parameter_group_name.clone())
            .set_serverless_v2_scaling_configuration(self.scaling())
            .set_storage_type(self.storage_type.as_ref().map(word))
            .set_kms_key_id(self.kms_key_id.clone())
            .set_enable_iam_database_authentication(self.iam_database_authentication_enabled)
            .set_enable_cloudwatch_logs_exports(self.log_exports())
            .set_copy_tags_to_snapshot(self.copy_tags_to_snapshot)
            .set_deletion_protection(self.deletion_protection)
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        Ok(())
    }

    /// One call, with what differs and no more.
    pub(super) async fn modify(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let text =
            |property: &str, value: &Option<String>| value.clone().filter(|_| change.has(property));
        let flag = |property: &str, value: Option<bool>| value.filter(|_| change.has(property));
        let number = |property: &str, value: Option<i32>| value.filter(|_| change.has(property));
        let major = self.allow_major_version_upgrade.filter(|_| change.has("engine_version"));
        let exports = change.has("enabled_cloudwatch_logs_exports");
        let insights_days = self.performance_insights_retention_period;
        cx.clients
            .rds()
            .modify_db_cluster()
            .db_cluster_identifier(id.as_str())
            .apply_immediately(self.apply_immediately.unwrap_or(true))
            .set_engine_version(text("engine_version", &self.engine_version))
            .set_allow_major_version_upgrade(major)
            .set_manage_master_user_password(flag(
                "manage_master_user_password",
                self.manage_master_user_password,
            ))
            .set_master_user_secret_kms_key_id(text(
                "master_user_secret_kms_key_id",
                &self.master_user_secret_kms_key_id,
            ))
            .set_vpc_security_group_ids(
                self.security_groups().filter(|_| change.has("vpc_security_group_ids")),
            )
            .set_network_type(
                self.network_type.as_ref().map(word).filter(|_| change.has("network_type")),
            )
            .set_port(number("port", self.port))
            .set_db_cluster_parameter_group_name(text(
                "db_cluster_parameter_group_name",
                &self.db_cluster_parameter_group_name,
            ))
            .set_serverless_v2_scaling_configuration(
                self.scaling().filter(|_| change.has("serverlessv2_scaling")),
            )
            .set_storage_type(
                self.storage_type.as_ref().map(word).filter(|_| change.has("storage_type")),
            )
            .set_enable_iam_database_authentication(flag(
                "iam_database_authentication_enabled",
                self.iam_database_authentication_enabled,
            ))
            .set_cloudwatch_logs_export_configuration(
                exports.then(|| self.export_changes(&change.before)),
            )
            .set_backup_retention_period(number(
                "backup_retention_period",
                self.backup_retention_period,
            ))
            .set_preferred_backup_window(text(
                "preferred_backup_window",
                &self.preferred_backup_window,
            ))
            .set_preferred_maintenance_window(text(
                "preferred_maintenance_window",
                &self.preferred_maintenance_window,
            ))
            .set_copy_tags_to_snapshot(flag("copy_tags_to_snapshot", self.copy_tags_to_snapshot))
            .set_enable_performance_insights(flag(
                "performance_insights_enabled",
                self.performance_insights_enabled,
            ))
            .set_performance_insights_kms_key_id(text(
                "performance_insights_kms_key_id",
                &self.performance_insights_kms_key_id,
            ))
            .set_performance_insights_retention_period(number(
                "performance_insights_retention_period",
                insights_days,
            ))
            .set_database_insights_mode(
                self.insights_mode().filter(|_| change.has("database_insights_mode")),
            )
            .set_monitoring_interval(number("monitoring_interval", self.monitoring_interval))
            .set_monitoring_role_arn(text("monitoring_role_arn", &self.monitoring_role_arn))
            .set_deletion_protection(
                change
                    .has("deletion_protection")
                    .then(|| self.deletion_protection.unwrap_or(false)),
            )
            .send()
            .await?;
        Ok(())
    }

    /// ModifyDBCluster changes this only for clusters of the first serverless generation.
    pub(super) async fn set_http_endpoint(&self, cx: &Context, id: &Id) -> Result<()> {
        let (rds, arn) = (cx.clients.rds(), cx.arn("rds", &format!("cluster:{id}")));
        if self.enable_http_endpoint.unwrap_or(false) {
            rds.enable_http_endpoint().resource_arn(arn).send().await?;
        } else {
            rds.disable_http_endpoint().resource_arn(arn).send().await?;
        }
        Ok(())
    }

    fn security_groups(&self) -> Option<Vec<String>> {
        self.vpc_security_group_ids.as_ref().map(|groups| groups.iter().cloned().collect())
    }

    fn zones(&self) -> Option<Vec<String>> {
        self.availability_zones.as_ref().map(|zones| zones.iter().cloned().collect())
    }

    fn log_exports(&self) -> Option<Vec<String>> {
        self.enabled_cloudwatch_logs_exports.as_ref().map(|logs| logs.iter().cloned().collect())
    }

    fn scaling(&self) -> Option<rds::ServerlessV2ScalingConfiguration> {
        self.serverlessv2_scaling.as_ref().map(Scaling::to_aws)
    }

    fn insights_mode(&self) -> Option<rds::DatabaseInsightsMode> {
        self.database_insights_mode.map(|mode| word(&mode).as_str().into())
    }

    fn export_changes(&self, live: &Self) -> rds::CloudwatchLogsExportConfiguration {
        let wanted = self.enabled_cloudwatch_logs_exports.clone().unwrap_or_default();
        let live = live.enabled_cloudwatch_logs_exports.clone().unwrap_or_default();
        rds::CloudwatchLogsExportConfiguration::builder()
            .set_enable_log_types(Some(wanted.difference(&live).cloned().collect()))
            .set_disable_log_types(Some(live.difference(&wanted).cloned().collect()))
            .build()
    }
}

impl Scaling {
    fn to_aws(&self) -> rds::ServerlessV2ScalingConfiguration {
        rds::ServerlessV2ScalingConfiguration::builder()
            .min_capacity(self.min_capacity)
            .max_capacity(self.max_capacity)
            .set_seconds_until_auto_pause(self.seconds_until_auto_pause)
            .build()
    }
}
