//! REST-XML: HTTP's methods and paths, XML bodies.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use serde_json::Value;

use super::Codec;
use super::model::{Model, Operation, Reference};
use super::refusal::{Path, Refusal};
use super::rest::{self, BodyFormat};
use super::xml::{Element, Writer};
use crate::fault::Fault;

struct Xml;

impl BodyFormat for Xml {
    const CONTENT_TYPE: &'static str = "text/xml";

    fn decode(model: &Model, reference: &Reference, body: &[u8]) -> Result<Value, Refusal> {
        let text = std::str::from_utf8(body)
            .map_err(|_| Refusal::Malformed("The body is not valid UTF-8.".to_owned()))?;
        Element::parse(text)?.decode(model, reference, &Path::default())
    }

    fn encode(model: &Model, reference: &Reference, value: &Value) -> Vec<u8> {
        let shape = model.shape(reference);
        let name = reference.location_name.as_ref().or(shape.location_name.as_ref());
        let mut writer = Writer::document();
        writer.element(model, name.unwrap_or(&reference.shape), reference, value);
        writer.finish()
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
    rest::decode::<Xml>(model, operation, input, request)
}

/// The response.
pub fn encode(
    codec: &Codec<'_>,
    operation: &Operation,
    value: &Value,
    request_id: &str,
) -> Response<Bytes> {
    rest::encode::<Xml>(codec, operation, value, request_id)
}

/// S3's error, which has no envelope.
pub fn s3_fault(fault: &Fault, request_id: &str) -> Response<Bytes> {
    let mut writer = Writer::document();
    writer.open("Error", &[]);
    writer.leaf("Code", &fault.code);
    writer.leaf("Message", &fault.message);
    writer.leaf("RequestId", request_id);
    writer.close("Error");
    let mut response = Response::new(Bytes::from(writer.finish()));
    *response.status_mut() =
        StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/xml"));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amz-request-id", id);
    }
    response
}
