//! Routes: where a table sends what is addressed to a range.

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

use super::cidr;
use super::kind::{get, get_mut};
use super::nat_gateway::NatState;
use super::prefix_list;
use super::route_table::RouteTable;
use super::security_group_changes::Done;
use super::state::State;
use super::{Here, Scope, errors, here};

/// A route that a caller has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub(super) destination: Destination,
    pub(super) target: Target,
}

/// What a route is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// Addresses.
    Ipv4(Ipv4Net),
    /// Addresses.
    Ipv6(Ipv6Net),
    /// The addresses of a list.
    PrefixList(String),
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ipv4(block) => write!(f, "{block}"),
            Self::Ipv6(block) => write!(f, "{block}"),
            Self::PrefixList(id) => f.write_str(id),
        }
    }
}

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// `igw-…`
    InternetGateway(String),
    /// `nat-…`
    NatGateway(String),
    /// `eni-…`
    NetworkInterface(String),
}

/// The members that name a destination.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DestinationMembers {
    destination_cidr_block: Option<String>,
    destination_ipv6_cidr_block: Option<String>,
    destination_prefix_list_id: Option<String>,
}

impl DestinationMembers {
    fn destination(self) -> Result<Destination, Fault> {
        let Self {
            destination_cidr_block: ipv4,
            destination_ipv6_cidr_block: ipv6,
            destination_prefix_list_id: list,
        } = self;
        match (ipv4, ipv6, list) {
            (Some(block), None, None) => Ok(Destination::Ipv4(cidr::ipv4(&block)?)),
            (None, Some(block), None) => Ok(Destination::Ipv6(cidr::ipv6(&block)?)),
            (None, None, Some(id)) => Ok(Destination::PrefixList(id)),
            (None, None, None) => Err(errors::missing_parameter("destinationCidrBlock")),
            _ => Err(errors::several_destinations()),
        }
    }
}

/// The members that name a target. Those of objects that the sandbox does not have are read too,
/// to say that the object does not exist.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TargetMembers {
    gateway_id: Option<String>,
    nat_gateway_id: Option<String>,
    network_interface_id: Option<String>,
    egress_only_internet_gateway_id: Option<String>,
    instance_id: Option<String>,
    transit_gateway_id: Option<String>,
    vpc_peering_connection_id: Option<String>,
    vpc_endpoint_id: Option<String>,
}

impl TargetMembers {
    /// The target, which exists and is of the same VPC.
    fn target(self, state: &State, table: &RouteTable) -> Result<Target, Fault> {
        if let Some(id) = self.instance_id {
            return Err(errors::instance_not_found(&id));
        }
        let foreign = [
            self.egress_only_internet_gateway_id,
            self.transit_gateway_id,
            self.vpc_peering_connection_id,
            self.vpc_endpoint_id,
        ];
        if let Some(id) = foreign.into_iter().flatten().next() {
            return Err(errors::gateway_id_not_found(&id));
        }
        match (self.gateway_id, self.nat_gateway_id, self.network_interface_id) {
            (Some(id), None, None) => internet_gateway(state, table, id),
            (None, Some(id), None) => nat_gateway(state, table, id),
            (None, None, Some(id)) => network_interface(state, table, id),
            (None, None, None) => Err(errors::missing_parameter("gatewayId")),
            _ => Err(errors::several_targets()),
        }
    }
}

fn internet_gateway(state: &State, table: &RouteTable, id: String) -> Result<Target, Fault> {
    let gateway =
        state.internet_gateways.get(&id).ok_or_else(|| errors::gateway_id_not_found(&id))?;
    if gateway.vpc_id.as_ref() != Some(&table.vpc_id) {
        return Err(errors::gateway_in_another_network(&table.id, &id));
    }
    Ok(Target::InternetGateway(id))
}

fn nat_gateway(state: &State, table: &RouteTable, id: String) -> Result<Target, Fault> {
    let usable = |state| matches!(state, NatState::Pending | NatState::Available);
    let gateway = state.nat_gateways.get(&id).filter(|gateway| usable(gateway.progress.state()));
    let gateway = gateway.ok_or_else(|| errors::nat_gateway_id_not_found(&id))?;
    if gateway.vpc_id != table.vpc_id {
        return Err(errors::gateway_in_another_network(&table.id, &id));
    }
    Ok(Target::NatGateway(id))
}

fn network_interface(state: &State, table: &RouteTable, id: String) -> Result<Target, Fault> {
    if get(&state.network_interfaces, &id)?.vpc_id != table.vpc_id {
        return Err(errors::gateway_in_another_network(&table.id, &id));
    }
    Ok(Target::NetworkInterface(id))
}

/// Names a table, a destination and a target.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteRequest {
    route_table_id: String,
    #[serde(flatten)]
    destination: DestinationMembers,
    #[serde(flatten)]
    target: TargetMembers,
}

/// Adds a route; a table has one for each destination.
pub fn create(call: &mut Call<'_>, request: RouteRequest) -> Result<Done, Fault> {
    let Here { state, scope, .. } = here(call);
    let table = get(&state.route_tables, &request.route_table_id)?;
    let destination = request.destination.destination()?;
    if let Destination::PrefixList(id) = &destination {
        prefix_list::check(id, scope.region)?;
    }
    if state.routes_of(table, scope).iter().any(|route| route.is_for(&destination)) {
        return Err(errors::route_already_exists(&destination));
    }
    let target = request.target.target(state, table)?;
    let routes = &mut get_mut(&mut state.route_tables, &request.route_table_id)?.routes;
    routes.push(Route { destination, target });
    Ok(Done::new())
}

/// Lets a route lead elsewhere.
pub fn replace(call: &mut Call<'_>, request: RouteRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let table = get(&state.route_tables, &request.route_table_id)?;
    let destination = request.destination.destination()?;
    let target = request.target.target(state, table)?;
    let routes = &mut get_mut(&mut state.route_tables, &request.route_table_id)?.routes;
    let route = routes.iter_mut().find(|route| route.destination == destination);
    route.ok_or_else(|| errors::route_not_defined(&destination))?.target = target;
    Ok(Empty {})
}

/// Names a table and a destination.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteRouteRequest {
    route_table_id: String,
    #[serde(flatten)]
    destination: DestinationMembers,
}

/// Removes a route. The local ones and those of endpoints are AWS's own.
pub fn delete(call: &mut Call<'_>, request: DeleteRouteRequest) -> Result<Empty, Fault> {
    let Here { state, scope, .. } = here(call);
    let table = get(&state.route_tables, &request.route_table_id)?;
    let destination = request.destination.destination()?;
    if !table.routes.iter().any(|route| route.destination == destination) {
        let aws_own = state.routes_of(table, scope).iter().any(|route| route.is_for(&destination));
        return Err(if aws_own {
            errors::route_of_aws(&destination, &table.id)
        } else {
            errors::route_not_found(&destination, &table.id)
        });
    }
    let table = get_mut(&mut state.route_tables, &request.route_table_id)?;
    table.routes.retain(|route| route.destination != destination);
    Ok(Empty {})
}

/// A route as responses show it.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteDescription {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) destination_cidr_block: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) destination_ipv6_cidr_block: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) destination_prefix_list_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nat_gateway_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_interface_id: Option<String>,
    pub(super) origin: &'static str,
    pub(super) state: &'static str,
}

impl RouteDescription {
    fn to(destination: &Destination, origin: &'static str) -> Self {
        let mut route = Self { origin, state: "active", ..Self::default() };
        match destination {
            Destination::Ipv4(block) => route.destination_cidr_block = Some(block.to_string()),
            Destination::Ipv6(block) => route.destination_ipv6_cidr_block = Some(block.to_string()),
            Destination::PrefixList(id) => route.destination_prefix_list_id = Some(id.clone()),
        }
        route
    }

    fn local(destination: &Destination) -> Self {
        Self { gateway_id: Some("local".into()), ..Self::to(destination, "CreateRouteTable") }
    }

    fn is_for(&self, destination: &Destination) -> bool {
        let shown = match destination {
            Destination::Ipv4(_) => &self.destination_cidr_block,
            Destination::Ipv6(_) => &self.destination_ipv6_cidr_block,
            Destination::PrefixList(_) => &self.destination_prefix_list_id,
        };
        shown.as_deref() == Some(destination.to_string().as_str())
    }
}

impl State {
    /// All routes of a table: local ones, callers', and those of gateway endpoints.
    pub(super) fn routes_of(&self, table: &RouteTable, scope: Scope<'_>) -> Vec<RouteDescription> {
        let mut routes = Vec::new();
        if let Some(vpc) = self.vpcs.get(&table.vpc_id) {
            let ipv4 = vpc.cidr_blocks.iter().map(|own| Destination::Ipv4(own.block));
            let ipv6 = vpc.ipv6_cidr_blocks.iter().map(|own| Destination::Ipv6(own.block));
            routes.extend(ipv4.chain(ipv6).map(|block| RouteDescription::local(&block)));
        }
        routes.extend(table.routes.iter().map(|route| self.described(route)));
        let endpoints = self.vpc_endpoints.values();
        for endpoint in endpoints.filter(|own| own.route_table_ids.contains(&table.id)) {
            if let Some(list) = prefix_list::of_service(&endpoint.service_name, scope.region) {
                let destination = Destination::PrefixList(list.id);
                routes.push(RouteDescription {
                    gateway_id: Some(endpoint.id.clone()),
                    ..RouteDescription::to(&destination, "CreateRoute")
                });
            }
        }
        routes
    }

    /// A route whose target is gone is a black hole.
    fn described(&self, route: &Route) -> RouteDescription {
        let mut shown = RouteDescription::to(&route.destination, "CreateRoute");
        let leads_somewhere = match &route.target {
            Target::InternetGateway(id) => {
                shown.gateway_id = Some(id.clone());
                self.internet_gateways.get(id).is_some_and(|gateway| gateway.vpc_id.is_some())
            }
            Target::NatGateway(id) => {
                shown.nat_gateway_id = Some(id.clone());
                let gateway = self.nat_gateways.get(id);
                gateway.is_some_and(|own| own.progress.state() == NatState::Available)
            }
            Target::NetworkInterface(id) => {
                shown.network_interface_id = Some(id.clone());
                let interface = self.network_interfaces.get(id);
                interface.is_some_and(|interface| interface.attachment.is_some())
            }
        };
        shown.state = if leads_somewhere { "active" } else { "blackhole" };
        shown
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::services::ec2::testing::Network;

    fn routes(network: &mut Network, table: &str) -> Value {
        let found = network.call("DescribeRouteTables", json!({"RouteTableIds": [table]}));
        found["RouteTables"][0]["Routes"].clone()
    }

    #[test]
    fn a_table_starts_with_the_local_route_which_stays() {
        let mut network = Network::new();
        let table = network.route_table();
        let local = json!([{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local",
                            "Origin": "CreateRouteTable", "State": "active"}]);
        assert_eq!(routes(&mut network, &table), local);
        let delete = json!({"RouteTableId": table, "DestinationCidrBlock": "10.0.0.0/16"});
        assert_eq!(network.refused("DeleteRoute", delete).code, "InvalidParameterValue");
    }

    #[test]
    fn a_destination_has_one_route() {
        let mut network = Network::new();
        let gateway = network.gateway();
        let table = network.route_table();
        let route = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0",
                           "GatewayId": gateway});
        assert_eq!(network.refused("ReplaceRoute", route.clone()).code, "InvalidParameterValue");
        assert_eq!(network.call("CreateRoute", route.clone())["Return"], true);
        let fault = network.refused("CreateRoute", route.clone());
        assert_eq!(fault.code, "RouteAlreadyExists");
        assert_eq!(fault.message, "The route identified by 0.0.0.0/0 already exists.");
        network.call("ReplaceRoute", route.clone());
        network.call("DeleteRoute", route.clone());
        assert_eq!(network.refused("DeleteRoute", route).code, "InvalidRoute.NotFound");
    }

    #[test]
    fn a_route_to_a_detached_gateway_is_a_black_hole() {
        let mut network = Network::new();
        let gateway = network.gateway();
        let table = network.route_table();
        let route = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0",
                           "GatewayId": gateway});
        network.call("CreateRoute", route);
        assert_eq!(routes(&mut network, &table)[1]["State"], "active");
        let detach = json!({"InternetGatewayId": gateway, "VpcId": network.vpc});
        network.call("DetachInternetGateway", detach);
        assert_eq!(routes(&mut network, &table)[1]["State"], "blackhole");
    }

    #[test]
    fn a_target_exists_and_is_of_the_same_vpc() {
        let mut network = Network::new();
        let table = network.route_table();
        let made = network.call("CreateInternetGateway", json!({}));
        let detached = made["InternetGateway"]["InternetGatewayId"].clone();
        let mut refused = |target: Value| {
            let mut route = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"});
            route.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
            network.refused("CreateRoute", route).code
        };
        assert_eq!(refused(json!({"GatewayId": detached})), "InvalidParameterValue");
        let unknown = json!({"GatewayId": "igw-01234567"});
        assert_eq!(refused(unknown), "InvalidGatewayID.NotFound");
        let unknown = json!({"NatGatewayId": "nat-01234567"});
        assert_eq!(refused(unknown), "InvalidNatGatewayID.NotFound");
        assert_eq!(refused(json!({})), "MissingParameter");
    }
}
