//! A live cluster in the shape of its definition.

use aws_sdk_rds::types as rds;

use super::super::{owned, status, tags};
use super::{Cluster, Outputs, Scaling, StorageType};
use crate::aws::word::from_word;
use crate::resource::Live;

/// What waits for the maintenance window counts as done: it was asked for.
pub(super) fn live(cluster: &rds::DbCluster) -> Live<Cluster> {
    let mut spec = described(cluster);
    if let Some(pending) = cluster.pending_modified_values() {
        overlay(&mut spec, pending);
    }
    Live {
        spec,
        outputs: outputs(cluster),
        tags: Some(tags(cluster.tag_list())),
        status: status(cluster.status()),
    }
}

fn described(cluster: &rds::DbCluster) -> Cluster {
    let groups = cluster.vpc_security_groups().iter();
    let secret = cluster.master_user_secret();
    let mode = cluster.database_insights_mode();
    Cluster {
        cluster_identifier: owned(cluster.db_cluster_identifier()),
        engine: cluster.engine().and_then(from_word).unwrap_or_default(),
        engine_version: owned(cluster.engine_version()),
        database_name: owned(cluster.database_name()),
        master_username: owned(cluster.master_username()),
        manage_master_user_password: Some(secret.is_some()),
        master_user_secret_kms_key_id: owned(secret.and_then(|secret| secret.kms_key_id())),
        db_subnet_group_name: owned(cluster.db_subnet_group()),
        vpc_security_group_ids: Some(
            groups.filter_map(|group| owned(group.vpc_security_group_id())).collect(),
        ),
        network_type: cluster.network_type().and_then(from_word),
        port: cluster.port(),
        db_cluster_parameter_group_name: owned(cluster.db_cluster_parameter_group()),
        serverlessv2_scaling: cluster.serverless_v2_scaling_configuration().map(|scaling| {
            Scaling {
                min_capacity: scaling.min_capacity().unwrap_or_default(),
                max_capacity: scaling.max_capacity().unwrap_or_default(),
                seconds_until_auto_pause: scaling.seconds_until_auto_pause(),
            }
        }),
        // AWS leaves the standard type out.
        storage_type: cluster.storage_type().map_or(Some(StorageType::Standard), from_word),
        storage_encrypted: cluster.storage_encrypted().or(Some(false)),
        kms_key_id: owned(cluster.kms_key_id()),
        iam_database_authentication_enabled: cluster
            .iam_database_authentication_enabled()
            .or(Some(false)),
        enable_http_endpoint: cluster.http_endpoint_enabled().or(Some(false)),
        enabled_cloudwatch_logs_exports: Some(
            cluster.enabled_cloudwatch_logs_exports().iter().cloned().collect(),
        ),
        backup_retention_period: cluster.backup_retention_period(),
        preferred_backup_window: owned(cluster.preferred_backup_window()),
        preferred_maintenance_window: owned(cluster.preferred_maintenance_window()),
        copy_tags_to_snapshot: cluster.copy_tags_to_snapshot().or(Some(false)),
        performance_insights_enabled: cluster.performance_insights_enabled().or(Some(false)),
        performance_insights_kms_key_id: owned(cluster.performance_insights_kms_key_id()),
        performance_insights_retention_period: cluster.performance_insights_retention_period(),
        database_insights_mode: mode.and_then(|mode| from_word(mode.as_str())),
        monitoring_interval: cluster.monitoring_interval().or(Some(0)),
        monitoring_role_arn: owned(cluster.monitoring_role_arn()),
        deletion_protection: cluster.deletion_protection().or(Some(false)),
        ..Cluster::default()
    }
}

fn overlay(spec: &mut Cluster, pending: &rds::ClusterPendingModifiedValues) {
    if let Some(version) = owned(pending.engine_version()) {
        spec.engine_version = Some(version);
    }
    if let Some(days) = pending.backup_retention_period() {
        spec.backup_retention_period = Some(days);
    }
    if let Some(enabled) = pending.iam_database_authentication_enabled() {
        spec.iam_database_authentication_enabled = Some(enabled);
    }
    if let Some(storage) = pending.storage_type().and_then(from_word) {
        spec.storage_type = Some(storage);
    }
    let Some(exports) = pending.pending_cloudwatch_logs_exports() else { return };
    let logs = spec.enabled_cloudwatch_logs_exports.get_or_insert_default();
    logs.extend(exports.log_types_to_enable().iter().cloned());
    for log in exports.log_types_to_disable() {
        logs.remove(log);
    }
}

fn outputs(cluster: &rds::DbCluster) -> Outputs {
    let text = |member: Option<&str>| owned(member).unwrap_or_default();
    Outputs {
        id: text(cluster.db_cluster_identifier()),
        arn: text(cluster.db_cluster_arn()),
        endpoint: text(cluster.endpoint()),
        reader_endpoint: text(cluster.reader_endpoint()),
        port: cluster.port().unwrap_or_default(),
        secret_arn: owned(cluster.master_user_secret().and_then(|secret| secret.secret_arn())),
        resource_id: text(cluster.db_cluster_resource_id()),
        engine_version: text(cluster.engine_version()),
        database_name: owned(cluster.database_name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_window_counts_as_done() {
        let exports = rds::PendingCloudwatchLogsExports::builder()
            .log_types_to_enable("postgresql")
            .log_types_to_disable("instance")
            .build();
        let pending = rds::ClusterPendingModifiedValues::builder()
            .engine_version("17.4")
            .pending_cloudwatch_logs_exports(exports)
            .build();
        let cluster = rds::DbCluster::builder()
            .engine_version("16.6")
            .enabled_cloudwatch_logs_exports("instance")
            .pending_modified_values(pending)
            .build();
        let live = live(&cluster);
        assert_eq!(live.spec.engine_version.as_deref(), Some("17.4"));
        assert_eq!(live.outputs.engine_version, "16.6");
        let logs = live.spec.enabled_cloudwatch_logs_exports.unwrap();
        assert_eq!(logs.into_iter().collect::<Vec<_>>(), ["postgresql"]);
    }
}
