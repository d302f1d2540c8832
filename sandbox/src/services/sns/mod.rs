//! Simple Notification Service: topics, subscriptions, messages.
//!
//! Nothing leaves this machine. The last hundred messages of each topic are kept, and
//! `GET /_sandbox/messages` gives them, with the tokens that confirm pending subscriptions. HTTP
//! endpoints under `.localhost` are really asked to confirm and really notified
//! (`runtime::notify`), without AWS's signature; mail, text messages, queues and functions only
//! look as if they were.

use super::{Operation, operation};

mod errors;
mod filter;
mod publish;
mod state;
mod subscription;
mod tagging;
#[cfg(test)]
mod tests;
mod topic;

pub use state::{Message, Post, State};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("ConfirmSubscription", subscription::confirm),
    operation!("CreateTopic", topic::create),
    operation!("DeleteTopic", topic::delete),
    operation!("GetSubscriptionAttributes", subscription::get_attributes),
    operation!("GetTopicAttributes", topic::get_attributes),
    operation!("ListSubscriptions", subscription::list),
    operation!("ListSubscriptionsByTopic", subscription::list),
    operation!("ListTagsForResource", tagging::list),
    operation!("ListTopics", topic::list),
    operation!("Publish", publish::publish),
    operation!("SetSubscriptionAttributes", subscription::set_attributes),
    operation!("SetTopicAttributes", topic::set_attributes),
    operation!("Subscribe", subscription::subscribe),
    operation!("TagResource", tagging::tag),
    operation!("Unsubscribe", subscription::unsubscribe),
    operation!("UntagResource", tagging::untag),
];
