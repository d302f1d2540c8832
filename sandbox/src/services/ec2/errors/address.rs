//! Errors about addresses, network interfaces and internet gateways.

use std::net::Ipv4Addr;

use crate::fault::Fault;

/// The gateway is in use already.
pub fn gateway_already_attached(gateway: &str, vpc: &str) -> Fault {
    Fault::new(
        "Resource.AlreadyAssociated",
        format!("resource {gateway} is already attached to network {vpc}"),
    )
}

/// The VPC has another gateway.
pub fn network_has_gateway(vpc: &str) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!("Network {vpc} already has an internet gateway attached"),
    )
}

/// The gateway is not the VPC's.
pub fn gateway_not_attached(gateway: &str, vpc: &str) -> Fault {
    Fault::new(
        "Gateway.NotAttached",
        format!("resource {gateway} is not attached to network {vpc}"),
    )
}

/// A public address leads into the VPC.
pub fn network_has_public_addresses(vpc: &str) -> Fault {
    Fault::new(
        "DependencyViolation",
        format!(
            "Network {vpc} has some mapped public address(es). Please unmap those public \
             address(es) before detaching the gateway."
        ),
    )
}

/// A public address can't lead into a VPC without an internet gateway.
pub fn network_without_gateway(vpc: &str) -> Fault {
    Fault::new(
        "Gateway.NotAttached",
        format!("Network {vpc} is not attached to any internet gateway"),
    )
}

/// The code and message with which a NAT gateway fails in a VPC without an internet gateway.
pub fn network_lacks_gateway(vpc: &str) -> (&'static str, String) {
    ("Gateway.NotAttached", format!("Network {vpc} has no Internet gateway attached"))
}

/// The account holds all addresses that there are.
pub fn address_limit_exceeded() -> Fault {
    Fault::new("AddressLimitExceeded", "The maximum number of addresses has been reached.")
}

/// The address leads somewhere, or is another interface's.
pub fn address_in_use(address: Ipv4Addr) -> Fault {
    Fault::new("InvalidIPAddress.InUse", format!("Address {address} is in use."))
}

/// The account does not hold the address.
pub fn address_not_found(address: Ipv4Addr) -> Fault {
    Fault::new("InvalidAddress.NotFound", format!("Address '{address}' not found."))
}

/// The address leads to another interface.
pub fn address_already_associated(allocation: &str, association: &str) -> Fault {
    Fault::new(
        "Resource.AlreadyAssociated",
        format!("resource {allocation} is already associated with associate-id {association}"),
    )
}

/// A NAT gateway can't have an address that leads elsewhere.
pub fn elastic_ip_already_associated(allocation: &str) -> Fault {
    Fault::new(
        "Resource.AlreadyAssociated",
        format!("Elastic IP address [{allocation}] is already associated"),
    )
}

/// The object is a service's.
pub fn no_permission_for_resource() -> Fault {
    Fault::new("AuthFailure", "You do not have permission to access the specified resource.")
}

/// The interface is attached.
pub fn interface_in_use(interface: &str) -> Fault {
    Fault::new(
        "InvalidNetworkInterface.InUse",
        format!("Network interface '{interface}' is currently in use."),
    )
}

/// The subnet has no such address for its members.
pub fn address_outside_subnet(address: Ipv4Addr) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!("Address {address} does not fall within the subnet's address range"),
    )
}

/// The subnet is full.
pub fn insufficient_free_addresses() -> Fault {
    Fault::new(
        "InsufficientFreeAddressesInSubnet",
        "The specified subnet does not have enough free addresses to satisfy the request.",
    )
}
