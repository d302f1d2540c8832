//! `ec2.internet_gateway`: a VPC's way to the internet.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::ResourceType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{by_id, filter, gone, ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// An internet gateway, attached to one VPC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InternetGateway {
    /// The VPC that it is attached to. Without one it is not attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `igw-…`
    pub id: String,
}

impl Resource for InternetGateway {
    const KIND: &'static str = "ec2.internet_gateway";
    const TRAITS: Traits = Traits { clearable: &["vpc_id"], ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let request = cx
            .clients
            .ec2()
            .describe_internet_gateways()
            .filters(filter("internet-gateway-id", ids.iter().map(Id::as_str)))
            .into_paginator()
            .items();
        let found: Vec<_> = request.send().collect::<Result<_, _>>().await?;
        by_id(ids, found.iter().map(live), |outputs| &outputs.id)
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let filters = Some(ownership_filters(owner));
        let request = cx.clients.ec2().describe_internet_gateways().set_filters(filters);
        let answer = request.send().await?;
        let ids = answer.internet_gateways().iter().filter_map(|found| found.internet_gateway_id());
        Ok(ids.map(Id::from).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let answer = cx
            .clients
            .ec2_once()
            .create_internet_gateway()
            .tag_specifications(tag_specification(ResourceType::InternetGateway, owner))
            .send()
            .await?;
        let gateway = answer.internet_gateway().and_then(|gateway| gateway.internet_gateway_id());
        let id = text_of(gateway, "ec2:CreateInternetGateway", "InternetGatewayId")?;
        if let Some(vpc_id) = &self.vpc_id {
            attach(cx, &id, vpc_id).await?;
        }
        Ok(Created::ready(id.clone(), Outputs { id }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has("vpc_id") {
            if let Some(vpc_id) = &change.before.vpc_id {
                detach(cx, id.as_str(), vpc_id).await?;
            }
            if let Some(vpc_id) = &self.vpc_id {
                attach(cx, id.as_str(), vpc_id).await?;
            }
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if let Some(vpc_id) = &self.vpc_id {
            detach(cx, id.as_str(), vpc_id).await?;
        }
        let request = cx.clients.ec2().delete_internet_gateway();
        gone(request.internet_gateway_id(id.as_str()).send().await)
    }
}

/// Attaches it; that it is attached already, by an attempt whose answer was lost, is fine.
async fn attach(cx: &Context, id: &str, vpc_id: &str) -> Result<()> {
    let request = cx.clients.ec2().attach_internet_gateway().internet_gateway_id(id).vpc_id(vpc_id);
    match request.send().await.map_err(Error::from) {
        Err(error) if !error.is_already_exists() => Err(error),
        _ => Ok(()),
    }
}

async fn detach(cx: &Context, id: &str, vpc_id: &str) -> Result<()> {
    let request = cx.clients.ec2().detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc_id);
    Error::optional(request.send().await.map_err(Error::from)).map(drop)
}

fn live(gateway: &ec2::InternetGateway) -> Result<Live<InternetGateway>> {
    let id = gateway.internet_gateway_id();
    let id = text_of(id, "ec2:DescribeInternetGateways", "InternetGatewayId")?;
    let vpc_id = gateway.attachments().iter().find_map(|attachment| attachment.vpc_id());
    Ok(Live {
        spec: InternetGateway { vpc_id: vpc_id.map(str::to_owned) },
        tags: Some(tags(gateway.tags())),
        status: Status::Ready,
        outputs: Outputs { id },
    })
}
