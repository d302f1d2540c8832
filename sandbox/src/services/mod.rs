//! The services: each is a state and a table of operations; neither knows of HTTP.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::Call;
use crate::fault::Fault;

pub mod acm;
pub mod apprunner;
pub mod cloudfront;
pub mod cloudtrail;
pub mod config;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod events;
pub mod guardduty;
pub mod iam;
pub mod image;
pub mod kms;
pub mod logs;
pub mod monitoring;
pub(crate) mod page;
pub(crate) mod policy;
pub mod rds;
pub mod s3;
pub mod s3control;
pub mod secretsmanager;
pub mod securityhub;
pub mod sns;
pub mod sts;
pub mod tags;
pub mod wafv2;
pub(crate) mod wildcard;

/// One operation: its name in the model and the function that answers it.
#[derive(Clone, Copy)]
pub struct Operation {
    /// The name as the service's model spells it.
    pub name: &'static str,
    /// Takes the request and gives the response in the shapes' member names.
    pub handler: Handler,
}

/// An operation with its types erased: values keyed by the model's member names.
pub type Handler = fn(&mut Call<'_>, Value) -> Result<Value, Fault>;

/// The answer of an operation that has nothing to tell.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Empty {}

/// A table row: `operation!("CreateVpc", vpc::create)`.
macro_rules! operation {
    ($name:literal, $function:path) => {
        $crate::services::Operation {
            name: $name,
            handler: |call, request| {
                $crate::services::respond($function(call, $crate::services::request(request)?)?)
            },
        }
    };
}
pub(crate) use operation;

/// The operations of a service, by the name in its credential scope (`ec2`, `logs`, …).
pub fn operations(service: &str) -> Option<&'static [Operation]> {
    Some(match service {
        "acm" => acm::OPERATIONS,
        "apprunner" => apprunner::OPERATIONS,
        "cloudfront" => cloudfront::OPERATIONS,
        "cloudtrail" => cloudtrail::OPERATIONS,
        "config" => config::OPERATIONS,
        "ec2" => ec2::OPERATIONS,
        "ecr" => ecr::OPERATIONS,
        "ecs" => ecs::OPERATIONS,
        "events" => events::OPERATIONS,
        "guardduty" => guardduty::OPERATIONS,
        "iam" => iam::OPERATIONS,
        "kms" => kms::OPERATIONS,
        "logs" => logs::OPERATIONS,
        "monitoring" => monitoring::OPERATIONS,
        "rds" => rds::OPERATIONS,
        "s3control" => s3control::OPERATIONS,
        "secretsmanager" => secretsmanager::OPERATIONS,
        "securityhub" => securityhub::OPERATIONS,
        "sns" => sns::OPERATIONS,
        "sts" => sts::OPERATIONS,
        "wafv2" => wafv2::OPERATIONS,
        _ => return None,
    })
}

/// Reads a request. The codec has checked names and types against the model already, so a
/// mismatch here is a member that this operation needs and the model calls optional.
pub(crate) fn request<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_json::from_value(value).map_err(|error| {
        Fault::new("ValidationError", format!("The request is not valid: {error}."))
    })
}

/// Writes a response. A member that is `null` is left out by the codec.
pub(crate) fn respond<T: Serialize>(response: T) -> Result<Value, Fault> {
    serde_json::to_value(response).map_err(|error| Fault::internal(error.to_string()))
}
