//! `ec2.route_table`: where a subnet's packets go. Its routes are `ec2.route`s.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::ResourceType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{by_id, filter, gone, ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::Context;
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A route table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// The VPC. A change replaces.
    pub vpc_id: String,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `rtb-…`
    pub id: String,
}

impl Resource for RouteTable {
    const KIND: &'static str = "ec2.route_table";
    const TRAITS: Traits = Traits { immutable: &["vpc_id"], create_first: true, ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let tables = describe(cx, "route-table-id", ids.iter().map(Id::as_str)).await?;
        by_id(ids, tables.iter().map(live), |outputs| &outputs.id)
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let filters = Some(ownership_filters(owner));
        let answer = cx.clients.ec2().describe_route_tables().set_filters(filters).send().await?;
        let ids = answer.route_tables().iter().filter_map(|table| table.route_table_id());
        Ok(ids.map(Id::from).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let answer = cx
            .clients
            .ec2()
            .create_route_table()
            .client_token(&owner.token)
            .vpc_id(&self.vpc_id)
            .tag_specifications(tag_specification(ResourceType::RouteTable, owner))
            .send()
            .await?;
        let id = answer.route_table().and_then(ec2::RouteTable::route_table_id);
        let id = text_of(id, "ec2:CreateRouteTable", "RouteTableId")?;
        Ok(Created::ready(id.clone(), Outputs { id }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        gone(cx.clients.ec2().delete_route_table().route_table_id(id.as_str()).send().await)
    }
}

/// The route tables that match a filter.
pub(super) async fn describe<'a>(
    cx: &Context,
    name: &str,
    values: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<ec2::RouteTable>> {
    let request = cx.clients.ec2().describe_route_tables().filters(filter(name, values));
    Ok(request.into_paginator().items().send().collect::<Result<_, _>>().await?)
}

fn live(table: &ec2::RouteTable) -> Result<Live<RouteTable>> {
    let of = |value, member| text_of(value, "ec2:DescribeRouteTables", member);
    Ok(Live {
        spec: RouteTable { vpc_id: of(table.vpc_id(), "VpcId")? },
        tags: Some(tags(table.tags())),
        status: Status::Ready,
        outputs: Outputs { id: of(table.route_table_id(), "RouteTableId")? },
    })
}
