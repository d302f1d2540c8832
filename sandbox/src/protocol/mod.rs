//! The wire protocols: HTTP messages to values in the shapes of a service's model, and back.
//!
//! The codecs know nothing of services. They work from `models/<service>.json`, so an operation's
//! request arrives with the model's member names and checked types, and its response leaves in
//! the form that the protocol asks for. To add a service:
//!
//! 1. Write `src/services/<service>/` with its table of operations, and name it in
//!    [`crate::services::operations`].
//! 2. Run `scripts/models.py`: it finds the operations in the table and writes the model.
//! 3. Add the name to the list of models in [`model`].
//!
//! Nothing else: the protocol is the model's. To add an operation, only steps 1 and 2.
//!
//! ```
//! use bytes::Bytes;
//! use sandbox::protocol::Codec;
//!
//! let request = http::Request::post("/").body(Bytes::from("Action=GetCallerIdentity")).unwrap();
//! let codec = Codec::of("sts", &request);
//! assert_eq!(codec.operation(&request).unwrap(), "GetCallerIdentity");
//! assert_eq!(codec.decode("GetCallerIdentity", &request).unwrap(), serde_json::json!({}));
//! ```
//!
//! In values a moment is RFC 3339 text, bytes are base64 text, and `null` is as good as absent.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use serde_json::{Map, Value};

use crate::fault::Fault;
use model::{Model, Operation};
use refusal::Refusal;

pub mod cbor;
pub mod ec2;
pub mod form;
pub mod json;
pub mod model;
pub mod query;
pub mod refusal;
pub mod rest;
pub mod rest_json;
pub mod rest_xml;
pub mod scalar;
#[cfg(test)]
mod tests;
pub mod validate;
pub mod xml;

/// The wire protocols of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Forms in, XML out (IAM, STS, RDS, SNS).
    Query,
    /// EC2's own kind of it.
    Ec2,
    /// JSON 1.0 and 1.1 (ECR, KMS, Logs, Secrets Manager, App Runner, WAF, ECS).
    Json,
    /// HTTP's methods and paths, JSON bodies (Security Hub).
    RestJson,
    /// HTTP's methods and paths, XML bodies (CloudFront).
    RestXml,
    /// Smithy RPC v2 (CloudWatch).
    Cbor,
}

impl Protocol {
    /// The protocol that a request speaks, among those of the service.
    fn of(model: &Model, request: &Request<Bytes>) -> Self {
        let speaks = |name: &str| model.metadata.protocols.iter().any(|protocol| protocol == name);
        let headers = request.headers();
        if speaks("smithy-rpc-v2-cbor") && headers.contains_key(cbor::PROTOCOL_HEADER) {
            return Self::Cbor;
        }
        if speaks("json") && headers.contains_key("x-amz-target") {
            return Self::Json;
        }
        if speaks("query") {
            return Self::Query;
        }
        match model.metadata.protocol.as_str() {
            "ec2" => Self::Ec2,
            "rest-json" => Self::RestJson,
            "rest-xml" => Self::RestXml,
            "smithy-rpc-v2-cbor" => Self::Cbor,
            _ => Self::Json,
        }
    }
}

/// One service's messages in one protocol.
#[derive(Debug, Clone, Copy)]
pub struct Codec<'a> {
    /// The service, by the name in its credential scope.
    pub service: &'a str,
    /// Its API.
    pub model: &'a Model,
    /// The protocol that the request speaks.
    pub protocol: Protocol,
}

impl<'a> Codec<'a> {
    /// The codec for a request to a service; one without a model implements no operation.
    pub fn of(service: &'a str, request: &Request<Bytes>) -> Self {
        let model = Model::of(service).unwrap_or_else(|| Model::unknown());
        Self::new(service, model, request)
    }

    /// The service that an unsigned request is most likely addressed to, so that the error has
    /// the form that its client reads.
    pub fn guess_service(request: &Request<Bytes>) -> &'static str {
        let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
        let has = |service: &&&str| {
            let model = Model::of(service).unwrap_or_else(|| Model::unknown());
            match (target, &model.metadata.target_prefix) {
                (Some(target), Some(prefix)) => target.starts_with(prefix.as_str()),
                (Some(_), None) => false,
                (None, _) => query::operation(request)
                    .is_ok_and(|operation| model.operations.contains_key(&operation)),
            }
        };
        model::SERVICES.iter().find(has).copied().unwrap_or("unknown")
    }

    /// The codec for a request to a service with a given model.
    pub fn new(service: &'a str, model: &'a Model, request: &Request<Bytes>) -> Self {
        Self { service, model, protocol: Protocol::of(model, request) }
    }

    /// The operation that a request is for.
    ///
    /// # Errors
    /// When it names none, or one that the model does not have.
    pub fn operation(&self, request: &Request<Bytes>) -> Result<&'a str, Fault> {
        let name = match self.protocol {
            Protocol::Query | Protocol::Ec2 => {
                query::operation(request).map_err(|refusal| self.refuse(&refusal))?
            }
            Protocol::Json => json::operation(request),
            Protocol::Cbor => cbor::operation(request),
            Protocol::RestJson | Protocol::RestXml => {
                rest::operation(self.model, request).unwrap_or_default().to_owned()
            }
        };
        match self.model.operations.get_key_value(&name) {
            Some((name, _)) => Ok(name),
            None if name.is_empty() => Err(self.no_operation()),
            None => Err(Fault::not_implemented(self.service, &name)),
        }
    }

    fn no_operation(&self) -> Fault {
        match self.protocol {
            _ if self.model.operations.is_empty() => Fault::no_service(self.service),
            Protocol::Query | Protocol::Ec2 => Fault::new(
                "MissingAction",
                "The request is missing an action or a required parameter.",
            ),
            _ => Fault::new("UnknownOperationException", "The request names no known operation.")
                .with_status(404),
        }
    }

    /// The request as a value by member names, checked against the model.
    ///
    /// # Errors
    /// What the service answers to a request that is malformed, has values of wrong types, or
    /// breaks the model's constraints.
    pub fn decode(&self, operation: &str, request: &Request<Bytes>) -> Result<Value, Fault> {
        let Some(input) = &self.find(operation)?.input else {
            return Ok(Value::Object(Map::new()));
        };
        let value = match self.protocol {
            Protocol::Query => query::decode(self.model, input, request, query::Dialect::Query),
            Protocol::Ec2 => query::decode(self.model, input, request, query::Dialect::Ec2),
            Protocol::Json => json::decode(self.model, input, request.body()),
            Protocol::Cbor => cbor::decode(self.model, input, request.body()),
            Protocol::RestJson => rest_json::decode(self.model, operation, input, request),
            Protocol::RestXml => rest_xml::decode(self.model, operation, input, request),
        };
        let value = value.map_err(|refusal| self.refuse(&refusal))?;
        validate::request(self.model, input, &value).map_err(|refusal| self.refuse(&refusal))?;
        Ok(value)
    }

    /// The response of an operation that succeeded.
    ///
    /// # Errors
    /// An internal fault when the value is not in the shape of the model's output.
    pub fn encode(
        &self,
        name: &str,
        value: Value,
        request_id: &str,
    ) -> Result<Response<Bytes>, Fault> {
        let operation = self.find(name)?;
        let value = self.conform(name, operation, value)?;
        let output = operation.output.as_ref();
        Ok(match self.protocol {
            Protocol::Query => query::encode(self, name, operation, &value, request_id),
            Protocol::Ec2 => ec2::encode(self, name, operation, &value, request_id),
            Protocol::Json => json::encode(self, output, &value, request_id),
            Protocol::Cbor => cbor::encode(self, output, &value, request_id),
            Protocol::RestJson => rest_json::encode(self, operation, &value, request_id),
            Protocol::RestXml => rest_xml::encode(self, operation, &value, request_id),
        })
    }

    fn conform(&self, name: &str, operation: &Operation, value: Value) -> Result<Value, Fault> {
        let flaw = |what: String| {
            Fault::internal(format!("{}:{name} gave a wrong response: {what}", self.service))
        };
        match (&operation.output, value) {
            (Some(output), Value::Null) => {
                let empty = Value::Object(Map::new());
                validate::response(self.model, output, empty).map_err(flaw)
            }
            (Some(output), value) => validate::response(self.model, output, value).map_err(flaw),
            (None, Value::Null) => Ok(Value::Null),
            (None, Value::Object(members)) if members.is_empty() => Ok(Value::Null),
            (None, value) => Err(flaw(format!("{value}, where the model has no output"))),
        }
    }

    /// The response of a request that failed.
    pub fn fault(&self, fault: &Fault, request_id: &str) -> Response<Bytes> {
        match self.protocol {
            Protocol::Query | Protocol::RestXml => {
                query::fault(self, &self.on_the_wire(fault), request_id)
            }
            Protocol::Ec2 => ec2::fault(self, fault, request_id),
            Protocol::Json => json::fault(self, &json::content_type(self.model), fault, request_id),
            Protocol::RestJson => json::fault(self, "application/json", fault, request_id),
            Protocol::Cbor => cbor::fault(self, fault, request_id),
        }
    }

    fn find(&self, name: &str) -> Result<&'a Operation, Fault> {
        let operation = self.model.operations.get(name);
        operation.ok_or_else(|| Fault::not_implemented(self.service, name))
    }

    fn refuse(&self, refusal: &Refusal) -> Fault {
        refusal.fault(self.service, self.protocol)
    }

    /// The fault with the code that the model gives it on the wire, which may not be its name.
    fn on_the_wire(&self, fault: &Fault) -> Fault {
        let modelled = self.model.error(&fault.code).and_then(|(_, shape)| shape.error.as_ref());
        let code = modelled.and_then(|error| error.code.as_ref()).unwrap_or(&fault.code);
        Fault { code: code.clone(), ..fault.clone() }
    }

    /// The name of the fault's shape, or its code when it is not modelled.
    fn error_name<'f>(&'f self, fault: &'f Fault) -> &'f str {
        self.model.error(&fault.code).map_or(&fault.code, |(name, _)| name)
    }

    /// The HTTP status: the fault's own, or the model's where the fault does not say.
    fn status(&self, fault: &Fault) -> StatusCode {
        let modelled = self.model.error(&fault.code).and_then(|(_, shape)| shape.error_status());
        let status = modelled.filter(|_| fault.status == 400).unwrap_or(fault.status);
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// For clients that still expect the query protocol's codes.
    fn add_query_error(&self, fault: &Fault, response: &mut Response<Bytes>) {
        if self.model.metadata.aws_query_compatible.is_none() {
            return;
        }
        let kind = if fault.status < 500 { "Sender" } else { "Receiver" };
        let text = format!("{};{kind}", self.on_the_wire(fault).code);
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert("x-amzn-query-error", value);
        }
    }

    /// A response with what every response has.
    fn response(
        &self,
        status: StatusCode,
        content_type: &str,
        body: Vec<u8>,
        request_id: &str,
    ) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in [("content-type", content_type), ("x-amzn-requestid", request_id)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}
