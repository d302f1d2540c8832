//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

pub(super) fn not_found() -> Fault {
    Fault::new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

pub(super) fn version_not_found(version: &str) -> Fault {
    Fault::new(
        "ResourceNotFoundException",
        format!("Secrets Manager can't find the specified secret value for VersionId: {version}"),
    )
}

pub(super) fn stage_not_found(stage: &str) -> Fault {
    Fault::new(
        "ResourceNotFoundException",
        format!("Secrets Manager can't find the specified secret value for staging label: {stage}"),
    )
}

pub(super) fn exists(name: &str) -> Fault {
    Fault::new(
        "ResourceExistsException",
        format!("The operation failed because the secret {name} already exists."),
    )
}

pub(super) fn token_in_use(token: &str, arn: &str) -> Fault {
    Fault::new(
        "ResourceExistsException",
        format!(
            "You can't use ClientRequestToken {token} because that value is already in use for \
             a version of secret {arn}."
        ),
    )
}

pub(super) fn name_scheduled_for_deletion() -> Fault {
    invalid_request(
        "You can't create this secret because a secret with this name is already scheduled for \
         deletion.",
    )
}

pub(super) fn marked_for_deletion() -> Fault {
    invalid_request(
        "You can't perform this operation on the secret because it was marked for deletion.",
    )
}

pub(super) fn managed(service: &str) -> Fault {
    invalid_request(format!(
        "You can't perform this operation on the secret because it is managed by {service}."
    ))
}

pub(super) fn invalid_request(message: impl Into<String>) -> Fault {
    Fault::new("InvalidRequestException", message)
}

pub(super) fn invalid_parameter(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterException", message)
}

pub(super) fn invalid_name() -> Fault {
    Fault::new(
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the \
         following: -/_+=.@!",
    )
}

pub(super) fn encryption_failure() -> Fault {
    Fault::new(
        "EncryptionFailure",
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key. \
         Check that the KMS key is available, enabled, and not in an invalid state.",
    )
}

pub(super) fn decryption_failure() -> Fault {
    Fault::new(
        "DecryptionFailure",
        "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    )
}

pub(super) fn malformed_policy(message: impl std::fmt::Display) -> Fault {
    Fault::new(
        "MalformedPolicyDocumentException",
        format!("This resource policy contains invalid Json or syntax: {message}"),
    )
}

pub(super) fn public_policy() -> Fault {
    Fault::new(
        "PublicPolicyException",
        "The BlockPublicPolicy parameter is set to true, and the resource policy did not \
         prevent broad access to the secret.",
    )
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    invalid_parameter(error.to_string())
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    Fault::new("InvalidNextTokenException", "The NextToken value is invalid.")
}

pub(super) fn rotation_not_run() -> Fault {
    Fault::new(
        "NotImplemented",
        "The sandbox rotates no secret on request: set RotateImmediately to false.",
    )
    .with_status(501)
}

pub(super) fn replication_not_built() -> Fault {
    Fault::new("NotImplemented", "The sandbox does not replicate secrets to other regions.")
        .with_status(501)
}

pub(super) fn label_elsewhere(stage: &str, holder: &str) -> Fault {
    invalid_parameter(format!(
        "The parameter RemoveFromVersionId can't be empty. Staging label {stage} is currently \
         attached to version {holder}, so you must explicitly reference that version in \
         RemoveFromVersionId."
    ))
}
