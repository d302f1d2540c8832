//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

pub(super) fn repository_not_found(name: &str, registry: &str) -> Fault {
    Fault::new(
        "RepositoryNotFoundException",
        format!(
            "The repository with name '{name}' does not exist in the registry with id \
             '{registry}'"
        ),
    )
}

pub(super) fn repository_exists(name: &str, registry: &str) -> Fault {
    Fault::new(
        "RepositoryAlreadyExistsException",
        format!(
            "The repository with name '{name}' already exists in the registry with id \
             '{registry}'"
        ),
    )
}

pub(super) fn repository_not_empty(name: &str, registry: &str) -> Fault {
    Fault::new(
        "RepositoryNotEmptyException",
        format!(
            "The repository with name '{name}' in registry with id '{registry}' cannot be \
             deleted because it still contains images"
        ),
    )
}

pub(super) fn lifecycle_policy_not_found(name: &str, registry: &str) -> Fault {
    Fault::new(
        "LifecyclePolicyNotFoundException",
        format!(
            "Lifecycle policy does not exist for the repository with name '{name}' in the \
             registry with id '{registry}'"
        ),
    )
}

pub(super) fn preview_not_found(name: &str, registry: &str) -> Fault {
    Fault::new(
        "LifecyclePolicyPreviewNotFoundException",
        format!(
            "There is no dry run for this repository: the repository with name '{name}' in the \
             registry with id '{registry}'"
        ),
    )
}

pub(super) fn preview_in_progress(name: &str, registry: &str) -> Fault {
    Fault::new(
        "LifecyclePolicyPreviewInProgressException",
        format!(
            "The previous lifecycle policy preview request has not completed for the repository \
             with name '{name}' in the registry with id '{registry}'"
        ),
    )
}

pub(super) fn scan_not_found(digest: &str, name: &str) -> Fault {
    Fault::new(
        "ScanNotFoundException",
        format!("Image scan does not exist for the image '{digest}' in '{name}'"),
    )
}

pub(super) fn scan_quota_exceeded() -> Fault {
    let message = "The scan quota per image has been exceeded. Wait and try again.";
    Fault::new("LimitExceededException", message)
}

pub(super) fn repository_policy_not_found(name: &str, registry: &str) -> Fault {
    Fault::new(
        "RepositoryPolicyNotFoundException",
        format!(
            "Repository policy does not exist for the repository with name '{name}' in the \
             registry with id '{registry}'"
        ),
    )
}

pub(super) fn invalid(member: &str, constraint: impl std::fmt::Display) -> Fault {
    Fault::new(
        "InvalidParameterException",
        format!("Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'"),
    )
}

pub(super) fn invalid_lifecycle_policy(reason: impl std::fmt::Display) -> Fault {
    invalid("LifecyclePolicyText", format!("Lifecycle policy validation failure:\n{reason}"))
}

pub(super) fn unusable_key(reason: impl std::fmt::Display) -> Fault {
    Fault::new("KmsException", format!("The KMS key cannot be used: {reason}"))
}

/// The image is there, under the same tag.
pub(super) const IMAGE_EXISTS: &str = "ImageAlreadyExistsException";

pub(super) fn image_exists(digest: &str, tag: Option<&str>, name: &str, registry: &str) -> Fault {
    let tag = tag.map(|tag| format!(" and tag '{tag}'")).unwrap_or_default();
    Fault::new(
        IMAGE_EXISTS,
        format!(
            "Image with digest '{digest}'{tag} already exists in the repository with name \
             '{name}' in registry with id '{registry}'"
        ),
    )
}

pub(super) fn tag_immutable(tag: &str, name: &str) -> Fault {
    Fault::new(
        "ImageTagAlreadyExistsException",
        format!(
            "The image tag '{tag}' already exists in the '{name}' repository and cannot be \
             overwritten because the tag is immutable."
        ),
    )
}

pub(super) fn digest_mismatch(wanted: &str, found: &str) -> Fault {
    Fault::new(
        "ImageDigestDoesNotMatchException",
        format!("The digest '{wanted}' does not match the digest '{found}' of the manifest."),
    )
}

pub(super) fn referenced_images_not_found(digest: &str, name: &str) -> Fault {
    Fault::new(
        "ReferencedImagesNotFoundException",
        format!("The image '{digest}' that the manifest list refers to is not in '{name}'."),
    )
}

pub(super) fn image_not_found(
    digest: Option<&str>,
    tag: Option<&str>,
    name: &str,
    registry: &str,
) -> Fault {
    let (digest, tag) = (digest.unwrap_or("null"), tag.unwrap_or("null"));
    Fault::new(
        "ImageNotFoundException",
        format!(
            "The image with imageId {{imageDigest:'{digest}', imageTag:'{tag}'}} does not exist \
             within the repository with name '{name}' in the registry with id '{registry}'"
        ),
    )
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    match error {
        TagError::TooMany => Fault::new("TooManyTagsException", error.to_string()),
        _ => Fault::new("InvalidTagParameterException", error.to_string()),
    }
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    invalid("nextToken", "Invalid pagination token")
}
