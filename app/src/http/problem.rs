//! Errors as clients see them: problem details as in RFC 9457.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::cars::{FieldError, StoreError};
use crate::database::DatabaseError;

/// The media type of problem details.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// After how many seconds one who was turned away should come back.
const RETRY_AFTER: &str = "1";

/// What the body of a problem says.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProblemDocument {
    /// The kind of problem; `about:blank` when the status says it all.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The kind of problem in words.
    #[schema(example = "Unprocessable Content")]
    title: &'static str,
    /// The status code.
    #[schema(example = 422)]
    status: u16,
    /// What happened this time, for a person to read.
    #[schema(example = "The car is not valid.")]
    detail: String,
    /// What is wrong with each field or parameter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// An answer that says what went wrong.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    header: Option<(header::HeaderName, &'static str)>,
}

impl Problem {
    /// A problem with this status.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), header: None }
    }

    /// The same problem, in other words.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// There is nothing there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// The address exists, the method does not.
    pub fn method_not_allowed() -> Self {
        let detail = "This address does not know the method; the header Allow has those it does.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    }

    /// The parameters of the request are not valid.
    pub fn parameters(errors: Vec<FieldError>) -> Self {
        let detail = "The parameters of the request are not valid.";
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, detail) }
    }

    /// The body of the request can be read, but does not say what it has to.
    pub fn body(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "The car is not valid.") }
    }

    /// The token is missing or wrong.
    pub fn unauthorized(detail: &str, challenge: &'static str) -> Self {
        let header = Some((header::WWW_AUTHENTICATE, challenge));
        Self { header, ..Self::new(StatusCode::UNAUTHORIZED, detail) }
    }

    /// Not now; the client should come back.
    pub fn unavailable(detail: &str) -> Self {
        let header = Some((header::RETRY_AFTER, RETRY_AFTER));
        Self { header, ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }
    }

    /// The program is at fault. The reason is for the log only.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side.")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = match self.status {
            // The name in RFC 9110; the one in the library is that of WebDAV.
            StatusCode::UNPROCESSABLE_ENTITY => "Unprocessable Content",
            status => status.canonical_reason().unwrap_or("Problem"),
        };
        let document = ProblemDocument {
            kind: "about:blank",
            title,
            status: self.status.as_u16(),
            detail: self.detail,
            errors: self.errors,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (self.status, headers, body).into_response();
        if let Some((name, value)) = self.header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        match &error {
            DatabaseError::Busy(_) => Self::unavailable("Too many requests at once."),
            DatabaseError::Unavailable(_) => {
                tracing::warn!(error = crate::explain(&error), "no database");
                Self::unavailable("The database is not available.")
            }
            DatabaseError::Slow(_) => {
                tracing::warn!(error = crate::explain(&error), "slow database");
                Self::unavailable("The database did not answer in time.")
            }
            DatabaseError::Refused(_) => {
                tracing::error!(error = crate::explain(&error), "refused statement");
                Self::internal()
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(id) => Self::not_found(format!("There is no car {id}.")),
            StoreError::Changed(id) => Self::new(
                StatusCode::PRECONDITION_FAILED,
                format!("Car {id} was changed since: get it again, and decide anew."),
            ),
            StoreError::Database(error) => error.into(),
        }
    }
}

/// The answer after a panic, which must not take the connection or its neighbours along.
pub fn of_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(message, "a handler panicked");
    Problem::internal().into_response()
}
