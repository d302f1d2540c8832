//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::tags::TagError;

pub(super) fn nonexistent() -> Fault {
    Fault::new(
        "WAFNonexistentItemException",
        "AWS WAF couldn’t perform the operation because your resource doesn’t exist.",
    )
}

pub(super) fn duplicate() -> Fault {
    Fault::new(
        "WAFDuplicateItemException",
        "AWS WAF couldn’t perform the operation because some resource in your request is a \
         duplicate of an existing one.",
    )
}

pub(super) fn stale() -> Fault {
    Fault::new(
        "WAFOptimisticLockException",
        "AWS WAF couldn’t save your changes because someone changed the resource after you \
         started to edit it. Reapply your changes.",
    )
}

pub(super) fn associated() -> Fault {
    Fault::new(
        "WAFAssociatedItemException",
        "AWS WAF couldn’t perform the operation because your resource is being used by another \
         resource or it’s associated with another resource.",
    )
}

pub(super) fn invalid(field: &str, parameter: &str, reason: &str) -> Fault {
    Fault::new(
        "WAFInvalidParameterException",
        format!("Error reason: {reason}, field: {field}, parameter: {parameter}"),
    )
}

pub(super) fn limits_exceeded() -> Fault {
    Fault::new(
        "WAFLimitsExceededException",
        "AWS WAF couldn’t perform the operation because you exceeded your resource limit.",
    )
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    Fault::new("WAFTagOperationException", error.to_string())
}

/// What the sandbox does not evaluate is refused rather than ignored.
pub(super) fn not_evaluated(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox's WAF does not evaluate {what}."))
        .with_status(501)
}
