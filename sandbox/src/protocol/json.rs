//! JSON 1.0 and 1.1, and JSON values by shape, which REST-JSON shares.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::Codec;
use super::model::{Kind, Model, Reference, Shape};
use super::refusal::{Path, Refusal};
use super::scalar::{self, TimestampFormat};
use crate::fault::Fault;

/// The operation that `X-Amz-Target` names, empty when there is none.
pub fn operation(request: &Request<Bytes>) -> String {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    target.and_then(|target| target.rsplit('.').next()).unwrap_or_default().to_owned()
}

/// The body as a value in a shape; an empty body is an empty structure.
///
/// # Errors
/// When it is not JSON, or a value is of a wrong type.
pub fn decode(model: &Model, input: &Reference, body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    let value = serde_json::from_slice(body)
        .map_err(|_| Refusal::Malformed("The body is not valid JSON.".to_owned()))?;
    from_wire(model, input, value, &Path::default())
}

/// A value as a client wrote it, with moments as text; unknown and null members are dropped.
fn from_wire(
    model: &Model,
    reference: &Reference,
    value: Value,
    path: &Path,
) -> Result<Value, Refusal> {
    let shape = model.shape(reference);
    match (shape.kind, value) {
        (_, value) if shape.document => Ok(value),
        (Kind::Structure, Value::Object(members)) => structure(model, shape, members, path),
        (Kind::List, Value::Array(items)) => {
            let Some(member) = &shape.member else { return Ok(Value::Array(items)) };
            let items = items.into_iter().enumerate().map(|(index, item)| {
                from_wire(model, member, item, &path.join((index + 1).to_string()))
            });
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        (Kind::Map, Value::Object(entries)) => {
            let Some(reference) = &shape.value else { return Ok(Value::Object(entries)) };
            let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
            let entries = entries.map(|(key, value)| {
                let path = path.join(&key);
                Ok((key, from_wire(model, reference, value, &path)?))
            });
            entries.collect::<Result<_, _>>().map(Value::Object)
        }
        (kind, value) => {
            scalar_from_wire(kind, reference, shape, &value).ok_or_else(|| Refusal::WrongType {
                path: path.clone(),
                found: wire_type(&value).to_owned(),
                expected: scalar::name(kind),
            })
        }
    }
}

fn structure(
    model: &Model,
    shape: &Shape,
    mut found: Map<String, Value>,
    path: &Path,
) -> Result<Value, Refusal> {
    let mut members = Map::new();
    for (name, reference) in &shape.members {
        let wire_name = reference.location_name.as_deref().unwrap_or(name);
        if let Some(value) = found.swap_remove(wire_name).filter(|value| !value.is_null()) {
            members.insert(name.clone(), from_wire(model, reference, value, &path.join(name))?);
        }
    }
    Ok(Value::Object(members))
}

fn scalar_from_wire(
    kind: Kind,
    reference: &Reference,
    shape: &Shape,
    value: &Value,
) -> Option<Value> {
    if kind == Kind::Timestamp {
        let format = TimestampFormat::of(reference, shape, TimestampFormat::Unix);
        return scalar::parse(kind, &scalar::text(value), format);
    }
    let whole = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15);
    match (kind, value, whole) {
        (
            Kind::Byte | Kind::Short | Kind::Integer | Kind::Long,
            Value::Number(number),
            Some(whole),
        ) => {
            let number = number.as_i64().unwrap_or(whole as i64);
            scalar::fits(kind, number).then(|| Value::from(number))
        }
        _ => scalar::is(kind, value).then(|| value.clone()),
    }
}

/// The type of a value, as AWS's messages name it.
fn wire_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    }
}

/// A checked response value in its wire form: wire names, and moments as numbers. Members that are
/// bound to another place of the HTTP message are left out.
pub fn to_wire(model: &Model, reference: &Reference, value: &Value) -> Value {
    let shape = model.shape(reference);
    match (shape.kind, value) {
        (_, value) if shape.document => value.clone(),
        (Kind::Structure, Value::Object(members)) => {
            let unbound = members.iter().filter_map(|(name, value)| {
                let member = shape.members.get(name).filter(|member| member.location.is_none())?;
                let wire_name = member.location_name.as_ref().unwrap_or(name);
                Some((wire_name.clone(), to_wire(model, member, value)))
            });
            Value::Object(unbound.collect())
        }
        (Kind::List, Value::Array(items)) => match &shape.member {
            Some(member) => items.iter().map(|item| to_wire(model, member, item)).collect(),
            None => value.clone(),
        },
        (Kind::Map, Value::Object(entries)) => match &shape.value {
            Some(reference) => {
                let entries = entries.iter();
                let entries =
                    entries.map(|(key, value)| (key.clone(), to_wire(model, reference, value)));
                Value::Object(entries.collect())
            }
            None => value.clone(),
        },
        (Kind::Timestamp, Value::String(text)) => {
            let format = TimestampFormat::of(reference, shape, TimestampFormat::Unix);
            match (format, text.parse()) {
                (TimestampFormat::Unix, Ok(moment)) => Value::Number(scalar::seconds(moment)),
                (format, Ok(moment)) => Value::from(scalar::print_moment(moment, format)),
                (_, Err(_)) => value.clone(),
            }
        }
        (_, value) => value.clone(),
    }
}

/// The response: a JSON object, empty where there is nothing to say.
pub fn encode(
    codec: &Codec<'_>,
    output: Option<&Reference>,
    value: &Value,
    request_id: &str,
) -> Response<Bytes> {
    let body = output.map(|output| to_wire(codec.model, output, value).to_string());
    let body = body.unwrap_or_default().into_bytes();
    codec.response(StatusCode::OK, &content_type(codec.model), body, request_id)
}

/// The error: `{"__type": …, "message": …}`, and `x-amzn-ErrorType`.
pub fn fault(
    codec: &Codec<'_>,
    content_type: &str,
    fault: &Fault,
    request_id: &str,
) -> Response<Bytes> {
    let code = codec.error_name(fault);
    let body = json!({ "__type": code, "message": fault.message }).to_string().into_bytes();
    let mut response = codec.response(codec.status(fault), content_type, body, request_id);
    if let Ok(code) = HeaderValue::from_str(code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    codec.add_query_error(fault, &mut response);
    response
}

/// `application/x-amz-json-1.1`, or the model's version.
pub fn content_type(model: &Model) -> String {
    format!("application/x-amz-json-{}", model.metadata.json_version.as_deref().unwrap_or("1.1"))
}
