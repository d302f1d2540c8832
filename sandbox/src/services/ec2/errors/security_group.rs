//! Errors about security groups and their rules.

use crate::fault::Fault;
use crate::services::ec2::ip_permission::Entry;

/// The VPC has a group of this name.
pub fn group_duplicate(name: &str, vpc: &str) -> Fault {
    Fault::new(
        "InvalidGroup.Duplicate",
        format!("The security group '{name}' already exists for VPC '{vpc}'"),
    )
}

/// The name is AWS's.
pub fn group_reserved(name: &str) -> Fault {
    Fault::new("InvalidGroup.Reserved", format!("The security group '{name}' is reserved"))
}

/// A name can't look like an identifier.
pub fn group_name_like_id() -> Fault {
    Fault::new(
        "InvalidParameterValue",
        "Invalid value for parameter groupName. Group names may not be in the format sg-*",
    )
}

/// No group of the default VPC has this name.
pub fn group_name_not_found(name: &str) -> Fault {
    Fault::new(
        "InvalidGroup.NotFound",
        format!("The security group '{name}' does not exist in default VPC"),
    )
}

/// The group goes with its VPC only.
pub fn group_cannot_be_deleted(id: &str, name: &str) -> Fault {
    Fault::new(
        "CannotDelete",
        format!("the specified group: \"{id}\" name: \"{name}\" cannot be deleted by a user"),
    )
}

/// An interface is in the group, or another group's rule names it.
pub fn group_has_dependents(id: &str) -> Fault {
    Fault::new("DependencyViolation", format!("resource {id} has a dependent object"))
}

/// The group is of another VPC.
pub fn group_in_another_network(group: &str, other: &str) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!("Security group {group} and {other} belong to different networks."),
    )
}

/// The group has the rule.
pub fn permission_duplicate(entry: &Entry) -> Fault {
    let Entry { ports, peer, .. } = entry;
    let traffic = match ports.protocol.as_str() {
        "-1" => "ALL".to_owned(),
        protocol => {
            format!("{}, from port: {}, to port: {}", protocol.to_uppercase(), ports.from, ports.to)
        }
    };
    Fault::new(
        "InvalidPermission.Duplicate",
        format!("the specified rule \"peer: {peer}, {traffic}, ALLOW\" already exists"),
    )
}

/// The request has the same rule twice.
pub fn permission_repeated() -> Fault {
    Fault::new("InvalidParameterValue", "The same permission must not appear multiple times")
}

/// The group has no such rule.
pub fn permission_not_found() -> Fault {
    Fault::new(
        "InvalidPermission.NotFound",
        "The specified rule does not exist in this security group.",
    )
}

/// The group has as many rules as it can.
pub fn rule_limit_exceeded() -> Fault {
    Fault::new(
        "RulesPerSecurityGroupLimitExceeded",
        "The maximum number of rules per security group has been reached.",
    )
}

/// A rule needs somebody at the other end.
pub fn missing_source() -> Fault {
    Fault::new(
        "MissingParameter",
        "Missing source specification: include source security group or CIDR information",
    )
}

/// A rule has one peer.
pub fn several_sources() -> Fault {
    Fault::new(
        "InvalidParameterCombination",
        "Only one of cidrIpv4, cidrIpv6, prefixListId, or referencedGroupId can be specified",
    )
}

/// A rule keeps the kind of its peer.
pub fn peer_kind_changed() -> Fault {
    Fault::new(
        "InvalidParameterValue",
        "You may not change the source or destination type of an existing security group rule",
    )
}

/// There is no such protocol.
pub fn protocol_not_valid(protocol: &str) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!("Invalid value '{protocol}' for IP protocol. Unknown protocol."),
    )
}

/// TCP and UDP need ports.
pub fn ports_missing() -> Fault {
    Fault::new(
        "InvalidParameterValue",
        "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
    )
}

/// The ports are out of range, or in the wrong order.
pub fn port_range_not_valid(from: i64, to: i64) -> Fault {
    Fault::new("InvalidParameterValue", format!("Invalid TCP/UDP port range ({from}:{to})"))
}

/// No prefix list has this identifier.
pub fn prefix_list_not_found(id: &str) -> Fault {
    Fault::new("InvalidPrefixListID.NotFound", format!("The prefix list ID '{id}' does not exist"))
}
