//! Whether this instance lives, and whether it should get requests.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::header;
use serde::Serialize;

use super::{Problem, Shared};
use crate::health::{Health, Readiness};

/// That it lives, or is ready.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Healthy {
    /// `live` or `ready`.
    #[schema(example = "ready")]
    status: &'static str,
}

pub(super) fn router() -> Router<Shared> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready))
}

/// Whether it lives
///
/// Does not look at the database: a restart of this program would not mend that one.
#[utoipa::path(get, path = "/health/live", tag = "Health",
    responses((status = 200, description = "It lives", body = Healthy)))]
pub(super) async fn live() -> Response {
    healthy("live")
}

/// Whether it should get requests
///
/// When the database answers, all migrations are applied, and it is not about to stop.
#[utoipa::path(get, path = "/health/ready", tag = "Health",
    responses(
        (status = 200, description = "It should", body = Healthy),
        (status = 503, description = "It should not, and why", body = super::ProblemDocument,
         content_type = "application/problem+json"),
    ))]
pub(super) async fn ready(State(health): State<Health>) -> Response {
    match health.readiness().await {
        Readiness::Ready => healthy("ready"),
        Readiness::Pending => {
            Problem::unavailable("The migrations of the database are pending.").into_response()
        }
        Readiness::Unreachable => {
            Problem::unavailable("The database does not answer.").into_response()
        }
        Readiness::Draining => {
            Problem::unavailable("This instance is about to stop.").into_response()
        }
    }
}

fn healthy(status: &'static str) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(Healthy { status })).into_response()
}
