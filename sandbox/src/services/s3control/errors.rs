//! The service's errors, in AWS's words.

use crate::fault::Fault;

pub(super) fn no_public_access_block() -> Fault {
    Fault::new(
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
    )
    .with_status(404)
}

pub(super) fn foreign_account() -> Fault {
    Fault::new("AccessDenied", "Access Denied").with_status(403)
}
