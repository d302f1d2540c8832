//! Security Token Service: who the caller is, and keys that end.

use super::{Operation, operation};

mod assume_role;
mod errors;
mod identity;
pub mod state;
#[cfg(test)]
mod tests;
mod trust;

pub use state::{Session, State};

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("AssumeRole", assume_role::assume),
    operation!("GetCallerIdentity", identity::get),
    operation!("GetSessionToken", identity::session_token),
];
