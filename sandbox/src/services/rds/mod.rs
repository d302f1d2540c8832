//! Relational Database Service: Aurora PostgreSQL clusters, their instances, groups, snapshots
//! and proxies.
//!
//! Only what AWS's control plane knows is here. Whatever runs the databases reads it from
//! [`State`].

use super::{Operation, operation};

mod catalogue;
pub mod cluster;
pub mod credential;
mod engine;
mod errors;
pub mod instance;
mod keys;
pub mod lifecycle;
mod listing;
pub mod monitoring;
mod names;
pub mod network;
pub mod parameter_group;
mod parameter_values;
mod parameters;
pub mod proxy;
mod roles;
pub mod snapshot;
pub mod state;
pub mod subnet_group;
mod tagging;
mod unbuilt;
mod window;

#[cfg(test)]
mod tests;

pub use state::State;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("AddTagsToResource", tagging::add),
    operation!("CreateDBCluster", cluster::create::create),
    operation!("CreateDBClusterParameterGroup", parameter_group::create),
    operation!("CreateDBClusterSnapshot", snapshot::create),
    operation!("CreateDBInstance", instance::create::create),
    operation!("CreateDBProxy", proxy::create),
    operation!("CreateDBSubnetGroup", subnet_group::create),
    operation!("DeleteDBCluster", cluster::delete::delete),
    operation!("DeleteDBClusterParameterGroup", parameter_group::delete),
    operation!("DeleteDBClusterSnapshot", snapshot::delete),
    operation!("DeleteDBInstance", instance::delete::delete),
    operation!("DeleteDBProxy", proxy::change::delete),
    operation!("DeleteDBSubnetGroup", subnet_group::delete),
    operation!("DeregisterDBProxyTargets", proxy::target::deregister),
    operation!("DescribeDBClusterParameterGroups", parameter_group::describe),
    operation!("DescribeDBClusterParameters", parameter_values::describe),
    operation!("DescribeDBClusterSnapshots", snapshot::describe),
    operation!("DescribeDBClusters", cluster::describe::describe),
    operation!("DescribeDBEngineVersions", catalogue::versions),
    operation!("DescribeDBInstances", instance::describe::describe),
    operation!("DescribeDBProxies", proxy::change::describe),
    operation!("DescribeDBProxyTargetGroups", proxy::target_group::describe),
    operation!("DescribeDBProxyTargets", proxy::target::describe),
    operation!("DescribeDBSubnetGroups", subnet_group::describe),
    operation!("DescribeGlobalClusters", catalogue::global_clusters),
    operation!("DescribeOrderableDBInstanceOptions", catalogue::options),
    operation!("DescribePendingMaintenanceActions", catalogue::maintenance),
    operation!("ListTagsForResource", tagging::list),
    operation!("ModifyDBCluster", cluster::modify::modify),
    operation!("ModifyDBClusterParameterGroup", parameter_values::modify),
    operation!("ModifyDBInstance", instance::modify::modify),
    operation!("ModifyDBProxy", proxy::change::modify),
    operation!("ModifyDBProxyTargetGroup", proxy::target_group::modify),
    operation!("ModifyDBSubnetGroup", subnet_group::modify),
    operation!("RebootDBInstance", instance::reboot::reboot),
    operation!("RegisterDBProxyTargets", proxy::target::register),
    operation!("RemoveTagsFromResource", tagging::remove),
    operation!("ResetDBClusterParameterGroup", parameter_values::reset),
    operation!("RestoreDBClusterFromSnapshot", cluster::restore::restore),
];
