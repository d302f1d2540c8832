//! `ec2.route_table_association`: which route table a subnet uses.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::RouteTableAssociationStateCode as State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{gone, in_order, route_table, text_of};
use crate::aws::Context;
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// The association of a route table with a subnet or a gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTableAssociation {
    /// The route table. A change replaces: AWS gives another id.
    pub route_table_id: String,
    /// The subnet. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// The internet gateway or virtual private gateway, instead of a subnet. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `rtbassoc-…`
    pub id: String,
}

impl Resource for RouteTableAssociation {
    const KIND: &'static str = "ec2.route_table_association";
    const TRAITS: Traits =
        Traits { immutable: &["route_table_id", "subnet_id", "gateway_id"], ..Traits::DEFAULT };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        match (&self.subnet_id, &self.gateway_id) {
            (Some(_), None) | (None, Some(_)) => Vec::new(),
            _ => vec![
                Problem::at("", "An association is with exactly one subnet or gateway.")
                    .hint("write one of `subnet_id` and `gateway_id`"),
            ],
        }
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let ids_text = ids.iter().map(Id::as_str);
        let tables =
            route_table::describe(cx, "association.route-table-association-id", ids_text).await?;
        let associations = tables.iter().flat_map(ec2::RouteTable::associations).filter_map(live);
        Ok(in_order(ids, associations.collect()))
    }

    async fn find(&self, cx: &Context, _: &Owner) -> Result<Vec<Id>> {
        let tables = [self.route_table_id.as_str()];
        let tables = route_table::describe(cx, "route-table-id", tables).await?;
        let associations = tables.iter().flat_map(ec2::RouteTable::associations).filter_map(live);
        Ok(associations.filter(|(_, live)| live.spec == *self).map(|(id, _)| Id(id)).collect())
    }

    async fn create(&self, cx: &Context, _: &Owner) -> Result<Created<Outputs>> {
        let answer = cx
            .clients
            .ec2()
            .associate_route_table()
            .route_table_id(&self.route_table_id)
            .set_subnet_id(self.subnet_id.clone())
            .set_gateway_id(self.gateway_id.clone())
            .send()
            .await?;
        let id = text_of(answer.association_id(), "ec2:AssociateRouteTable", "AssociationId")?;
        let associating = answer.association_state().and_then(|state| state.state());
        Ok(match associating {
            Some(State::Associating) => Created::pending(id),
            _ => Created::ready(id.clone(), Outputs { id }),
        })
    }

    async fn update(&self, _: &Context, _: &Id, _: &Change<Self>) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        gone(cx.clients.ec2().disassociate_route_table().association_id(id.as_str()).send().await)
    }
}

fn live(found: &ec2::RouteTableAssociation) -> Option<(String, Live<RouteTableAssociation>)> {
    let id = found.route_table_association_id()?.to_owned();
    let state = found.association_state();
    let status = match state.and_then(|state| state.state()) {
        Some(State::Disassociated) => return None,
        Some(State::Associated) | None => Status::Ready,
        Some(State::Failed) => {
            let reason = state.and_then(|state| state.status_message());
            Status::Failed(reason.unwrap_or("AWS gave no reason").to_owned())
        }
        Some(other) => Status::Working(other.as_str().to_owned()),
    };
    let spec = RouteTableAssociation {
        route_table_id: found.route_table_id()?.to_owned(),
        subnet_id: found.subnet_id().map(str::to_owned),
        gateway_id: found.gateway_id().map(str::to_owned),
    };
    Some((id.clone(), Live { spec, outputs: Outputs { id }, tags: None, status }))
}
