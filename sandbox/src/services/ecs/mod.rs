//! ECS, as far as Express Mode is: services from an image, with the load balancer and all else that
//! ECS makes around them.
//!
//! Other services, tasks and task definitions of a customer's own are not built. A service has its
//! load balancer to itself, where AWS lets up to twenty-five share one.

use super::{Operation, operation};

mod cluster;
mod deployment;
mod errors;
mod listing;
mod revision;
pub mod service;
#[cfg(test)]
mod service_tests;
pub mod state;
mod tagging;
mod task;
mod task_definition;
#[cfg(test)]
mod testing;

use service::{create, delete, update};

pub use service::Service;
pub use service::configuration::Configuration;
pub use service::revision::Revision;
pub use state::State;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("CreateCluster", cluster::create),
    operation!("CreateExpressGatewayService", create::create),
    operation!("DeleteCluster", cluster::delete),
    operation!("DeleteExpressGatewayService", delete::delete),
    operation!("DescribeClusters", cluster::describe),
    operation!("DescribeExpressGatewayService", listing::describe_express),
    operation!("DescribeServiceDeployments", deployment::describe),
    operation!("DescribeServiceRevisions", revision::describe),
    operation!("DescribeServices", listing::describe),
    operation!("DescribeTaskDefinition", task_definition::describe),
    operation!("DescribeTasks", task::describe),
    operation!("ListClusters", cluster::list),
    operation!("ListServiceDeployments", deployment::list),
    operation!("ListServices", listing::list),
    operation!("ListTagsForResource", tagging::list),
    operation!("ListTasks", task::list),
    operation!("TagResource", tagging::tag),
    operation!("UntagResource", tagging::untag),
    operation!("UpdateExpressGatewayService", update::update),
];
