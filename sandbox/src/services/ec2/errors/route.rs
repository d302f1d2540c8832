//! Errors about routes and route tables.

use crate::fault::Fault;
use crate::services::ec2::route::Destination;

/// The table has a route for the destination.
pub fn route_already_exists(destination: &Destination) -> Fault {
    Fault::new(
        "RouteAlreadyExists",
        format!("The route identified by {destination} already exists."),
    )
}

/// The member that names the destination, in AWS's sentences.
fn member(destination: &Destination) -> &'static str {
    match destination {
        Destination::Ipv4(_) => "destination-cidr-block",
        Destination::Ipv6(_) => "destination-ipv6-cidr-block",
        Destination::PrefixList(_) => "destination-prefix-list-id",
    }
}

/// The table has no route for the destination.
pub fn route_not_found(destination: &Destination, table: &str) -> Fault {
    Fault::new(
        "InvalidRoute.NotFound",
        format!("no route with {} {destination} in route table {table}", member(destination)),
    )
}

/// What is not there can't be replaced.
pub fn route_not_defined(destination: &Destination) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!(
            "There is no route defined for '{destination}' in the route table. Use CreateRoute \
             instead."
        ),
    )
}

/// The route is AWS's: a local one, or an endpoint's.
pub fn route_of_aws(destination: &Destination, table: &str) -> Fault {
    let owner = match destination {
        Destination::PrefixList(_) => "VPC endpoint",
        Destination::Ipv4(_) | Destination::Ipv6(_) => "local",
    };
    Fault::new(
        "InvalidParameterValue",
        format!("cannot remove {owner} route {destination} in route table {table}"),
    )
}

/// A route has one destination.
pub fn several_destinations() -> Fault {
    Fault::new(
        "InvalidParameterCombination",
        "Only one of destinationCidrBlock, destinationIpv6CidrBlock and destinationPrefixListId \
         can be specified.",
    )
}

/// A route has one target.
pub fn several_targets() -> Fault {
    Fault::new("InvalidParameterCombination", "Only one target can be specified for a route.")
}

/// No gateway has this identifier.
pub fn gateway_id_not_found(id: &str) -> Fault {
    Fault::new("InvalidGatewayID.NotFound", format!("The gateway ID '{id}' does not exist"))
}

/// No NAT gateway has this identifier.
pub fn nat_gateway_id_not_found(id: &str) -> Fault {
    Fault::new("InvalidNatGatewayID.NotFound", format!("The natGateway ID '{id}' does not exist"))
}

/// The target is of another VPC, or of none.
pub fn gateway_in_another_network(table: &str, gateway: &str) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!("route table {table} and network gateway {gateway} belong to different networks"),
    )
}

/// The table is of another VPC.
pub fn table_in_another_network(table: &str, other: &str) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!("route table {table} and subnet {other} belong to different networks"),
    )
}

/// The subnet uses a table already.
pub fn table_association_conflict(table: &str) -> Fault {
    Fault::new(
        "Resource.AlreadyAssociated",
        format!(
            "the specified association for route table {table} conflicts with an existing \
             association"
        ),
    )
}

/// The main table can only be replaced.
pub fn main_association(id: &str) -> Fault {
    Fault::new(
        "InvalidParameterValue",
        format!("cannot disassociate the main route table association {id}"),
    )
}
