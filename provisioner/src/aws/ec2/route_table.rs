//! `ec2.route_table`: where packets go that leave a subnet. Its routes are `ec2.route`.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::ResourceType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{describe, owned, ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::read::in_order;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A route table. It always has a route to the VPC itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// The VPC that it is in. A change replaces.
    pub vpc_id: String,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `rtb-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

impl Resource for RouteTable {
    const KIND: &'static str = "ec2.route_table";
    const TRAITS: Traits = Traits { immutable: &["vpc_id"], create_first: true, ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let tables = by_id(cx, ids.iter().map(Id::as_str)).await?;
        let found = tables.iter().map(|table| live(cx, table)).collect::<Result<_>>();
        Ok(in_order(ids, found?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_route_tables();
        let answer = request.set_filters(Some(ownership_filters(owner))).send().await?;
        let found = answer.route_tables().iter();
        Ok(owned(owner, found.map(|table| (table.route_table_id(), table.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let request = cx.clients.ec2().create_route_table().vpc_id(&self.vpc_id);
        let tags = tag_specification(ResourceType::RouteTable, owner);
        let request = request.client_token(&owner.token).tag_specifications(tags);
        let answer = request.send().await?;
        let id = answer.route_table().and_then(ec2::RouteTable::route_table_id);
        let id = text_of(id, "ec2:CreateRouteTable", "RouteTableId")?;
        let outputs = outputs(cx, &id);
        Ok(Created::ready(id, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().delete_route_table().route_table_id(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }

    /// The subnets and gateways that use it.
    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let tables = by_id(cx, [id.as_str()]).await?;
        let associations = tables.iter().flat_map(ec2::RouteTable::associations);
        let users = associations.filter_map(|association| match association.subnet_id() {
            Some(subnet) => Some(format!("subnet {subnet}")),
            None => association.gateway_id().map(|gateway| format!("gateway {gateway}")),
        });
        Ok(users.collect())
    }
}

/// The route tables of these ids.
pub(super) async fn by_id<'a>(
    cx: &Context,
    ids: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<ec2::RouteTable>> {
    by_filter(cx, "route-table-id", ids).await
}

/// The route tables that match.
pub(super) async fn by_filter<'a>(
    cx: &Context,
    name: &str,
    values: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<ec2::RouteTable>> {
    let tables = describe(name, values, |filter| {
        let request = cx.clients.ec2().describe_route_tables().filters(filter);
        request.into_paginator().items().send().try_collect()
    });
    tables.await
}

fn live(cx: &Context, table: &ec2::RouteTable) -> Result<(String, Live<RouteTable>)> {
    let id = text_of(table.route_table_id(), "ec2:DescribeRouteTables", "RouteTableId")?;
    let live = Live {
        spec: RouteTable { vpc_id: table.vpc_id().unwrap_or_default().to_owned() },
        outputs: outputs(cx, &id),
        tags: Some(tags(table.tags())),
        status: Status::Ready,
    };
    Ok((id, live))
}

fn outputs(cx: &Context, id: &str) -> Outputs {
    Outputs { id: id.to_owned(), arn: cx.arn("ec2", &format!("route-table/{id}")) }
}
