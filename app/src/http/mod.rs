//! The API over HTTP: what every route has in common, and where they are put together.

mod auth;
mod conditional;
mod docs;
mod health;
mod observe;
mod openapi;
mod problem;
mod request;
mod root;
pub mod server;

pub use auth::{Tokens, Writer};
pub use conditional::{EntityTag, if_match, revalidated};
pub use openapi::document;
pub use problem::{Problem, ProblemDocument};
pub use request::{Identifier, JsonBody, Parameters};

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::{Router, middleware};
use http::{HeaderName, HeaderValue, Method, header};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::cars::{self, Cars};
use crate::health::Health;
use crate::telemetry::Metrics;

/// The header that names a request in logs, traces and answers.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the routes share.
#[derive(Clone, Debug, FromRef)]
pub struct Shared {
    /// The inventory.
    pub cars: Cars,
    /// Who may change it.
    pub tokens: Tokens,
    /// Whether all is well.
    pub health: Health,
    /// What is counted.
    pub metrics: Metrics,
    /// What was set.
    pub settings: Arc<HttpSettings>,
}

/// What can be set about HTTP.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// How long an answer may take.
    pub timeout: Duration,
    /// How long a body may be, in bytes.
    pub body_limit: usize,
    /// Origins whose pages may use the API; `*` stands for all.
    pub origins: Vec<String>,
    /// When the program started.
    pub started: Instant,
}

/// All routes, at their own paths and under `/api`, which is the prefix that the CDN forwards.
pub fn router(shared: Shared) -> Router {
    let api = Router::new()
        .merge(root::router())
        .merge(cars::router())
        .merge(health::router())
        .merge(docs::router());
    Router::new()
        .nest("/api", api.clone())
        .merge(api)
        .merge(root::prefixed())
        .merge(observe::router())
        .fallback(async || Problem::not_found("There is nothing at this address."))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(shared.settings.body_limit))
        .layer(middleware::from_fn_with_state(shared.clone(), request::in_time))
        .layer(cors(&shared.settings.origins))
        .layer(CatchPanicLayer::custom(problem::of_panic))
        .layer(middleware::from_fn_with_state(shared.clone(), observe::observe))
        .with_state(shared)
}

fn cors(origins: &[String]) -> CorsLayer {
    let allowed = match origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(
            origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()),
        ),
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            REQUEST_ID,
        ])
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER, REQUEST_ID])
        .max_age(Duration::from_secs(3600))
}
