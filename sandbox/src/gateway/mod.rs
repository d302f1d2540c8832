//! The outer half: one loopback port, and what happens to a request before and after a service.

use bytes::Bytes;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;

/// Why a body ended early.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A request's or a response's body, streamed.
pub type Body = UnsyncBoxBody<Bytes, BodyError>;

/// A service that speaks HTTP by itself, for the protocols that are not model-driven (S3).
///
/// It checks signatures itself; the gateway has only read the credential scope, and still counts,
/// logs, delays and fails its calls.
pub trait HttpService: Send + Sync {
    /// The operation's name as AWS spells it (`PutObject`), for the call log, the hook and the
    /// filters of injected faults; `Unknown` where the request is none.
    fn operation(&self, head: &Parts) -> &'static str;

    /// Answers a request, errors included.
    fn call(&self, request: Request<Body>) -> BoxFuture<'_, Response<Body>>;

    /// How many objects of each kind there are, for `sandbox status`.
    fn counts(&self) -> Vec<(&'static str, usize)>;

    /// Forgets everything.
    ///
    /// # Errors
    /// When what is on disk cannot be removed.
    fn reset(&self) -> std::io::Result<()>;
}
