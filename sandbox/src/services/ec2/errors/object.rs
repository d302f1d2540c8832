//! Errors about identifiers, dependencies and repetitions, which all kinds of object have.

use crate::fault::Fault;
use crate::services::ec2::kind::Kind;

/// The code for an identifier that no object has.
fn not_found_code(kind: Kind) -> &'static str {
    match kind {
        Kind::DhcpOptions => "InvalidDhcpOptionID.NotFound",
        Kind::ElasticIp => "InvalidAllocationID.NotFound",
        Kind::FlowLog => "InvalidFlowLogId.NotFound",
        Kind::InternetGateway => "InvalidInternetGatewayID.NotFound",
        Kind::NatGateway => "NatGatewayNotFound",
        Kind::NetworkAcl => "InvalidNetworkAclID.NotFound",
        Kind::NetworkInterface => "InvalidNetworkInterfaceID.NotFound",
        Kind::RouteTable => "InvalidRouteTableID.NotFound",
        Kind::SecurityGroup => "InvalidGroup.NotFound",
        Kind::SecurityGroupRule => "InvalidSecurityGroupRuleId.NotFound",
        Kind::Subnet => "InvalidSubnetID.NotFound",
        Kind::Vpc => "InvalidVpcID.NotFound",
        Kind::VpcEndpoint => "InvalidVpcEndpointId.NotFound",
    }
}

/// The code for a text that no identifier could be.
fn malformed_code(kind: Kind) -> &'static str {
    match kind {
        Kind::DhcpOptions => "InvalidDhcpOptionsId.Malformed",
        Kind::ElasticIp => "InvalidAllocationID.Malformed",
        Kind::FlowLog => "InvalidFlowLogId.Malformed",
        Kind::InternetGateway => "InvalidInternetGatewayId.Malformed",
        Kind::NatGateway => "NatGatewayMalformed",
        Kind::NetworkAcl => "InvalidNetworkAclId.Malformed",
        Kind::NetworkInterface => "InvalidNetworkInterfaceId.Malformed",
        Kind::RouteTable => "InvalidRouteTableId.Malformed",
        Kind::SecurityGroup => "InvalidGroupId.Malformed",
        Kind::SecurityGroupRule => "InvalidSecurityGroupRuleId.Malformed",
        Kind::Subnet => "InvalidSubnetID.Malformed",
        Kind::Vpc => "InvalidVpcID.Malformed",
        Kind::VpcEndpoint => "InvalidVpcEndpointId.Malformed",
    }
}

/// What AWS calls the kind in a sentence.
fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::DhcpOptions => "dhcpOption",
        Kind::ElasticIp => "allocation",
        Kind::FlowLog => "flow log",
        Kind::InternetGateway => "internetGateway",
        Kind::NatGateway => "natGateway",
        Kind::NetworkAcl => "networkAcl",
        Kind::NetworkInterface => "networkInterface",
        Kind::RouteTable => "routeTable",
        Kind::SecurityGroup => "security group",
        Kind::SecurityGroupRule => "security group rule",
        Kind::Subnet => "subnet",
        Kind::Vpc => "vpc",
        Kind::VpcEndpoint => "vpcEndpoint",
    }
}

/// No object has this identifier.
pub fn not_found(kind: Kind, id: &str) -> Fault {
    let message = match kind {
        Kind::NatGateway => format!("The Nat Gateway {id} was not found"),
        Kind::SecurityGroup => format!("The security group '{id}' does not exist"),
        Kind::VpcEndpoint => format!("The Vpc Endpoint Id '{id}' does not exist"),
        Kind::FlowLog => {
            format!("These flow log ids in the input list are not found: [TotalCount: 1] {id}")
        }
        other => format!("The {} ID '{id}' does not exist", noun(other)),
    };
    Fault::new(not_found_code(kind), message)
}

/// This is no identifier of the kind.
pub fn malformed(kind: Kind, id: &str) -> Fault {
    Fault::new(
        malformed_code(kind),
        format!("Invalid id: \"{id}\" (expecting \"{}-...\")", kind.prefix()),
    )
}

/// This is no identifier of any kind that carries tags.
pub fn id_not_valid(id: &str) -> Fault {
    Fault::new("InvalidID", format!("The ID '{id}' is not valid"))
}

/// Something still depends on the object.
pub fn has_dependencies(kind: Kind, id: &str) -> Fault {
    Fault::new(
        "DependencyViolation",
        format!("The {} '{id}' has dependencies and cannot be deleted.", noun(kind)),
    )
}

/// No association of an address or a route table has this identifier.
pub fn association_not_found(id: &str) -> Fault {
    Fault::new("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"))
}

/// No instance has this identifier; the sandbox has none at all.
pub fn instance_not_found(id: &str) -> Fault {
    Fault::new("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist"))
}

/// The token was used with other parameters.
pub fn idempotent_parameter_mismatch() -> Fault {
    Fault::new(
        "IdempotentParameterMismatch",
        "The client token you have provided is associated with a resource that already exists. \
         Please use a different client token.",
    )
}

/// The request would have succeeded, but was a dry run.
pub fn dry_run() -> Fault {
    Fault::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
        .with_status(412)
}
