//! GuardDuty: the detector of a region, with its protection plans.
//!
//! Nothing here is attacked, so a detector has no findings: the lists are empty, as they are on
//! AWS in an account that nobody threatens.

mod detector;
mod errors;
mod feature;
mod finding;
mod state;
mod tagging;
#[cfg(test)]
mod tests;
mod view;

pub use state::State;

use super::{Operation, operation};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("CreateDetector", detector::create),
    operation!("DeleteDetector", detector::delete),
    operation!("GetDetector", view::get),
    operation!("GetFindings", finding::get),
    operation!("ListDetectors", detector::list),
    operation!("ListFindings", finding::list),
    operation!("ListTagsForResource", tagging::list),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
    operation!("UpdateDetector", detector::update),
];
