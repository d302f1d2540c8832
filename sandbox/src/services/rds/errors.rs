//! RDS's errors: the wire codes, which differ from the shapes' names, their statuses and messages.

use crate::fault::Fault;
use crate::services::tags::TagError;

fn missing(code: &str, message: String) -> Fault {
    Fault::new(code, message).with_status(404)
}

pub(super) fn invalid_value(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterValue", message)
}

pub(super) fn invalid_combination(message: impl Into<String>) -> Fault {
    Fault::new("InvalidParameterCombination", message)
}

pub(super) fn not_built(what: &str) -> Fault {
    Fault::new("NotImplemented", format!("The sandbox does not implement {what} of RDS."))
        .with_status(501)
}

pub(super) fn invalid_tags(error: &TagError) -> Fault {
    invalid_value(error.to_string())
}

pub(super) fn cluster_not_found(identifier: &str) -> Fault {
    missing("DBClusterNotFoundFault", format!("DBCluster {identifier} not found."))
}

pub(super) fn cluster_exists() -> Fault {
    Fault::new("DBClusterAlreadyExistsFault", "DB Cluster already exists")
}

pub(super) fn cluster_state(message: impl Into<String>) -> Fault {
    Fault::new("InvalidDBClusterStateFault", message)
}

pub(super) fn instance_not_found(identifier: &str) -> Fault {
    missing("DBInstanceNotFound", format!("DBInstance {identifier} not found."))
}

pub(super) fn instance_exists() -> Fault {
    Fault::new("DBInstanceAlreadyExists", "DB instance already exists")
}

pub(super) fn instance_state(message: impl Into<String>) -> Fault {
    Fault::new("InvalidDBInstanceState", message)
}

pub(super) fn snapshot_not_found(identifier: &str) -> Fault {
    missing("DBClusterSnapshotNotFoundFault", format!("DBClusterSnapshot not found: {identifier}"))
}

pub(super) fn snapshot_exists(identifier: &str) -> Fault {
    Fault::new(
        "DBClusterSnapshotAlreadyExistsFault",
        format!(
            "Cannot create the cluster snapshot because one with the identifier {identifier} \
             already exists."
        ),
    )
}

pub(super) fn snapshot_state(message: impl Into<String>) -> Fault {
    Fault::new("InvalidDBClusterSnapshotStateFault", message)
}

pub(super) fn subnet_group_not_found(name: &str) -> Fault {
    missing("DBSubnetGroupNotFoundFault", format!("DB subnet group '{name}' does not exist."))
}

pub(super) fn subnet_group_exists(name: &str) -> Fault {
    Fault::new(
        "DBSubnetGroupAlreadyExists",
        format!("The DB subnet group '{name}' already exists."),
    )
}

pub(super) fn subnet_group_in_use(name: &str, user: &str) -> Fault {
    Fault::new(
        "InvalidDBSubnetGroupStateFault",
        format!(
            "Cannot delete the subnet group '{name}' because at least one database cluster: \
             {user} is still using it."
        ),
    )
}

pub(super) fn other_vpc(security_group: &str, vpc: &str) -> Fault {
    Fault::new(
        "InvalidVPCNetworkStateFault",
        format!("The security group {security_group} is not in the VPC {vpc} of the subnets."),
    )
}

pub(super) fn too_few_zones(covered: &[&str]) -> Fault {
    Fault::new(
        "DBSubnetGroupDoesNotCoverEnoughAZs",
        format!(
            "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. \
             Current AZ coverage: {}. Add subnets to cover at least 2 AZs.",
            covered.join(", ")
        ),
    )
}

pub(super) fn subnet_in_use(subnet: &str) -> Fault {
    Fault::new(
        "SubnetAlreadyInUse",
        format!("The DB subnet '{subnet}' is already in use in the Availability Zone."),
    )
}

pub(super) fn invalid_subnet(message: impl Into<String>) -> Fault {
    Fault::new("InvalidSubnet", message)
}

pub(super) fn network_type_not_supported() -> Fault {
    Fault::new(
        "NetworkTypeNotSupported",
        "The network type isn't supported: the DB subnet group has no IPv6 CIDR block.",
    )
}

pub(super) fn parameter_group_not_found(name: &str) -> Fault {
    missing("DBParameterGroupNotFound", format!("DBClusterParameterGroup not found: {name}"))
}

pub(super) fn cluster_parameter_group_not_found(name: &str) -> Fault {
    missing("DBClusterParameterGroupNotFound", format!("DBClusterParameterGroup not found: {name}"))
}

pub(super) fn parameter_group_exists(name: &str) -> Fault {
    Fault::new("DBParameterGroupAlreadyExists", format!("Parameter group {name} already exists"))
}

pub(super) fn parameter_group_in_use(name: &str) -> Fault {
    Fault::new(
        "InvalidDBParameterGroupState",
        format!(
            "One or more database instances are still members of this parameter group {name}, \
             so the group cannot be deleted"
        ),
    )
}

pub(super) fn key_not_accessible(key: &str) -> Fault {
    Fault::new(
        "KMSKeyNotAccessibleFault",
        format!(
            "The specified KMS key [{key}] does not exist, is not enabled or you do not have \
             permissions to access it."
        ),
    )
}

pub(super) fn certificate_not_found(identifier: &str) -> Fault {
    missing("CertificateNotFound", format!("Certificate not found: {identifier}"))
}

pub(super) fn global_cluster_not_found(identifier: &str) -> Fault {
    missing("GlobalClusterNotFoundFault", format!("Global cluster {identifier} not found"))
}

pub(super) fn resource_not_found(arn: &str) -> Fault {
    missing("ResourceNotFoundFault", format!("The specified resource {arn} was not found."))
}

pub(super) fn proxy_not_found(name: &str) -> Fault {
    missing("DBProxyNotFoundFault", format!("DBProxy {name} doesn't exist."))
}

pub(super) fn proxy_exists(name: &str) -> Fault {
    Fault::new("DBProxyAlreadyExistsFault", format!("DBProxy {name} already exists."))
}

pub(super) fn proxy_state(name: &str, phase: &str) -> Fault {
    Fault::new(
        "InvalidDBProxyStateFault",
        format!("DBProxy {name} is in the state {phase}, in which it can't be changed."),
    )
}

pub(super) fn target_group_not_found(proxy: &str, name: &str) -> Fault {
    missing(
        "DBProxyTargetGroupNotFoundFault",
        format!("DBProxyTargetGroup {name} doesn't exist for DBProxy {proxy}."),
    )
}

pub(super) fn target_not_found(target: &str) -> Fault {
    missing("DBProxyTargetNotFoundFault", format!("DBProxyTarget {target} doesn't exist."))
}

pub(super) fn target_registered(target: &str) -> Fault {
    Fault::new(
        "DBProxyTargetAlreadyRegisteredFault",
        format!("The proxy target group has a target already: {target}."),
    )
}

pub(super) fn instance_parameter_group_not_found(name: &str) -> Fault {
    missing("DBParameterGroupNotFound", format!("DBParameterGroup not found: {name}"))
}

pub(super) fn unknown_parameter(name: &str) -> Fault {
    invalid_value(format!("Could not find parameter with name: {name}"))
}
