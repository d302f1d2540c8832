//! What an alarm says when its state changes, and to whom.
//!
//! Every change is an event of EventBridge. Topics of SNS are told, as far as their policies let
//! CloudWatch publish. Actions of other services are not taken; the history says so.

use serde_json::{Value, json};

use super::alarm::{Alarm, AlarmState, Watch};
use super::history::HistoryItem;
use super::math::{MetricDataQuery, MetricStat};
use super::metric::{Dimension, Metric};
use super::metric_alarm::MetricSettings;
use super::state::moment;
use crate::services::events::{self, Happening};
use crate::world::Region;

/// A change of state.
#[derive(Debug)]
pub(super) struct Notice {
    /// As it is since then.
    pub alarm: Alarm,
    pub old: AlarmState,
}

/// Takes the actions of every change of state since the last time.
pub fn announce(region: &mut Region) {
    for notice in std::mem::take(&mut region.monitoring.notices) {
        notice.act(region);
    }
}

impl Notice {
    fn act(&self, region: &mut Region) {
        events::tell(region, self.happening());
        let common = &self.alarm.common;
        if !common.actions_enabled {
            return;
        }
        let message = self.message().to_string();
        for target in common.actions(self.alarm.state.value) {
            let result = self.take_action(region, target, &message);
            let failure = result.err();
            let item = HistoryItem::action(&self.alarm, target, &message, failure.as_deref());
            region.monitoring.history.push(item);
        }
    }

    /// What EventBridge's rules see of it.
    fn happening(&self) -> Happening {
        let alarm = &self.alarm;
        let state = |state: &AlarmState| {
            json!({
                "value": state.value,
                "reason": state.reason,
                "reasonData": state.data,
                "timestamp": moment(state.updated),
            })
        };
        let mut configuration = json!({ "description": alarm.common.alarm_description });
        match &alarm.watch {
            Watch::Metric(settings) => configuration["metrics"] = json!(metrics(settings)),
            Watch::Composite(settings) => {
                configuration["alarmRule"] = json!(settings.alarm_rule);
            }
        }
        Happening {
            source: "aws.cloudwatch",
            detail_type: "CloudWatch Alarm State Change",
            account: self.part(4).to_owned(),
            region: self.part(3).to_owned(),
            resources: vec![alarm.arn.clone()],
            detail: json!({
                "alarmName": alarm.name,
                "state": state(&alarm.state),
                "previousState": state(&self.old),
                "configuration": configuration,
            }),
            time: alarm.state.updated,
        }
    }

    fn take_action(&self, region: &mut Region, target: &str, message: &str) -> Result<(), String> {
        if target.split(':').nth(2) != Some("sns") {
            return Err("The sandbox takes no actions but those of Amazon SNS".to_owned());
        }
        let subject = format!(
            "{}: \"{}\" in {}",
            self.alarm.state.value.name(),
            self.alarm.name,
            place(self.part(3))
        );
        // A subject has at most a hundred characters, and only those of ASCII.
        let subject = subject.chars().filter(char::is_ascii).take(100).collect();
        let now = self.alarm.state.updated;
        let (service, message) = ("cloudwatch.amazonaws.com", message.to_owned());
        let published = region.sns.publish_for(service, target, Some(subject), message, now);
        published.map(|_| ()).map_err(|fault| fault.message)
    }

    /// A part of the alarm's ARN: its region is the fourth, its account the fifth.
    fn part(&self, number: usize) -> &str {
        self.alarm.arn.split(':').nth(number).unwrap_or_default()
    }

    /// The JSON that AWS sends.
    fn message(&self) -> Value {
        let (alarm, common) = (&self.alarm, &self.alarm.common);
        let mut message = json!({
            "AlarmName": alarm.name,
            "AlarmDescription": common.alarm_description,
            "AWSAccountId": self.part(4),
            "AlarmConfigurationUpdatedTimestamp": moment(alarm.configured),
            "NewStateValue": alarm.state.value,
            "NewStateReason": alarm.state.reason,
            "StateChangeTime": moment(alarm.state.updated),
            "Region": place(self.part(3)),
            "AlarmArn": alarm.arn,
            "OldStateValue": self.old.value,
            "OKActions": common.ok_actions,
            "AlarmActions": common.alarm_actions,
            "InsufficientDataActions": common.insufficient_data_actions,
        });
        match &alarm.watch {
            Watch::Metric(settings) => message["Trigger"] = trigger(settings),
            Watch::Composite(settings) => message["AlarmRule"] = json!(settings.alarm_rule),
        }
        message
    }
}

/// The metrics and expressions of an alarm, as events have them.
fn metrics(settings: &MetricSettings) -> Vec<Value> {
    let view = |query: MetricDataQuery| {
        let mut view = json!({ "id": query.id, "returnData": query.is_returned() });
        if let Some(expression) = query.expression {
            view["expression"] = json!(expression);
        }
        if let Some(MetricStat { metric, period, stat, .. }) = query.metric_stat {
            let dimensions = metric.dimensions.iter().map(|it| (it.name.clone(), json!(it.value)));
            view["metricStat"] = json!({
                "metric": {
                    "namespace": metric.namespace,
                    "name": metric.metric_name,
                    "dimensions": dimensions.collect::<serde_json::Map<_, _>>(),
                },
                "period": period,
                "stat": stat,
            });
        }
        view
    };
    settings.queries().into_iter().map(view).collect()
}

fn trigger(settings: &MetricSettings) -> Value {
    let mut trigger = json!({
        "Period": settings.seconds(),
        "EvaluationPeriods": settings.periods(),
        "DatapointsToAlarm": settings.datapoints(),
        "ComparisonOperator": settings.comparison_operator,
        "TreatMissingData": settings.treat_missing_data.as_deref().unwrap_or("missing"),
        "EvaluateLowSampleCountPercentile":
            settings.evaluate_low_sample_count_percentile.as_deref().unwrap_or_default(),
    });
    let more = match settings.metrics.as_slice() {
        [] => of_metric(settings),
        metrics => json!({ "Metrics": metrics }),
    };
    let threshold = match &settings.threshold_metric_id {
        Some(id) => json!({ "ThresholdMetricId": id }),
        None => json!({ "Threshold": settings.threshold }),
    };
    if let Value::Object(members) = &mut trigger {
        for part in [more, threshold] {
            members.extend(part.as_object().cloned().unwrap_or_default());
        }
    }
    trigger
}

fn of_metric(settings: &MetricSettings) -> Value {
    let space = settings.namespace.as_deref().unwrap_or_default();
    let name = settings.metric_name.as_deref().unwrap_or_default();
    let Metric { metric_name, namespace, dimensions } =
        Metric::new(space, name, settings.dimensions.clone());
    let dimension = |it: &Dimension| json!({ "value": it.value, "name": it.name });
    let mut of_metric = json!({
        "MetricName": metric_name,
        "Namespace": namespace,
        "Unit": settings.unit,
        "Dimensions": dimensions.iter().map(dimension).collect::<Vec<_>>(),
    });
    match &settings.statistic {
        Some(statistic) => {
            of_metric["StatisticType"] = json!("Statistic");
            of_metric["Statistic"] = json!(shouted(statistic));
        }
        None => {
            of_metric["StatisticType"] = json!("ExtendedStatistic");
            of_metric["ExtendedStatistic"] = json!(settings.extended_statistic);
        }
    }
    of_metric
}

/// `SampleCount` as `SAMPLE_COUNT`.
fn shouted(statistic: &str) -> String {
    match statistic {
        "SampleCount" => "SAMPLE_COUNT".to_owned(),
        other => other.to_uppercase(),
    }
}

/// A region as AWS's messages call it.
fn place(region: &str) -> &str {
    match region {
        "us-east-1" => "US East (N. Virginia)",
        "us-east-2" => "US East (Ohio)",
        "us-west-1" => "US West (N. California)",
        "us-west-2" => "US West (Oregon)",
        "ca-central-1" => "Canada (Central)",
        "eu-central-1" => "EU (Frankfurt)",
        "eu-north-1" => "EU (Stockholm)",
        "eu-west-1" => "EU (Ireland)",
        "eu-west-2" => "EU (London)",
        "eu-west-3" => "EU (Paris)",
        "ap-northeast-1" => "Asia Pacific (Tokyo)",
        "ap-northeast-2" => "Asia Pacific (Seoul)",
        "ap-south-1" => "Asia Pacific (Mumbai)",
        "ap-southeast-1" => "Asia Pacific (Singapore)",
        "ap-southeast-2" => "Asia Pacific (Sydney)",
        "sa-east-1" => "South America (Sao Paulo)",
        other => other,
    }
}
