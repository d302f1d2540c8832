//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::tags::TagError;

pub(super) fn not_found(arn: &str, account: &str) -> Fault {
    Fault::new(
        "ResourceNotFoundException",
        format!("Could not find certificate {arn} in account {account}."),
    )
}

pub(super) fn invalid_arn(arn: &str) -> Fault {
    Fault::new("InvalidArnException", format!("Invalid certificate ARN: {arn}"))
}

pub(super) fn in_use(arn: &str) -> Fault {
    Fault::new("ResourceInUseException", format!("Certificate {arn} is in use."))
}

pub(super) fn invalid_domain(name: &str) -> Fault {
    Fault::new("InvalidParameterException", format!("The domain name {name} is not valid."))
}

pub(super) fn unsupported(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox does not {what}.")).with_status(501)
}

pub(super) fn too_many_names(limit: usize) -> Fault {
    Fault::new(
        "LimitExceededException",
        format!("A certificate can have at most {limit} domain names."),
    )
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    let code = match error {
        TagError::TooMany => "TooManyTagsException",
        _ => "InvalidTagException",
    };
    Fault::new(code, error.to_string())
}

pub(super) fn invalid_token() -> Fault {
    Fault::new("InvalidArgsException", "The NextToken is not valid.")
}
