//! Errors about VPC endpoints.

use crate::fault::Fault;

/// There is no such service behind this type of endpoint.
pub fn service_not_found(name: &str) -> Fault {
    Fault::new("InvalidServiceName", format!("The Vpc Endpoint Service '{name}' does not exist"))
}

/// The route table leads to the service already.
pub fn endpoint_route_exists(table: &str, service: &str) -> Fault {
    Fault::new(
        "RouteAlreadyExists",
        format!(
            "route table {table} already has a route with destination-prefix-list-id for {service}"
        ),
    )
}

/// The subnet is of another VPC.
pub fn subnet_in_another_network(subnet: &str, vpc: &str) -> Fault {
    Fault::new("InvalidParameter", format!("Subnet {subnet} does not belong to the vpc {vpc}"))
}

/// The endpoint has a subnet in the same zone.
pub fn endpoint_zone_taken(subnet: &str) -> Fault {
    Fault::new(
        "DuplicateSubnetsInSameZone",
        format!(
            "Found another VPC endpoint subnet in the availability zone of {subnet}. VPC endpoint \
             subnets should be in different availability zones supported by the VPC endpoint \
             service."
        ),
    )
}

/// Private DNS needs the VPC's DNS.
pub fn private_dns_needs_attributes(vpc: &str) -> Fault {
    Fault::new(
        "InvalidParameter",
        format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC \
             attributes set to true for {vpc}"
        ),
    )
}

/// Another endpoint has the name.
pub fn private_dns_conflict(name: &str, vpc: &str) -> Fault {
    Fault::new(
        "InvalidParameter",
        format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain \
             for {name} in the VPC {vpc}"
        ),
    )
}

/// A gateway endpoint has no private DNS.
pub fn private_dns_of_gateway() -> Fault {
    Fault::new(
        "InvalidParameter",
        "Private DNS can only be enabled for Interface type VPC Endpoints.",
    )
}

/// The member is for the other type of endpoint.
pub fn not_for_endpoint_type(member: &str, endpoint_type: &str) -> Fault {
    Fault::new(
        "InvalidParameter",
        format!("{member} cannot be used with {endpoint_type} type VPC Endpoints."),
    )
}

/// An interface endpoint is in a group.
pub fn endpoint_needs_group() -> Fault {
    Fault::new(
        "InvalidParameter",
        "The VPC endpoint must have at least one security group associated.",
    )
}

/// The endpoint can't be changed any more.
pub fn endpoint_state_not_valid(endpoint: &str, state: &str) -> Fault {
    Fault::new(
        "IncorrectState",
        format!("The VPC endpoint {endpoint} is in state {state} and cannot be modified."),
    )
}

/// This is no policy.
pub fn policy_not_valid() -> Fault {
    Fault::new("InvalidPolicyDocument", "This policy contains invalid Json or lacks a Statement")
}
