//! `ec2.route`: one line of a route table.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{RouteOrigin, RouteState};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{cidr, route_table};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A route: one destination and one target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The route table. A change replaces.
    pub route_table_id: String,
    /// To which IPv4 addresses it leads, e.g. `0.0.0.0/0`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_cidr_block: Option<String>,
    /// To which IPv6 addresses it leads, e.g. `::/0`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_ipv6_cidr_block: Option<String>,
    /// To which prefix list's addresses it leads. A change replaces.
    #[schemars(regex(pattern = r"^pl-"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_prefix_list_id: Option<String>,
    /// Through an internet gateway or a virtual private gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    /// Through a NAT gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat_gateway_id: Option<String>,
    /// Through a gateway that lets IPv6 out only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress_only_internet_gateway_id: Option<String>,
    /// Through a transit gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transit_gateway_id: Option<String>,
    /// Through a peering connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection_id: Option<String>,
    /// Through a Gateway Load Balancer's endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint_id: Option<String>,
    /// Through a network interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface_id: Option<String>,
    /// Through a carrier gateway of a Wavelength zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_gateway_id: Option<String>,
    /// Through an Outpost's local gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_gateway_id: Option<String>,
    /// Through a Cloud WAN core network.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_network_arn: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `active`, or `blackhole` where the target is gone.
    pub state: String,
}

/// Sends CreateRoute or ReplaceRoute, which take the same.
macro_rules! send {
    ($route:expr, $request:expr) => {
        $request
            .route_table_id(&$route.route_table_id)
            .set_destination_cidr_block($route.destination_cidr_block.clone())
            .set_destination_ipv6_cidr_block($route.destination_ipv6_cidr_block.clone())
            .set_destination_prefix_list_id($route.destination_prefix_list_id.clone())
            .set_gateway_id($route.gateway_id.clone())
            .set_nat_gateway_id($route.nat_gateway_id.clone())
            .set_egress_only_internet_gateway_id($route.egress_only_internet_gateway_id.clone())
            .set_transit_gateway_id($route.transit_gateway_id.clone())
            .set_vpc_peering_connection_id($route.vpc_peering_connection_id.clone())
            .set_vpc_endpoint_id($route.vpc_endpoint_id.clone())
            .set_network_interface_id($route.network_interface_id.clone())
            .set_carrier_gateway_id($route.carrier_gateway_id.clone())
            .set_local_gateway_id($route.local_gateway_id.clone())
            .set_core_network_arn($route.core_network_arn.clone())
            .send()
            .await
    };
}

impl Resource for Route {
    const KIND: &'static str = "ec2.route";
    const TRAITS: Traits = Traits {
        immutable: &[
            "route_table_id",
            "destination_cidr_block",
            "destination_ipv6_cidr_block",
            "destination_prefix_list_id",
        ],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let destination = match self.destinations().as_slice() {
            [] => Some(
                Problem::at("", "A route leads to a destination.")
                    .hint("write e.g. destination_cidr_block: 0.0.0.0/0"),
            ),
            [(property, text)] => check_destination(property, text),
            [_, (property, _), ..] => Some(Problem::at(*property, "A route has one destination.")),
        };
        let target = match self.targets().as_slice() {
            [] => Some(
                Problem::at("", "A route leads through a target.")
                    .hint("write e.g. gateway_id or nat_gateway_id"),
            ),
            [_] => None,
            [_, property, ..] => Some(Problem::at(*property, "A route has one target.")),
        };
        destination.into_iter().chain(target).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let tables: BTreeSet<&str> =
            ids.iter().filter_map(|id| Some(id.parts::<2>()?[0])).collect();
        let tables = route_table::by_id(cx, tables).await?;
        let mut found: HashMap<Id, Live<Self>> = tables.iter().flat_map(lives).collect();
        Ok(ids.iter().map(|id| found.remove(id)).collect())
    }

    async fn find(&self, cx: &Context, _: &Owner) -> Result<Vec<Id>> {
        let id = self.id();
        let found = Self::read(cx, std::slice::from_ref(&id)).await?.pop().flatten();
        Ok(found.map(|_| id).into_iter().collect())
    }

    async fn create(&self, cx: &Context, _: &Owner) -> Result<Created<Outputs>> {
        send!(self, cx.clients.ec2().create_route())?;
        Ok(Created::ready(self.id(), Outputs { state: RouteState::Active.to_string() }))
    }

    async fn update(&self, cx: &Context, _: &Id, change: &Change<Self>) -> Result<()> {
        if !change.properties.is_empty() {
            send!(self, cx.clients.ec2().replace_route())?;
        }
        Ok(())
    }

    async fn delete(&self, cx: &Context, _: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().delete_route().route_table_id(&self.route_table_id);
        let answer = request
            .set_destination_cidr_block(self.destination_cidr_block.clone())
            .set_destination_ipv6_cidr_block(self.destination_ipv6_cidr_block.clone())
            .set_destination_prefix_list_id(self.destination_prefix_list_id.clone())
            .send()
            .await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Route {
    /// `rtb-1|0.0.0.0/0`
    fn id(&self) -> Id {
        let destinations = self.destinations();
        let destination = destinations.first().map_or("", |(_, text)| text);
        Id(format!("{}|{}", self.route_table_id, cidr::canonical(destination)))
    }

    fn destinations(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("destination_cidr_block", &self.destination_cidr_block),
            ("destination_ipv6_cidr_block", &self.destination_ipv6_cidr_block),
            ("destination_prefix_list_id", &self.destination_prefix_list_id),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect()
    }

    /// The names of the targets that are given.
    fn targets(&self) -> Vec<&'static str> {
        let all = [
            ("gateway_id", &self.gateway_id),
            ("nat_gateway_id", &self.nat_gateway_id),
            ("egress_only_internet_gateway_id", &self.egress_only_internet_gateway_id),
            ("transit_gateway_id", &self.transit_gateway_id),
            ("vpc_peering_connection_id", &self.vpc_peering_connection_id),
            ("vpc_endpoint_id", &self.vpc_endpoint_id),
            ("network_interface_id", &self.network_interface_id),
            ("carrier_gateway_id", &self.carrier_gateway_id),
            ("local_gateway_id", &self.local_gateway_id),
            ("core_network_arn", &self.core_network_arn),
        ];
        all.into_iter().filter_map(|(name, value)| value.is_some().then_some(name)).collect()
    }
}

fn check_destination(property: &str, text: &str) -> Option<Problem> {
    let net = match property {
        "destination_cidr_block" => text.parse::<Ipv4Net>().map(IpNet::from),
        "destination_ipv6_cidr_block" => text.parse::<Ipv6Net>().map(IpNet::from),
        _ => return None,
    };
    match (net, property) {
        (Ok(net), _) => cidr::check_host_bits(property, net),
        (Err(_), "destination_cidr_block") => cidr::check_ipv4(property, text),
        (Err(_), _) => cidr::check_ipv6(property, text),
    }
}

/// The routes of a table that somebody made: not the VPC's own, and not what a gateway announced.
fn lives(table: &ec2::RouteTable) -> Vec<(Id, Live<Route>)> {
    let made = table.routes().iter().filter(|route| {
        !matches!(
            route.origin(),
            Some(RouteOrigin::CreateRouteTable | RouteOrigin::EnableVgwRoutePropagation)
        )
    });
    let table = table.route_table_id().unwrap_or_default();
    made.map(|route| live(table, route)).map(|live| (live.spec.id(), live)).collect()
}

fn live(table: &str, route: &ec2::Route) -> Live<Route> {
    let own = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    // A Gateway Load Balancer's endpoint is told as a gateway.
    let (endpoint, gateway): (Option<String>, Option<String>) = match own(route.gateway_id()) {
        Some(id) if id.starts_with("vpce-") => (Some(id), None),
        gateway => (None, gateway),
    };
    let state = route.state().map_or("active", RouteState::as_str);
    Live {
        spec: Route {
            route_table_id: table.to_owned(),
            destination_cidr_block: own(route.destination_cidr_block()),
            destination_ipv6_cidr_block: own(route.destination_ipv6_cidr_block()),
            destination_prefix_list_id: own(route.destination_prefix_list_id()),
            gateway_id: gateway,
            nat_gateway_id: own(route.nat_gateway_id()),
            egress_only_internet_gateway_id: own(route.egress_only_internet_gateway_id()),
            transit_gateway_id: own(route.transit_gateway_id()),
            vpc_peering_connection_id: own(route.vpc_peering_connection_id()),
            vpc_endpoint_id: endpoint,
            network_interface_id: own(route.network_interface_id()),
            carrier_gateway_id: own(route.carrier_gateway_id()),
            local_gateway_id: own(route.local_gateway_id()),
            core_network_arn: own(route.core_network_arn()),
        },
        outputs: Outputs { state: state.to_owned() },
        tags: None,
        status: Status::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(route: &Route) -> Vec<String> {
        route.validate().into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn one_destination_and_one_target() {
        let route = Route {
            route_table_id: "rtb-1".into(),
            destination_cidr_block: Some("0.0.0.0/0".into()),
            gateway_id: Some("igw-1".into()),
            ..Route::default()
        };
        assert_eq!(paths(&route), [""; 0]);
        assert_eq!(route.id(), Id::from("rtb-1|0.0.0.0/0"));
        let two = Route { nat_gateway_id: Some("nat-1".into()), ..route.clone() };
        assert_eq!(paths(&two), ["nat_gateway_id"]);
        let two = Route { destination_prefix_list_id: Some("pl-1".into()), ..route.clone() };
        assert_eq!(paths(&two), ["destination_prefix_list_id"]);
        let wrong = Route { destination_cidr_block: Some("::/0".into()), ..route };
        assert_eq!(paths(&wrong), ["destination_cidr_block"]);
        assert_eq!(paths(&Route::default()), ["", ""]);
    }
}
