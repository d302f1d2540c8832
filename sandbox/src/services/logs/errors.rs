//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

fn not_found(message: impl Into<String>) -> Fault {
    Fault::new("ResourceNotFoundException", message)
}

fn exists(message: impl Into<String>) -> Fault {
    Fault::new("ResourceAlreadyExistsException", message)
}

pub(super) fn invalid_parameter(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterException", message)
}

pub(super) fn group_not_found() -> Fault {
    not_found("The specified log group does not exist.")
}

pub(super) fn stream_not_found() -> Fault {
    not_found("The specified log stream does not exist.")
}

pub(super) fn resource_not_found() -> Fault {
    not_found("The specified resource does not exist.")
}

pub(super) fn policy_not_found(name: &str) -> Fault {
    not_found(format!("Policy with name [{name}] does not exist."))
}

pub(super) fn group_exists() -> Fault {
    exists("The specified log group already exists")
}

pub(super) fn stream_exists() -> Fault {
    exists("The specified log stream already exists")
}

pub(super) fn group_protected() -> Fault {
    Fault::new(
        "ValidationException",
        "The log group cannot be deleted because deletion protection is enabled.",
    )
}

pub(super) fn key_unusable() -> Fault {
    invalid_parameter(
        "The specified KMS Key Id could not be found, or the key is disabled or not symmetric.",
    )
}

pub(super) fn stale_revision() -> Fault {
    Fault::new(
        "OperationAbortedException",
        "The expectedRevisionId is not the revision of the policy.",
    )
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    match error {
        TagError::TooMany => Fault::new("TooManyTagsException", error.to_string()),
        _ => invalid_parameter(error.to_string()),
    }
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    invalid_parameter("The specified nextToken is invalid.")
}

pub(super) fn invalid_pattern() -> Fault {
    invalid_parameter("Invalid filter pattern")
}

pub(super) fn invalid_transformation(what: &str) -> Fault {
    invalid_parameter(format!("Invalid metric transformation: {what}"))
}

pub(super) fn filter_not_found() -> Fault {
    not_found("The specified metric filter does not exist.")
}

pub(super) fn class_without_filters() -> Fault {
    Fault::new(
        "InvalidOperationException",
        "This operation is not supported for log groups of this class.",
    )
}

pub(super) fn filter_option_not_built(option: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox's metric filters have no {option}."))
        .with_status(501)
}

pub(super) fn limit_exceeded() -> Fault {
    Fault::new("LimitExceededException", "Resource limit exceeded.")
}

pub(super) fn pattern_not_built() -> Fault {
    Fault::new("NotImplemented", "The sandbox filters log events by terms and by JSON only.")
        .with_status(501)
}
