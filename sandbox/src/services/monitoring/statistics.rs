//! GetMetricStatistics and GetMetricData: what was measured, period by period.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::math::{Evaluator, MetricDataQuery, Outcome, Points};
use super::metric::{Dimension, Measured, Metric, Statistic, Window};
use super::metric_alarm::{check_queries, check_statistic, in_expression};
use super::state::State;
use crate::call::Call;
use crate::fault::Fault;

const MOST_DATAPOINTS: i64 = 1440;
const MOST_QUERIES: usize = 500;
const PAGE: usize = 100_800;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct StatisticsRequest {
    namespace: String,
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    start_time: Timestamp,
    end_time: Timestamp,
    period: i64,
    #[serde(default)]
    statistics: Vec<String>,
    #[serde(default)]
    extended_statistics: Vec<String>,
    unit: Option<String>,
}

/// Statistics of one metric.
pub(super) fn get(call: &mut Call<'_>, request: StatisticsRequest) -> Result<Value, Fault> {
    let window = window(request.start_time, request.end_time, request.period)?;
    if request.statistics.is_empty() && request.extended_statistics.is_empty() {
        return Err(errors::missing("Statistics"));
    }
    for name in &request.extended_statistics {
        check_statistic(name)?;
    }
    let count = (window.end - window.start) / window.period;
    if count > MOST_DATAPOINTS {
        return Err(errors::invalid_combination(format!(
            "You have requested up to {} datapoints, which exceeds the limit of 1,440. You may \
             reduce the datapoints requested by increasing Period, or decreasing the time range.",
            with_commas(count)
        )));
    }
    let metric = Metric::new(&request.namespace, &request.metric_name, request.dimensions.clone());
    let series = call.region().monitoring.series(&metric);
    let periods = series.map(|series| series.periods(window, request.unit.as_deref()));
    let datapoints: Vec<Value> = periods
        .into_iter()
        .flatten()
        .map(|(at, (measured, unit))| datapoint(&request, at, &measured, unit))
        .collect();
    Ok(json!({ "Label": request.metric_name, "Datapoints": datapoints }))
}

fn datapoint(request: &StatisticsRequest, at: i64, measured: &Measured, unit: &str) -> Value {
    let value = |name: &String| measured.statistic(Statistic::parse(name)?);
    let mut datapoint = json!({
        "Timestamp": Timestamp::from_second(at).unwrap_or_default(),
        "Unit": unit,
    });
    for name in &request.statistics {
        datapoint[name] = json!(value(name));
    }
    let extended: BTreeMap<&String, f64> =
        request.extended_statistics.iter().filter_map(|name| Some((name, value(name)?))).collect();
    if !extended.is_empty() {
        datapoint["ExtendedStatistics"] = json!(extended);
    }
    datapoint
}

fn with_commas(number: i64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups = groups.map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join(",")
}

/// The periods between two moments. Where periods are of whole minutes, so is the beginning.
fn window(start: Timestamp, end: Timestamp, period: i64) -> Result<Window, Fault> {
    if !(matches!(period, 1 | 5 | 10 | 20 | 30) || period % 60 == 0) {
        return Err(errors::invalid_value(
            "The parameter Period must be 1, 5, 10, 20, 30, or any multiple of 60.",
        ));
    }
    if start >= end {
        return Err(errors::invalid_value(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    let start = start.as_second();
    // What began in the last second belongs to it.
    let end = end.as_second() + i64::from(end.subsec_nanosecond() > 0);
    Ok(Window { start: start - start.rem_euclid(period.min(60)), end, period })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DataRequest {
    metric_data_queries: Vec<MetricDataQuery>,
    start_time: Timestamp,
    end_time: Timestamp,
    next_token: Option<String>,
    scan_by: Option<String>,
    max_datapoints: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DataResult {
    id: String,
    label: String,
    timestamps: Vec<Timestamp>,
    values: Vec<f64>,
    status_code: &'static str,
}

/// Metrics and expressions over them, the newest values first unless asked otherwise.
pub(super) fn data(call: &mut Call<'_>, request: DataRequest) -> Result<Value, Fault> {
    let queries = &request.metric_data_queries;
    if queries.len() > MOST_QUERIES {
        return Err(errors::validation(format!(
            "The collection MetricDataQueries must not have a size greater than {MOST_QUERIES}."
        )));
    }
    check_queries(queries)?;
    let is_ascending = request.scan_by.as_deref() == Some("TimestampAscending");
    let monitoring = &call.region().monitoring;
    let mut results = Vec::new();
    for query in queries.iter().filter(|query| query.is_returned()) {
        for (label, points) in series(monitoring, &request, query)? {
            results.push(result(query, label, points, is_ascending));
        }
    }
    let from = request.next_token.as_deref().map(position).transpose()?.unwrap_or(0);
    let limit = request.max_datapoints.filter(|most| *most > 0).unwrap_or(PAGE).min(PAGE);
    let (page, next) = cut(results, from, limit);
    Ok(json!({ "MetricDataResults": page, "NextToken": next, "Messages": [] }))
}

/// What one query comes to, each series with its label.
fn series(
    monitoring: &State,
    request: &DataRequest,
    query: &MetricDataQuery,
) -> Result<Vec<(String, Points)>, Fault> {
    let queries = &request.metric_data_queries;
    let periods = queries.iter().filter_map(MetricDataQuery::period);
    let period = query.period().or(periods.max()).unwrap_or(60);
    let mut window = window(request.start_time, request.end_time, period)?;
    // Periods begin at multiples of themselves.
    window.start -= window.start.rem_euclid(period);
    let evaluator = Evaluator { state: monitoring, queries, window };
    let outcome = evaluator.query(query).map_err(|problem| in_expression(&query.id, &problem))?;
    let own = query.metric_stat.as_ref().map(|stat| stat.metric.metric_name.clone());
    let label = query.label.clone().or(own).unwrap_or_else(|| query.id.clone());
    Ok(match outcome {
        Outcome::Scalar(value) => {
            vec![(label, window.periods().map(|at| (at, value)).collect())]
        }
        Outcome::Series(points) => vec![(label, points)],
        Outcome::Many(series) => series.into_iter().map(|points| (label.clone(), points)).collect(),
    })
}

fn result(
    query: &MetricDataQuery,
    label: String,
    points: Points,
    is_ascending: bool,
) -> DataResult {
    let moment = |(at, value)| (Timestamp::from_second(at).unwrap_or_default(), value);
    let mut points: Vec<(Timestamp, f64)> = points.into_iter().map(moment).collect();
    if !is_ascending {
        points.reverse();
    }
    let (timestamps, values) = points.into_iter().unzip();
    DataResult { id: query.id.clone(), label, timestamps, values, status_code: "Complete" }
}

fn position(token: &str) -> Result<usize, Fault> {
    token.parse().map_err(|_| errors::invalid_token(crate::services::page::InvalidToken))
}

/// The values from one position on, counted over all results, and where the next page begins.
fn cut(results: Vec<DataResult>, from: usize, limit: usize) -> (Vec<DataResult>, Option<String>) {
    let total: usize = results.iter().map(|result| result.values.len()).sum();
    let end = from.saturating_add(limit);
    let mut begins = 0;
    let mut page = Vec::new();
    for mut result in results {
        let ends = begins + result.values.len();
        let (first, last) = (from.max(begins) - begins, end.min(ends).max(begins) - begins);
        if ends > end {
            result.status_code = "PartialData";
        }
        let was_empty = result.values.is_empty();
        let first = first.min(last);
        result.values = result.values[first..last].to_vec();
        result.timestamps = result.timestamps[first..last].to_vec();
        begins = ends;
        // What has no values at all stands on the first page.
        if !result.values.is_empty() || (was_empty && from == 0) {
            page.push(result);
        }
    }
    (page, (end < total).then(|| end.to_string()))
}
