//! Secrets Manager: secrets, their versions, and the days in which a deletion can be undone.

use super::{Operation, operation};

mod errors;
mod list;
pub mod managed;
pub mod password;
mod policy;
mod rotation;
mod secret;
pub mod state;
mod tagging;
mod value;
mod version;

pub use managed::ManagedSecret;
pub use state::State;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("BatchGetSecretValue", value::batch_get),
    operation!("CancelRotateSecret", rotation::cancel),
    operation!("CreateSecret", secret::create),
    operation!("DeleteResourcePolicy", policy::delete),
    operation!("DeleteSecret", secret::delete),
    operation!("DescribeSecret", secret::describe),
    operation!("GetRandomPassword", password::get),
    operation!("GetResourcePolicy", policy::get),
    operation!("GetSecretValue", value::get),
    operation!("ListSecretVersionIds", version::list),
    operation!("ListSecrets", list::list),
    operation!("PutResourcePolicy", policy::put),
    operation!("PutSecretValue", value::put),
    operation!("RestoreSecret", secret::restore),
    operation!("RotateSecret", rotation::rotate),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
    operation!("UpdateSecret", secret::update),
    operation!("UpdateSecretVersionStage", version::update_stage),
    operation!("ValidateResourcePolicy", policy::validate),
];
