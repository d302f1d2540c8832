//! The service's errors, in AWS's words. Their codes are the names of the model's shapes.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

pub(super) fn invalid(what: impl AsRef<str>) -> Fault {
    Fault::new("InvalidParameterException", format!("Invalid parameter: {}", what.as_ref()))
}

fn not_found(message: &str) -> Fault {
    Fault::new("NotFoundException", message).with_status(404)
}

pub(super) fn topic_not_found() -> Fault {
    not_found("Topic does not exist")
}

pub(super) fn subscription_not_found() -> Fault {
    not_found("Subscription does not exist")
}

pub(super) fn resource_not_found() -> Fault {
    Fault::new("ResourceNotFoundException", "Resource does not exist").with_status(404)
}

pub(super) fn not_authorized(service: &str, topic: &str) -> Fault {
    Fault::new(
        "AuthorizationErrorException",
        format!("{service} is not authorized to perform: SNS:Publish on resource: {topic}"),
    )
    .with_status(403)
}

pub(super) fn key_denied() -> Fault {
    Fault::new(
        "KMSAccessDeniedException",
        "The ciphertext refers to a customer master key that does not exist, does not exist in \
         this region, or you are not allowed to access.",
    )
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    invalid("NextToken")
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    match error {
        TagError::TooMany => Fault::new(
            "TagLimitExceededException",
            "Could not complete request: tag quota of per resource exceeded",
        ),
        _ => invalid(format!("Tags Reason: {error}")),
    }
}

/// What the sandbox does not do is refused rather than ignored.
pub(super) fn not_built(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox's SNS has no {what}.")).with_status(501)
}
