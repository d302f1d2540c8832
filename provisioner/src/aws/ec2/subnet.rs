//! `ec2.subnet`: a range of a VPC's addresses in one availability zone.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, SubnetState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    by_id, cidr_problem, filter, gone, interfaces_in, ownership_filters, sync_tags,
    tag_specification, tags, text_of,
};
use crate::aws::Context;
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A subnet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The VPC. A change replaces.
    pub vpc_id: String,
    /// Its IPv4 range, `/16` to `/28`, within the VPC's. A change replaces.
    pub cidr_block: String,
    /// Its availability zone, e.g. `us-east-1a`. AWS chooses one by default. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// Its IPv6 range, a `/64` of the VPC's. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_cidr_block: Option<String>,
    /// Whether instances get a public IPv4 address. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_public_ip_on_launch: Option<bool>,
    /// Whether network interfaces get an IPv6 address. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assign_ipv6_address_on_creation: Option<bool>,
    /// Whether Amazon's DNS server answers with synthetic IPv6 addresses for names that have IPv4
    /// ones alone. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_dns64: Option<bool>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `subnet-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its VPC.
    pub vpc_id: String,
    /// Its IPv4 range.
    pub cidr_block: String,
    /// Its availability zone.
    pub availability_zone: String,
}

/// The attributes that AWS changes one a call.
#[derive(Debug, Clone, Copy)]
enum Attribute {
    PublicIp,
    Ipv6,
    Dns64,
}

const ATTRIBUTES: [Attribute; 3] = [Attribute::PublicIp, Attribute::Ipv6, Attribute::Dns64];

impl Resource for Subnet {
    const KIND: &'static str = "ec2.subnet";
    const TRAITS: Traits = Traits {
        immutable: &["vpc_id", "cidr_block", "availability_zone", "ipv6_cidr_block"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        cidr_problem("cidr_block", &self.cidr_block, 16..=28).into_iter().collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let request = cx
            .clients
            .ec2()
            .describe_subnets()
            .filters(filter("subnet-id", ids.iter().map(Id::as_str)))
            .into_paginator()
            .items();
        let found: Vec<_> = request.send().collect::<Result<_, _>>().await?;
        by_id(ids, found.iter().map(live), |outputs| &outputs.id)
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let filters = Some(ownership_filters(owner));
        let answer = cx.clients.ec2().describe_subnets().set_filters(filters).send().await?;
        Ok(answer.subnets().iter().filter_map(|subnet| subnet.subnet_id().map(Id::from)).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        // A repeated call finds its range taken: the engine then looks for what it made.
        let answer = cx
            .clients
            .ec2()
            .create_subnet()
            .vpc_id(&self.vpc_id)
            .cidr_block(&self.cidr_block)
            .set_availability_zone(self.availability_zone.clone())
            .set_ipv6_cidr_block(self.ipv6_cidr_block.clone())
            .tag_specifications(tag_specification(ResourceType::Subnet, owner))
            .send()
            .await?;
        let subnet = answer.subnet().ok_or_else(|| super::missing("ec2:CreateSubnet", "Subnet"))?;
        let live = live(subnet)?;
        let id = live.outputs.id.clone();
        self.sync_attributes(cx, &id, |_| Some(false)).await?;
        Ok(match live.status {
            Status::Ready => Created::ready(id, live.outputs),
            _ => Created::pending(id),
        })
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        self.sync_attributes(cx, id.as_str(), |attribute| change.before.attribute(attribute))
            .await?;
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        gone(cx.clients.ec2().delete_subnet().subnet_id(id.as_str()).send().await)
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        interfaces_in(cx, "subnet-id", id).await
    }
}

impl Subnet {
    fn attribute(&self, attribute: Attribute) -> Option<bool> {
        match attribute {
            Attribute::PublicIp => self.map_public_ip_on_launch,
            Attribute::Ipv6 => self.assign_ipv6_address_on_creation,
            Attribute::Dns64 => self.enable_dns64,
        }
    }

    async fn sync_attributes(
        &self,
        cx: &Context,
        id: &str,
        live: impl Fn(Attribute) -> Option<bool>,
    ) -> Result<()> {
        for attribute in ATTRIBUTES {
            let Some(wanted) = self.attribute(attribute) else { continue };
            if live(attribute) == Some(wanted) {
                continue;
            }
            let value = AttributeBooleanValue::builder().value(wanted).build();
            let request = cx.clients.ec2().modify_subnet_attribute().subnet_id(id);
            match attribute {
                Attribute::PublicIp => request.map_public_ip_on_launch(value),
                Attribute::Ipv6 => request.assign_ipv6_address_on_creation(value),
                Attribute::Dns64 => request.enable_dns64(value),
            }
            .send()
            .await?;
        }
        Ok(())
    }
}

fn live(subnet: &ec2::Subnet) -> Result<Live<Subnet>> {
    let of = |value, member| text_of(value, "ec2:DescribeSubnets", member);
    let outputs = Outputs {
        id: of(subnet.subnet_id(), "SubnetId")?,
        arn: of(subnet.subnet_arn(), "SubnetArn")?,
        vpc_id: of(subnet.vpc_id(), "VpcId")?,
        cidr_block: of(subnet.cidr_block(), "CidrBlock")?,
        availability_zone: of(subnet.availability_zone(), "AvailabilityZone")?,
    };
    let ipv6 =
        subnet.ipv6_cidr_block_association_set().iter().find_map(|set| set.ipv6_cidr_block());
    Ok(Live {
        spec: Subnet {
            vpc_id: outputs.vpc_id.clone(),
            cidr_block: outputs.cidr_block.clone(),
            availability_zone: Some(outputs.availability_zone.clone()),
            ipv6_cidr_block: ipv6.map(str::to_owned),
            map_public_ip_on_launch: subnet.map_public_ip_on_launch(),
            assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation(),
            enable_dns64: subnet.enable_dns64(),
        },
        tags: Some(tags(subnet.tags())),
        status: match subnet.state() {
            Some(SubnetState::Available) => Status::Ready,
            state => Status::Working(state.map_or("pending", SubnetState::as_str).to_owned()),
        },
        outputs,
    })
}
