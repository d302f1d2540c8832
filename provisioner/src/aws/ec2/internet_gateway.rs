//! `ec2.internet_gateway`: a VPC's way to the internet and back.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::ResourceType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{describe, network_interface, owned, ownership_filters};
use super::{sync_tags, tag_specification, tags, text_of};
use crate::aws::read::in_order;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// An internet gateway. A VPC has at most one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InternetGateway {
    /// The VPC that it is attached to. Default: none. A change replaces: the old gateway can't let
    /// go of its VPC while addresses there are public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `igw-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

impl Resource for InternetGateway {
    const KIND: &'static str = "ec2.internet_gateway";
    const TRAITS: Traits = Traits { immutable: &["vpc_id"], create_first: true, ..Traits::DEFAULT };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let gateways = describe("internet-gateway-id", ids.iter().map(Id::as_str), |filter| {
            let request = cx.clients.ec2().describe_internet_gateways().filters(filter);
            request.into_paginator().items().send().try_collect()
        });
        let found = gateways.await?.iter().map(|gateway| live(cx, gateway)).collect::<Result<_>>();
        Ok(in_order(ids, found?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_internet_gateways();
        let answer = request.set_filters(Some(ownership_filters(owner))).send().await?;
        let found = answer.internet_gateways().iter();
        Ok(owned(owner, found.map(|gateway| (gateway.internet_gateway_id(), gateway.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let request = cx.clients.ec2_once().create_internet_gateway();
        let tags = tag_specification(ResourceType::InternetGateway, owner);
        let answer = request.tag_specifications(tags).send().await?;
        let gateway = answer.internet_gateway().and_then(|made| made.internet_gateway_id());
        let id = text_of(gateway, "ec2:CreateInternetGateway", "InternetGatewayId")?;
        self.attach(cx, &id).await.map_err(Error::after_creation)?;
        let outputs = outputs(cx, &id);
        Ok(Created::ready(id, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        // A creation that broke off left it unattached.
        if change.has("vpc_id") && change.before.vpc_id.is_none() {
            self.attach(cx, id.as_str()).await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if let Some(vpc) = &self.vpc_id {
            let request = cx.clients.ec2().detach_internet_gateway();
            let request = request.internet_gateway_id(id.as_str()).vpc_id(vpc);
            Error::optional(request.send().await.map_err(Error::from))?;
        }
        let request = cx.clients.ec2().delete_internet_gateway().internet_gateway_id(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }

    /// The public addresses in its VPC: AWS detaches no gateway that they need.
    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let live = Self::read(cx, std::slice::from_ref(id)).await?.pop().flatten();
        match live.and_then(|live| live.spec.vpc_id) {
            Some(vpc) => network_interface::public(cx, &vpc).await,
            None => Ok(Vec::new()),
        }
    }
}

impl InternetGateway {
    async fn attach(&self, cx: &Context, id: &str) -> Result<()> {
        let Some(vpc) = &self.vpc_id else { return Ok(()) };
        let request = cx.clients.ec2().attach_internet_gateway();
        let error = match request.internet_gateway_id(id).vpc_id(vpc).send().await {
            Ok(_) => return Ok(()),
            Err(error) => Error::from(error),
        };
        if !error.is_already_exists() {
            return Err(error);
        }
        // Perhaps by an attempt whose answer was lost.
        let live = Self::read(cx, &[Id::from(id)]).await?.pop().flatten();
        match live.is_some_and(|live| live.spec.vpc_id.as_ref() == Some(vpc)) {
            true => Ok(()),
            false => Err(error),
        }
    }
}

fn live(cx: &Context, gateway: &ec2::InternetGateway) -> Result<(String, Live<InternetGateway>)> {
    let id = gateway.internet_gateway_id();
    let id = text_of(id, "ec2:DescribeInternetGateways", "InternetGatewayId")?;
    let attachment = gateway.attachments().first();
    let live = Live {
        spec: InternetGateway {
            vpc_id: attachment.and_then(|attachment| attachment.vpc_id()).map(str::to_owned),
        },
        outputs: outputs(cx, &id),
        tags: Some(tags(gateway.tags())),
        status: match attachment.and_then(|attachment| attachment.state()) {
            Some(state @ (ec2::AttachmentStatus::Attaching | ec2::AttachmentStatus::Detaching)) => {
                Status::Working(state.as_str().to_owned())
            }
            _ => Status::Ready,
        },
    };
    Ok((id, live))
}

fn outputs(cx: &Context, id: &str) -> Outputs {
    Outputs { id: id.to_owned(), arn: cx.arn("ec2", &format!("internet-gateway/{id}")) }
}
