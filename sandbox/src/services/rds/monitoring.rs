//! Enhanced Monitoring, Performance Insights and Database Insights, on clusters and instances.

use serde::{Deserialize, Serialize};

use super::{errors, keys, roles};
use crate::call::Call;
use crate::fault::Fault;

/// What the request says of monitoring; what it leaves out stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct MonitoringRequest {
    monitoring_interval: Option<i64>,
    monitoring_role_arn: Option<String>,
    database_insights_mode: Option<String>,
    enable_performance_insights: Option<bool>,
    #[serde(rename = "PerformanceInsightsKMSKeyId")]
    performance_insights_kms_key_id: Option<String>,
    performance_insights_retention_period: Option<i64>,
}

/// How a cluster or an instance is watched, in AWS's description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Monitoring {
    /// Seconds between two points of Enhanced Monitoring; 0 is off.
    pub monitoring_interval: i64,
    /// The role with which RDS writes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitoring_role_arn: Option<String>,
    /// `standard` or `advanced`.
    pub database_insights_mode: String,
    /// Whether Performance Insights is on.
    pub performance_insights_enabled: bool,
    /// The key that encrypts its data.
    #[serde(
        rename = "PerformanceInsightsKMSKeyId",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub performance_insights_kms_key_id: Option<String>,
    /// Days for which its data is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performance_insights_retention_period: Option<i64>,
}

impl Default for Monitoring {
    fn default() -> Self {
        Self {
            monitoring_interval: 0,
            monitoring_role_arn: None,
            database_insights_mode: "standard".to_owned(),
            performance_insights_enabled: false,
            performance_insights_kms_key_id: None,
            performance_insights_retention_period: None,
        }
    }
}

/// The service that assumes the monitoring role.
const MONITORING_SERVICE: &str = "monitoring.rds.amazonaws.com";
/// Days of data that the advanced mode asks for.
const ADVANCED_RETENTION: i64 = 465;
const FREE_RETENTION: i64 = 7;

impl MonitoringRequest {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.monitoring_interval.is_none()
            && self.monitoring_role_arn.is_none()
            && self.database_insights_mode.is_none()
            && self.enable_performance_insights.is_none()
            && self.performance_insights_kms_key_id.is_none()
            && self.performance_insights_retention_period.is_none()
    }

    /// Applies the request to what holds now, by AWS's rules.
    pub(super) fn apply(&self, call: &mut Call<'_>, to: &mut Monitoring) -> Result<(), Fault> {
        if self.is_empty() {
            return Ok(());
        }
        self.apply_enhanced(call, to)?;
        self.apply_insights(call, to)
    }

    fn apply_enhanced(&self, call: &mut Call<'_>, to: &mut Monitoring) -> Result<(), Fault> {
        if let Some(interval) = self.monitoring_interval {
            if ![0, 1, 5, 10, 15, 30, 60].contains(&interval) {
                return Err(errors::invalid_value(format!(
                    "Invalid monitoring interval {interval}. Valid values are: 0, 1, 5, 10, 15, \
                     30, 60"
                )));
            }
            to.monitoring_interval = interval;
        }
        if let Some(role) = &self.monitoring_role_arn {
            to.monitoring_role_arn = Some(role.clone()).filter(|role| !role.is_empty());
        }
        match (to.monitoring_interval, &to.monitoring_role_arn) {
            (0, Some(_)) if self.monitoring_interval == Some(0) => {
                to.monitoring_role_arn = None;
                Ok(())
            }
            (0, Some(_)) => Err(errors::invalid_combination(
                "You must specify a MonitoringInterval value other than 0 when you specify a \
                 MonitoringRoleARN value.",
            )),
            (0, None) => Ok(()),
            (_, None) => Err(errors::invalid_combination(
                "A MonitoringRoleARN value is required if you specify a MonitoringInterval value \
                 other than 0.",
            )),
            (_, Some(role)) if roles::trusts(call, role, MONITORING_SERVICE) => Ok(()),
            (_, Some(_)) => Err(errors::invalid_value(
                "IAM role ARN value is invalid or does not include the required permissions for: \
                 ENHANCED_MONITORING",
            )),
        }
    }

    fn apply_insights(&self, call: &mut Call<'_>, to: &mut Monitoring) -> Result<(), Fault> {
        if let Some(mode) = &self.database_insights_mode {
            to.database_insights_mode.clone_from(mode);
        }
        if let Some(enabled) = self.enable_performance_insights {
            to.performance_insights_enabled = enabled;
        }
        if to.performance_insights_enabled {
            self.apply_performance(call, to)?;
        } else {
            self.refuse_performance_details()?;
            to.performance_insights_kms_key_id = None;
            to.performance_insights_retention_period = None;
        }
        let days = to.performance_insights_retention_period.unwrap_or(0);
        if to.database_insights_mode == "advanced" && days < ADVANCED_RETENTION {
            return Err(errors::invalid_combination(
                "To enable the Advanced mode of Database Insights, modify your cluster to enable \
                 Performance Insights and set the retention period for Performance Insights to \
                 at least 465 days.",
            ));
        }
        Ok(())
    }

    fn apply_performance(&self, call: &mut Call<'_>, to: &mut Monitoring) -> Result<(), Fault> {
        let given = self.performance_insights_kms_key_id.as_deref();
        if given.is_some() || to.performance_insights_kms_key_id.is_none() {
            to.performance_insights_kms_key_id = Some(keys::resolve(call, given, keys::RDS)?);
        }
        let kept = to.performance_insights_retention_period.unwrap_or(FREE_RETENTION);
        let days = self.performance_insights_retention_period.unwrap_or(kept);
        let months = days % 31 == 0 && (1..=23).contains(&(days / 31));
        if !months && days != FREE_RETENTION && days != 731 {
            return Err(errors::invalid_value(format!(
                "Invalid Performance Insights retention period: {days}. Valid values are: 7, \
                 month * 31 for 1 to 23 months, and 731"
            )));
        }
        to.performance_insights_retention_period = Some(days);
        Ok(())
    }

    fn refuse_performance_details(&self) -> Result<(), Fault> {
        let key = self.performance_insights_kms_key_id.as_deref().is_some_and(|id| !id.is_empty());
        let days = self.performance_insights_retention_period.is_some_and(|days| days != 0);
        if key || days {
            return Err(errors::invalid_combination(
                "The parameters PerformanceInsightsKMSKeyId and \
                 PerformanceInsightsRetentionPeriod can't be set when Performance Insights is \
                 disabled.",
            ));
        }
        Ok(())
    }
}
