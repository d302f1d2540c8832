//! Security Hub (CSPM): the hub of a region, its standards, and findings in ASFF.
//!
//! Findings are those that are imported: no control is evaluated here, so an enabled standard has
//! no findings of its own, and of its controls nothing is listed. A standard that is enabled while
//! AWS Config does not record is incomplete, as with AWS. Imported findings are told to EventBridge.

mod errors;
mod filter;
mod finding;
mod hub;
mod import;
mod standard;
mod state;
mod tagging;
#[cfg(test)]
mod tests;

pub use state::State;

use super::{Operation, operation};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("BatchDisableStandards", standard::disable),
    operation!("BatchEnableStandards", standard::enable),
    operation!("BatchImportFindings", import::import),
    operation!("BatchUpdateFindings", finding::update),
    operation!("DescribeHub", hub::describe),
    operation!("DescribeStandards", standard::describe),
    operation!("DisableSecurityHub", hub::disable),
    operation!("EnableSecurityHub", hub::enable),
    operation!("GetEnabledStandards", standard::enabled),
    operation!("GetFindings", finding::get),
    operation!("ListTagsForResource", tagging::list),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
    operation!("UpdateSecurityHubConfiguration", hub::update),
];
