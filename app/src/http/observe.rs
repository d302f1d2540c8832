//! Every request gets an id, a span, a line in the log, and is counted.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, header};
use tracing::Instrument as _;
use uuid::Uuid;

use super::{Problem, REQUEST_ID, Shared};
use crate::telemetry::{self, Metrics};

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/metrics", get(metrics))
}

async fn metrics(State(metrics): State<Metrics>) -> Response {
    match metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            Problem::internal().into_response()
        }
    }
}

/// Watches a request from outside everything else.
pub(super) async fn observe(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers());
    let route = route(&request);
    let method = request.method().clone();
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = tracing::field::Empty,
        http.request.method = %method,
        http.route = route,
        url.path = request.uri().path(),
        http.response.status_code = tracing::field::Empty,
        request_id = id.to_str().unwrap_or_default(),
    );
    telemetry::continue_trace(&span, request.headers());
    let flight = shared.metrics.begin(&method, &route);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    flight.end(status);
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(parent: &span, status = status.as_u16(), milliseconds, "answered");
    response.headers_mut().insert(REQUEST_ID, id);
    protect(response.headers_mut());
    response
}

/// The route as it was declared, without the prefix of the CDN: ids must not become labels.
fn route(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let route = matched.unwrap_or("unmatched");
    match route.strip_prefix("/api") {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        _ => route.to_owned(),
    }
}

/// The id that a proxy gave, if it is harmless to repeat, else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let harmless = |value: &&HeaderValue| {
        (1..=128).contains(&value.len())
            && value.as_bytes().iter().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b':')
            })
    };
    headers.get(REQUEST_ID).filter(harmless).cloned().unwrap_or_else(|| {
        HeaderValue::from_str(&Uuid::new_v4().to_string())
            .unwrap_or(HeaderValue::from_static("unknown"))
    })
}

fn protect(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_ids_are_repeated() {
        let id = |given: &'static str| {
            request_id(&HeaderMap::from_iter([(REQUEST_ID, HeaderValue::from_static(given))]))
        };
        assert_eq!(
            id("Root=1-5759e988-bd862e3fe1be46a994272793"),
            "Root=1-5759e988-bd862e3fe1be46a994272793"
        );
        for bad in ["", "a b", "{\"x\":1}"] {
            assert_ne!(id(bad), bad);
            assert_eq!(id(bad).len(), 36);
        }
    }
}
