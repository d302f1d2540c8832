//! `ec2.route`: one line of a route table.

use std::collections::BTreeSet;

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{RouteOrigin, RouteState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{gone, in_order, route_table};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A route: one destination, one target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The route table. A change replaces.
    pub route_table_id: String,
    /// Where the packets are going, as an IPv4 range, e.g. `0.0.0.0/0`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_cidr_block: Option<String>,
    /// The same as an IPv6 range. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_ipv6_cidr_block: Option<String>,
    /// The same as a prefix list. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_prefix_list_id: Option<String>,
    /// The target: an internet gateway or a virtual private gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
    /// The target: a NAT gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat_gateway_id: Option<String>,
    /// The target: an egress-only internet gateway, for IPv6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress_only_gateway_id: Option<String>,
    /// The target: a transit gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transit_gateway_id: Option<String>,
    /// The target: a peering connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection_id: Option<String>,
    /// The target: a network interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface_id: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// The route table.
    pub route_table_id: String,
    /// Where the packets are going.
    pub destination: String,
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
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.destinations().count() != 1 {
            problems.push(Problem::at("", "A route has exactly one destination.").hint(
                "write one of `destination_cidr_block`, `destination_ipv6_cidr_block` and `destination_prefix_list_id`",
            ));
        }
        if self.targets().iter().flatten().count() != 1 {
            problems.push(Problem::at("", "A route has exactly one target.").hint(
                "write one of `gateway_id`, `nat_gateway_id`, `egress_only_gateway_id`, `transit_gateway_id`, `vpc_peering_connection_id` and `network_interface_id`",
            ));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let tables: BTreeSet<&str> =
            ids.iter().filter_map(|id| id.parts::<2>()).map(|[table, _]| table).collect();
        let tables = route_table::describe(cx, "route-table-id", tables).await?;
        let routes = tables.iter().flat_map(|table| {
            let table_id = table.route_table_id().unwrap_or_default();
            let ours = table
                .routes()
                .iter()
                .filter(|route| route.origin() != Some(&RouteOrigin::CreateRouteTable));
            ours.filter_map(move |route| live(table_id, route))
        });
        Ok(in_order(ids, routes.collect()))
    }

    async fn find(&self, cx: &Context, _: &Owner) -> Result<Vec<Id>> {
        let id = self.id();
        let found = Self::read(cx, std::slice::from_ref(&id)).await?;
        // A route bears no tags: it is ours when it is in our table and leads where it should.
        let same = |live: &Live<Self>| live.spec.targets() == self.targets();
        Ok(found.into_iter().flatten().filter(same).map(|_| id.clone()).collect())
    }

    async fn create(&self, cx: &Context, _: &Owner) -> Result<Created<Outputs>> {
        cx.clients
            .ec2()
            .create_route()
            .route_table_id(&self.route_table_id)
            .set_destination_cidr_block(self.destination_cidr_block.clone())
            .set_destination_ipv6_cidr_block(self.destination_ipv6_cidr_block.clone())
            .set_destination_prefix_list_id(self.destination_prefix_list_id.clone())
            .set_gateway_id(self.gateway_id.clone())
            .set_nat_gateway_id(self.nat_gateway_id.clone())
            .set_egress_only_internet_gateway_id(self.egress_only_gateway_id.clone())
            .set_transit_gateway_id(self.transit_gateway_id.clone())
            .set_vpc_peering_connection_id(self.vpc_peering_connection_id.clone())
            .set_network_interface_id(self.network_interface_id.clone())
            .send()
            .await?;
        let destination = self.destinations().next().cloned().unwrap_or_default();
        let outputs = Outputs { route_table_id: self.route_table_id.clone(), destination };
        Ok(Created::ready(self.id(), outputs))
    }

    async fn update(&self, cx: &Context, _: &Id, _: &Change<Self>) -> Result<()> {
        cx.clients
            .ec2()
            .replace_route()
            .route_table_id(&self.route_table_id)
            .set_destination_cidr_block(self.destination_cidr_block.clone())
            .set_destination_ipv6_cidr_block(self.destination_ipv6_cidr_block.clone())
            .set_destination_prefix_list_id(self.destination_prefix_list_id.clone())
            .set_gateway_id(self.gateway_id.clone())
            .set_nat_gateway_id(self.nat_gateway_id.clone())
            .set_egress_only_internet_gateway_id(self.egress_only_gateway_id.clone())
            .set_transit_gateway_id(self.transit_gateway_id.clone())
            .set_vpc_peering_connection_id(self.vpc_peering_connection_id.clone())
            .set_network_interface_id(self.network_interface_id.clone())
            .send()
            .await?;
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let [table, _] = id.parts().ok_or_else(|| Error::invalid(format!("{id} is no route")))?;
        let request = cx
            .clients
            .ec2()
            .delete_route()
            .route_table_id(table)
            .set_destination_cidr_block(self.destination_cidr_block.clone())
            .set_destination_ipv6_cidr_block(self.destination_ipv6_cidr_block.clone())
            .set_destination_prefix_list_id(self.destination_prefix_list_id.clone());
        gone(request.send().await)
    }
}

impl Route {
    /// `rtb-…|destination`: AWS has no id for a route.
    fn id(&self) -> Id {
        let destination = self.destinations().next().map_or("", String::as_str);
        Id(format!("{}|{destination}", self.route_table_id))
    }

    fn destinations(&self) -> impl Iterator<Item = &String> {
        [
            &self.destination_cidr_block,
            &self.destination_ipv6_cidr_block,
            &self.destination_prefix_list_id,
        ]
        .into_iter()
        .flatten()
    }

    fn targets(&self) -> [Option<&String>; 6] {
        [
            self.gateway_id.as_ref(),
            self.nat_gateway_id.as_ref(),
            self.egress_only_gateway_id.as_ref(),
            self.transit_gateway_id.as_ref(),
            self.vpc_peering_connection_id.as_ref(),
            self.network_interface_id.as_ref(),
        ]
    }
}

fn live(table_id: &str, route: &ec2::Route) -> Option<(String, Live<Route>)> {
    let text = |value: Option<&str>| value.map(str::to_owned);
    let spec = Route {
        route_table_id: table_id.to_owned(),
        destination_cidr_block: text(route.destination_cidr_block()),
        destination_ipv6_cidr_block: text(route.destination_ipv6_cidr_block()),
        destination_prefix_list_id: text(route.destination_prefix_list_id()),
        gateway_id: text(route.gateway_id()),
        nat_gateway_id: text(route.nat_gateway_id()),
        egress_only_gateway_id: text(route.egress_only_internet_gateway_id()),
        transit_gateway_id: text(route.transit_gateway_id()),
        vpc_peering_connection_id: text(route.vpc_peering_connection_id()),
        network_interface_id: text(route.network_interface_id()),
    };
    let destination = spec.destinations().next()?.clone();
    let outputs = Outputs { route_table_id: table_id.to_owned(), destination };
    let status = match route.state() {
        // What it led to is gone; pointing it elsewhere mends it, so it is no failure.
        Some(RouteState::Active | RouteState::Blackhole) | None => Status::Ready,
        Some(state) => Status::Working(state.as_str().to_owned()),
    };
    Some((spec.id().0, Live { spec, outputs, tags: None, status }))
}
