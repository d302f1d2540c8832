//! What this is, and how it is.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::{HttpSettings, Shared};
use crate::health::{Health, Readiness};
use crate::telemetry::BUILD;

/// What this is.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Welcome {
    /// The name of the program.
    #[schema(example = "app")]
    name: &'static str,
    /// What it is for.
    description: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Where its parts are, relative to this address.
    #[schema(value_type = Object)]
    links: serde_json::Value,
}

/// How it is.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Status {
    /// `ok`, or `degraded` while the database can't be used.
    #[schema(example = "ok")]
    status: &'static str,
    /// The state of the database: `ready`, `unreachable`, `migrations pending` or `draining`.
    #[schema(example = "ready")]
    database: &'static str,
    /// The version of the program.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The commit that it was built from, where that was told.
    #[schema(example = "4c373ad")]
    commit: &'static str,
    /// For how long it has been running.
    #[schema(example = 3600)]
    uptime_seconds: u64,
}

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/", get(welcome)).route("/status", get(status))
}

/// The root under the prefix of the CDN, with its slash: nesting gives it without one only.
pub(super) fn prefixed() -> Router<Shared> {
    Router::new().route("/api/", get(welcome))
}

/// What this is
#[utoipa::path(get, path = "/", tag = "About",
    responses((status = 200, description = "Its name and where its parts are", body = Welcome)))]
pub(super) async fn welcome() -> Json<Welcome> {
    Json(Welcome {
        name: "app",
        description: env!("CARGO_PKG_DESCRIPTION"),
        version: BUILD.version,
        links: serde_json::json!({
            "cars": "cars", "status": "status", "documentation": "docs", "openapi": "openapi.json",
        }),
    })
}

/// How it is
///
/// Always 200 while the program runs; `/health/ready` is for those who want a status code.
#[utoipa::path(get, path = "/status", tag = "About",
    responses((status = 200, description = "Its state", body = Status)))]
pub(super) async fn status(
    State(health): State<Health>,
    State(settings): State<Arc<HttpSettings>>,
) -> Json<Status> {
    let readiness = health.readiness().await;
    Json(Status {
        status: if readiness == Readiness::Ready { "ok" } else { "degraded" },
        database: readiness.name(),
        version: BUILD.version,
        commit: BUILD.commit,
        uptime_seconds: settings.started.elapsed().as_secs(),
    })
}
