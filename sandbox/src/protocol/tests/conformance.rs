//! Smithy's protocol tests; see `tests/protocols/README.md`.
//!
//! They are made for clients: a request must give the stated parameters, and the stated result
//! must give the response.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::protocol::model::{Kind, Model, Reference};
use crate::protocol::xml::Element;
use crate::protocol::{Codec, Protocol, scalar};

/// Parts of the names of cases that do not hold for a server, with why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("ContentEncoding", "compressed requests are not read"),
    ("IgnoresHttpProvidedEncoding", "compressed requests are not read"),
    ("AppendedGzip", "compressed requests are not read"),
    ("IdempotencyTokenAutoFill", "the client makes the token"),
    ("DateTimeWith", "the server always writes moments in UTC, to the millisecond"),
    ("IgnoreType", "the server never writes the unknown members that clients ignore"),
    ("UnexpectedJsonOutput", "the server never writes the unknown members that clients ignore"),
    ("unexpected_json_output", "the server never writes the unknown members that clients ignore"),
    ("ExtraFields", "the server never writes the unknown members that clients ignore"),
    ("SkipsNull", "the server never writes null"),
    ("EmptyQueryLists", "what the client does not send is absent"),
    ("EmptyQueryMaps", "what the client does not send is absent"),
    ("EmptyListQueryValues", "what the client does not send is absent"),
    ("PrefixHeadersAreNotPresent", "what the client does not send is absent"),
    ("EmptyStructurePayload", "what the client does not send is absent"),
    ("HeadersButNoPayload", "an empty object is an empty structure"),
    ("HostWithPath", "the sandbox's endpoint has no path"),
    ("AllQueryStringTypes", "a server's map of parameters has all of them"),
    ("QueryStringEscaping", "a server's map of parameters has all of them"),
    ("FloatQueryValues", "a server's map of parameters has all of them"),
    ("ZeroAndFalseQueryValues", "a server's map of parameters has all of them"),
    ("QueryParamsStringListMap", "a server's map of parameters has all of them"),
    ("QueryPrecedence", "a server's map of parameters has all of them"),
    ("QuotedStringHeaders", "no service of AWS has a list of texts with commas in a header"),
    ("WithTimestampHeaders", "no service of AWS has a list of moments in a header"),
    ("FlattenedListArgWithXmlName", "botocore's models name a flat list after its items"),
    ("XmlLists", "botocore's models name a flat list after its items"),
    ("PayloadWithXmlName", "botocore's models name a payload after its member"),
    ("PayloadWithUnion", "botocore's models name a payload after its member"),
    ("IgnoreQueryParamsInResponse", "a member that is bound elsewhere is not in the body"),
    ("Ec2XmlNamespaces", "no structure in a model of EC2 has a namespace"),
    ("QueryXmlNamespaces", "no structure in a model of a query service has a namespace"),
    ("AwsJson11IntEnums", "it has a request's header in the response"),
];

macro_rules! suites {
    ($($test:ident: $file:literal,)*) => {
        $(#[test]
        fn $test() {
            check(include_str!(concat!("../../../tests/protocols/", $file, ".json")));
        })*
    };
}

suites! {
    ec2: "ec2",
    json_1_0: "json_1_0",
    json_1_0_for_clients_of_query: "json_1_0-query-compatible",
    json_1_1: "json",
    query: "query",
    rest_json: "rest-json",
    rest_xml: "rest-xml",
    rpc_v2_cbor: "smithy-rpc-v2-cbor",
    rpc_v2_cbor_for_clients_of_query: "smithy-rpc-v2-cbor-query-compatible",
}

fn check(suites: &str) {
    let suites: Vec<Value> = serde_json::from_str(suites).unwrap();
    let mut failures = Vec::new();
    let mut checked = 0;
    for suite in &suites {
        for case in suite["cases"].as_array().unwrap() {
            let id = case["id"].as_str().unwrap_or_default();
            if EXCEPTIONS.iter().any(|(exception, _)| id.contains(exception)) {
                continue;
            }
            checked += 1;
            if let Err(failure) = Case::new(suite, case).check() {
                failures.push(format!("{id} ({}): {failure}", case["description"]));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {checked}:\n{}", failures.len(), failures.join("\n"));
}

struct Case<'a> {
    name: &'a str,
    case: &'a Value,
    model: Model,
}

impl<'a> Case<'a> {
    fn new(suite: &Value, case: &'a Value) -> Self {
        let name = case["given"]["name"].as_str().unwrap();
        let model = json!({
            "metadata": suite["metadata"],
            "operations": { name: case["given"] },
            "shapes": suite["shapes"],
        });
        Self { name, case, model: Model::parse(model.to_string().as_bytes()).unwrap() }
    }

    fn check(&self) -> Result<(), String> {
        match (&self.case["params"], &self.case["error"]) {
            (Value::Null, Value::Null) => self.check_response(),
            (Value::Null, _) => Ok(()),
            (params, _) => self.check_request(params),
        }
    }

    fn check_request(&self, params: &Value) -> Result<(), String> {
        let request = self.request();
        let codec = Codec::new("test", &self.model, &request);
        let name = codec.operation(&request).map_err(|fault| fault.to_string())?;
        let input = codec.decode(name, &request).map_err(|fault| fault.to_string())?;
        let shape = self.model.operations[self.name].input.as_ref();
        let expected = shape.map_or(json!({}), |shape| as_value(&self.model, shape, params));
        same(&expected, &input)
    }

    fn request(&self) -> Request<Bytes> {
        let serialized = &self.case["serialized"];
        let mut request = Request::builder()
            .method(serialized["method"].as_str().unwrap_or("POST"))
            .uri(serialized["uri"].as_str().unwrap());
        for (name, value) in serialized["headers"].as_object().into_iter().flatten() {
            request = request.header(name, value.as_str().unwrap());
        }
        if self.model.metadata.protocol == "json" {
            // The tests leave it out where it is not what they are about.
            request = request.header("x-amz-target", format!("Service.{}", self.name));
        }
        let body = serialized["body"].as_str().unwrap_or_default();
        request.body(self.bytes(body)).unwrap()
    }

    fn bytes(&self, body: &str) -> Bytes {
        if self.model.metadata.protocol == "smithy-rpc-v2-cbor" {
            BASE64_STANDARD.decode(body).unwrap().into()
        } else {
            Bytes::from(body.to_owned())
        }
    }

    fn check_response(&self) -> Result<(), String> {
        let mut request = Request::post("/").header("smithy-protocol", "rpc-v2-cbor");
        if self.model.metadata.protocol == "json" {
            request = request.header("x-amz-target", self.name);
        }
        let codec = Codec::new("test", &self.model, &request.body(Bytes::new()).unwrap());
        let output = self.model.operations[self.name].output.as_ref();
        let result =
            output.map_or(Value::Null, |shape| as_value(&self.model, shape, &self.case["result"]));
        let response = codec.encode(self.name, result, "id").map_err(|fault| fault.to_string())?;
        self.compare(&codec, &response)
    }

    fn compare(&self, codec: &Codec<'_>, response: &Response<Bytes>) -> Result<(), String> {
        let expected = &self.case["response"];
        if expected["status_code"] != response.status().as_u16() {
            return Err(format!("{} instead of {}", response.status(), expected["status_code"]));
        }
        for (name, value) in expected["headers"].as_object().into_iter().flatten() {
            let actual = response.headers().get(name).map(|value| value.to_str().unwrap());
            let of_transport = ["content-type", "content-length"];
            let compared = !of_transport.contains(&name.to_ascii_lowercase().as_str());
            if compared && actual != value.as_str() {
                return Err(format!("{name} is {actual:?} instead of {value}"));
            }
        }
        let Some(body) = expected["body"].as_str() else { return Ok(()) };
        let (expected, actual) = (self.bytes(body), response.body());
        match codec.protocol {
            Protocol::Cbor => same(&from_cbor(&expected), &from_cbor(actual)),
            Protocol::Json | Protocol::RestJson => same(&from_json(&expected), &from_json(actual)),
            Protocol::Query | Protocol::Ec2 | Protocol::RestXml => {
                same(&from_xml(&expected), &from_xml(actual))
            }
        }
    }
}

fn same(expected: &Value, actual: &Value) -> Result<(), String> {
    if expected == actual {
        Ok(())
    } else {
        Err(format!("\n  {actual}\n  instead of\n  {expected}"))
    }
}

/// Parameters and results as operations have them: the tests write moments as numbers, and bytes
/// as text.
fn as_value(model: &Model, reference: &Reference, value: &Value) -> Value {
    let shape = model.shape(reference);
    match (shape.kind, value) {
        (_, value) if shape.document => value.clone(),
        (Kind::Structure, Value::Object(members)) => {
            let known = members.iter().filter(|(_, value)| !value.is_null());
            known
                .map(|(name, value)| (name.clone(), as_value(model, &shape.members[name], value)))
                .collect()
        }
        (Kind::List, Value::Array(items)) => {
            let member = shape.member.as_ref().unwrap();
            items.iter().map(|item| as_value(model, member, item)).collect()
        }
        (Kind::Map, Value::Object(entries)) => {
            let member = shape.value.as_ref().unwrap();
            entries
                .iter()
                .map(|(key, value)| (key.clone(), as_value(model, member, value)))
                .collect()
        }
        (Kind::Timestamp, Value::Number(number)) => {
            json!(scalar::from_seconds(number.as_f64().unwrap()).unwrap())
        }
        (Kind::Timestamp, Value::String(text)) => json!(text.parse::<Timestamp>().unwrap()),
        (Kind::Blob, Value::String(text)) => json!(BASE64_STANDARD.encode(text)),
        (_, value) => value.clone(),
    }
}

fn from_json(body: &[u8]) -> Value {
    if body.is_empty() {
        return json!({});
    }
    let value = serde_json::from_slice(body);
    without_null(value.unwrap_or_else(|_| json!(String::from_utf8_lossy(body))))
}

/// Absent is as good as null.
fn without_null(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_null(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_null).collect(),
        value => value,
    }
}

fn from_xml(body: &[u8]) -> Value {
    let text = std::str::from_utf8(body).unwrap().trim();
    if text.starts_with('<') { Element::parse(text).unwrap().content() } else { json!(text) }
}

fn from_cbor(body: &[u8]) -> Value {
    if body.is_empty() {
        return json!({});
    }
    let value: ciborium::Value = ciborium::from_reader(body).unwrap();
    without_null(plain(&value))
}

/// CBOR as JSON, with what JSON has not marked by text, and numbers without their width.
fn plain(value: &ciborium::Value) -> Value {
    match value {
        ciborium::Value::Integer(number) => json!(i128::from(*number) as f64),
        ciborium::Value::Float(number) => json!(number),
        ciborium::Value::Bytes(bytes) => json!({ "bytes": bytes }),
        ciborium::Value::Text(text) => json!(text),
        ciborium::Value::Bool(value) => json!(value),
        ciborium::Value::Tag(tag, value) => json!({ "tag": tag, "value": plain(value) }),
        ciborium::Value::Array(items) => items.iter().map(plain).collect(),
        ciborium::Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| (key.as_text().unwrap().to_owned(), plain(value)))
            .collect(),
        _ => Value::Null,
    }
}
