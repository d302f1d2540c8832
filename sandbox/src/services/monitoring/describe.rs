//! DescribeAlarms and DescribeAlarmsForMetric.

use serde::Deserialize;
use serde_json::{Value, json};

use super::alarm::{Alarm, StateValue, Watch};
use super::errors;
use super::history::metric_alarms;
use super::metric::{Dimension, Metric};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    alarm_names: Option<Vec<String>>,
    alarm_name_prefix: Option<String>,
    #[serde(default = "metric_alarms")]
    alarm_types: Vec<String>,
    children_of_alarm_name: Option<String>,
    parents_of_alarm_name: Option<String>,
    state_value: Option<StateValue>,
    action_prefix: Option<String>,
    max_records: Option<usize>,
    next_token: Option<String>,
}

impl DescribeRequest {
    fn wants(&self, alarm: &Alarm) -> bool {
        let common = &alarm.common;
        let mut actions =
            [&common.ok_actions, &common.alarm_actions, &common.insufficient_data_actions]
                .into_iter()
                .flatten();
        self.alarm_names.as_ref().is_none_or(|names| names.contains(&alarm.name))
            && self.alarm_name_prefix.as_ref().is_none_or(|start| alarm.name.starts_with(start))
            && self.state_value.is_none_or(|value| alarm.state.value == value)
            && self
                .action_prefix
                .as_ref()
                .is_none_or(|start| actions.any(|action| action.starts_with(start)))
    }
}

/// The alarms by name: those over metrics, those over others where asked for.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    if request.alarm_names.is_some() && request.alarm_name_prefix.is_some() {
        return Err(errors::validation(
            "AlarmNamePrefix and AlarmNames are mutually exclusive parameters",
        ));
    }
    let alarms = &call.region().monitoring.alarms;
    // Whoever asks for parents or children gets them of either type, in a short form.
    if let Some(parent) = &request.children_of_alarm_name {
        let children = alarms.get(parent).map(Alarm::children).unwrap_or_default();
        let found = children.iter().filter_map(|name| alarms.get(name));
        return Ok(split(found.map(brief)));
    }
    if let Some(child) = &request.parents_of_alarm_name {
        let found = alarms.values().filter(|alarm| alarm.children().contains(child));
        return Ok(split(
            found.map(|alarm| (alarm, json!({ "AlarmName": alarm.name, "AlarmArn": alarm.arn }))),
        ));
    }
    let of_type = |alarm: &&Alarm| request.alarm_types.iter().any(|kind| kind == alarm.kind());
    let wanted = alarms.values().filter(of_type).filter(|alarm| request.wants(alarm));
    let limit = request.max_records.unwrap_or(50);
    let page = page(wanted, request.next_token.as_deref(), limit, |alarm| alarm.name.clone())
        .map_err(errors::invalid_token)?;
    let mut response = split(page.items.into_iter().map(|alarm| (alarm, alarm.view())));
    response["NextToken"] = json!(page.next);
    Ok(response)
}

fn brief(alarm: &Alarm) -> (&Alarm, Value) {
    let view = json!({
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "StateValue": alarm.state.value,
        "StateUpdatedTimestamp": alarm.state.updated,
    });
    (alarm, view)
}

fn split<'a>(alarms: impl Iterator<Item = (&'a Alarm, Value)>) -> Value {
    let (mut metric, mut composite) = (Vec::new(), Vec::new());
    for (alarm, view) in alarms {
        match alarm.watch {
            Watch::Metric(_) => metric.push(view),
            Watch::Composite(_) => composite.push(view),
        }
    }
    json!({ "MetricAlarms": metric, "CompositeAlarms": composite })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ForMetricRequest {
    metric_name: String,
    namespace: String,
    statistic: Option<String>,
    extended_statistic: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    period: Option<i64>,
    unit: Option<String>,
}

/// The alarms over one metric; those over expressions are never among them.
pub(super) fn for_metric(call: &mut Call<'_>, request: ForMetricRequest) -> Result<Value, Fault> {
    let wanted = Metric::new(&request.namespace, &request.metric_name, request.dimensions.clone());
    let same = |asked: &Option<String>, has: &Option<String>| asked.is_none() || asked == has;
    let is_over = |alarm: &&Alarm| {
        let Watch::Metric(settings) = &alarm.watch else { return false };
        let metric = settings.metric_name.as_deref().zip(settings.namespace.as_deref());
        let metric =
            metric.map(|(name, space)| Metric::new(space, name, settings.dimensions.clone()));
        metric.as_ref() == Some(&wanted)
            && same(&request.statistic, &settings.statistic)
            && same(&request.extended_statistic, &settings.extended_statistic)
            && same(&request.unit, &settings.unit)
            && request.period.is_none_or(|period| settings.period == Some(period))
    };
    let found = call.region().monitoring.alarms.values().filter(is_over);
    Ok(json!({ "MetricAlarms": found.map(Alarm::view).collect::<Vec<_>>() }))
}
