//! EventBridge: the rules of the default event bus, and what happens to events.
//!
//! Events reach topics of SNS. Other targets are kept, and get nothing; schedules are refused.

use super::{Operation, operation};

mod errors;
mod event;
mod pattern;
mod rule;
mod state;
mod tagging;
mod target;
#[cfg(test)]
mod tests;

pub use event::{Happening, tell};
pub(crate) use pattern::Pattern;
pub use state::State;

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("DeleteRule", rule::delete),
    operation!("DescribeRule", rule::describe),
    operation!("DisableRule", rule::disable),
    operation!("EnableRule", rule::enable),
    operation!("ListRules", rule::list),
    operation!("ListTagsForResource", tagging::list),
    operation!("ListTargetsByRule", target::list),
    operation!("PutEvents", event::put),
    operation!("PutRule", rule::put),
    operation!("PutTargets", target::put),
    operation!("RemoveTargets", target::remove),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
];
