//! Metrics for CloudWatch without an agent: in the embedded metric format, a line of the log that
//! CloudWatch Logs makes metrics of.

use std::collections::HashMap;
use std::io::Write as _;
use std::time::Duration;

use chrono::Utc;
use prometheus::proto::MetricFamily;
use serde_json::{Map, Value, json};

use super::{BUILD, Metrics};

/// Writes the metrics to the log, each time for what happened since the last.
#[derive(Debug)]
pub struct EmbeddedMetrics {
    namespace: String,
    service: String,
    /// What the counters and the buckets said last time.
    before: HashMap<String, f64>,
}

impl EmbeddedMetrics {
    /// Metrics in `namespace`, with the name of the service as their dimension.
    pub fn new(namespace: String, service: String) -> Self {
        Self { namespace, service, before: HashMap::new() }
    }

    /// Writes a line to standard output in every interval, for ever.
    pub async fn run(mut self, metrics: Metrics, interval: Duration) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let document = self.document(&metrics.gather(), Utc::now().timestamp_millis());
            // Not through the log: CloudWatch wants the document to be the whole line.
            let _ = writeln!(std::io::stdout(), "{document}");
        }
    }

    /// The document for what `families` say at a time, in milliseconds since 1970.
    fn document(&mut self, families: &[MetricFamily], timestamp: i64) -> Value {
        let statuses = |class: char| {
            total(families, "http_requests_total", |label, value| {
                label == "status" && value.starts_with(class)
            })
        };
        let state = |state: &'static str| {
            total(families, "db_pool_connections", move |label, value| {
                label == "state" && value == state
            })
        };
        let all = |name| total(families, name, |_, _| true);
        let counters = [
            ("Requests", all("http_requests_total")),
            ("ClientErrors", statuses('4')),
            ("ServerErrors", statuses('5')),
            ("Refused", all("db_pool_refused_total")),
            ("DatabaseFaults", all("db_faults_total")),
        ]
        .map(|(name, total)| (name, "Count", json!(self.rise(name.to_owned(), total))));
        let gauges = [
            ("PoolInUse", "Count", json!(state("in_use"))),
            ("PoolIdle", "Count", json!(state("idle"))),
            ("PoolWaiting", "Count", json!(state("waiting"))),
            ("ResidentMemory", "Bytes", json!(all("process_resident_memory_bytes"))),
        ];
        let latency = self.distribution("http_request_duration_seconds", families);
        let waits = self.distribution("db_pool_acquire_seconds", families);
        let distributions = [("Latency", latency), ("TimeToAcquire", waits)]
            .into_iter()
            .filter_map(|(name, values)| Some((name, "Milliseconds", values?)));
        let values = counters.into_iter().chain(gauges).chain(distributions);
        self.envelope(values, timestamp)
    }

    fn envelope(
        &self,
        metrics: impl Iterator<Item = (&'static str, &'static str, Value)>,
        timestamp: i64,
    ) -> Value {
        let mut values = Map::new();
        let mut units = Vec::new();
        for (name, unit, value) in metrics {
            units.push(json!({ "Name": name, "Unit": unit }));
            values.insert(name.to_owned(), value);
        }
        let directive = json!({
            "Namespace": self.namespace,
            "Dimensions": [["Service"]],
            "Metrics": units,
        });
        let mut document = Map::new();
        document.insert(
            "_aws".to_owned(),
            json!({ "Timestamp": timestamp, "CloudWatchMetrics": [directive] }),
        );
        document.insert("Service".to_owned(), json!(self.service));
        document.insert("Version".to_owned(), json!(BUILD.version));
        document.extend(values);
        Value::Object(document)
    }

    /// How much a total rose since it was last seen.
    fn rise(&mut self, name: String, total: f64) -> f64 {
        total - self.before.insert(name, total).unwrap_or_default()
    }

    /// What a histogram saw since, as values (the upper bounds of buckets, in milliseconds) and how
    /// often; none if nothing. CloudWatch makes percentiles of them.
    fn distribution(&mut self, name: &str, families: &[MetricFamily]) -> Option<Value> {
        let (mut values, mut counts) = (Vec::new(), Vec::new());
        for (bound, total) in buckets(families, name) {
            let count = self.rise(format!("{name} {bound}"), total);
            if count > 0.0 {
                values.push(bound * 1000.0);
                counts.push(count);
            }
        }
        (!values.is_empty()).then(|| json!({ "Values": values, "Counts": counts }))
    }
}

/// The sum of a family, over the metrics one of whose labels is wanted (or that have none).
fn total(families: &[MetricFamily], name: &str, wanted: impl Fn(&str, &str) -> bool) -> f64 {
    let family = families.iter().find(|family| family.name() == name);
    let metrics = family.into_iter().flat_map(MetricFamily::get_metric);
    metrics
        .filter(|metric| {
            let labels = metric.get_label();
            labels.is_empty() || labels.iter().any(|label| wanted(label.name(), label.value()))
        })
        // A metric is one or the other; that which it is not is zero.
        .map(|metric| metric.get_counter().get_value() + metric.get_gauge().get_value())
        .sum()
}

/// How many observations fell into each bucket of a family, by its upper bound. What is above the
/// last bound is counted there: CloudWatch takes no infinity.
fn buckets(families: &[MetricFamily], name: &str) -> Vec<(f64, f64)> {
    let mut totals: Vec<(f64, f64)> = Vec::new();
    let family = families.iter().find(|family| family.name() == name);
    for metric in family.into_iter().flat_map(MetricFamily::get_metric) {
        let histogram = metric.get_histogram();
        let mut below = 0;
        let bounded =
            histogram.get_bucket().iter().filter(|bucket| bucket.upper_bound().is_finite());
        for (index, bucket) in bounded.enumerate() {
            if index == totals.len() {
                totals.push((bucket.upper_bound(), 0.0));
            }
            totals[index].1 += (bucket.cumulative_count() - below) as f64;
            below = bucket.cumulative_count();
        }
        if let Some(last) = totals.last_mut() {
            last.1 += (histogram.get_sample_count() - below) as f64;
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

    #[test]
    fn a_document_tells_what_happened_since_the_last() {
        let registry = Registry::new();
        let labels = ["method", "route", "status"];
        let requests = IntCounterVec::new(Opts::new("http_requests_total", "x"), &labels).unwrap();
        let options = HistogramOpts::new("http_request_duration_seconds", "x");
        let durations = HistogramVec::new(options.buckets(vec![0.01, 0.1]), &["route"]).unwrap();
        registry.register(Box::new(requests.clone())).unwrap();
        registry.register(Box::new(durations.clone())).unwrap();
        let mut emf = EmbeddedMetrics::new("App".into(), "api".into());

        requests.with_label_values(&["GET", "/cars", "200"]).inc_by(3);
        requests.with_label_values(&["GET", "/cars", "503"]).inc();
        for seconds in [0.005, 0.05, 0.06, 7.0] {
            durations.with_label_values(&["/cars"]).observe(seconds);
        }
        let first = emf.document(&registry.gather(), 1000);
        assert_eq!(first["_aws"]["Timestamp"], 1000);
        assert_eq!((&first["Requests"], &first["ServerErrors"]), (&json!(4.0), &json!(1.0)));
        assert_eq!(first["Latency"], json!({ "Values": [10.0, 100.0], "Counts": [1.0, 3.0] }));
        let named: Vec<_> = first["_aws"]["CloudWatchMetrics"][0]["Metrics"]
            .as_array()
            .unwrap()
            .iter()
            .map(|metric| metric["Name"].as_str().unwrap())
            .collect();
        assert!(named.iter().all(|name| first.get(name).is_some()), "{named:?}");

        requests.with_label_values(&["GET", "/cars", "404"]).inc();
        let second = emf.document(&registry.gather(), 2000);
        assert_eq!((&second["Requests"], &second["ClientErrors"]), (&json!(1.0), &json!(1.0)));
        assert!(second.get("Latency").is_none());
    }
}
