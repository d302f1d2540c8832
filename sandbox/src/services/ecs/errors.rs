//! The service's errors, in AWS's words where they are known.

use std::fmt::Display;

use serde::Serialize;

use crate::fault::Fault;
use crate::services::page::InvalidToken;

/// What an operation on several objects says of one that it has not found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    arn: String,
    reason: &'static str,
}

pub(super) fn missing(arn: String) -> Failure {
    Failure { arn, reason: "MISSING" }
}

pub(super) fn invalid(message: impl Display) -> Fault {
    Fault::new("InvalidParameterException", message.to_string())
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    invalid("Invalid token.")
}

pub(super) fn cluster_not_found() -> Fault {
    Fault::new("ClusterNotFoundException", "Cluster not found.")
}

pub(super) fn cluster_in_use() -> Fault {
    let message = "The Cluster cannot be deleted while Services are active.";
    Fault::new("ClusterContainsServicesException", message)
}

pub(super) fn service_not_found() -> Fault {
    Fault::new("ServiceNotFoundException", "Service not found.")
}

pub(super) fn service_not_active() -> Fault {
    Fault::new("ServiceNotActiveException", "Service was not ACTIVE.")
}

pub(super) fn service_exists() -> Fault {
    invalid("Creation of service was not idempotent.")
}

pub(super) fn service_drains() -> Fault {
    invalid("Unable to Start a service that is still Draining.")
}

pub(super) fn resource_not_found(what: &str) -> Fault {
    Fault::new("ResourceNotFoundException", format!("The specified {what} wasn't found."))
}

pub(super) fn role_unusable(role: &str) -> Fault {
    invalid(format!(
        "ECS was unable to assume the role '{role}' that was provided for this service. Please \
         verify that the role being passed has the proper trust relationship and permissions."
    ))
}

pub(super) fn no_such_size(cpu: &str, memory: &str) -> Fault {
    client(format!("No Fargate configuration exists for given values: {cpu} CPU, {memory} memory."))
}

pub(super) fn task_definition_not_found() -> Fault {
    client("Unable to describe task definition.".to_owned())
}

fn client(message: String) -> Fault {
    Fault::new("ClientException", message)
}
