//! The service's errors, in AWS's words. Their codes are the names of the model's shapes, which
//! each protocol writes in its own way.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

pub(super) fn validation(message: impl Into<String>) -> Fault {
    Fault::new("ValidationError", message)
}

pub(super) fn invalid_value(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterValueException", message)
}

pub(super) fn invalid_combination(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterCombinationException", message)
}

pub(super) fn missing(parameter: &str) -> Fault {
    Fault::new(
        "MissingRequiredParameterException",
        format!("The parameter {parameter} is required."),
    )
}

pub(super) fn alarm_not_found(name: &str) -> Fault {
    Fault::new("ResourceNotFound", format!("Alarm {name} does not exist")).with_status(404)
}

pub(super) fn resource_not_found(arn: &str) -> Fault {
    Fault::new("ResourceNotFoundException", format!("Unknown resource: {arn}")).with_status(404)
}

pub(super) fn detector_not_found() -> Fault {
    Fault::new("ResourceNotFoundException", "Anomaly Detector not found").with_status(404)
}

pub(super) fn dashboard_not_found(name: &str) -> Fault {
    Fault::new("DashboardNotFoundError", format!("Dashboard {name} does not exist"))
        .with_status(404)
}

pub(super) fn invalid_dashboard(message: impl Into<String>) -> Fault {
    Fault::new("DashboardInvalidInputError", message)
}

pub(super) fn invalid_reason_data() -> Fault {
    Fault::new("InvalidFormatFault", "StateReasonData must be a valid JSON document.")
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    Fault::new("InvalidNextToken", "The next token specified is invalid.")
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    invalid_value(error.to_string())
}

/// What the sandbox does not compute is refused rather than ignored.
pub(super) fn not_computed(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox's CloudWatch does not compute {what}."))
        .with_status(501)
}
