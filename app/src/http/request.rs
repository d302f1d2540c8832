//! Reading requests: every mistake becomes a problem, and nothing takes for ever.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde_json::Value;

use super::{Problem, Shared};

/// The parameters of the query string, in their order.
#[derive(Clone, Debug)]
pub struct Parameters(pub Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(error) => Err(Problem::new(error.status(), error.body_text())),
        }
    }
}

/// The number of a car in a path.
#[derive(Clone, Copy, Debug)]
pub struct Identifier(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Identifier {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // What is not a number names no car: the same answer as for a number that names none.
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|error| Problem::new(error.status(), error.body_text()))?;
        match text.parse() {
            Ok(id) => Ok(Self(id)),
            Err(_) => Err(Problem::not_found(format!("There is no car {text:?}."))),
        }
    }
}

/// A body of JSON.
#[derive(Clone, Debug)]
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "The body must be JSON, with Content-Type: application/json.",
            )),
            Err(JsonRejection::JsonSyntaxError(error)) => {
                Err(Problem::new(StatusCode::BAD_REQUEST, error.body_text()))
            }
            Err(error) => Err(Problem::new(error.status(), error.body_text())),
        }
    }
}

/// Answers within the time that is set, if only to say that it was not enough.
pub async fn in_time(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(shared.settings.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("The answer took too long.").into_response(),
    }
}
