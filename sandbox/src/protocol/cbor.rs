//! Smithy RPC v2 CBOR: `POST /service/NAME/operation/NAME`, with CBOR both ways (CloudWatch).

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use ciborium::Value as Cbor;
use http::{HeaderValue, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Number, Value, json};

use super::Codec;
use super::model::{Kind, Model, Reference, Shape};
use super::refusal::{Path, Refusal};
use super::scalar;
use super::xml::blob;
use crate::fault::Fault;

/// The header with which client and server say that they speak this protocol.
pub const PROTOCOL_HEADER: &str = "smithy-protocol";
/// Its value.
pub const PROTOCOL: &str = "rpc-v2-cbor";
const CONTENT_TYPE: &str = "application/cbor";

/// CBOR's tag for seconds since 1970.
const EPOCH_TAG: u64 = 1;

/// The operation that the path names, empty when there is none.
pub fn operation(request: &Request<Bytes>) -> String {
    let mut segments = request.uri().path().rsplit('/');
    let name = segments.next().unwrap_or_default();
    if segments.next() == Some("operation") { name.to_owned() } else { String::new() }
}

/// The body as a value in a shape; an empty body is an empty structure.
///
/// # Errors
/// When it is not CBOR, or a value is of a wrong type.
pub fn decode(model: &Model, input: &Reference, body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let value: Cbor = ciborium::from_reader(body)
        .map_err(|_| Refusal::Malformed("The body is not valid CBOR.".to_owned()))?;
    from_wire(model, input, &value, &Path::default())
}

fn from_wire(
    model: &Model,
    reference: &Reference,
    value: &Cbor,
    path: &Path,
) -> Result<Value, Refusal> {
    let shape = model.shape(reference);
    match (shape.kind, value) {
        (Kind::Structure, Cbor::Map(entries)) => {
            let mut members = Map::new();
            for (name, member) in &shape.members {
                let found = entries.iter().find(|(key, _)| key.as_text() == Some(name));
                if let Some((_, value)) = found.filter(|(_, value)| !value.is_null()) {
                    members
                        .insert(name.clone(), from_wire(model, member, value, &path.join(name))?);
                }
            }
            Ok(Value::Object(members))
        }
        (Kind::List, Cbor::Array(items)) => list(model, shape, items, path),
        (Kind::Map, Cbor::Map(entries)) => map(model, shape, entries, path),
        (kind, value) => scalar_from_wire(kind, value).ok_or_else(|| Refusal::WrongType {
            path: path.clone(),
            found: wire_type(value).to_owned(),
            expected: scalar::name(kind),
        }),
    }
}

fn list(model: &Model, shape: &Shape, items: &[Cbor], path: &Path) -> Result<Value, Refusal> {
    let Some(member) = &shape.member else { return Ok(Value::Array(Vec::new())) };
    let items = items
        .iter()
        .enumerate()
        .map(|(index, item)| from_wire(model, member, item, &path.join((index + 1).to_string())));
    items.collect::<Result<_, _>>().map(Value::Array)
}

fn map(
    model: &Model,
    shape: &Shape,
    entries: &[(Cbor, Cbor)],
    path: &Path,
) -> Result<Value, Refusal> {
    let Some(reference) = &shape.value else { return Ok(Value::Object(Map::new())) };
    let entries = entries.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| {
        let key = key
            .as_text()
            .ok_or_else(|| Refusal::Malformed(format!("A key of {path} is not text.")))?;
        Ok((key.to_owned(), from_wire(model, reference, value, &path.join(key))?))
    });
    entries.collect::<Result<_, _>>().map(Value::Object)
}

fn scalar_from_wire(kind: Kind, value: &Cbor) -> Option<Value> {
    match (kind, value) {
        (Kind::Timestamp, Cbor::Tag(EPOCH_TAG, seconds)) => {
            scalar::from_seconds(float(seconds)?).map(|moment| Value::from(moment.to_string()))
        }
        (Kind::Blob, Cbor::Bytes(bytes)) => Some(blob(bytes)),
        (Kind::Boolean, Cbor::Bool(value)) => Some(Value::from(*value)),
        (Kind::String | Kind::Character, Cbor::Text(text)) => Some(Value::from(text.as_str())),
        (Kind::Float | Kind::Double, value) => {
            float(value).map(|number| match Number::from_f64(number) {
                Some(number) => Value::Number(number),
                None if number.is_nan() => Value::from("NaN"),
                None if number > 0.0 => Value::from("Infinity"),
                None => Value::from("-Infinity"),
            })
        }
        (Kind::Byte | Kind::Short | Kind::Integer | Kind::Long, Cbor::Integer(number)) => {
            i64::try_from(*number)
                .ok()
                .filter(|number| scalar::fits(kind, *number))
                .map(Value::from)
        }
        _ => None,
    }
}

fn float(value: &Cbor) -> Option<f64> {
    match value {
        Cbor::Float(number) => Some(*number),
        Cbor::Integer(number) => Some(i128::from(*number) as f64),
        _ => None,
    }
}

fn wire_type(value: &Cbor) -> &'static str {
    match value {
        Cbor::Integer(_) => "an integer",
        Cbor::Bytes(_) => "a byte string",
        Cbor::Float(_) => "a float",
        Cbor::Text(_) => "a text string",
        Cbor::Bool(_) => "a boolean",
        Cbor::Tag(..) => "a tagged value",
        Cbor::Array(_) => "an array",
        Cbor::Map(_) => "a map",
        _ => "a value",
    }
}

/// A checked response value in its wire form.
fn to_wire(model: &Model, reference: &Reference, value: &Value) -> Cbor {
    let shape = model.shape(reference);
    match (shape.kind, value) {
        (Kind::Structure, Value::Object(members)) => {
            let members = members.iter().filter_map(|(name, value)| {
                let member = shape.members.get(name)?;
                Some((Cbor::from(name.as_str()), to_wire(model, member, value)))
            });
            Cbor::Map(members.collect())
        }
        (Kind::List, Value::Array(items)) => {
            let items = shape
                .member
                .iter()
                .flat_map(|member| items.iter().map(move |item| to_wire(model, member, item)));
            Cbor::Array(items.collect())
        }
        (Kind::Map, Value::Object(entries)) => {
            let entries = shape.value.iter().flat_map(|member| {
                entries.iter().map(move |(key, value)| {
                    (Cbor::from(key.as_str()), to_wire(model, member, value))
                })
            });
            Cbor::Map(entries.collect())
        }
        (kind, value) => scalar_to_wire(kind, value),
    }
}

fn scalar_to_wire(kind: Kind, value: &Value) -> Cbor {
    match (kind, value) {
        (Kind::Timestamp, Value::String(text)) => {
            let moment = text.parse::<Timestamp>().unwrap_or_default();
            let seconds = scalar::seconds(moment);
            Cbor::Tag(EPOCH_TAG, Box::new(number(&seconds)))
        }
        (Kind::Blob, Value::String(text)) => {
            Cbor::Bytes(BASE64_STANDARD.decode(text).unwrap_or_default())
        }
        (Kind::Float | Kind::Double, Value::Number(number)) => {
            Cbor::Float(number.as_f64().unwrap_or_default())
        }
        (Kind::Float | Kind::Double, Value::String(text)) => {
            Cbor::Float(text.parse().unwrap_or(f64::NAN))
        }
        (_, Value::Number(whole)) => number(whole),
        (_, Value::Bool(value)) => Cbor::Bool(*value),
        (_, value) => Cbor::Text(scalar::text(value)),
    }
}

fn number(number: &Number) -> Cbor {
    match number.as_i64() {
        Some(whole) => Cbor::Integer(whole.into()),
        None => Cbor::Float(number.as_f64().unwrap_or_default()),
    }
}

/// The response: a CBOR map; nothing at all where the model has no output.
pub fn encode(
    codec: &Codec<'_>,
    output: Option<&Reference>,
    value: &Value,
    request_id: &str,
) -> Response<Bytes> {
    let body = output.map(|output| bytes_of(&to_wire(codec.model, output, value)));
    respond(codec, StatusCode::OK, body.unwrap_or_default(), request_id)
}

/// The error: a map of `__type`, with a namespace as the protocol demands, and `message`.
pub fn fault(codec: &Codec<'_>, fault: &Fault, request_id: &str) -> Response<Bytes> {
    let kind = format!("com.amazonaws.{}#{}", codec.service, codec.error_name(fault));
    let body = Cbor::serialized(&json!({ "__type": kind, "message": fault.message }));
    let body = body.map(|body| bytes_of(&body)).unwrap_or_default();
    let mut response = respond(codec, codec.status(fault), body, request_id);
    codec.add_query_error(fault, &mut response);
    response
}

fn respond(
    codec: &Codec<'_>,
    status: StatusCode,
    body: Vec<u8>,
    request_id: &str,
) -> Response<Bytes> {
    let mut response = codec.response(status, CONTENT_TYPE, body, request_id);
    response.headers_mut().insert(PROTOCOL_HEADER, HeaderValue::from_static(PROTOCOL));
    response
}

fn bytes_of(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = ciborium::into_writer(value, &mut bytes);
    bytes
}
