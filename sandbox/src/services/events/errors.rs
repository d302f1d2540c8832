//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

pub(super) fn validation(message: impl Into<String>) -> Fault {
    Fault::new("ValidationException", message)
}

fn not_found(message: impl Into<String>) -> Fault {
    Fault::new("ResourceNotFoundException", message)
}

pub(super) fn rule_not_found(name: &str) -> Fault {
    not_found(format!("Rule {name} does not exist on EventBus default."))
}

pub(super) fn bus_not_found(name: &str) -> Fault {
    not_found(format!("Event bus {name} does not exist."))
}

pub(super) fn resource_not_found() -> Fault {
    not_found("Resource does not exist.")
}

pub(super) fn invalid_pattern(reason: &str) -> Fault {
    Fault::new(
        "InvalidEventPatternException",
        format!("Event pattern is not valid. Reason: {reason}"),
    )
}

pub(super) fn limit_exceeded() -> Fault {
    Fault::new(
        "LimitExceededException",
        "The requested resource exceeds the maximum number allowed.",
    )
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    validation("Parameter NextToken is not valid.")
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    validation(error.to_string())
}

/// What the sandbox does not do is refused rather than ignored.
pub(super) fn not_built(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox's EventBridge has no {what}."))
        .with_status(501)
}
