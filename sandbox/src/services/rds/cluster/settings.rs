//! What customers change freely on a cluster, with the rules of each setting.

use serde::{Deserialize, Serialize};

use super::super::engine::{self, Release};
use super::super::monitoring::Monitoring;
use super::super::{errors, window};
use crate::fault::Fault;

/// A cluster's settings, in AWS's description.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Settings {
    /// Days for which automated backups are kept, 1 to 35.
    pub backup_retention_period: i64,
    /// `hh24:mi-hh24:mi`, UTC.
    pub preferred_backup_window: String,
    /// `ddd:hh24:mi-ddd:hh24:mi`, UTC.
    pub preferred_maintenance_window: String,
    /// The port of every endpoint.
    pub port: i64,
    /// Whether IAM principals may log in with a token.
    #[serde(rename = "IAMDatabaseAuthenticationEnabled")]
    pub iam_database_authentication_enabled: bool,
    /// Whether the Data API is on.
    pub http_endpoint_enabled: bool,
    /// Whether AWS refuses to delete it.
    pub deletion_protection: bool,
    /// Whether snapshots take over its tags.
    pub copy_tags_to_snapshot: bool,
    /// Whether AWS upgrades its minor version by itself.
    pub auto_minor_version_upgrade: bool,
    /// `IPV4` or `DUAL`.
    pub network_type: String,
    /// `aurora-iopt1`; AWS leaves out the default `aurora`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_type: Option<String>,
    /// Of Serverless v2 instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serverless_v2_scaling_configuration: Option<Capacity>,
    /// What happens after the engine's end of standard support.
    pub engine_lifecycle_support: String,
    /// Logs that go to CloudWatch Logs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enabled_cloudwatch_logs_exports: Vec<String>,
    /// How it is watched.
    #[serde(flatten)]
    pub monitoring: Monitoring,
}

/// Between which capacities a Serverless v2 instance scales, in Aurora capacity units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Capacity {
    /// 0 to 256 in steps of 0.5; 0 lets it pause.
    pub min_capacity: f64,
    /// 1 to 256 in steps of 0.5.
    pub max_capacity: f64,
    /// Seconds without a connection after which it pauses; only where the minimum is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_until_auto_pause: Option<i64>,
}

/// What a request says of the settings; what it leaves out stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct SettingsRequest {
    backup_retention_period: Option<i64>,
    preferred_backup_window: Option<String>,
    preferred_maintenance_window: Option<String>,
    port: Option<i64>,
    #[serde(rename = "EnableIAMDatabaseAuthentication")]
    pub iam_database_authentication: Option<bool>,
    enable_http_endpoint: Option<bool>,
    deletion_protection: Option<bool>,
    copy_tags_to_snapshot: Option<bool>,
    auto_minor_version_upgrade: Option<bool>,
    pub network_type: Option<String>,
    storage_type: Option<String>,
    serverless_v2_scaling_configuration: Option<CapacityRequest>,
    engine_lifecycle_support: Option<String>,
    enable_cloudwatch_logs_exports: Option<Vec<String>>,
    cloudwatch_logs_export_configuration: Option<ExportChange>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct CapacityRequest {
    min_capacity: Option<f64>,
    max_capacity: Option<f64>,
    seconds_until_auto_pause: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ExportChange {
    enable_log_types: Vec<String>,
    disable_log_types: Vec<String>,
}

impl Default for Settings {
    /// What AWS chooses when a request says nothing; the windows are chosen when it is applied.
    fn default() -> Self {
        Self {
            backup_retention_period: 1,
            preferred_backup_window: String::new(),
            preferred_maintenance_window: String::new(),
            port: 5432,
            iam_database_authentication_enabled: false,
            http_endpoint_enabled: false,
            deletion_protection: false,
            copy_tags_to_snapshot: false,
            auto_minor_version_upgrade: true,
            network_type: "IPV4".to_owned(),
            storage_type: None,
            serverless_v2_scaling_configuration: None,
            engine_lifecycle_support: "open-source-rds-extended-support".to_owned(),
            enabled_cloudwatch_logs_exports: Vec::new(),
            monitoring: Monitoring::default(),
        }
    }
}

impl SettingsRequest {
    /// The settings after the request, or the rule that it breaks.
    pub(crate) fn apply(&self, old: &Settings, release: Release) -> Result<Settings, Fault> {
        let mut new = old.clone();
        self.apply_switches(&mut new);
        self.apply_backup(&mut new)?;
        self.apply_network(&mut new)?;
        self.apply_storage(&mut new)?;
        self.apply_capacity(&mut new, release)?;
        self.apply_logs(&mut new)?;
        Ok(new)
    }

    fn apply_switches(&self, to: &mut Settings) {
        let switches = [
            (self.iam_database_authentication, &mut to.iam_database_authentication_enabled),
            (self.enable_http_endpoint, &mut to.http_endpoint_enabled),
            (self.deletion_protection, &mut to.deletion_protection),
            (self.copy_tags_to_snapshot, &mut to.copy_tags_to_snapshot),
            (self.auto_minor_version_upgrade, &mut to.auto_minor_version_upgrade),
        ];
        for (wanted, setting) in switches {
            *setting = wanted.unwrap_or(*setting);
        }
        if let Some(support) = &self.engine_lifecycle_support {
            to.engine_lifecycle_support.clone_from(support);
        }
    }

    fn apply_backup(&self, to: &mut Settings) -> Result<(), Fault> {
        let days = self.backup_retention_period.unwrap_or(to.backup_retention_period);
        if !(1..=35).contains(&days) {
            return Err(errors::invalid_value(format!(
                "Invalid backup retention period: {days}. Must be between 1 and 35."
            )));
        }
        to.backup_retention_period = days;
        let chosen = |wanted: &Option<String>, old: &str| {
            wanted.clone().or_else(|| Some(old.to_owned()).filter(|old| !old.is_empty()))
        };
        let backup = chosen(&self.preferred_backup_window, &to.preferred_backup_window);
        let weekly = chosen(&self.preferred_maintenance_window, &to.preferred_maintenance_window);
        let (backup, weekly) = window::pair(backup.as_deref(), weekly.as_deref())?;
        to.preferred_backup_window = backup;
        to.preferred_maintenance_window = weekly;
        Ok(())
    }

    fn apply_network(&self, to: &mut Settings) -> Result<(), Fault> {
        if let Some(port) = self.port {
            if !(1150..=65535).contains(&port) {
                return Err(errors::invalid_value(format!(
                    "Invalid database port {port}. Must be between 1150 and 65535."
                )));
            }
            to.port = port;
        }
        match self.network_type.as_deref() {
            None => {}
            Some(kind @ ("IPV4" | "DUAL")) => kind.clone_into(&mut to.network_type),
            Some(other) => {
                return Err(errors::invalid_value(format!("Invalid network type: {other}")));
            }
        }
        Ok(())
    }

    fn apply_storage(&self, to: &mut Settings) -> Result<(), Fault> {
        match self.storage_type.as_deref() {
            None => {}
            Some("aurora" | "") => to.storage_type = None,
            Some("aurora-iopt1") => to.storage_type = Some("aurora-iopt1".to_owned()),
            Some(other) => {
                return Err(errors::invalid_combination(format!(
                    "Storage type {other} isn't supported for Aurora. Valid values are: aurora, \
                     aurora-iopt1"
                )));
            }
        }
        Ok(())
    }

    fn apply_capacity(&self, to: &mut Settings, release: Release) -> Result<(), Fault> {
        if let Some(wanted) = &self.serverless_v2_scaling_configuration {
            let old = to.serverless_v2_scaling_configuration.as_ref();
            to.serverless_v2_scaling_configuration = Some(wanted.resolve(old, release)?);
        }
        Ok(())
    }

    fn apply_logs(&self, to: &mut Settings) -> Result<(), Fault> {
        let mut logs = to.enabled_cloudwatch_logs_exports.clone();
        if let Some(wanted) = &self.enable_cloudwatch_logs_exports {
            logs.clone_from(wanted);
        }
        if let Some(change) = &self.cloudwatch_logs_export_configuration {
            check_logs(&change.disable_log_types)?;
            logs.retain(|log| !change.disable_log_types.contains(log));
            logs.extend(change.enable_log_types.iter().cloned());
        }
        check_logs(&logs)?;
        logs.sort();
        logs.dedup();
        to.enabled_cloudwatch_logs_exports = logs;
        Ok(())
    }
}

fn check_logs(logs: &[String]) -> Result<(), Fault> {
    match logs.iter().find(|log| !engine::LOG_TYPES.contains(&log.as_str())) {
        None => Ok(()),
        Some(log) => Err(errors::invalid_combination(format!(
            "You cannot use the log types '{log}' with engine version {}. For supported log \
             types, see the documentation.",
            engine::ENGINE
        ))),
    }
}

impl CapacityRequest {
    /// The capacity after the request; both ends must be known, in the request or from before.
    fn resolve(&self, old: Option<&Capacity>, release: Release) -> Result<Capacity, Fault> {
        let least = self.min_capacity.or(old.map(|old| old.min_capacity));
        let most = self.max_capacity.or(old.map(|old| old.max_capacity));
        let (Some(least), Some(most)) = (least, most) else {
            return Err(errors::invalid_combination(
                "Set both the minimum and the maximum capacity of the Serverless v2 scaling \
                 configuration.",
            ));
        };
        check_capacity("minimum", least, release.smallest_capacity())?;
        check_capacity("maximum", most, 1.0)?;
        if least > most {
            return Err(errors::invalid_value(format!(
                "Serverless v2 minimum capacity {least} must be less than or equal to the \
                 maximum capacity {most}."
            )));
        }
        let pause = self.pause(old, least)?;
        Ok(Capacity { min_capacity: least, max_capacity: most, seconds_until_auto_pause: pause })
    }

    /// AWS: 300 to 86,400 seconds, 300 by itself, and only where the minimum capacity is 0.
    fn pause(&self, old: Option<&Capacity>, least: f64) -> Result<Option<i64>, Fault> {
        if least > 0.0 {
            return match self.seconds_until_auto_pause {
                None => Ok(None),
                Some(_) => Err(errors::invalid_combination(
                    "SecondsUntilAutoPause can be set only when the minimum capacity is 0.",
                )),
            };
        }
        let kept = old.and_then(|old| old.seconds_until_auto_pause).unwrap_or(300);
        let seconds = self.seconds_until_auto_pause.unwrap_or(kept);
        if !(300..=86_400).contains(&seconds) {
            return Err(errors::invalid_value(format!(
                "Invalid SecondsUntilAutoPause {seconds}. Must be between 300 and 86400."
            )));
        }
        Ok(Some(seconds))
    }
}

fn check_capacity(end: &str, units: f64, smallest: f64) -> Result<(), Fault> {
    const LARGEST: f64 = 256.0;
    let wrong = |why: String| {
        let message = format!("Serverless v2 {end} capacity {units} isn't valid. {why}");
        Err(errors::invalid_value(message))
    };
    if units < smallest {
        return wrong(format!("The {end} capacity must be at least {smallest}."));
    }
    if units > LARGEST {
        return wrong(format!("The {end} capacity must be at most {LARGEST}."));
    }
    if (units * 2.0).fract() != 0.0 {
        return wrong("The capacity must be a multiple of 0.5.".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn apply(request: Value) -> Result<Settings, Fault> {
        apply_to(&Settings::default(), request)
    }

    fn apply_to(old: &Settings, request: Value) -> Result<Settings, Fault> {
        let request: SettingsRequest = serde_json::from_value(request).unwrap();
        request.apply(old, Release::find(Some("16.6")).unwrap())
    }

    #[test]
    fn ranges_hold() {
        for (request, valid) in [
            (json!({"BackupRetentionPeriod": 0}), false),
            (json!({"BackupRetentionPeriod": 35}), true),
            (json!({"BackupRetentionPeriod": 36}), false),
            (json!({"Port": 1149}), false),
            (json!({"Port": 5433}), true),
            (json!({"StorageType": "gp3"}), false),
            (json!({"NetworkType": "IPV6"}), false),
            (json!({"EnableCloudwatchLogsExports": ["audit"]}), false),
        ] {
            assert_eq!(apply(request.clone()).is_ok(), valid, "{request}");
        }
    }

    #[test]
    fn capacity_is_in_half_steps_between_its_ends() {
        let capacity = |value: Value| apply(json!({"ServerlessV2ScalingConfiguration": value}));
        for (least, most, valid) in [
            (0.0, 256.0, true),
            (0.5, 1.0, true),
            (0.3, 1.0, false),
            (-0.5, 1.0, false),
            (2.0, 1.0, false),
            (0.5, 0.5, false),
            (0.5, 256.5, false),
        ] {
            let result = capacity(json!({"MinCapacity": least, "MaxCapacity": most}));
            assert_eq!(result.is_ok(), valid, "{least} {most}");
        }
        assert!(capacity(json!({"MinCapacity": 1.0})).is_err(), "one end alone");
        let pausing = |seconds| json!({"MinCapacity": 0.0, "MaxCapacity": 1.0, "SecondsUntilAutoPause": seconds});
        assert!(capacity(pausing(299)).is_err());
        assert!(capacity(pausing(600)).is_ok());
        let idle = json!({"MinCapacity": 1.0, "MaxCapacity": 2.0, "SecondsUntilAutoPause": 300});
        assert!(capacity(idle).is_err());
    }

    #[test]
    fn a_change_leaves_alone_what_it_does_not_name() {
        let old = apply(json!({
            "EnableCloudwatchLogsExports": ["postgresql"], "StorageType": "aurora-iopt1",
            "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 2.0},
        }))
        .unwrap();
        let new = apply_to(
            &old,
            json!({
                "CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["instance"]},
                "ServerlessV2ScalingConfiguration": {"MaxCapacity": 4.0},
            }),
        )
        .unwrap();
        assert_eq!(new.enabled_cloudwatch_logs_exports, ["instance", "postgresql"]);
        assert_eq!(new.storage_type.as_deref(), Some("aurora-iopt1"));
        assert_eq!(new.serverless_v2_scaling_configuration.unwrap().min_capacity, 0.5);
    }
}
