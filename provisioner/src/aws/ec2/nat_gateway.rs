//! `ec2.nat_gateway`: private subnets' way out.

use std::time::Duration;

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{NatGatewayState, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{by_id, filter, ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A NAT gateway. Any change but of tags replaces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NatGateway {
    /// The subnet that it stands in: a public one, for a public gateway. A change replaces.
    pub subnet_id: String,
    /// Whether it leads to the internet or to other networks. Default `public`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connectivity_type: Option<Connectivity>,
    /// The Elastic IP address of a public gateway. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation_id: Option<String>,
    /// Its address in the subnet. Default one that AWS chooses. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_ip: Option<String>,
}

/// Where a NAT gateway leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Connectivity {
    /// To the internet.
    Public,
    /// To other VPCs and the premises.
    Private,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `nat-…`
    pub id: String,
    /// Its public address, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_ip: Option<String>,
    /// Its address in the subnet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_ip: Option<String>,
}

impl Resource for NatGateway {
    const KIND: &'static str = "ec2.nat_gateway";
    const TRAITS: Traits = Traits {
        immutable: &["subnet_id", "connectivity_type", "allocation_id", "private_ip"],
        create_time: Duration::from_secs(100),
        delete_time: Duration::from_secs(50),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let private = self.connectivity_type == Some(Connectivity::Private);
        match (&self.allocation_id, private) {
            (None, false) => vec![
                Problem::at("", "A public NAT gateway needs an Elastic IP address.")
                    .hint("declare an `ec2.eip` and write `allocation_id: ${eip.allocation_id}`"),
            ],
            (Some(_), true) => vec![Problem::at(
                "allocation_id",
                "A private NAT gateway has no Elastic IP address.",
            )],
            _ => Vec::new(),
        }
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let request = cx
            .clients
            .ec2()
            .describe_nat_gateways()
            .filter(filter("nat-gateway-id", ids.iter().map(Id::as_str)))
            .into_paginator()
            .items();
        let found: Vec<_> = request.send().collect::<Result<_, _>>().await?;
        // AWS shows a deleted gateway for an hour.
        let there = found.iter().filter(|nat| nat.state() != Some(&NatGatewayState::Deleted));
        by_id(ids, there.map(live), |outputs| &outputs.id)
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let mut filters = ownership_filters(owner);
        filters.push(filter("state", ["pending", "available"]));
        let request = cx.clients.ec2().describe_nat_gateways().set_filter(Some(filters));
        let answer = request.send().await?;
        Ok(answer
            .nat_gateways()
            .iter()
            .filter_map(|nat| nat.nat_gateway_id().map(Id::from))
            .collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let connectivity = self.connectivity_type.map(|kind| match kind {
            Connectivity::Public => ec2::ConnectivityType::Public,
            Connectivity::Private => ec2::ConnectivityType::Private,
        });
        let answer = cx
            .clients
            .ec2()
            .create_nat_gateway()
            .client_token(&owner.token)
            .subnet_id(&self.subnet_id)
            .set_connectivity_type(connectivity)
            .set_allocation_id(self.allocation_id.clone())
            .set_private_ip_address(self.private_ip.clone())
            .tag_specifications(tag_specification(ResourceType::Natgateway, owner))
            .send()
            .await?;
        let id = answer.nat_gateway().and_then(ec2::NatGateway::nat_gateway_id);
        Ok(Created::pending(text_of(id, "ec2:CreateNatGateway", "NatGatewayId")?))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().delete_nat_gateway().nat_gateway_id(id.as_str());
        match Error::optional(request.send().await.map_err(Error::from))? {
            Some(_) => Ok(Deleted::Pending),
            None => Ok(Deleted::Gone),
        }
    }
}

fn live(nat: &ec2::NatGateway) -> Result<Live<NatGateway>> {
    let of = |value, member| text_of(value, "ec2:DescribeNatGateways", member);
    let addresses = nat.nat_gateway_addresses();
    let address = addresses.iter().find(|address| address.is_primary() == Some(true));
    let address = address.or_else(|| addresses.first());
    let text = |value: Option<&str>| value.map(str::to_owned);
    let connectivity = match nat.connectivity_type() {
        Some(ec2::ConnectivityType::Private) => Connectivity::Private,
        _ => Connectivity::Public,
    };
    Ok(Live {
        spec: NatGateway {
            subnet_id: of(nat.subnet_id(), "SubnetId")?,
            connectivity_type: Some(connectivity),
            allocation_id: text(address.and_then(|address| address.allocation_id())),
            private_ip: text(address.and_then(|address| address.private_ip())),
        },
        tags: Some(tags(nat.tags())),
        status: status(nat),
        outputs: Outputs {
            id: of(nat.nat_gateway_id(), "NatGatewayId")?,
            public_ip: text(address.and_then(|address| address.public_ip())),
            private_ip: text(address.and_then(|address| address.private_ip())),
        },
    })
}

fn status(nat: &ec2::NatGateway) -> Status {
    match nat.state() {
        Some(NatGatewayState::Available) => Status::Ready,
        Some(NatGatewayState::Failed) => {
            let (code, message) = (nat.failure_code(), nat.failure_message());
            let said: Vec<&str> = code.into_iter().chain(message).collect();
            Status::Failed(said.join(": "))
        }
        state => Status::Working(state.map_or("pending", NatGatewayState::as_str).to_owned()),
    }
}
