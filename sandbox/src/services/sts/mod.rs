//! Security Token Service: who the caller is, and keys that end.

use super::{Operation, operation};

mod errors;
mod identity;
pub mod state;

pub use state::{Session, State};

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("GetCallerIdentity", identity::get),
    operation!("GetSessionToken", identity::session_token),
];
