//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::tags::TagError;

pub(super) fn not_subscribed(account: &str) -> Fault {
    let message = format!("Account {account} is not subscribed to AWS Security Hub");
    Fault::new("InvalidAccessException", message).with_status(401)
}

pub(super) fn already_subscribed() -> Fault {
    Fault::new("ResourceConflictException", "Account is already subscribed to Security Hub")
        .with_status(409)
}

pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Fault::new("InvalidInputException", message)
}

pub(super) fn resource_not_found(arn: &str) -> Fault {
    let message = format!("The resource {arn} was not found.");
    Fault::new("ResourceNotFoundException", message).with_status(404)
}

pub(super) fn invalid_token(_: InvalidToken) -> Fault {
    invalid("The next token is not valid.")
}

pub(super) fn tags(error: TagError) -> Fault {
    invalid(error.to_string())
}

/// What the sandbox does not do is refused rather than ignored.
pub(super) fn no_filter(name: &str) -> Fault {
    let message = format!("The sandbox's Security Hub does not filter or sort by {name}.");
    Fault::new("NotImplemented", message).with_status(501)
}
