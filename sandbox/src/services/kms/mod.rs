//! Key Management Service: keys, their policies and rotation, and the aliases that name them.

use super::{Operation, operation};

mod alias;
mod errors;
pub mod key;
mod lifecycle;
mod lookup;
mod policy;
mod rotation;
pub mod state;
mod tagging;

pub use key::Key;
pub use lookup::any as find_key;
pub use state::State;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("CancelKeyDeletion", lifecycle::cancel_deletion),
    operation!("CreateAlias", alias::create),
    operation!("CreateKey", key::create),
    operation!("DeleteAlias", alias::delete),
    operation!("DescribeKey", key::describe),
    operation!("DisableKey", lifecycle::disable),
    operation!("DisableKeyRotation", rotation::disable),
    operation!("EnableKey", lifecycle::enable),
    operation!("EnableKeyRotation", rotation::enable),
    operation!("GetKeyPolicy", policy::get),
    operation!("GetKeyRotationStatus", rotation::status),
    operation!("ListAliases", alias::list),
    operation!("ListKeyPolicies", policy::list),
    operation!("ListKeys", key::list),
    operation!("ListResourceTags", tagging::list),
    operation!("PutKeyPolicy", policy::put),
    operation!("ScheduleKeyDeletion", lifecycle::schedule_deletion),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
    operation!("UpdateAlias", alias::update),
    operation!("UpdateKeyDescription", lifecycle::describe_as),
];
