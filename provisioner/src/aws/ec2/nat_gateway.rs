//! `ec2.nat_gateway`: lets a private subnet reach out, and nobody in.

use std::time::Duration;

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{NatGatewayState, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{created, describe, owned, ownership_filters, sorted, sync_tags, tag_specification};
use super::{tags, text_of};
use crate::aws::read::in_order;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A NAT gateway.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NatGateway {
    /// The subnet that it is in: a public one, for a public gateway. A change replaces.
    pub subnet_id: String,
    /// Whether it leads to the internet. Default `public`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connectivity_type: Option<Connectivity>,
    /// The elastic IP address of a public gateway. A change replaces.
    #[schemars(regex(pattern = r"^eipalloc-"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation_id: Option<String>,
    /// Its private IPv4 address. Default: AWS chooses one of the subnet's. A change replaces.
    #[schemars(regex(pattern = r"^[0-9]+(\.[0-9]+){3}$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_ip: Option<String>,
    /// Further elastic IP addresses of a public gateway, for more than 55,000 connections to one
    /// destination. Default: none. A change replaces.
    #[schemars(length(max = 7))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary_allocation_ids: Option<Vec<String>>,
    /// Further private IPv4 addresses. Default: AWS chooses them. A change replaces.
    #[schemars(length(max = 31))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary_private_ip_addresses: Option<Vec<String>>,
}

/// Where a NAT gateway leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Connectivity {
    /// To the internet.
    Public,
    /// To other VPCs and networks on premises.
    Private,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `nat-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its public address, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_ip: Option<String>,
    /// Its private address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_ip: Option<String>,
    /// Its network interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_interface_id: Option<String>,
}

impl Resource for NatGateway {
    const KIND: &'static str = "ec2.nat_gateway";
    const TRAITS: Traits = Traits {
        immutable: &[
            "subnet_id",
            "connectivity_type",
            "allocation_id",
            "private_ip",
            "secondary_allocation_ids",
            "secondary_private_ip_addresses",
        ],
        compare: &[
            ("secondary_allocation_ids", Compare::Set),
            ("secondary_private_ip_addresses", Compare::Set),
        ],
        // An address is one gateway's at a time, so the old one must let it go first.
        create_first: false,
        create_time: Duration::from_secs(100),
        delete_time: Duration::from_secs(60),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let private = self.connectivity_type == Some(Connectivity::Private);
        if !private && self.allocation_id.is_none() {
            let message = "A public NAT gateway needs an elastic IP address.";
            let hint = "write allocation_id: ${eip.id}, or connectivity_type: private";
            return vec![Problem::at("allocation_id", message).hint(hint)];
        }
        let public = [
            ("allocation_id", self.allocation_id.is_some()),
            ("secondary_allocation_ids", self.secondary_allocation_ids.is_some()),
        ];
        let given = public.into_iter().filter(|(_, given)| private && *given);
        let message = "A private NAT gateway has no public address.";
        given.map(|(property, _)| Problem::at(property, message)).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let gateways = describe("nat-gateway-id", ids.iter().map(Id::as_str), |filter| {
            let request = cx.clients.ec2().describe_nat_gateways().filter(filter);
            request.into_paginator().items().send().try_collect()
        });
        let gateways = gateways.await?;
        let there = gateways.iter().filter(|gateway| is_there(gateway));
        let found = there.map(|gateway| live(cx, gateway)).collect::<Result<_>>();
        Ok(in_order(ids, found?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_nat_gateways();
        let request = request.set_filter(Some(ownership_filters(owner))).into_paginator();
        let found = request.items().send().try_collect().await?;
        let stays = |gateway: &&ec2::NatGateway| {
            is_there(gateway) && gateway.state() != Some(&NatGatewayState::Deleting)
        };
        let found = found.iter().filter(stays);
        Ok(owned(owner, found.map(|gateway| (gateway.nat_gateway_id(), gateway.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let connectivity = self.connectivity_type.map(|kind| word(&kind).as_str().into());
        let answer = cx
            .clients
            .ec2()
            .create_nat_gateway()
            .subnet_id(&self.subnet_id)
            .set_connectivity_type(connectivity)
            .set_allocation_id(self.allocation_id.clone())
            .set_private_ip_address(self.private_ip.clone())
            .set_secondary_allocation_ids(self.secondary_allocation_ids.clone())
            .set_secondary_private_ip_addresses(self.secondary_private_ip_addresses.clone())
            .client_token(&owner.token)
            .tag_specifications(tag_specification(ResourceType::Natgateway, owner))
            .send()
            .await?;
        let gateway = answer
            .nat_gateway
            .ok_or_else(|| Error::missing("ec2:CreateNatGateway", "NatGateway"))?;
        let (id, live) = live(cx, &gateway)?;
        Ok(created(id, live))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().delete_nat_gateway().nat_gateway_id(id.as_str());
        let answer = Error::optional(request.send().await.map_err(Error::from))?;
        Ok(answer.map_or(Deleted::Gone, |_| Deleted::Pending))
    }
}

/// AWS shows a deleted gateway for about an hour.
fn is_there(gateway: &ec2::NatGateway) -> bool {
    gateway.state() != Some(&NatGatewayState::Deleted)
}

fn live(cx: &Context, gateway: &ec2::NatGateway) -> Result<(String, Live<NatGateway>)> {
    let id = text_of(gateway.nat_gateway_id(), "ec2:DescribeNatGateways", "NatGatewayId")?;
    let own = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    // An endpoint that marks none has one.
    let (secondary, primary): (Vec<_>, Vec<_>) = gateway
        .nat_gateway_addresses()
        .iter()
        .partition(|address| address.is_primary() == Some(false));
    let primary = primary.first().copied();
    let private_ip = primary.and_then(|address| own(address.private_ip()));
    let live = Live {
        spec: NatGateway {
            subnet_id: gateway.subnet_id().unwrap_or_default().to_owned(),
            connectivity_type: match gateway.connectivity_type() {
                Some(kind) => from_word(kind.as_str()),
                None => Some(Connectivity::Public),
            },
            allocation_id: primary.and_then(|address| own(address.allocation_id())),
            private_ip: private_ip.clone(),
            secondary_allocation_ids: sorted(
                secondary.iter().filter_map(|address| address.allocation_id()),
            ),
            secondary_private_ip_addresses: sorted(
                secondary.iter().filter_map(|address| address.private_ip()),
            ),
        },
        outputs: Outputs {
            arn: cx.arn("ec2", &format!("natgateway/{id}")),
            id: id.clone(),
            public_ip: primary.and_then(|address| own(address.public_ip())),
            private_ip,
            network_interface_id: primary.and_then(|address| own(address.network_interface_id())),
        },
        tags: Some(tags(gateway.tags())),
        status: status(gateway),
    };
    Ok((id, live))
}

fn status(gateway: &ec2::NatGateway) -> Status {
    match gateway.state() {
        Some(NatGatewayState::Available) => Status::Ready,
        Some(NatGatewayState::Failed) => {
            let said = [gateway.failure_code(), gateway.failure_message()];
            let said: Vec<&str> = said.into_iter().flatten().collect();
            Status::Failed(if said.is_empty() { "failed".to_owned() } else { said.join(": ") })
        }
        state => Status::Working(state.map_or("pending", NatGatewayState::as_str).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_gateway_says_why() {
        let gateway = ec2::NatGateway::builder()
            .state(NatGatewayState::Failed)
            .failure_code("Gateway.NotAttached")
            .failure_message("Network vpc-1 has no Internet gateway attached")
            .build();
        let reason = "Gateway.NotAttached: Network vpc-1 has no Internet gateway attached";
        assert_eq!(status(&gateway), Status::Failed(reason.into()));
    }

    #[test]
    fn an_address_belongs_to_a_public_gateway() {
        let public = NatGateway { allocation_id: Some("eipalloc-1".into()), ..Default::default() };
        assert_eq!(public.validate(), []);
        let private =
            NatGateway { connectivity_type: Some(Connectivity::Private), ..public.clone() };
        assert_eq!(private.validate()[0].path, "allocation_id");
        assert_eq!(NatGateway::default().validate().len(), 1);
    }
}
