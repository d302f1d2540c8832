//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::policy::PolicyError;
use crate::services::tags::TagError;

pub(super) fn key_not_found(arn: &str) -> Fault {
    Fault::new("NotFoundException", format!("Key '{arn}' does not exist"))
}

pub(super) fn invalid_key_id(id: &str) -> Fault {
    Fault::new("NotFoundException", format!("Invalid keyId '{id}'"))
}

pub(super) fn alias_not_found(arn: &str) -> Fault {
    Fault::new("NotFoundException", format!("Alias {arn} is not found."))
}

pub(super) fn policy_not_found() -> Fault {
    Fault::new("NotFoundException", "No such policy exists")
}

pub(super) fn invalid_arn(id: &str) -> Fault {
    Fault::new("InvalidArnException", format!("Invalid arn {id}"))
}

pub(super) fn alias_exists(arn: &str) -> Fault {
    Fault::new("AlreadyExistsException", format!("An alias with the name {arn} already exists"))
}

pub(super) fn alias_without_prefix() -> Fault {
    Fault::new("ValidationException", "Alias must start with the prefix \"alias/\".")
}

pub(super) fn alias_reserved() -> Fault {
    Fault::new("InvalidAliasNameException", "Aliases with the prefix alias/aws/ are reserved.")
}

pub(super) fn invalid_alias(name: &str) -> Fault {
    Fault::new("InvalidAliasNameException", format!("Alias name {name} is not valid."))
}

pub(super) fn alias_to_aws_managed() -> Fault {
    Fault::new("KMSInvalidStateException", "An alias cannot point to an AWS managed key.")
}

pub(super) fn alias_to_other_type() -> Fault {
    validation("Alias cannot be updated to a key of a different type or usage.")
}

pub(super) fn invalid_state(arn: &str, state: &str) -> Fault {
    Fault::new("KMSInvalidStateException", format!("{arn} is {state}."))
}

pub(super) fn disabled(arn: &str) -> Fault {
    Fault::new("DisabledException", format!("{arn} is disabled."))
}

pub(super) fn aws_managed(arn: &str) -> Fault {
    Fault::new(
        "AccessDeniedException",
        format!("The operation is not allowed on the AWS managed key {arn}."),
    )
}

pub(super) fn unsupported(arn: &str) -> Fault {
    Fault::new("UnsupportedOperationException", format!("{arn} does not support this operation."))
}

pub(super) fn unsupported_origin() -> Fault {
    Fault::new("UnsupportedOperationException", "The sandbox has no custom key stores.")
}

pub(super) fn validation(message: impl Into<String>) -> Fault {
    Fault::new("ValidationException", message)
}

pub(super) fn malformed_policy(error: PolicyError) -> Fault {
    Fault::new("MalformedPolicyDocumentException", error.to_string())
}

pub(super) fn policy_locks_out() -> Fault {
    Fault::new(
        "MalformedPolicyDocumentException",
        "The new key policy will not allow you to update the key policy in the future.",
    )
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    match error {
        TagError::TooMany => Fault::new("LimitExceededException", "Too many tags"),
        _ => Fault::new("TagException", error.to_string()),
    }
}

pub(super) fn invalid_marker(_: InvalidToken) -> Fault {
    Fault::new("InvalidMarkerException", "Invalid marker.")
}
