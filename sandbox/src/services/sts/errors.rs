//! The errors of STS.

use crate::fault::Fault;

/// The caller may not do this.
pub fn access_denied(caller: &str, action: &str, resource: &str) -> Fault {
    let message =
        format!("User: {caller} is not authorized to perform: {action} on resource: {resource}");
    Fault::new("AccessDenied", message).with_status(403)
}

/// A parameter breaks a rule that the model does not know.
pub fn validation(message: impl Into<String>) -> Fault {
    Fault::new("ValidationError", message)
}

/// `GetSessionToken` with keys that are temporary themselves.
pub fn session_from_session() -> Fault {
    Fault::new("AccessDenied", "Cannot call GetSessionToken with session credentials")
        .with_status(403)
}
