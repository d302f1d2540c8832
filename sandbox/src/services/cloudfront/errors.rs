//! The service's errors, in AWS's words. The model gives their HTTP statuses.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::items::INCONSISTENT;
use super::policy::Rules;
use crate::call::Ids;
use crate::fault::Fault;
use crate::services::tags::TagError;

/// A version of a distribution or policy, in AWS's form.
pub(super) fn etag(ids: &mut Ids) -> String {
    format!("E{}", ids.upper(13))
}

/// Reads a part of a request.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_json::from_value(value).map_err(|error| {
        let text = error.to_string();
        if text.contains(INCONSISTENT) {
            Fault::new("InconsistentQuantities", INCONSISTENT)
        } else {
            Fault::new("MalformedInput", format!("The request is not valid: {text}."))
        }
    })
}

/// A change names the version that it is based on.
pub(super) fn check_version(given: Option<&str>, current: &str) -> Result<(), Fault> {
    match given.filter(|given| !given.is_empty()) {
        None => Err(Fault::new(
            "InvalidIfMatchVersion",
            "The If-Match version is missing or not valid for the resource.",
        )),
        Some(given) if given.trim_matches('"') == current => Ok(()),
        Some(_) => Err(Fault::new(
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more \
             request-header fields.",
        )),
    }
}

pub(super) fn invalid_argument(message: impl Into<String>) -> Fault {
    Fault::new("InvalidArgument", message)
}

pub(super) fn with_code(code: &str, message: &str) -> Fault {
    Fault::new(code, message)
}

pub(super) fn no_such(rules: &Rules) -> Fault {
    Fault::new(format!("NoSuch{}", rules.kind), format!("The {} does not exist.", rules.noun))
}

pub(super) fn already_exists(rules: &Rules) -> Fault {
    Fault::new(
        format!("{}AlreadyExists", rules.kind),
        format!("A {} with this name already exists. You must provide a unique name.", rules.noun),
    )
}

pub(super) fn in_use(rules: &Rules) -> Fault {
    Fault::new(
        format!("{}InUse", rules.kind),
        format!(
            "Cannot delete the {} because it is attached to one or more cache behaviors or \
             origins.",
            rules.noun
        ),
    )
}

pub(super) fn managed_by_aws(rules: &Rules) -> Fault {
    Fault::new("IllegalUpdate", format!("You cannot change a managed {}.", rules.noun))
}

pub(super) fn no_such_distribution() -> Fault {
    Fault::new("NoSuchDistribution", "The specified distribution does not exist.")
}

pub(super) fn distribution_exists(id: &str) -> Fault {
    Fault::new(
        "DistributionAlreadyExists",
        format!(
            "The caller reference that you are using to create a distribution is associated \
             with another distribution. Already exists: {id}"
        ),
    )
}

pub(super) fn not_disabled() -> Fault {
    Fault::new(
        "DistributionNotDisabled",
        "The distribution you are trying to delete has not been disabled.",
    )
}

pub(super) fn cname_exists() -> Fault {
    Fault::new(
        "CNAMEAlreadyExists",
        "One or more of the CNAMEs you provided are already associated with a different resource.",
    )
}

pub(super) fn illegal_update(message: &str) -> Fault {
    Fault::new("IllegalUpdate", message)
}

pub(super) fn invalid_certificate(message: &str) -> Fault {
    Fault::new("InvalidViewerCertificate", message)
}

pub(super) fn no_such_resource(arn: &str) -> Fault {
    Fault::new("NoSuchResource", format!("A resource that was specified is not valid: {arn}"))
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    Fault::new("InvalidTagging", error.to_string())
}

pub(super) fn no_such_function() -> Fault {
    Fault::new("NoSuchFunctionExists", "The specified function does not exist.")
}

pub(super) fn no_such_invalidation() -> Fault {
    Fault::new("NoSuchInvalidation", "The specified invalidation does not exist.")
}

/// What the sandbox's edge cannot do is refused rather than ignored.
pub(super) fn not_at_the_edge(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox's edge does not {what}.")).with_status(501)
}
