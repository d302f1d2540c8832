//! WAF's API: web ACLs, IP sets, logging configurations. What a web ACL makes of a request is
//! [`evaluation`]; who asks it is [`crate::edge`].

mod acl;
mod association;
mod capacity;
mod errors;
pub mod evaluation;
mod ip_set;
mod logging;
mod managed;
mod sample;
mod state;
mod tagging;
#[cfg(test)]
mod tests;

pub use sample::Sample;
pub use state::{Protection, State};

use super::{Operation, operation};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("AssociateWebACL", association::associate),
    operation!("CheckCapacity", capacity::check),
    operation!("CreateIPSet", ip_set::create),
    operation!("CreateWebACL", acl::create),
    operation!("DeleteIPSet", ip_set::delete),
    operation!("DeleteLoggingConfiguration", logging::delete),
    operation!("DeleteWebACL", acl::delete),
    operation!("DescribeManagedRuleGroup", managed::describe),
    operation!("DisassociateWebACL", association::disassociate),
    operation!("GetIPSet", ip_set::get),
    operation!("GetLoggingConfiguration", logging::get),
    operation!("GetSampledRequests", sample::get),
    operation!("GetWebACL", acl::get),
    operation!("GetWebACLForResource", association::get),
    operation!("ListAvailableManagedRuleGroups", managed::list),
    operation!("ListIPSets", ip_set::list),
    operation!("ListLoggingConfigurations", logging::list),
    operation!("ListResourcesForWebACL", association::list),
    operation!("ListTagsForResource", tagging::list),
    operation!("ListWebACLs", acl::list),
    operation!("PutLoggingConfiguration", logging::put),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
    operation!("UpdateIPSet", ip_set::update),
    operation!("UpdateWebACL", acl::update),
];
