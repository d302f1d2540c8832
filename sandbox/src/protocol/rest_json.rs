//! REST-JSON: HTTP's methods and paths, JSON bodies.

use bytes::Bytes;
use http::{Request, Response};
use serde_json::Value;

use super::Codec;
use super::json;
use super::model::{Model, Operation, Reference};
use super::refusal::Refusal;
use super::rest::{self, BodyFormat};

struct Json;

impl BodyFormat for Json {
    const CONTENT_TYPE: &'static str = "application/json";

    fn decode(model: &Model, reference: &Reference, body: &[u8]) -> Result<Value, Refusal> {
        json::decode(model, reference, body)
    }

    fn encode(model: &Model, reference: &Reference, value: &Value) -> Vec<u8> {
        json::to_wire(model, reference, value).to_string().into_bytes()
    }
}

/// The request as a value.
///
/// # Errors
/// When a part of it is malformed or of a wrong type.
pub fn decode(
    model: &Model,
    operation: &str,
    input: &Reference,
    request: &Request<Bytes>,
) -> Result<Value, Refusal> {
    rest::decode::<Json>(model, operation, input, request)
}

/// The response.
pub fn encode(
    codec: &Codec<'_>,
    operation: &Operation,
    value: &Value,
    request_id: &str,
) -> Response<Bytes> {
    rest::encode::<Json>(codec, operation, value, request_id)
}
