//! `ec2.route_table_association`: which route table a subnet or a gateway uses.
//!
//! AWS gives an association a new id when its route table changes, so an object is known by what
//! it associates: `subnet-1|rtbassoc-1`, of which the first part holds for ever. The second saves
//! a look when it is still true.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::RouteTableAssociationStateCode as State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{route_table, text_of};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A route table's association. A subnet has one at most; without one, it uses the VPC's main
/// route table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteTableAssociation {
    /// The route table. A change takes effect at once, without a moment between the two.
    pub route_table_id: String,
    /// The subnet. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet_id: Option<String>,
    /// The internet gateway or virtual private gateway, for what comes in through it; instead of
    /// `subnet_id`. A change replaces.
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
        Traits { immutable: &["subnet_id", "gateway_id"], create_first: true, ..Traits::DEFAULT };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        match (&self.subnet_id, &self.gateway_id) {
            (Some(_), None) | (None, Some(_)) => Vec::new(),
            (None, None) => vec![
                Problem::at("", "A route table is associated with a subnet or a gateway.")
                    .hint("write subnet_id or gateway_id"),
            ],
            (Some(_), Some(_)) => vec![
                Problem::at("gateway_id", "An association is with a subnet or with a gateway.")
                    .hint("leave one of them out"),
            ],
        }
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let found = associations(cx, ids.iter().map(member)).await?;
        Ok(ids.iter().map(|id| found.get(member(id)).map(live)).collect())
    }

    async fn find(&self, cx: &Context, _: &Owner) -> Result<Vec<Id>> {
        let found = associations(cx, self.member()).await?;
        Ok(found
            .iter()
            .filter_map(|(member, found)| Some(id(member, association_id(found)?)))
            .collect())
    }

    async fn create(&self, cx: &Context, _: &Owner) -> Result<Created<Outputs>> {
        let request = cx.clients.ec2().associate_route_table().route_table_id(&self.route_table_id);
        let request = request.set_subnet_id(self.subnet_id.clone());
        let answer = request.set_gateway_id(self.gateway_id.clone()).send().await?;
        let own = answer.association_id.as_deref();
        let own = text_of(own, "ec2:AssociateRouteTable", "AssociationId")?;
        let id = id(self.member().unwrap_or_default(), &own);
        Ok(match status(answer.association_state()) {
            Status::Ready => Created::ready(id, Outputs { id: own }),
            _ => Created::pending(id),
        })
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if !change.has("route_table_id") {
            return Ok(());
        }
        let found = associations(cx, [member(id)]).await?;
        let own = found.get(member(id)).and_then(association_id);
        let own = text_of(own, "ec2:DescribeRouteTables", "RouteTableAssociationId")?;
        let request = cx.clients.ec2().replace_route_table_association().association_id(own);
        request.route_table_id(&self.route_table_id).send().await?;
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if let Some([_, own]) = id.parts()
            && disassociate(cx, own).await?
        {
            return Ok(Deleted::Gone);
        }
        let found = associations(cx, [member(id)]).await?;
        if let Some(own) = found.get(member(id)).and_then(association_id) {
            disassociate(cx, own).await?;
        }
        Ok(Deleted::Gone)
    }
}

impl RouteTableAssociation {
    /// What the route table is associated with.
    fn member(&self) -> Option<&str> {
        self.subnet_id.as_deref().or(self.gateway_id.as_deref())
    }
}

fn id(member: &str, own: &str) -> Id {
    Id(format!("{member}|{own}"))
}

/// The part of an id that holds for ever: the subnet or the gateway.
fn member(id: &Id) -> &str {
    id.as_str().split('|').next().unwrap_or_default()
}

fn association_id(association: &ec2::RouteTableAssociation) -> Option<&str> {
    association.route_table_association_id()
}

/// Whether there was such an association.
async fn disassociate(cx: &Context, association: &str) -> Result<bool> {
    let request = cx.clients.ec2().disassociate_route_table().association_id(association);
    Ok(Error::optional(request.send().await.map_err(Error::from))?.is_some())
}

/// The live associations of these subnets and gateways.
async fn associations<'a>(
    cx: &Context,
    members: impl IntoIterator<Item = &'a str>,
) -> Result<HashMap<String, ec2::RouteTableAssociation>> {
    let members: BTreeSet<&str> = members.into_iter().collect();
    let (subnets, gateways): (Vec<&str>, Vec<&str>) =
        members.iter().copied().partition(|member| member.starts_with("subnet-"));
    let (subnets, gateways) = futures::try_join!(
        route_table::by_filter(cx, "association.subnet-id", subnets),
        route_table::by_filter(cx, "association.gateway-id", gateways),
    )?;
    let all = subnets
        .into_iter()
        .chain(gateways)
        .flat_map(|table| table.associations.unwrap_or_default());
    let live = all.filter(|association| !is_going(association));
    let by_member = live.filter_map(|association| {
        let member = association.subnet_id().or(association.gateway_id())?.to_owned();
        members.contains(member.as_str()).then_some((member, association))
    });
    Ok(by_member.collect())
}

fn is_going(association: &ec2::RouteTableAssociation) -> bool {
    let state = association.association_state().and_then(|state| state.state());
    matches!(state, Some(State::Disassociating | State::Disassociated))
}

fn live(association: &ec2::RouteTableAssociation) -> Live<RouteTableAssociation> {
    let own = |text: Option<&str>| text.map(str::to_owned);
    Live {
        spec: RouteTableAssociation {
            route_table_id: own(association.route_table_id()).unwrap_or_default(),
            subnet_id: own(association.subnet_id()),
            gateway_id: own(association.gateway_id()),
        },
        outputs: Outputs { id: own(association_id(association)).unwrap_or_default() },
        tags: None,
        status: status(association.association_state()),
    }
}

/// An association without a state is an old one, and holds.
fn status(state: Option<&ec2::RouteTableAssociationState>) -> Status {
    match state.and_then(|state| state.state()) {
        Some(State::Failed) => {
            let message = state.and_then(|state| state.status_message());
            Status::Failed(message.unwrap_or("the association failed").to_owned())
        }
        Some(state @ State::Associating) => Status::Working(state.as_str().to_owned()),
        _ => Status::Ready,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_association_is_known_by_its_member() {
        assert_eq!(member(&id("subnet-1", "rtbassoc-1")), "subnet-1");
        assert_eq!(member(&Id::from("subnet-1")), "subnet-1");
    }

    #[test]
    fn exactly_one_member() {
        let subnet = RouteTableAssociation { subnet_id: Some("s".into()), ..Default::default() };
        let both = RouteTableAssociation { gateway_id: Some("g".into()), ..subnet.clone() };
        assert_eq!(subnet.validate(), []);
        assert_eq!(both.validate()[0].path, "gateway_id");
        assert_eq!(RouteTableAssociation::default().validate().len(), 1);
    }
}
