//! CloudTrail: trails, whether they log, and what of; and the history of events.
//!
//! A trail is kept with everything that is said of it, but nothing is written to its bucket:
//! whether the bucket exists and lets CloudTrail write is not looked at. Multi-region trails are
//! seen from every region and changed from their own alone.

mod errors;
mod event;
mod events;
mod logging;
mod management;
mod selector;
mod settings;
mod state;
mod tagging;
#[cfg(test)]
mod tests;
mod trail;

pub use state::State;

use super::{Operation, operation};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("AddTags", tagging::add),
    operation!("CreateTrail", trail::create),
    operation!("DeleteTrail", trail::delete),
    operation!("DescribeTrails", trail::describe),
    operation!("GetEventSelectors", selector::get),
    operation!("GetTrail", trail::get),
    operation!("GetTrailStatus", logging::status),
    operation!("ListTags", tagging::list),
    operation!("ListTrails", trail::list),
    operation!("LookupEvents", events::lookup),
    operation!("PutEventSelectors", selector::put),
    operation!("RemoveTags", tagging::remove),
    operation!("StartLogging", logging::start),
    operation!("StopLogging", logging::stop),
    operation!("UpdateTrail", trail::update),
];
