//! CloudWatch: metrics, alarms that evaluate them, dashboards.

use super::{Operation, operation};

mod alarm;
mod composite;
mod dashboard;
mod data;
mod describe;
mod detector;
mod errors;
mod evaluation;
mod history;
mod lifecycle;
mod math;
pub mod metric;
mod metric_alarm;
mod notice;
mod rule;
mod state;
mod statistics;
mod tagging;
#[cfg(test)]
mod tests;

pub use notice::announce;
pub use state::{Dashboards, State};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("DeleteAlarms", lifecycle::delete),
    operation!("DeleteAnomalyDetector", detector::delete),
    operation!("DeleteDashboards", dashboard::delete),
    operation!("DescribeAlarmHistory", history::describe),
    operation!("DescribeAlarms", describe::describe),
    operation!("DescribeAlarmsForMetric", describe::for_metric),
    operation!("DescribeAnomalyDetectors", detector::describe),
    operation!("DisableAlarmActions", lifecycle::disable_actions),
    operation!("EnableAlarmActions", lifecycle::enable_actions),
    operation!("GetDashboard", dashboard::get),
    operation!("GetMetricData", statistics::data),
    operation!("GetMetricStatistics", statistics::get),
    operation!("ListDashboards", dashboard::list),
    operation!("ListMetrics", data::list),
    operation!("ListTagsForResource", tagging::list),
    operation!("PutAnomalyDetector", detector::put),
    operation!("PutCompositeAlarm", composite::put),
    operation!("PutDashboard", dashboard::put),
    operation!("PutMetricAlarm", metric_alarm::put),
    operation!("PutMetricData", data::put),
    operation!("SetAlarmState", lifecycle::set_state),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
];
