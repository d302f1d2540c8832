//! App Runner: services from images of ECR, and what they share.
//!
//! Built are services of image repositories in ECR. Source code, images of ECR Public and VPC
//! ingress connections are not, and are refused as such.

use super::{Operation, operation};

pub mod auto_scaling;
mod domain;
mod errors;
pub mod observability;
pub mod revisions;
pub mod service;
#[cfg(test)]
mod service_tests;
#[cfg(test)]
mod sharing_tests;
pub mod state;
mod tagging;
#[cfg(test)]
mod testing;
pub mod vpc_connector;

use service::{create, lifecycle, listing, update};

pub use service::Service;
pub use service::version::Version;
pub use state::State;
pub(crate) use update::follow;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("AssociateCustomDomain", domain::associate),
    operation!("CreateAutoScalingConfiguration", auto_scaling::create),
    operation!("CreateObservabilityConfiguration", observability::create),
    operation!("CreateService", create::create),
    operation!("CreateVpcConnector", vpc_connector::create),
    operation!("DeleteAutoScalingConfiguration", auto_scaling::delete),
    operation!("DeleteObservabilityConfiguration", observability::delete),
    operation!("DeleteService", lifecycle::delete),
    operation!("DeleteVpcConnector", vpc_connector::delete),
    operation!("DescribeAutoScalingConfiguration", auto_scaling::describe),
    operation!("DescribeCustomDomains", domain::describe),
    operation!("DescribeObservabilityConfiguration", observability::describe),
    operation!("DescribeService", listing::describe),
    operation!("DescribeVpcConnector", vpc_connector::describe),
    operation!("DisassociateCustomDomain", domain::disassociate),
    operation!("ListAutoScalingConfigurations", auto_scaling::list),
    operation!("ListObservabilityConfigurations", observability::list),
    operation!("ListOperations", listing::operations),
    operation!("ListServices", listing::list),
    operation!("ListServicesForAutoScalingConfiguration", auto_scaling::services),
    operation!("ListTagsForResource", tagging::list),
    operation!("ListVpcConnectors", vpc_connector::list),
    operation!("PauseService", lifecycle::pause),
    operation!("ResumeService", lifecycle::resume),
    operation!("StartDeployment", update::deploy),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
    operation!("UpdateDefaultAutoScalingConfiguration", auto_scaling::make_default),
    operation!("UpdateService", update::update),
];
