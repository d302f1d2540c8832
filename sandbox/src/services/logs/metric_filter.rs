//! Metric filters: what events say becomes data of metrics.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::pattern::{Pattern, Selector};
use super::state::{Class, LogGroup, State};
use super::{embedded, errors};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::monitoring::State as Monitoring;
use crate::services::monitoring::metric::{Dimension, Measured, Metric};
use crate::services::page::page;

/// How many filters a group has at most.
const MOST_FILTERS: usize = 100;
const MOST_DIMENSIONS: usize = 3;
const MINUTE: i64 = 60_000;

/// A filter of a log group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MetricFilter {
    name: String,
    pattern: String,
    transformation: Transformation,
    created: Timestamp,
    /// The minutes, in milliseconds since 1970, in which events came, and whether one matched.
    minutes: BTreeMap<i64, bool>,
}

/// The metric that a match becomes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Transformation {
    metric_name: String,
    metric_namespace: String,
    /// A number, or the selector of one.
    metric_value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_value: Option<f64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    dimensions: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
}

/// What events said of a metric.
#[derive(Debug)]
pub(super) struct Measurement {
    pub metric: Metric,
    pub at: Timestamp,
    pub unit: String,
    pub measured: Measured,
}

impl Transformation {
    fn check(&self) -> Result<(), Fault> {
        if !self.metric_value.starts_with('$') && self.metric_value.parse::<f64>().is_err() {
            return Err(errors::invalid_transformation(
                "metricValue must be a number or a selector.",
            ));
        }
        if self.metric_value.starts_with('$') {
            Selector::parse(&self.metric_value)?;
        }
        if self.dimensions.len() > MOST_DIMENSIONS {
            return Err(errors::invalid_transformation("at most three dimensions are allowed."));
        }
        if !self.dimensions.is_empty() && self.default_value.is_some() {
            return Err(errors::invalid_transformation(
                "dimensions and default value are mutually exclusive properties.",
            ));
        }
        self.dimensions.values().try_for_each(|selector| Selector::parse(selector).map(|_| ()))
    }

    /// What an event that matches comes to; none where it has no number, or lacks a dimension.
    fn measure(&self, message: &str) -> Option<(Metric, f64)> {
        let text = |selector: &str| Selector::parse(selector).ok()?.extract(message);
        let value = match self.metric_value.parse::<f64>() {
            Ok(value) => value,
            Err(_) => text(&self.metric_value)?.parse().ok()?,
        };
        let dimensions = self
            .dimensions
            .iter()
            .map(|(name, selector)| Some(Dimension { name: name.clone(), value: text(selector)? }));
        let dimensions = dimensions.collect::<Option<Vec<_>>>()?;
        Some((Metric::new(&self.metric_namespace, &self.metric_name, dimensions), value))
    }

    fn measurement(&self, metric: Metric, milliseconds: i64, value: f64) -> Option<Measurement> {
        let at = Timestamp::from_millisecond(milliseconds).ok()?;
        let unit = self.unit.clone().unwrap_or_else(|| "None".to_owned());
        Some(Measurement { metric, at, unit, measured: Measured::value(value, 1.0) })
    }
}

impl MetricFilter {
    /// Looks at new events, times with messages.
    fn observe(&mut self, events: &[(i64, String)]) -> Vec<Measurement> {
        let Ok(pattern) = Pattern::parse(&self.pattern) else { return Vec::new() };
        let mut found = Vec::new();
        for (at, message) in events {
            let is_match = pattern.matches(message);
            *self.minutes.entry(at - at.rem_euclid(MINUTE)).or_default() |= is_match;
            let measured = is_match.then(|| self.transformation.measure(message)).flatten();
            found.extend(
                measured.and_then(|(metric, value)| {
                    self.transformation.measurement(metric, *at, value)
                }),
            );
        }
        found
    }

    /// The default value for each minute that is over and had events, none of which matched.
    fn conclude(&mut self, now: i64) -> Vec<Measurement> {
        let under_way = self.minutes.split_off(&(now - now.rem_euclid(MINUTE)));
        let over = std::mem::replace(&mut self.minutes, under_way);
        let Some(value) = self.transformation.default_value else { return Vec::new() };
        let transformation = &self.transformation;
        let (space, name) = (&transformation.metric_namespace, &transformation.metric_name);
        let quiet = over.into_iter().filter(|(_, has_match)| !has_match);
        quiet
            .filter_map(|(minute, _)| {
                transformation.measurement(Metric::new(space, name, Vec::new()), minute, value)
            })
            .collect()
    }

    fn view(&self, group: &str) -> Value {
        json!({
            "filterName": self.name,
            "filterPattern": self.pattern,
            "metricTransformations": [self.transformation],
            "creationTime": self.created.as_millisecond(),
            "logGroupName": group,
            "applyOnTransformedLogs": false,
        })
    }
}

impl LogGroup {
    /// What new events say of metrics: to the group's filters, and by themselves.
    pub(super) fn observe(&mut self, events: &[(i64, String)]) -> Vec<Measurement> {
        let filtered = self.filters.values_mut().flat_map(|filter| filter.observe(events));
        filtered.chain(embedded::observe(events)).collect()
    }
}

impl State {
    /// Hands over what events said.
    pub fn measure(&mut self, now: Timestamp, monitoring: &mut Monitoring) {
        let filters = self.groups.values_mut().flat_map(|group| group.filters.values_mut());
        let defaults = filters.flat_map(|filter| filter.conclude(now.as_millisecond()));
        self.measurements.extend(defaults);
        for found in self.measurements.drain(..) {
            monitoring.measure(found.metric, found.at, &found.unit, found.measured);
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRequest {
    log_group_name: String,
    filter_name: String,
    filter_pattern: String,
    metric_transformations: Vec<Transformation>,
    field_selection_criteria: Option<String>,
    emit_system_field_dimensions: Option<Vec<String>>,
    #[serde(default)]
    apply_on_transformed_logs: bool,
}

/// Makes a filter, or replaces the one of its name. It looks at events that come from now on.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    if request.apply_on_transformed_logs {
        return Err(errors::filter_option_not_built("transformed logs"));
    }
    if request.field_selection_criteria.is_some() || request.emit_system_field_dimensions.is_some()
    {
        return Err(errors::filter_option_not_built("system fields"));
    }
    if request.filter_name.contains([':', '*']) {
        return Err(errors::invalid_parameter(format!(
            "1 validation error detected: Value '{}' at 'filterName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [^:*]*",
            request.filter_name
        )));
    }
    Pattern::parse(&request.filter_pattern)?;
    let Some(transformation) = request.metric_transformations.into_iter().next() else {
        return Err(errors::invalid_transformation("there must be one."));
    };
    transformation.check()?;
    let created = call.clock.now;
    let group = call.region().logs.group_mut(&request.log_group_name)?;
    if group.class != Class::Standard {
        return Err(errors::class_without_filters());
    }
    if group.filters.len() >= MOST_FILTERS && !group.filters.contains_key(&request.filter_name) {
        return Err(errors::limit_exceeded());
    }
    let filter = MetricFilter {
        name: request.filter_name.clone(),
        pattern: request.filter_pattern,
        transformation,
        created,
        minutes: BTreeMap::new(),
    };
    group.filters.insert(request.filter_name, filter);
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteRequest {
    log_group_name: String,
    filter_name: String,
}

/// Deletes a filter; the data that it made stay.
pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<Empty, Fault> {
    let group = call.region().logs.group_mut(&request.log_group_name)?;
    let removed = group.filters.remove(&request.filter_name);
    removed.map(|_| Empty {}).ok_or_else(errors::filter_not_found)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    log_group_name: Option<String>,
    filter_name_prefix: Option<String>,
    metric_name: Option<String>,
    metric_namespace: Option<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

/// The filters of a group, of a metric or all, by their names.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    if request.filter_name_prefix.is_some() && request.log_group_name.is_none() {
        return Err(errors::invalid_parameter("filterNamePrefix needs logGroupName."));
    }
    if request.metric_name.is_some() != request.metric_namespace.is_some() {
        return Err(errors::invalid_parameter(
            "metricName and metricNamespace must be specified together.",
        ));
    }
    let logs = &call.region().logs;
    if let Some(name) = &request.log_group_name {
        logs.group(name)?;
    }
    let of_group = logs
        .groups
        .values()
        .filter(|group| request.log_group_name.as_ref().is_none_or(|name| *name == group.name));
    let filters = of_group
        .flat_map(|group| group.filters.values().map(move |filter| (group.name.as_str(), filter)));
    let prefix = request.filter_name_prefix.as_deref().unwrap_or_default();
    let wanted = filters.filter(|(_, filter)| {
        let made = &filter.transformation;
        filter.name.starts_with(prefix)
            && request.metric_name.as_ref().is_none_or(|name| *name == made.metric_name)
            && request.metric_namespace.as_ref().is_none_or(|it| *it == made.metric_namespace)
    });
    let key = |(group, filter): &(&str, &MetricFilter)| format!("{} {group}", filter.name);
    let mut wanted: Vec<_> = wanted.collect();
    wanted.sort_by_cached_key(key);
    let page = page(wanted, request.next_token.as_deref(), request.limit.unwrap_or(50), key)
        .map_err(errors::invalid_token)?;
    let views: Vec<Value> = page.items.iter().map(|(group, filter)| filter.view(group)).collect();
    Ok(json!({ "metricFilters": views, "nextToken": page.next }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TestRequest {
    filter_pattern: String,
    log_event_messages: Vec<String>,
}

/// Which of some messages a pattern means, and what it looks at in them.
pub(super) fn test(_: &mut Call<'_>, request: TestRequest) -> Result<Value, Fault> {
    let pattern = Pattern::parse(&request.filter_pattern)?;
    let messages = request.log_event_messages.iter().enumerate();
    let matching = messages.filter(|(_, message)| pattern.matches(message));
    let matches = matching.map(|(index, message)| {
        json!({
            "eventNumber": index + 1,
            "eventMessage": message,
            "extractedValues": pattern.extract(message),
        })
    });
    Ok(json!({ "matches": matches.collect::<Vec<_>>() }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::Fixture;

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        fixture.call("logs", "CreateLogGroup", json!({"logGroupName": "app"})).unwrap();
        let stream = json!({"logGroupName": "app", "logStreamName": "s"});
        fixture.call("logs", "CreateLogStream", stream).unwrap();
        fixture
    }

    fn filter(fixture: &mut Fixture, pattern: &str, more: Value) -> Result<Value, Fault> {
        let mut made = json!({"metricName": "m", "metricNamespace": "app", "metricValue": "1"});
        made.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let request = json!({"logGroupName": "app", "filterName": "f", "filterPattern": pattern,
            "metricTransformations": [made]});
        fixture.call("logs", "PutMetricFilter", request)
    }

    fn log(fixture: &mut Fixture, messages: &[&str]) {
        let now = fixture.clock.now.as_millisecond();
        let events: Vec<Value> =
            messages.iter().map(|text| json!({"timestamp": now, "message": text})).collect();
        let request = json!({"logGroupName": "app", "logStreamName": "s", "logEvents": events});
        fixture.call("logs", "PutLogEvents", request).unwrap();
    }

    /// How many values the metric has, and their sum, in each minute.
    fn values(fixture: &mut Fixture, dimensions: Value) -> Vec<(f64, f64)> {
        let request = json!({
            "Namespace": "app", "MetricName": "m", "Dimensions": dimensions, "Period": 60,
            "StartTime": "2026-01-01T00:00:00Z", "EndTime": "2026-01-01T01:00:00Z",
            "Statistics": ["SampleCount", "Sum"],
        });
        let got = fixture.call("monitoring", "GetMetricStatistics", request).unwrap();
        let points = got["Datapoints"].as_array().unwrap().iter();
        let number = |point: &Value, name: &str| point[name].as_f64().unwrap();
        points.map(|point| (number(point, "SampleCount"), number(point, "Sum"))).collect()
    }

    #[test]
    fn matches_count() {
        let mut fixture = fixture();
        log(&mut fixture, &["ERROR before there was a filter"]);
        filter(&mut fixture, "ERROR", json!({})).unwrap();
        log(&mut fixture, &["ERROR one", "fine", "ERROR two"]);
        assert_eq!(values(&mut fixture, json!([])), [(2.0, 2.0)]);
    }

    #[test]
    fn values_and_dimensions_come_from_the_event() {
        let mut fixture = fixture();
        let more = json!({"metricValue": "$.ms", "dimensions": {"path": "$.path"},
            "unit": "Milliseconds"});
        filter(&mut fixture, "{ $.ms > 0 }", more).unwrap();
        let events = [r#"{"ms": 2.5, "path": "/a"}"#, r#"{"ms": 4, "path": "/b"}"#, r#"{"ms": 9}"#];
        log(&mut fixture, &events);
        let of = |path: &str| json!([{"Name": "path", "Value": path}]);
        assert_eq!(values(&mut fixture, of("/a")), [(1.0, 2.5)]);
        assert_eq!(values(&mut fixture, of("/b")), [(1.0, 4.0)]);
        assert_eq!(values(&mut fixture, json!([])), []);
    }

    #[test]
    fn the_default_is_for_minutes_with_events_and_no_match() {
        let mut fixture = fixture();
        filter(&mut fixture, "ERROR", json!({"defaultValue": 0})).unwrap();
        log(&mut fixture, &["fine", "ERROR"]);
        fixture.pass(Duration::from_secs(60));
        log(&mut fixture, &["fine"]);
        log(&mut fixture, &["fine as well"]);
        assert_eq!(values(&mut fixture, json!([])), [(1.0, 1.0)]);
        fixture.pass(Duration::from_secs(180));
        assert_eq!(values(&mut fixture, json!([])), [(1.0, 1.0), (1.0, 0.0)]);
    }

    #[test]
    fn an_alarm_sees_what_a_log_says() {
        let mut fixture = fixture();
        filter(&mut fixture, "panicked", json!({})).unwrap();
        let alarm = json!({
            "AlarmName": "panics", "Namespace": "app", "MetricName": "m", "Statistic": "Sum",
            "Period": 60, "EvaluationPeriods": 1, "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        });
        fixture.call("monitoring", "PutMetricAlarm", alarm).unwrap();
        log(&mut fixture, &["thread main panicked"]);
        let alarms = fixture.call("monitoring", "DescribeAlarms", json!({})).unwrap();
        assert_eq!(alarms["MetricAlarms"][0]["StateValue"], "ALARM");
    }

    #[test]
    fn filters_are_described_by_group_and_metric_and_deleted() {
        let mut fixture = fixture();
        filter(&mut fixture, "ERROR", json!({})).unwrap();
        let mut count = |request: Value| {
            let found = fixture.call("logs", "DescribeMetricFilters", request).unwrap();
            found["metricFilters"].as_array().unwrap().len()
        };
        assert_eq!(count(json!({"logGroupName": "app", "filterNamePrefix": "f"})), 1);
        assert_eq!(count(json!({"metricName": "m", "metricNamespace": "app"})), 1);
        assert_eq!(count(json!({"metricName": "n", "metricNamespace": "app"})), 0);
        let groups = fixture.call("logs", "DescribeLogGroups", json!({})).unwrap();
        assert_eq!(groups["logGroups"][0]["metricFilterCount"], 1);
        let named = json!({"logGroupName": "app", "filterName": "f"});
        fixture.call("logs", "DeleteMetricFilter", named.clone()).unwrap();
        let code = fixture.fault("logs", "DeleteMetricFilter", named);
        assert_eq!(code, "ResourceNotFoundException");
    }

    #[test]
    fn transformations_have_rules() {
        let mut fixture = fixture();
        for more in [
            json!({"metricValue": "many"}),
            json!({"metricValue": "$"}),
            json!({"dimensions": {"a": "$.a"}, "defaultValue": 1}),
            json!({"dimensions": {"a": "a"}}),
        ] {
            let fault = filter(&mut fixture, "ERROR", more.clone()).unwrap_err();
            assert_eq!(fault.code, "InvalidParameterException", "{more}");
        }
    }

    #[test]
    fn a_pattern_can_be_tried() {
        let mut fixture = fixture();
        let request = json!({"filterPattern": "{ $.status >= 500 }",
            "logEventMessages": ["{\"status\": 200}", "{\"status\": 503}"]});
        let tried = fixture.call("logs", "TestMetricFilter", request).unwrap();
        let expected = json!([{"eventNumber": 2, "eventMessage": "{\"status\": 503}",
            "extractedValues": {"$.status": "503"}}]);
        assert_eq!(tried["matches"], expected);
    }
}
