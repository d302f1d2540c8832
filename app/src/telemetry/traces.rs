//! Traces, sent over OTLP (HTTP with protobuf) to the collector that the usual variables of
//! OpenTelemetry name, if they name one.

use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{
    ExporterBuildError, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::BUILD;

/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How much of its answer is read.
const MOST: usize = 64 * 1024;

/// What can be set about traces.
#[derive(Clone, Debug)]
pub struct TraceSettings {
    /// Where the collector takes traces, as in `http://localhost:4318/v1/traces`; none are made if
    /// absent.
    pub endpoint: Option<String>,
    /// What the service is called.
    pub service: String,
    /// The share of traces that are made, 0 to 1, unless the caller has decided already.
    pub ratio: f64,
}

/// The collector as the exporter sees it. The exporter works in a thread of its own, so requests
/// are handed to the runtime.
#[derive(Clone, Debug)]
struct Collector {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Handle,
}

impl HttpClient for Collector {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: Request<Bytes>,
    ) -> BoxFuture<'b, Result<Response<Bytes>, HttpError>>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let client = self.client.clone();
            let exchange = async move {
                let response = client.request(request.map(Full::new)).await?;
                let (parts, body) = response.into_parts();
                let body = Limited::new(body, MOST).collect().await?.to_bytes();
                Ok(Response::from_parts(parts, body))
            };
            // Timers, too, need the runtime, from the moment they are made.
            self.runtime
                .spawn(async move { tokio::time::timeout(PATIENCE, exchange).await })
                .await??
        })
    }
}

pub(super) fn provider(
    settings: &TraceSettings,
) -> Result<Option<SdkTracerProvider>, ExporterBuildError> {
    let Some(endpoint) = &settings.endpoint else { return Ok(None) };
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector { client, runtime: Handle::current() })
        .with_endpoint(endpoint)
        .build()?;
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.ratio)));
    let resource = Resource::builder()
        .with_service_name(settings.service.clone())
        .with_attribute(KeyValue::new("service.version", BUILD.version))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(sampler)
        .with_resource(resource)
        .build();
    Ok(Some(provider))
}

/// Makes `span` a part of the trace that the headers of a request name.
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Fails only where no traces are made.
    let _ = span.set_parent(parent);
}
