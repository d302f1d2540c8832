//! The outer half: one loopback port, and what happens to a request before and after a service.
//!
//! A call's way, each step in its own file: `Host` and size ([`server`]) → the service and region
//! from the credential scope ([`route`]) → the signature ([`sigv4`], [`keyring`]) → the operation
//! and its request ([`crate::protocol`]) → the test's [`hook`] and injected [`faults`] → the
//! operation itself ([`core`]) → hook and faults again → the response and the call [`log`].
//! Paths under `/_sandbox/` are for whoever runs the sandbox ([`admin`]).
//!
//! A new service needs nothing here: [`crate::services::operations`] and a model are enough. One
//! that speaks HTTP by itself implements [`HttpService`]; what people open in a browser, by a name of
//! its own, implements [`front::Front`].

use bytes::Bytes;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};

use crate::fault::Fault;
use crate::protocol::Protocol;

pub mod admin;
pub mod call;
pub mod core;
pub mod denial;
pub mod encoding;
pub mod faults;
pub mod front;
pub mod hook;
pub mod keyring;
pub mod log;
pub mod route;
pub mod server;
pub mod sigv4;

/// Why a body ended early.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A request's or a response's body, streamed.
pub type Body = UnsyncBoxBody<Bytes, BodyError>;

/// A body that is in memory.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// The call's id, among a request's extensions, for a service that speaks HTTP by itself.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The error's code, among such a service's response's extensions, for the call log.
#[derive(Debug, Clone)]
pub struct ErrorCode(pub String);

/// A service that speaks HTTP by itself, for the protocols that are not model-driven (S3).
///
/// It checks signatures itself; the gateway has only read the credential scope, and still counts,
/// logs, delays and fails its calls.
pub trait HttpService: Send + Sync {
    /// The service's name as scopes of signatures have it.
    fn name(&self) -> &'static str;

    /// What its errors look like, for those that are injected.
    fn protocol(&self) -> Protocol;

    /// Answers with an error that was injected.
    fn fault(&self, fault: &Fault, request_id: &str) -> Response<Body>;

    /// The operation's name as AWS spells it (`PutObject`), for the call log, the hook and the
    /// filters of injected faults; `Unknown` where the request is none.
    fn operation(&self, head: &Parts) -> &'static str;

    /// Answers a request, errors included. The request carries a [`RequestId`]; an error carries
    /// an [`ErrorCode`].
    fn call(&self, request: Request<Body>) -> BoxFuture<'_, Response<Body>>;

    /// How many objects of each kind there are, for `sandbox status`.
    fn counts(&self) -> Vec<(&'static str, usize)>;

    /// Forgets everything.
    ///
    /// # Errors
    /// When what is on disk cannot be removed.
    fn reset(&self) -> std::io::Result<()>;
}
