//! `/_sandbox/`: for whoever runs the sandbox. All but `health` need the admin token.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::call::Gateway;
use super::faults::Faults;
use super::{Body, full, route};

/// What all its paths begin with.
pub const PREFIX: &str = "/_sandbox/";

const MAX_BODY: usize = 1 << 20;

/// How fast time passes for objects under way.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeScale {
    /// 1.0 is AWS's own pace, 0.0 is at once.
    pub time_scale: f64,
}

/// Answers a request to one of its paths.
pub async fn answer(gateway: &Gateway, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().strip_prefix(PREFIX).unwrap_or_default();
    if (&head.method, path) == (&Method::GET, "health") {
        return reply(StatusCode::OK, &json!({ "status": "ok", "pid": std::process::id() }));
    }
    if !authorised(gateway, &head.headers) {
        return problem(StatusCode::UNAUTHORIZED, "the admin token is missing or wrong");
    }
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    };
    match (head.method.as_str(), path) {
        ("GET", "status") => reply(StatusCode::OK, &status(gateway)),
        ("GET", "calls") => reply(StatusCode::OK, &calls(gateway, head.uri.query())),
        ("GET", "messages") => reply(StatusCode::OK, &messages(gateway)),
        ("PUT", "faults") => set_faults(gateway, &body.to_bytes()),
        ("PUT", "time-scale") => set_time_scale(gateway, &body.to_bytes()),
        ("POST", "reset") => reset(gateway),
        ("POST", "stop") => {
            gateway.core.stop.cancel();
            reply(StatusCode::ACCEPTED, &json!({ "status": "stopping" }))
        }
        _ => problem(StatusCode::NOT_FOUND, "there is nothing at this path"),
    }
}

fn authorised(gateway: &Gateway, headers: &http::HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    given.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|token| {
        token.as_bytes().ct_eq(gateway.core.credentials.admin_token.as_bytes()).into()
    })
}

fn status(gateway: &Gateway) -> Value {
    let core = &gateway.core;
    let s3 = gateway.s3.iter().flat_map(|s3| s3.counts());
    let s3 = s3.filter(|(_, count)| *count > 0);
    let objects = s3.map(|(kind, count)| (format!("s3/{kind}"), count)).chain(core.counts());
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "since": core.started,
        "account": core.account,
        "time_scale": core.time_scale(),
        "objects": objects.collect::<std::collections::BTreeMap<_, _>>(),
        "calls": { "total": core.log.total(), "by_operation": core.log.counts() },
        "faults": core.faults.get(),
    })
}

fn calls(gateway: &Gateway, query: Option<&str>) -> Value {
    let tail = route::query_parameter(query.unwrap_or_default(), "tail");
    let tail = tail.and_then(|count| count.parse().ok()).unwrap_or(100);
    json!({ "calls": gateway.core.log.tail(tail) })
}

/// What topics were told, by region.
fn messages(gateway: &Gateway) -> Value {
    gateway.core.with_world(|world| {
        let regions = world.regions();
        regions.map(|(name, region)| (name.to_owned(), region.sns.messages())).collect()
    })
}

fn set_faults(gateway: &Gateway, body: &Bytes) -> Response<Body> {
    let faults: Faults = match serde_json::from_slice(body) {
        Ok(faults) => faults,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    match gateway.core.faults.set(faults) {
        Ok(()) => reply(StatusCode::OK, &json!(gateway.core.faults.get())),
        Err(error) => problem(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

fn set_time_scale(gateway: &Gateway, body: &Bytes) -> Response<Body> {
    match serde_json::from_slice::<TimeScale>(body) {
        Ok(scale) if scale.time_scale.is_finite() && scale.time_scale >= 0.0 => {
            gateway.core.set_time_scale(scale.time_scale);
            reply(StatusCode::OK, &json!(scale))
        }
        Ok(_) => problem(StatusCode::BAD_REQUEST, "the time scale must not be negative"),
        Err(error) => problem(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

fn reset(gateway: &Gateway) -> Response<Body> {
    gateway.core.reset();
    let mut services = gateway.s3.iter().chain(&gateway.registry);
    let emptied = services.try_for_each(|service| service.reset());
    match emptied {
        Ok(()) => reply(StatusCode::OK, &json!({ "status": "empty" })),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn problem(status: StatusCode, what: &str) -> Response<Body> {
    reply(status, &json!({ "error": what }))
}

fn reply(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(full(value.to_string()));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
