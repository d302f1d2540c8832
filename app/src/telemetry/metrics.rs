//! What is counted: requests by route, connections of the pools, the process.

use std::time::Instant;

use http::{Method, StatusCode};
use prometheus::proto::MetricFamily;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use super::BUILD;
use super::process::Process;
use crate::database::Database;

const BUCKETS: [f64; 13] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The metrics of one instance.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
    pool: IntGaugeVec,
    resident: IntGauge,
    threads: IntGauge,
    files: IntGauge,
    database: Database,
}

/// A request under way. One that is given up is counted as status 499, as proxies do.
#[derive(Debug)]
pub struct Flight {
    metrics: Metrics,
    labels: [String; 2],
    begun: Instant,
    status: Option<StatusCode>,
}

impl Metrics {
    /// Metrics of HTTP and the process, beside those of `database`, in `registry`.
    ///
    /// # Errors
    /// When a metric of the same name is registered already.
    pub fn new(registry: Registry, database: Database) -> Result<Self, prometheus::Error> {
        let gauge = |name: &str, help: &str| -> Result<IntGauge, prometheus::Error> {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok(gauge)
        };
        let requests = IntCounterVec::new(
            Opts::new("http_requests_total", "Requests that were answered"),
            &["method", "route", "status"],
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new("http_request_duration_seconds", "Time to answer")
                .buckets(BUCKETS.to_vec()),
            &["method", "route"],
        )?;
        let pool = IntGaugeVec::new(
            Opts::new("db_pool_connections", "Connections in use and idle, and who waits for one"),
            &["endpoint", "state"],
        )?;
        let build = IntGaugeVec::new(
            Opts::new("app_build_info", "What runs; always 1"),
            &["version", "commit"],
        )?;
        build.with_label_values(&[BUILD.version, BUILD.commit]).set(1);
        let in_flight = gauge("http_requests_in_flight", "Requests that are not answered yet")?;
        let resident = gauge("process_resident_memory_bytes", "Memory that is really there")?;
        let threads = gauge("process_threads", "Threads")?;
        let files = gauge("process_open_fds", "Open files, sockets among them")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(pool.clone()))?;
        registry.register(Box::new(build))?;
        Ok(Self {
            registry,
            requests,
            durations,
            in_flight,
            pool,
            resident,
            threads,
            files,
            database,
        })
    }

    /// Counts a request from here on.
    pub fn begin(&self, method: &Method, route: &str) -> Flight {
        self.in_flight.inc();
        Flight {
            metrics: self.clone(),
            labels: [known(method).to_owned(), route.to_owned()],
            begun: Instant::now(),
            status: None,
        }
    }

    /// All metrics, as they are now.
    pub fn gather(&self) -> Vec<MetricFamily> {
        let process = Process::read();
        self.resident.set(process.resident);
        self.threads.set(process.threads);
        self.files.set(process.files);
        for endpoint in self.database.endpoints() {
            let status = endpoint.status();
            let name = endpoint.role().name();
            for (state, count) in
                [("in_use", status.in_use), ("idle", status.idle), ("waiting", status.waiting)]
            {
                self.pool
                    .with_label_values(&[name, state])
                    .set(count.try_into().unwrap_or(i64::MAX));
            }
        }
        self.registry.gather()
    }

    /// All metrics in the text format of Prometheus.
    ///
    /// # Errors
    /// When a metric can't be written, which is a mistake in its definition.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.gather())
    }
}

/// Methods are free text in HTTP; labels must be few.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::DELETE
        | Method::OPTIONS
        | Method::PATCH => method.as_str(),
        _ => "other",
    }
}

impl Flight {
    /// The request was answered.
    pub fn end(mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let [method, route] = &self.labels;
        let status = self.status.map_or(499, |status| status.as_u16()).to_string();
        self.metrics.in_flight.dec();
        self.metrics.requests.with_label_values(&[method, route, &status]).inc();
        let seconds = self.begun.elapsed().as_secs_f64();
        self.metrics.durations.with_label_values(&[method, route]).observe(seconds);
    }
}
