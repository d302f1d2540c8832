//! Errors about VPCs, subnets, their ranges and zones.

use crate::fault::Fault;

/// A VPC can't have this range.
pub fn vpc_range(block: &str) -> Fault {
    Fault::new("InvalidVpc.Range", format!("The CIDR '{block}' is invalid."))
}

/// A subnet can't have this range.
pub fn subnet_range(block: &str) -> Fault {
    Fault::new("InvalidSubnet.Range", format!("The CIDR '{block}' is invalid."))
}

/// Another subnet has addresses of this range.
pub fn subnet_conflict(block: &str) -> Fault {
    Fault::new(
        "InvalidSubnet.Conflict",
        format!("The CIDR '{block}' conflicts with another subnet"),
    )
}

/// The subnet can't give its members IPv6 addresses.
pub fn subnet_has_no_ipv6(subnet: &str) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!(
            "Invalid value 'true' for assignIpv6AddressOnCreation. The subnet {subnet} does not have an IPv6 CIDR block."
        ),
    )
}

/// The VPC has no DNS that could know names.
pub fn hostnames_need_dns_support(vpc: &str) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!("DNS hostnames cannot be enabled for {vpc} while DNS support is disabled."),
    )
}

/// No range of a VPC's has this association.
pub fn cidr_association_not_found(id: &str) -> Fault {
    Fault::new(
        "InvalidVpcCidrBlockAssociationID.NotFound",
        format!("The vpc CIDR block association ID '{id}' does not exist"),
    )
}

/// The range that a VPC was made with stays.
pub fn primary_range(id: &str) -> Fault {
    Fault::new(
        "OperationNotPermitted",
        format!(
            "The vpc CIDR block with association ID {id} may not be disassociated. It is the primary IPv4 CIDR block of the VPC"
        ),
    )
}

/// A subnet lies in the range.
pub fn range_in_use(vpc: &str) -> Fault {
    Fault::new(
        "DependencyViolation",
        format!("The CIDR block of the vpc '{vpc}' has subnets and cannot be disassociated."),
    )
}

/// A subnet can't be in this zone.
pub fn zone_not_valid(zone: &str, zones: &[String]) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!(
            "Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently \
             only be created in the following availability zones: {}.",
            zones.join(", ")
        ),
    )
}

/// The region has no zone of this name.
pub fn zone_name_not_valid(name: &str) -> Fault {
    Fault::new("InvalidParameterValue", format!("Invalid availability zone: [{name}]"))
}

/// The region has no zone with this identifier.
pub fn zone_id_not_valid(id: &str) -> Fault {
    Fault::new("InvalidParameterValue", format!("Invalid availability zone-id: [{id}]"))
}

/// The account has no default VPC, so the request has to name one.
pub fn no_default_vpc() -> Fault {
    Fault::new(
        "VPCIdNotSpecified",
        "No default VPC for this user. GroupName is only supported for EC2-Classic and default \
         VPC.",
    )
}
