//! What REST-JSON and REST-XML share: paths, query strings, headers, status, payloads.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use indexmap::IndexMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::Codec;
use super::form;
use super::model::{Kind, Model, Operation, Reference, Shape};
use super::refusal::{Path, Refusal};
use super::scalar::{self, TimestampFormat};
use super::xml::blob;

/// How the part of a message that is not bound to HTTP stands in the body.
pub trait BodyFormat {
    /// The body as a value in a shape.
    ///
    /// # Errors
    /// When it is malformed, or a value is of a wrong type.
    fn decode(model: &Model, reference: &Reference, body: &[u8]) -> Result<Value, Refusal>;

    /// A value as a body.
    fn encode(model: &Model, reference: &Reference, value: &Value) -> Vec<u8>;

    /// The body's media type.
    const CONTENT_TYPE: &'static str;
}

/// The operation whose method and path match best.
pub fn operation<'a>(model: &'a Model, request: &Request<Bytes>) -> Option<&'a str> {
    let matching = model.operations.iter().filter_map(|(name, operation)| {
        let same_method = operation.http.method == request.method().as_str();
        let template = Template::parse(&operation.http.request_uri);
        let labels = same_method.then(|| template.labels(request)).flatten()?;
        // The more of the address is constant, the better the match.
        Some((template.constants(), std::cmp::Reverse(labels.len()), name))
    });
    matching.max().map(|(_, _, name)| name.as_str())
}

/// A path with `{Member}` and `{Member+}`, and constant query parameters.
struct Template<'a> {
    segments: Vec<&'a str>,
    query: Vec<&'a str>,
}

impl<'a> Template<'a> {
    fn parse(uri: &'a str) -> Self {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        Self {
            segments: path.trim_matches('/').split('/').collect(),
            query: query.split('&').filter(|pair| !pair.is_empty()).collect(),
        }
    }

    fn constants(&self) -> usize {
        let constant = self.segments.iter().filter(|segment| !segment.starts_with('{'));
        constant.count() + self.query.len()
    }

    /// The labels' values when the request's address matches.
    fn labels(&self, request: &Request<Bytes>) -> Option<Vec<(&'a str, String)>> {
        let given: Vec<&str> = request.uri().query().unwrap_or_default().split('&').collect();
        let constant =
            |pair: &&&str| given.iter().any(|found| found.trim_end_matches('=') == **pair);
        if self.query.iter().filter(constant).count() < self.query.len() {
            return None;
        }
        let mut rest = request.uri().path().trim_start_matches('/').split('/').peekable();
        let mut labels = Vec::new();
        for segment in &self.segments {
            let label = segment.strip_prefix('{').and_then(|label| label.strip_suffix('}'));
            match label.map(|label| (label, label.strip_suffix('+'))) {
                None if rest.next() == Some(segment) => {}
                None => return None,
                Some((_, Some(greedy))) => {
                    let all: Vec<&str> = rest.by_ref().collect();
                    labels.push((greedy, unescape(&all.join("/"))?));
                }
                Some((label, None)) => {
                    let value = rest.next().filter(|value| !value.is_empty())?;
                    labels.push((label, unescape(value)?));
                }
            }
        }
        let left = rest.find(|segment| !segment.is_empty());
        left.is_none().then_some(labels)
    }
}

fn unescape(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}

/// The request as a value.
///
/// # Errors
/// When a part of it is malformed or of a wrong type.
pub fn decode<F: BodyFormat>(
    model: &Model,
    operation: &str,
    input: &Reference,
    request: &Request<Bytes>,
) -> Result<Value, Refusal> {
    let shape = model.shape(input);
    let mut members = body_members::<F>(model, input, shape, request.body())?;
    let template = model.operations.get(operation).map(|operation| &operation.http.request_uri);
    let labels = template.and_then(|uri| Template::parse(uri).labels(request)).unwrap_or_default();
    let query = query_parameters(request)?;
    for (name, reference) in &shape.members {
        let wire_name = reference.location_name.as_deref().unwrap_or(name);
        let found = match reference.location.as_deref() {
            Some("uri") => {
                let label = labels.iter().find(|(label, _)| *label == wire_name);
                label.map(|(_, text)| Found::One(text.clone()))
            }
            Some("querystring") => from_query(model.shape(reference), wire_name, &query),
            Some("header") => header(request.headers(), wire_name).map(Found::One),
            Some("headers") => Found::named(prefixed(request.headers(), wire_name)),
            _ => None,
        };
        if let Some(found) = found {
            members
                .insert(name.clone(), found.value(model, reference, &Path::default().join(name))?);
        }
    }
    Ok(Value::Object(members))
}

fn body_members<F: BodyFormat>(
    model: &Model,
    input: &Reference,
    shape: &Shape,
    body: &Bytes,
) -> Result<Map<String, Value>, Refusal> {
    let mut members = Map::new();
    if body.is_empty() {
        return Ok(members);
    }
    match shape.payload.as_ref().and_then(|name| shape.members.get_key_value(name)) {
        Some((name, reference)) => {
            let value = payload::<F>(model, reference, body)?;
            members.insert(name.clone(), value);
        }
        None if shape.members.values().any(|member| member.location.is_none()) => {
            if let Value::Object(found) = F::decode(model, input, body)? {
                members = found;
            }
        }
        None => {}
    }
    Ok(members)
}

fn payload<F: BodyFormat>(
    model: &Model,
    reference: &Reference,
    body: &Bytes,
) -> Result<Value, Refusal> {
    match model.shape(reference).kind {
        Kind::Blob => Ok(blob(body)),
        Kind::String => std::str::from_utf8(body)
            .map(Value::from)
            .map_err(|_| Refusal::Malformed("The body is not valid UTF-8.".to_owned())),
        _ => F::decode(model, reference, body),
    }
}

/// What stands in the head of a request for a member.
enum Found {
    One(String),
    Several(Vec<String>),
    Named(Vec<(String, Vec<String>)>),
}

impl Found {
    /// Values by name, of which several may have the same.
    fn named(entries: Vec<(String, String)>) -> Option<Self> {
        let mut named = IndexMap::<String, Vec<String>>::new();
        for (name, value) in entries {
            named.entry(name).or_default().push(value);
        }
        (!named.is_empty()).then(|| Self::Named(named.into_iter().collect()))
    }

    fn value(self, model: &Model, reference: &Reference, path: &Path) -> Result<Value, Refusal> {
        let shape = model.shape(reference);
        match (self, &shape.member, &shape.value) {
            (Self::One(text), Some(member), _) => {
                let items = text.split(',').map(|item| item.trim().to_owned());
                let items = items.filter(|item| !item.is_empty()).collect();
                Self::Several(items).items(model, member, path)
            }
            (found @ Self::Several(_), Some(member), _) => found.items(model, member, path),
            (Self::Named(entries), _, Some(value)) => {
                let is_list = model.shape(value).kind == Kind::List;
                let entries = entries.into_iter().map(|(key, mut texts)| {
                    let path = path.join(&key);
                    let found = if is_list {
                        Self::Several(texts)
                    } else {
                        Self::One(texts.swap_remove(0))
                    };
                    Ok((key, found.value(model, value, &path)?))
                });
                entries.collect::<Result<_, _>>().map(Value::Object)
            }
            (Self::One(text), None, _) => scalar_of(reference, shape, &text, path),
            (Self::Several(_) | Self::Named(_), _, _) => {
                Err(Refusal::Malformed(format!("{path} has several values.")))
            }
        }
    }

    fn items(self, model: &Model, member: &Reference, path: &Path) -> Result<Value, Refusal> {
        let Self::Several(items) = self else { return Ok(Value::Array(Vec::new())) };
        let items = items.iter().enumerate().map(|(index, text)| {
            scalar_of(member, model.shape(member), text, &path.join((index + 1).to_string()))
        });
        items.collect::<Result<_, _>>().map(Value::Array)
    }
}

fn scalar_of(
    reference: &Reference,
    shape: &Shape,
    text: &str,
    path: &Path,
) -> Result<Value, Refusal> {
    let format = TimestampFormat::of(reference, shape, default_format(reference));
    scalar::parse(shape.kind, text, format).ok_or_else(|| Refusal::WrongType {
        path: path.clone(),
        found: text.to_owned(),
        expected: scalar::name(shape.kind),
    })
}

fn default_format(reference: &Reference) -> TimestampFormat {
    match reference.location.as_deref() {
        Some("header" | "headers") => TimestampFormat::Rfc822,
        _ => TimestampFormat::Iso8601,
    }
}

fn query_parameters(request: &Request<Bytes>) -> Result<Vec<(String, String)>, Refusal> {
    let query = request.uri().query().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((form::decode(name)?, form::decode(value)?))
    });
    pairs.collect()
}

fn from_query(shape: &Shape, name: &str, query: &[(String, String)]) -> Option<Found> {
    if shape.kind == Kind::Map {
        return Found::named(query.to_vec());
    }
    let mut values = query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone());
    if shape.kind == Kind::List {
        let values: Vec<String> = values.collect();
        return (!values.is_empty()).then_some(Found::Several(values));
    }
    values.next().map(Found::One)
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn prefixed(headers: &HeaderMap, prefix: &str) -> Vec<(String, String)> {
    let prefix = prefix.to_ascii_lowercase();
    let with_prefix = headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(&prefix)?;
        Some((name.to_owned(), value.to_str().ok()?.to_owned()))
    });
    with_prefix.collect()
}

/// The response: status, headers and body, each with the members that are bound to it.
pub fn encode<F: BodyFormat>(
    codec: &Codec<'_>,
    operation: &Operation,
    value: &Value,
    request_id: &str,
) -> Response<Bytes> {
    let status = operation.http.response_code.and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::OK);
    let Some(output) = &operation.output else {
        return codec.response(status, F::CONTENT_TYPE, Vec::new(), request_id);
    };
    let shape = codec.model.shape(output);
    let body = response_body::<F>(codec.model, output, shape, value);
    let mut response = codec.response(status, F::CONTENT_TYPE, body, request_id);
    for (name, reference) in &shape.members {
        if let (Some(location), Some(value)) = (reference.location.as_deref(), value.get(name)) {
            let wire_name = reference.location_name.as_deref().unwrap_or(name);
            bind(codec.model, &mut response, (location, wire_name), reference, value);
        }
    }
    response
}

fn response_body<F: BodyFormat>(
    model: &Model,
    output: &Reference,
    shape: &Shape,
    value: &Value,
) -> Vec<u8> {
    let Some((name, reference)) =
        shape.payload.as_ref().and_then(|name| shape.members.get_key_value(name))
    else {
        let in_body = shape.members.values().any(|member| member.location.is_none());
        return if in_body { F::encode(model, output, value) } else { Vec::new() };
    };
    match (model.shape(reference).kind, value.get(name)) {
        (_, None) => Vec::new(),
        (Kind::Blob, Some(Value::String(text))) => bytes_of(text),
        (Kind::String, Some(Value::String(text))) => text.clone().into_bytes(),
        (_, Some(value)) => F::encode(model, reference, value),
    }
}

fn bytes_of(base64: &str) -> Vec<u8> {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.decode(base64).unwrap_or_default()
}

fn bind(
    model: &Model,
    response: &mut Response<Bytes>,
    (location, wire_name): (&str, &str),
    reference: &Reference,
    value: &Value,
) {
    match (location, value) {
        ("statusCode", value) => {
            let code = value.as_u64().and_then(|code| u16::try_from(code).ok());
            if let Some(status) = code.and_then(|code| StatusCode::from_u16(code).ok()) {
                *response.status_mut() = status;
            }
        }
        ("headers", Value::Object(entries)) => {
            for (key, value) in entries {
                set_header(response, &format!("{wire_name}{key}"), &scalar::text(value));
            }
        }
        (_, Value::Array(items)) => {
            let Some(member) = &model.shape(reference).member else { return };
            let shape = model.shape(member);
            let format = TimestampFormat::of(member, shape, default_format(reference));
            let items = items.iter().map(|item| scalar::print(shape.kind, item, format));
            set_header(response, wire_name, &items.collect::<Vec<_>>().join(", "));
        }
        (_, value) => {
            let shape = model.shape(reference);
            let format = TimestampFormat::of(reference, shape, default_format(reference));
            set_header(response, wire_name, &scalar::print(shape.kind, value, format));
        }
    }
}

fn set_header(response: &mut Response<Bytes>, name: &str, value: &str) {
    let pair = HeaderName::try_from(name).ok().zip(HeaderValue::from_str(value).ok());
    if let Some((name, value)) = pair {
        response.headers_mut().insert(name, value);
    }
}
