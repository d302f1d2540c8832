//! The embedded metric format: events that are metrics, whichever group they come to.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::metric_filter::Measurement;
use crate::services::monitoring::metric::{Dimension, Measured, Metric};

/// The most values of a metric that an event may have.
const MOST_VALUES: usize = 100;

/// What `_aws` says of an event.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    /// In milliseconds since 1970.
    timestamp: i64,
    cloud_watch_metrics: Vec<Directive>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: String,
    /// Sets of names: each metric is told once for each set.
    dimensions: Vec<Vec<String>>,
    metrics: Vec<Definition>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: String,
    unit: Option<String>,
}

/// What the events tell of metrics. What is not of the format is a line like any other.
pub(super) fn observe(events: &[(i64, String)]) -> Vec<Measurement> {
    events.iter().filter_map(|(_, message)| event(message)).flatten().collect()
}

fn event(message: &str) -> Option<Vec<Measurement>> {
    // Most lines are none: they cost no parsing.
    if !message.contains("\"CloudWatchMetrics\"") {
        return None;
    }
    let root: Map<String, Value> = serde_json::from_str(message).ok()?;
    let metadata: Metadata = serde_json::from_value(root.get("_aws")?.clone()).ok()?;
    let at = Timestamp::from_millisecond(metadata.timestamp).ok()?;
    let mut found = Vec::new();
    for directive in &metadata.cloud_watch_metrics {
        for definition in &directive.metrics {
            let Some(measured) = root.get(&definition.name).and_then(measured) else { continue };
            for set in &directive.dimensions {
                let Some(dimensions) = dimensions(set, &root) else { continue };
                found.push(Measurement {
                    metric: Metric::new(&directive.namespace, &definition.name, dimensions),
                    at,
                    unit: definition.unit.clone().unwrap_or_else(|| "None".to_owned()),
                    measured: measured.clone(),
                });
            }
        }
    }
    Some(found)
}

/// The dimensions of a set; none where the event lacks one of them.
fn dimensions(set: &[String], root: &Map<String, Value>) -> Option<Vec<Dimension>> {
    let dimension = |name: &String| {
        let value = root.get(name)?.as_str()?.to_owned();
        Some(Dimension { name: name.clone(), value })
    };
    set.iter().map(dimension).collect()
}

/// A number, several, or several with how often each was there.
fn measured(value: &Value) -> Option<Measured> {
    let (values, counts) = match value {
        Value::Object(fields) => (numbers(fields.get("Values")?)?, numbers(fields.get("Counts")?)?),
        Value::Array(_) => (numbers(value)?, Vec::new()),
        _ => (vec![value.as_f64()?], Vec::new()),
    };
    if values.len() > MOST_VALUES || (!counts.is_empty() && counts.len() != values.len()) {
        return None;
    }
    let count = |index: usize| counts.get(index).copied().unwrap_or(1.0);
    let each =
        values.iter().enumerate().map(|(index, value)| Measured::value(*value, count(index)));
    each.reduce(|mut all, one| {
        all.add(&one);
        all
    })
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(Value::as_f64).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(values: &Value) -> String {
        json!({
            "_aws": { "Timestamp": 1_700_000_000_000_i64, "CloudWatchMetrics": [{
                "Namespace": "app", "Dimensions": [["Service"], ["Service", "Zone"]],
                "Metrics": [{ "Name": "Waits", "Unit": "Milliseconds" }, { "Name": "Gone" }],
            }] },
            "Service": "api", "Waits": values,
        })
        .to_string()
    }

    #[test]
    fn an_event_tells_its_metrics() {
        let values = json!({ "Values": [10, 50.5], "Counts": [3, 1] });
        let found = observe(&[(0, "listening".to_owned()), (0, document(&values))]);
        let [one] = found.as_slice() else { panic!("{found:?}") };
        let service = Dimension { name: "Service".to_owned(), value: "api".to_owned() };
        assert_eq!(one.metric, Metric::new("app", "Waits", vec![service]));
        assert_eq!((one.at.as_second(), one.unit.as_str()), (1_700_000_000, "Milliseconds"));
        let measured = &one.measured;
        assert_eq!((measured.count, measured.sum, measured.maximum), (4.0, 80.5, 50.5));
    }

    #[test]
    fn what_is_not_of_the_format_is_a_line() {
        for values in [json!("many"), json!({ "Values": [1], "Counts": [1, 2] }), json!([])] {
            assert!(observe(&[(0, document(&values))]).is_empty(), "{values}");
        }
        let broken = "{\"_aws\": {\"CloudWatchMetrics\": []}".to_owned();
        assert!(observe(&[(0, broken)]).is_empty());
    }
}
