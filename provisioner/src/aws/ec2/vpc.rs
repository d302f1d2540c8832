//! `ec2.vpc`: a virtual private cloud.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Tenancy, VpcAttributeName, VpcState,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    cidr_problem, filter, gone, in_order, interfaces_in, ownership_filters, sync_tags,
    tag_specification, tags, text_of,
};
use crate::aws::Context;
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A virtual private cloud.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Its IPv4 range, `/16` to `/28`. A change replaces.
    pub cidr_block: String,
    /// Whether instances run on hardware of their own: `default` (the default) or `dedicated`.
    /// A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_tenancy: Option<String>,
    /// Whether Amazon's DNS server answers in it. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_dns_support: Option<bool>,
    /// Whether instances with public addresses get public names; interface endpoints with private
    /// DNS need it. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_dns_hostnames: Option<bool>,
    /// Whether CloudWatch gets metrics of the addresses in use. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_network_address_usage_metrics: Option<bool>,
    /// Whether it gets a `/56` of Amazon's IPv6 addresses. Default `false`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assign_generated_ipv6_cidr_block: Option<bool>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `vpc-…`
    pub id: String,
    /// Its IPv4 range.
    pub cidr_block: String,
    /// Its IPv6 range, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_cidr_block: Option<String>,
}

impl Resource for Vpc {
    const KIND: &'static str = "ec2.vpc";
    const TRAITS: Traits = Traits {
        immutable: &["cidr_block", "instance_tenancy", "assign_generated_ipv6_cidr_block"],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        cidr_problem("cidr_block", &self.cidr_block, 16..=28).into_iter().collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let mut found = Vec::new();
        // A filter, not `VpcIds`: with those, one that is gone fails the call for all.
        let ids_filter = filter("vpc-id", ids.iter().map(Id::as_str));
        let mut pages =
            cx.clients.ec2().describe_vpcs().filters(ids_filter).into_paginator().send();
        while let Some(page) = pages.next().await {
            for vpc in page?.vpcs() {
                let live = live(cx, vpc).await?;
                found.push((live.outputs.id.clone(), live));
            }
        }
        Ok(in_order(ids, found))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_vpcs().set_filters(Some(ownership_filters(owner)));
        let answer = request.send().await?;
        Ok(answer.vpcs().iter().filter_map(|vpc| vpc.vpc_id().map(Id::from)).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let answer = cx
            .clients
            .ec2_once()
            .create_vpc()
            .cidr_block(&self.cidr_block)
            .set_instance_tenancy(self.instance_tenancy.as_deref().map(Tenancy::from))
            .set_amazon_provided_ipv6_cidr_block(self.assign_generated_ipv6_cidr_block)
            .tag_specifications(tag_specification(ResourceType::Vpc, owner))
            .send()
            .await?;
        let id = text_of(answer.vpc().and_then(ec2::Vpc::vpc_id), "ec2:CreateVpc", "VpcId")?;
        // New VPCs have DNS support on and everything else off.
        self.sync_attributes(cx, &id, |name| match name {
            VpcAttributeName::EnableDnsSupport => Some(true),
            _ => Some(false),
        })
        .await?;
        Ok(Created::pending(id))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        self.sync_attributes(cx, id.as_str(), |name| change.before.attribute(name)).await?;
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        gone(cx.clients.ec2().delete_vpc().vpc_id(id.as_str()).send().await)
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        interfaces_in(cx, "vpc-id", id).await
    }
}

impl Vpc {
    fn attribute(&self, name: &VpcAttributeName) -> Option<bool> {
        match name {
            VpcAttributeName::EnableDnsSupport => self.enable_dns_support,
            VpcAttributeName::EnableDnsHostnames => self.enable_dns_hostnames,
            _ => self.enable_network_address_usage_metrics,
        }
    }

    /// Sets the attributes that are not what they should be; AWS takes one a call.
    async fn sync_attributes(
        &self,
        cx: &Context,
        id: &str,
        live: impl Fn(&VpcAttributeName) -> Option<bool>,
    ) -> Result<()> {
        for name in [
            VpcAttributeName::EnableDnsSupport,
            VpcAttributeName::EnableDnsHostnames,
            VpcAttributeName::EnableNetworkAddressUsageMetrics,
        ] {
            let Some(wanted) = self.attribute(&name) else { continue };
            if live(&name) == Some(wanted) {
                continue;
            }
            let value = AttributeBooleanValue::builder().value(wanted).build();
            let request = cx.clients.ec2().modify_vpc_attribute().vpc_id(id);
            match name {
                VpcAttributeName::EnableDnsSupport => request.enable_dns_support(value),
                VpcAttributeName::EnableDnsHostnames => request.enable_dns_hostnames(value),
                _ => request.enable_network_address_usage_metrics(value),
            }
            .send()
            .await?;
        }
        Ok(())
    }
}

async fn live(cx: &Context, vpc: &ec2::Vpc) -> Result<Live<Vpc>> {
    let id = text_of(vpc.vpc_id(), "ec2:DescribeVpcs", "VpcId")?;
    let cidr_block = text_of(vpc.cidr_block(), "ec2:DescribeVpcs", "CidrBlock")?;
    let ipv6 = vpc.ipv6_cidr_block_association_set().iter().find_map(|set| set.ipv6_cidr_block());
    let (support, hostnames, metrics) = futures::try_join!(
        attribute(cx, &id, VpcAttributeName::EnableDnsSupport),
        attribute(cx, &id, VpcAttributeName::EnableDnsHostnames),
        attribute(cx, &id, VpcAttributeName::EnableNetworkAddressUsageMetrics),
    )?;
    Ok(Live {
        spec: Vpc {
            cidr_block: cidr_block.clone(),
            instance_tenancy: vpc.instance_tenancy().map(|tenancy| tenancy.as_str().to_owned()),
            enable_dns_support: support,
            enable_dns_hostnames: hostnames,
            enable_network_address_usage_metrics: metrics,
            assign_generated_ipv6_cidr_block: Some(ipv6.is_some()),
        },
        tags: Some(tags(vpc.tags())),
        status: match vpc.state() {
            Some(VpcState::Available) => Status::Ready,
            state => Status::Working(state.map_or("pending", |state| state.as_str()).to_owned()),
        },
        outputs: Outputs { id, cidr_block, ipv6_cidr_block: ipv6.map(str::to_owned) },
    })
}

/// DescribeVpcs leaves these out; each is a call of its own.
async fn attribute(cx: &Context, id: &str, name: VpcAttributeName) -> Result<Option<bool>> {
    let request = cx.clients.ec2().describe_vpc_attribute().vpc_id(id).attribute(name.clone());
    let answer = request.send().await?;
    let value = match name {
        VpcAttributeName::EnableDnsSupport => answer.enable_dns_support(),
        VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames(),
        _ => answer.enable_network_address_usage_metrics(),
    };
    Ok(value.and_then(AttributeBooleanValue::value))
}
