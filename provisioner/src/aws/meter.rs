//! Every request passes here: it waits for its service's budget, and is counted and timed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, Metadata};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use http_body_util::BodyExt;

use super::budget::Budget;

/// The header by which [`Named`] tells the meter what is called; it does not leave this machine.
const OPERATION: &str = "x-provision-operation";

tokio::task_local! {
    static NOTES: Arc<Mutex<BTreeSet<String>>>;
}

/// Does something, and tells which operations it called, as `service:Operation`.
pub async fn noted<T>(work: impl Future<Output = T>) -> (T, BTreeSet<String>) {
    let notes = Arc::<Mutex<BTreeSet<String>>>::default();
    let result = NOTES.scope(Arc::clone(&notes), work).await;
    let operations = notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (result, operations)
}

/// Tells the meter the name of the operation, which the requests of REST protocols don't have.
#[derive(Debug)]
pub(super) struct Named;

#[dyn_dispatch_hint]
impl Intercept for Named {
    fn name(&self) -> &'static str {
        "Named"
    }

    /// After the signature, which the header is not to be a part of.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            let name = metadata.name().to_owned();
            context.request_mut().headers_mut().insert(OPERATION, name);
        }
        Ok(())
    }
}

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
        // Where nobody takes notes, there is nothing to note.
        let _ = NOTES.try_with(|notes| {
            notes.lock().unwrap_or_else(PoisonError::into_inner).insert(operation.clone())
        });
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
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let named = request.headers_mut().remove(OPERATION);
        let (service, operation) = name(&request, named);
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
fn name(request: &HttpRequest, named: Option<String>) -> (String, String) {
    let scope = request.headers().get("authorization").and_then(|value| value.split('/').nth(3));
    let service = scope.unwrap_or("unsigned").to_owned();
    (service, named.unwrap_or_else(|| request.method().to_owned()))
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
