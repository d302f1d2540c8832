//! PutMetricData and ListMetrics.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::metric::{Dimension, Measured, Metric};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::page;

const MOST_DATA: usize = 1000;
const MOST_VALUES: usize = 150;
const MOST_DIMENSIONS: usize = 30;
const LISTED: usize = 500;
/// How long a metric without new data is listed, in seconds.
const FORGOTTEN: i64 = 14 * 24 * 60 * 60;
const RECENT: i64 = 3 * 60 * 60;
const OLDEST: Duration = Duration::from_secs(14 * 24 * 60 * 60);
const NEWEST: Duration = Duration::from_secs(2 * 60 * 60);
/// What AWS can hold: 2^360 either way.
const GREATEST: f64 = 2.348_542_582_773_833e108;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    namespace: String,
    #[serde(default)]
    metric_data: Vec<Datum>,
    #[serde(default)]
    entity_metric_data: Vec<EntityData>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EntityData {
    #[serde(default)]
    metric_data: Vec<Datum>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Datum {
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    timestamp: Option<Timestamp>,
    value: Option<Number>,
    statistic_values: Option<StatisticSet>,
    values: Option<Vec<Number>>,
    counts: Option<Vec<Number>>,
    unit: Option<String>,
    storage_resolution: Option<u32>,
}

/// A number, or one of the words for what is none.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Plain(f64),
    Special(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StatisticSet {
    sample_count: f64,
    sum: f64,
    minimum: f64,
    maximum: f64,
}

/// Takes measurements, all of a request or none.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    let namespace = request.namespace;
    if namespace.starts_with("AWS/") || namespace.starts_with(':') {
        return Err(errors::invalid_value(format!(
            "The value {namespace} for parameter Namespace is invalid."
        )));
    }
    let entities = request.entity_metric_data.into_iter().flat_map(|entity| entity.metric_data);
    let data: Vec<Datum> = request.metric_data.into_iter().chain(entities).collect();
    if data.is_empty() {
        return Err(errors::missing("MetricData"));
    }
    if data.len() > MOST_DATA {
        return Err(errors::invalid_value(format!(
            "The collection MetricData must not have a size greater than {MOST_DATA}."
        )));
    }
    let now = call.clock.now;
    let measured = data.iter().enumerate().map(|(index, datum)| {
        let at = format!("MetricData.member.{}", index + 1);
        check(datum, &at, now)?;
        measured(datum, &at)
    });
    let measured: Vec<Measured> = measured.collect::<Result<_, _>>()?;
    for (datum, measured) in data.into_iter().zip(measured) {
        let metric = Metric::new(&namespace, &datum.metric_name, datum.dimensions);
        let at = datum.timestamp.unwrap_or(now).as_second();
        let is_high_resolution = datum.storage_resolution == Some(1);
        let unit = datum.unit.as_deref().unwrap_or("None");
        call.region().monitoring.put(metric, at, is_high_resolution, unit, measured);
    }
    Ok(Empty {})
}

fn check(datum: &Datum, at: &str, now: Timestamp) -> Result<(), Fault> {
    if datum.dimensions.len() > MOST_DIMENSIONS {
        return Err(errors::invalid_value(format!(
            "The collection {at}.Dimensions must not have a size greater than {MOST_DIMENSIONS}."
        )));
    }
    if datum.storage_resolution.is_some_and(|resolution| !matches!(resolution, 1 | 60)) {
        return Err(errors::invalid_value(format!(
            "The parameter {at}.StorageResolution must be a value in the set [1, 60]."
        )));
    }
    let Some(moment) = datum.timestamp else { return Ok(()) };
    if now.checked_sub(OLDEST).is_ok_and(|oldest| moment < oldest) {
        return Err(errors::invalid_value(format!(
            "The parameter {at}.Timestamp must specify a time within the past two weeks."
        )));
    }
    if now.checked_add(NEWEST).is_ok_and(|newest| moment > newest) {
        return Err(errors::invalid_value(format!(
            "The parameter {at}.Timestamp must specify a time no more than two hours in the future."
        )));
    }
    Ok(())
}

fn measured(datum: &Datum, at: &str) -> Result<Measured, Fault> {
    let both = |a: &str, b: &str| {
        errors::invalid_combination(format!(
            "The parameters {at}.{a} and {at}.{b} are mutually exclusive and you have specified \
             both."
        ))
    };
    match (&datum.value, &datum.statistic_values, &datum.values) {
        (Some(_), Some(_), _) => Err(both("Value", "StatisticValues")),
        (Some(_), _, Some(_)) => Err(both("Value", "Values")),
        (_, Some(_), Some(_)) => Err(both("StatisticValues", "Values")),
        (Some(value), None, None) => {
            Ok(Measured::value(number(value, &format!("{at}.Value"))?, 1.0))
        }
        (None, Some(set), None) => summary(set, at),
        (None, None, Some(values)) => distribution(values, datum.counts.as_deref(), at),
        (None, None, None) => Err(errors::missing(&format!("{at}.Value"))),
    }
}

fn number(number: &Number, parameter: &str) -> Result<f64, Fault> {
    let invalid = |value: &str| {
        errors::invalid_value(format!("The value {value} for parameter {parameter} is invalid."))
    };
    match number {
        Number::Plain(value) if value.abs() <= GREATEST => Ok(*value),
        Number::Plain(value) => Err(invalid(&value.to_string())),
        Number::Special(word) => Err(invalid(word)),
    }
}

fn summary(set: &StatisticSet, at: &str) -> Result<Measured, Fault> {
    if set.sample_count <= 0.0 || set.minimum > set.maximum {
        return Err(errors::invalid_value(format!(
            "The values for parameter {at}.StatisticValues are invalid."
        )));
    }
    Ok(Measured::summary(set.sample_count, set.sum, set.minimum, set.maximum))
}

fn distribution(values: &[Number], counts: Option<&[Number]>, at: &str) -> Result<Measured, Fault> {
    if values.len() > MOST_VALUES {
        return Err(errors::invalid_value(format!(
            "The collection {at}.Values must not have a size greater than {MOST_VALUES}."
        )));
    }
    if counts.is_some_and(|counts| counts.len() != values.len()) {
        return Err(errors::invalid_value(format!(
            "The parameters {at}.Values and {at}.Counts must be the same size."
        )));
    }
    let each = values.iter().enumerate().map(|(index, value)| {
        let value = number(value, &format!("{at}.Values.member.{}", index + 1))?;
        let count = counts.map(|counts| number(&counts[index], &format!("{at}.Counts")));
        Ok(Measured::value(value, count.transpose()?.unwrap_or(1.0)))
    });
    let each: Vec<Measured> = each.collect::<Result<_, Fault>>()?;
    let all = each.into_iter().reduce(|mut all, one| {
        all.add(&one);
        all
    });
    all.ok_or_else(|| errors::missing(&format!("{at}.Values")))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<DimensionFilter>,
    next_token: Option<String>,
    recently_active: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DimensionFilter {
    name: String,
    value: Option<String>,
}

impl DimensionFilter {
    fn matches(&self, metric: &Metric) -> bool {
        metric.dimensions.iter().any(|dimension| {
            dimension.name == self.name
                && self.value.as_ref().is_none_or(|value| *value == dimension.value)
        })
    }
}

/// The metrics that had data in the last two weeks, or in the last three hours.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<Value, Fault> {
    let age = if request.recently_active.is_some() { RECENT } else { FORGOTTEN };
    let oldest = call.clock.now.as_second() - age;
    let wanted = call.region().monitoring.metrics.values().filter(|series| {
        let metric = &series.metric;
        series.last >= oldest
            && request.namespace.as_ref().is_none_or(|it| *it == metric.namespace)
            && request.metric_name.as_ref().is_none_or(|it| *it == metric.metric_name)
            && request.dimensions.iter().all(|filter| filter.matches(metric))
    });
    let page = page(wanted, request.next_token.as_deref(), LISTED, |series| series.metric.key())
        .map_err(|_| errors::invalid_value("The value for parameter NextToken is invalid."))?;
    let metrics: Vec<&Metric> = page.items.iter().map(|series| &series.metric).collect();
    Ok(json!({ "Metrics": metrics, "NextToken": page.next }))
}
