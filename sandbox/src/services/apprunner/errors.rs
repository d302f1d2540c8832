//! The service's errors, in AWS's words where they are known.

use std::fmt::Display;

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

pub(super) fn invalid(message: impl Display) -> Fault {
    Fault::new("InvalidRequestException", message.to_string())
}

fn state(message: String) -> Fault {
    Fault::new("InvalidStateException", message)
}

pub(super) fn not_found(what: &str, arn: &str) -> Fault {
    Fault::new("ResourceNotFoundException", format!("{what} not found for the ARN: {arn}"))
}

pub(super) fn quota_exceeded(name: &str) -> Fault {
    Fault::new(
        "ServiceQuotaExceededException",
        format!("The quota leaves no room for another revision of {name}."),
    )
}

pub(super) fn service_exists(name: &str) -> Fault {
    invalid(format!("Service with the provided name already exists: {name}."))
}

pub(super) fn connector_exists(name: &str) -> Fault {
    invalid(format!("VPC connector with the provided name already exists: {name}."))
}

pub(super) fn connector_in_use(arn: &str) -> Fault {
    invalid(format!("Provided VPC connector arn is being used by other services. ARN: {arn}"))
}

pub(super) fn in_use(what: &str, arn: &str) -> Fault {
    invalid(format!("{what} is being used by other services. ARN: {arn}"))
}

pub(super) fn default_scaling(arn: &str) -> Fault {
    invalid(format!("The default auto scaling configuration can't be deleted. ARN: {arn}"))
}

pub(super) fn role_unusable(role: &str) -> Fault {
    invalid(format!("Error in assuming access role {role}"))
}

pub(super) fn instance_role_unusable(role: &str) -> Fault {
    invalid(format!("Error in assuming instance role {role}"))
}

pub(super) fn not_built(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox does not implement {what}.")).with_status(501)
}

/// `wanted` are the states in which it may be done.
pub(super) fn wrong_state(wanted: &str, done: &str, found: &str) -> Fault {
    state(format!("Service status must be {wanted} to be {done}. Current status: {found}"))
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    invalid(error)
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    invalid("The provided NextToken is not valid.")
}
