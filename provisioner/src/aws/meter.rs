//! Every request passes here: it waits for its service's budget, and is counted and timed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

use super::budget::Budget;

/// How often an operation was called, retries included, and how long its answers took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calls {
    /// Requests sent.
    pub count: u64,
    /// Answers that said "too many".
    pub throttled: u64,
    /// The sum of the times from sending to the answer's head.
    pub time: Duration,
}

/// Counts calls by `service:Operation`, and keeps each service's budget. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    calls: Mutex<BTreeMap<String, Calls>>,
    budgets: Mutex<BTreeMap<String, Arc<Budget>>>,
}

impl Meter {
    /// The calls so far, by `service:Operation`.
    pub fn calls(&self) -> BTreeMap<String, Calls> {
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests were sent, retries included.
    pub fn total(&self) -> u64 {
        self.calls().values().map(|calls| calls.count).sum()
    }

    /// An HTTP client that counts what passes through `inner`.
    pub(super) fn wrap(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(MeteredClient { inner, meter: self.clone() })
    }

    fn budget(&self, service: &str) -> Arc<Budget> {
        let mut budgets = self.0.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(budgets.entry(service.to_owned()).or_default())
    }

    fn record(&self, operation: String, time: Duration, throttled: bool) {
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = calls.entry(operation).or_default();
        entry.count += 1;
        entry.throttled += u64::from(throttled);
        entry.time += time;
    }
}

#[derive(Debug)]
struct MeteredClient {
    inner: SharedHttpClient,
    meter: Meter,
}

impl HttpClient for MeteredClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(MeteredConnector { inner, meter: self.meter.clone() })
    }
}

#[derive(Debug)]
struct MeteredConnector {
    inner: SharedHttpConnector,
    meter: Meter,
}

impl HttpConnector for MeteredConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (service, operation) = name(&request);
        let (inner, meter) = (self.inner.clone(), self.meter.clone());
        HttpConnectorFuture::new(async move {
            let budget = meter.budget(&service);
            budget.turn().await;
            let start = Instant::now();
            let answer = inner.call(request).await;
            let time = start.elapsed();
            let (answer, throttled) = inspect(answer).await;
            meter.record(format!("{service}:{operation}"), time, throttled);
            if throttled {
                budget.throttled()
            } else {
                budget.accepted()
            }
            answer
        })
    }
}

/// Service and operation of a signed request: the first stands in the signature's scope.
fn name(request: &HttpRequest) -> (String, String) {
    let scope = request.headers().get("authorization").and_then(|value| value.split('/').nth(3));
    let service = scope.unwrap_or("unsigned").to_owned();
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next());
    let operation = target.map(str::to_owned).or_else(|| action(request));
    (service, operation.unwrap_or_else(|| request.method().to_owned()))
}

/// The operation of a query protocol's form.
fn action(request: &HttpRequest) -> Option<String> {
    let body = std::str::from_utf8(request.body().bytes()?).ok()?;
    let action = body.strip_prefix("Action=")?;
    Some(action.split('&').next().unwrap_or(action).to_owned())
}

/// Whether AWS said "too many"; an error's body is short, and is put back after reading.
async fn inspect(
    answer: Result<HttpResponse, ConnectorError>,
) -> (Result<HttpResponse, ConnectorError>, bool) {
    let Ok(mut response) = answer else { return (answer, false) };
    if response.status().is_success() {
        return (Ok(response), false);
    }
    let status = response.status().as_u16();
    match response.take_body().collect().await {
        Ok(body) => {
            let bytes = body.to_bytes();
            let throttled = status == 429 || says_throttled(&bytes);
            *response.body_mut() = SdkBody::from(bytes);
            (Ok(response), throttled)
        }
        Err(error) => (Err(ConnectorError::io(error)), false),
    }
}

fn says_throttled(body: &[u8]) -> bool {
    const CODES: [&str; 5] =
        ["Throttl", "RequestLimitExceeded", "SlowDown", "TooManyRequests", "RequestThrottled"];
    let text = String::from_utf8_lossy(body);
    CODES.iter().any(|code| text.contains(code))
}
