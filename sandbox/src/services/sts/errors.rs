//! The errors of STS.

use crate::fault::Fault;

/// `GetSessionToken` with keys that are temporary themselves.
pub fn session_from_session() -> Fault {
    Fault::new("AccessDenied", "Cannot call GetSessionToken with session credentials")
        .with_status(403)
}
