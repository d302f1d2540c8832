//! An alarm as CloudWatch shows it, in the shape of its definition.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{self as cloudwatch, AlarmType};

use super::{Alarm, Comparison, MetricStat, Outputs, Query};
use crate::aws::Context;
use crate::aws::word::from_word;
use crate::resource::{Live, Result, Status};

/// The alarms of these names, at most a hundred.
pub(super) async fn describe(
    cx: &Context,
    names: Vec<String>,
) -> Result<Vec<cloudwatch::MetricAlarm>> {
    let request = cx.clients.cloudwatch().describe_alarms().set_alarm_names(Some(names));
    let answer = request.alarm_types(AlarmType::MetricAlarm).send().await?;
    Ok(answer.metric_alarms.unwrap_or_default())
}

pub(super) fn live(alarm: &cloudwatch::MetricAlarm) -> Live<Alarm> {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let name = alarm.alarm_name().unwrap_or_default().to_owned();
    let queries: Vec<Query> = alarm.metrics().iter().map(Query::from_aws).collect();
    let metric = alarm.metric_name().is_some();
    let operator = alarm.comparison_operator().and_then(|word| from_word(word.as_str()));
    let spec = Alarm {
        name: Some(name.clone()),
        description: text(alarm.alarm_description()),
        metric_name: text(alarm.metric_name()),
        namespace: text(alarm.namespace()),
        dimensions: metric.then(|| dimensions(alarm.dimensions())),
        statistic: alarm.statistic().and_then(|word| from_word(word.as_str())),
        extended_statistic: text(alarm.extended_statistic()),
        period: alarm.period(),
        unit: alarm.unit().map(|unit| unit.as_str().to_owned()),
        metrics: (!queries.is_empty()).then_some(queries),
        threshold_metric_id: text(alarm.threshold_metric_id()),
        // An operator that AWS has added since differs from whatever is declared, unless it is this.
        comparison_operator: operator.unwrap_or(Comparison::GreaterThanThreshold),
        threshold: alarm.threshold().filter(|_| alarm.threshold_metric_id().is_none()),
        evaluation_periods: alarm.evaluation_periods().unwrap_or(1),
        datapoints_to_alarm: alarm.datapoints_to_alarm(),
        treat_missing_data: from_word(alarm.treat_missing_data().unwrap_or("missing")),
        evaluate_low_sample_count_percentile: alarm
            .evaluate_low_sample_count_percentile()
            .and_then(from_word),
        actions_enabled: alarm.actions_enabled(),
        alarm_actions: Some(alarm.alarm_actions().iter().cloned().collect()),
        ok_actions: Some(alarm.ok_actions().iter().cloned().collect()),
        insufficient_data_actions: Some(
            alarm.insufficient_data_actions().iter().cloned().collect(),
        ),
    };
    let outputs = Outputs { name, arn: alarm.alarm_arn().unwrap_or_default().to_owned() };
    Live { spec, outputs, tags: None, status: Status::Ready }
}

impl Query {
    fn from_aws(query: &cloudwatch::MetricDataQuery) -> Self {
        Self {
            id: query.id().unwrap_or_default().to_owned(),
            expression: query.expression().map(str::to_owned),
            metric: query.metric_stat().map(MetricStat::from_aws),
            label: query.label().map(str::to_owned),
            return_data: Some(query.return_data().unwrap_or(true)),
            period: query.period(),
        }
    }
}

impl MetricStat {
    fn from_aws(stat: &cloudwatch::MetricStat) -> Self {
        let metric = stat.metric();
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Self {
            namespace: text(metric.and_then(|metric| metric.namespace())),
            metric_name: text(metric.and_then(|metric| metric.metric_name())),
            dimensions: metric.map(|metric| dimensions(metric.dimensions())),
            period: stat.period().unwrap_or_default(),
            stat: text(stat.stat()),
            unit: stat.unit().map(|unit| unit.as_str().to_owned()),
        }
    }
}

fn dimensions(dimensions: &[cloudwatch::Dimension]) -> BTreeMap<String, String> {
    let pair = |one: &cloudwatch::Dimension| {
        Some((one.name()?.to_owned(), one.value().unwrap_or_default().to_owned()))
    };
    dimensions.iter().filter_map(pair).collect()
}
