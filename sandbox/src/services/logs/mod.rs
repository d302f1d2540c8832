//! CloudWatch Logs: groups, streams and events, and the metrics that are made of them.

use super::{Operation, operation};

mod embedded;
mod errors;
mod event;
mod filter;
mod group;
mod metric_filter;
mod pattern;
mod policy;
pub mod state;
mod stream;
mod tagging;

pub use state::State;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("AssociateKmsKey", group::associate_key),
    operation!("CreateLogGroup", group::create),
    operation!("CreateLogStream", stream::create),
    operation!("DeleteLogGroup", group::delete),
    operation!("DeleteLogStream", stream::delete),
    operation!("DeleteMetricFilter", metric_filter::delete),
    operation!("DeleteResourcePolicy", policy::delete),
    operation!("DeleteRetentionPolicy", group::delete_retention),
    operation!("DescribeLogGroups", group::describe),
    operation!("DescribeLogStreams", stream::describe),
    operation!("DescribeMetricFilters", metric_filter::describe),
    operation!("DescribeResourcePolicies", policy::describe),
    operation!("DisassociateKmsKey", group::disassociate_key),
    operation!("FilterLogEvents", filter::filter),
    operation!("GetLogEvents", event::get),
    operation!("ListTagsForResource", tagging::list_tags),
    operation!("ListTagsLogGroup", tagging::list_group_tags),
    operation!("PutLogEvents", event::put),
    operation!("PutLogGroupDeletionProtection", group::put_protection),
    operation!("PutMetricFilter", metric_filter::put),
    operation!("PutResourcePolicy", policy::put),
    operation!("PutRetentionPolicy", group::put_retention),
    operation!("TagLogGroup", tagging::tag_group),
    operation!("TagResource", tagging::tag),
    operation!("TestMetricFilter", metric_filter::test),
    operation!("UntagLogGroup", tagging::untag_group),
    operation!("UntagResource", tagging::untag),
];
