//! The shapes of a service's API, as botocore describes them; see `models/README.md`.

use std::collections::HashMap;
use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

/// The embedded models, each parsed when its service is first called.
macro_rules! models {
    ($($service:literal),* $(,)?) => {
        /// The services that have a model, by the name in their credential scope.
        pub const SERVICES: &[&str] = &[$($service),*];

        fn embedded(service: &str) -> Option<&'static Result<Model, ModelError>> {
            match service {
                $($service => {
                    static MODEL: LazyLock<Result<Model, ModelError>> = LazyLock::new(|| {
                        Model::parse(include_bytes!(concat!("../../models/", $service, ".json")))
                    });
                    Some(&MODEL)
                })*
                _ => None,
            }
        }
    };
}

models![
    "acm",
    "apprunner",
    "cloudfront",
    "cloudtrail",
    "config",
    "ec2",
    "ecr",
    "ecs",
    "events",
    "guardduty",
    "iam",
    "kms",
    "logs",
    "monitoring",
    "rds",
    "s3control",
    "secretsmanager",
    "securityhub",
    "sns",
    "sts",
    "wafv2"
];

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// It is not JSON of the expected form.
    #[error("the model is not readable: {0}")]
    Unreadable(String),
    /// A reference leads nowhere.
    #[error("the model refers to the shape {0}, which it does not have")]
    MissingShape(String),
}

/// One service's API.
#[derive(Debug, Default, Deserialize)]
pub struct Model {
    /// What holds for the service as a whole.
    pub metadata: Metadata,
    /// The operations, by name.
    pub operations: IndexMap<String, Operation>,
    shapes: HashMap<String, Shape>,
}

/// What holds for a service as a whole.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The date that names the version of the API.
    pub api_version: String,
    /// The protocol that its authors prefer: `query`, `ec2`, `json`, `rest-json`, `rest-xml`, ….
    pub protocol: String,
    /// Every protocol that it speaks.
    #[serde(default)]
    pub protocols: Vec<String>,
    /// `1.0` or `1.1`, for the JSON protocol.
    pub json_version: Option<String>,
    /// What stands before the operation's name in `X-Amz-Target`.
    pub target_prefix: Option<String>,
    /// The namespace of XML responses.
    pub xml_namespace: Option<String>,
    /// Present where clients of the query protocol were moved to another one, and still expect
    /// the query protocol's error codes.
    pub aws_query_compatible: Option<serde_json::Value>,
}

/// One operation.
#[derive(Debug, Deserialize)]
pub struct Operation {
    /// Its method, path and status.
    pub http: Http,
    /// The request's shape; none when there is nothing to say.
    pub input: Option<Reference>,
    /// The response's shape; none when there is nothing to say.
    pub output: Option<Reference>,
}

/// An operation's place in HTTP.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Http {
    /// The method.
    pub method: String,
    /// The path, with `{Member}` and `{Member+}`, and with constant query parameters.
    pub request_uri: String,
    /// The status of success; 200 unless told.
    pub response_code: Option<u16>,
}

/// A use of a shape, with what this use says of its wire form.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Reference {
    /// The shape's name.
    pub shape: String,
    /// The name on the wire, where it is not the member's.
    pub location_name: Option<String>,
    /// The name in requests of the ec2 protocol, before any other.
    pub query_name: Option<String>,
    /// Where in HTTP it stands: `uri`, `querystring`, `header`, `headers`, `statusCode`.
    pub location: Option<String>,
    /// The element around a query response's content.
    pub result_wrapper: Option<String>,
    /// `iso8601`, `unixTimestamp` or `rfc822`, where it is not the protocol's own.
    pub timestamp_format: Option<String>,
    /// The namespace of its XML element.
    pub xml_namespace: Option<Namespace>,
    /// An attribute of the surrounding XML element instead of an element.
    pub xml_attribute: bool,
    /// A list or map without an element around its items.
    pub flattened: bool,
}

/// An XML namespace.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Namespace {
    /// The default namespace of the element.
    Uri(String),
    /// A namespace with a prefix, as S3's `xsi:type` has it.
    Prefixed {
        /// The URI.
        uri: String,
        /// The prefix; none for the default namespace.
        prefix: Option<String>,
    },
}

impl Namespace {
    /// The attribute that declares it: `xmlns` or `xmlns:prefix`, and the URI.
    pub fn attribute(&self) -> (String, &str) {
        match self {
            Self::Prefixed { uri, prefix: Some(prefix) } => (format!("xmlns:{prefix}"), uri),
            Self::Uri(uri) | Self::Prefixed { uri, prefix: None } => ("xmlns".to_owned(), uri),
        }
    }
}

/// A type.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shape {
    /// What kind of type.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// A structure's members, by name.
    #[serde(default)]
    pub members: IndexMap<String, Reference>,
    /// The members that a request must have.
    #[serde(default)]
    pub required: Vec<String>,
    /// The items of a list.
    pub member: Option<Reference>,
    /// The keys of a map.
    pub key: Option<Reference>,
    /// The values of a map.
    pub value: Option<Reference>,
    /// The only values that a string may have; empty when it is free.
    #[serde(rename = "enum", default)]
    pub values: Vec<String>,
    /// The least length, size or value.
    pub min: Option<f64>,
    /// The greatest length, size or value.
    pub max: Option<f64>,
    /// The member that is the whole body.
    pub payload: Option<String>,
    /// A list or map without an element around its items.
    #[serde(default)]
    pub flattened: bool,
    /// The name of its XML element.
    pub location_name: Option<String>,
    /// The namespace of its XML element.
    pub xml_namespace: Option<Namespace>,
    /// `iso8601`, `unixTimestamp` or `rfc822`, where it is not the protocol's own.
    pub timestamp_format: Option<String>,
    /// A structure that is any JSON.
    #[serde(default)]
    pub document: bool,
    /// A structure that is an error.
    #[serde(default)]
    pub exception: bool,
    /// How the error looks on the wire.
    pub error: Option<ErrorTrait>,
}

/// How a modelled error looks on the wire.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorTrait {
    /// The code, where it is not the shape's name.
    pub code: Option<String>,
    /// The HTTP status.
    pub http_status_code: Option<u16>,
}

/// The kinds of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Named members.
    Structure,
    /// Items of one shape.
    List,
    /// Values of one shape, by key.
    Map,
    /// Text.
    String,
    /// Text of one character.
    Character,
    /// `true` or `false`.
    Boolean,
    /// A whole number of 8 bits.
    Byte,
    /// A whole number of 16 bits.
    Short,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number of 32 bits.
    Float,
    /// A number of 64 bits.
    Double,
    /// A moment.
    Timestamp,
    /// Bytes.
    Blob,
}

impl Model {
    /// The model of a service, by the name in its credential scope.
    pub fn of(service: &str) -> Option<&'static Self> {
        match embedded(service)? {
            Ok(model) => Some(model),
            Err(error) => {
                tracing::error!(service, %error, "an embedded model is not valid");
                None
            }
        }
    }

    /// A model without operations, for errors about services that have none.
    pub fn unknown() -> &'static Self {
        static UNKNOWN: LazyLock<Model> = LazyLock::new(|| Model {
            metadata: Metadata {
                protocols: ["smithy-rpc-v2-cbor", "json", "query"].map(str::to_owned).to_vec(),
                ..Metadata::default()
            },
            ..Model::default()
        });
        &UNKNOWN
    }

    /// Reads a model and checks that every reference in it resolves.
    ///
    /// # Errors
    /// When it is not a model, or a shape is missing.
    pub fn parse(bytes: &[u8]) -> Result<Self, ModelError> {
        let model: Self = serde_json::from_slice(bytes)
            .map_err(|error| ModelError::Unreadable(error.to_string()))?;
        let missing = model
            .references()
            .map(|reference| &reference.shape)
            .find(|name| !model.shapes.contains_key(*name));
        if let Some(name) = missing {
            return Err(ModelError::MissingShape(name.clone()));
        }
        Ok(model)
    }

    /// The shape that a reference names. [`Model::parse`] has checked that there is one.
    pub fn shape(&self, reference: &Reference) -> &Shape {
        &self.shapes[&reference.shape]
    }

    /// The modelled error with this name or wire code, and its name.
    pub fn error(&self, code: &str) -> Option<(&str, &Shape)> {
        let by_name = self.shapes.get_key_value(code).filter(|(_, shape)| shape.exception);
        by_name
            .or_else(|| self.shapes.iter().find(|(_, shape)| shape.error_code() == Some(code)))
            .map(|(name, shape)| (name.as_str(), shape))
    }

    fn references(&self) -> impl Iterator<Item = &Reference> {
        let operations = self
            .operations
            .values()
            .flat_map(|operation| operation.input.iter().chain(&operation.output));
        let shapes = self.shapes.values().flat_map(|shape| {
            shape.members.values().chain(&shape.member).chain(&shape.key).chain(&shape.value)
        });
        operations.chain(shapes)
    }
}

impl Shape {
    fn error_code(&self) -> Option<&str> {
        self.error.as_ref().and_then(|error| error.code.as_deref()).filter(|_| self.exception)
    }

    /// The HTTP status of a modelled error.
    pub fn error_status(&self) -> Option<u16> {
        self.error.as_ref().and_then(|error| error.http_status_code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services;

    #[test]
    fn every_embedded_model_is_valid_and_has_the_operations_of_the_table() {
        for service in SERVICES {
            let model = Model::of(service).unwrap();
            for operation in services::operations(service).unwrap() {
                assert!(
                    model.operations.contains_key(operation.name),
                    "{service}:{} is not in the model; run scripts/models.py",
                    operation.name
                );
            }
        }
    }

    #[test]
    fn a_reference_that_leads_nowhere_is_refused() {
        let text = br#"{"metadata":{"apiVersion":"1","protocol":"json"},"operations":{},
            "shapes":{"A":{"type":"list","member":{"shape":"B"}}}}"#;
        assert!(matches!(Model::parse(text), Err(ModelError::MissingShape(name)) if name == "B"));
    }

    #[test]
    fn an_unknown_service_has_no_model() {
        assert!(Model::of("braket").is_none());
    }
}
