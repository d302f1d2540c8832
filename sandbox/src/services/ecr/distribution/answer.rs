//! Answers of the registry, errors in the form of the distribution specification among them.

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::json;

use crate::fault::Fault;
use crate::gateway::{Body, ErrorCode, full};

/// An error of the specification.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    headers: Vec<(&'static str, String)>,
}

impl Refusal {
    /// An error with one of the specification's codes.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), headers: Vec::new() }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The path is none of the API's, or the method is none of the path's. ECR deletes nothing this
    /// way: that is for `BatchDeleteImage`.
    pub fn unsupported() -> Self {
        let message = "The operation is unsupported.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", message)
    }

    /// There is no such blob in the repository.
    pub fn blob_unknown() -> Self {
        Self::new(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry")
    }

    /// What came does not hash to what was announced.
    pub fn digest_invalid() -> Self {
        let message = "provided digest did not match uploaded content";
        Self::new(StatusCode::BAD_REQUEST, "DIGEST_INVALID", message)
    }

    /// There is no such upload; it may have ended.
    pub fn upload_unknown() -> Self {
        let message = "blob upload unknown to registry";
        Self::new(StatusCode::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", message)
    }

    /// The disk failed.
    pub fn disk(error: &std::io::Error) -> Self {
        let message = format!("the sandbox's directory cannot be used: {error}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", message)
    }

    /// What this answers.
    pub fn answer(self) -> Response<Body> {
        let body = json!({ "errors": [{ "code": self.code, "message": self.message }] });
        let mut answer = Answer::new(self.status).header("content-type", "application/json");
        for (name, value) in self.headers {
            answer = answer.header(name, value);
        }
        let mut response = answer.text(body.to_string());
        response.extensions_mut().insert(ErrorCode(self.code.to_owned()));
        response
    }
}

/// ECR's own errors, as its registry words them.
impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let (status, code) = match fault.code.as_str() {
            "RepositoryNotFoundException" => (StatusCode::NOT_FOUND, "NAME_UNKNOWN"),
            "ImageTagAlreadyExistsException" => (StatusCode::BAD_REQUEST, "TAG_INVALID"),
            "ImageDigestDoesNotMatchException" => (StatusCode::BAD_REQUEST, "DIGEST_INVALID"),
            "ReferencedImagesNotFoundException" => (StatusCode::NOT_FOUND, "MANIFEST_BLOB_UNKNOWN"),
            "ThrottlingException" => (StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS"),
            _ if fault.status >= 500 => (StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN"),
            _ => (StatusCode::BAD_REQUEST, "MANIFEST_INVALID"),
        };
        Self::new(status, code, fault.message)
    }
}

/// An answer that is being put together.
pub struct Answer(Response<Body>);

impl Answer {
    /// With a status, and what every answer bears.
    pub fn new(status: StatusCode) -> Self {
        let mut response = Response::new(full(""));
        *response.status_mut() = status;
        Self(response).header("docker-distribution-api-version", "registry/2.0")
    }

    /// With one more header. A value that can't be one is left out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        if let Ok(value) = HeaderValue::from_str(value.as_ref()) {
            self.0.headers_mut().insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// Without a body.
    pub fn empty(self) -> Response<Body> {
        self.0
    }

    /// With the length that the body would have, for `HEAD`.
    pub fn length(mut self, length: u64) -> Response<Body> {
        self.0.headers_mut().insert(CONTENT_LENGTH, length.into());
        self.0
    }

    /// With a body in memory.
    pub fn text(self, text: String) -> Response<Body> {
        self.0.map(|_| full(text))
    }

    /// With a document.
    pub fn json(self, document: &serde_json::Value) -> Response<Body> {
        let mut response = self.text(document.to_string());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().entry(CONTENT_TYPE).or_insert(json);
        response
    }

    /// With a body of a known length that comes bit by bit.
    pub fn body(mut self, body: Body, length: u64) -> Response<Body> {
        self.0.headers_mut().insert(CONTENT_LENGTH, length.into());
        self.0.map(|_| body)
    }
}
