//! `ec2.vpc`: a virtual private cloud.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Tenancy, VpcAttributeName, VpcCidrBlockStateCode, VpcState,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{boolean, cidr, describe, differing, filter, network_interface, owned};
use super::{ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::read::in_order;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A virtual private cloud.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vpc {
    /// Its IPv4 range, `/16` to `/28`. A change replaces.
    pub cidr_block: String,
    /// Whether instances run on hardware of their own. Default `default`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_tenancy: Option<InstanceTenancy>,
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

/// Whether instances run on hardware of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InstanceTenancy {
    /// As each instance says; on shared hardware where it says nothing.
    Default,
    /// Always on hardware of the account's own, at a price.
    Dedicated,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `vpc-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its IPv4 range.
    pub cidr_block: String,
    /// Its IPv6 range, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_cidr_block: Option<String>,
}

/// What ModifyVpcAttribute can change, one a call.
const ATTRIBUTES: [VpcAttributeName; 3] = [
    VpcAttributeName::EnableDnsSupport,
    VpcAttributeName::EnableDnsHostnames,
    VpcAttributeName::EnableNetworkAddressUsageMetrics,
];

impl Resource for Vpc {
    const KIND: &'static str = "ec2.vpc";
    const TRAITS: Traits = Traits {
        immutable: &["cidr_block", "instance_tenancy", "assign_generated_ipv6_cidr_block"],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems: Vec<_> =
            cidr::check_block("cidr_block", &self.cidr_block).into_iter().collect();
        if self.enable_dns_hostnames == Some(true) && self.enable_dns_support == Some(false) {
            let message = "Names of hosts need Amazon's DNS server.";
            problems.push(
                Problem::at("enable_dns_hostnames", message).hint("write enable_dns_support: true"),
            );
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let vpcs = by_id(cx, ids).await?;
        let lives = futures::future::join_all(vpcs.iter().map(|vpc| live(cx, vpc))).await;
        // A VPC that goes while its attributes are asked for is gone.
        let lives = lives.into_iter().filter_map(|live| Error::optional(live).transpose());
        Ok(in_order(ids, lives.collect::<Result<_>>()?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_vpcs().set_filters(Some(ownership_filters(owner)));
        let answer = request.send().await?;
        Ok(owned(owner, answer.vpcs().iter().map(|vpc| (vpc.vpc_id(), vpc.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let tenancy = self.instance_tenancy.map(|tenancy| word(&tenancy).as_str().into());
        let answer = cx
            .clients
            .ec2_once()
            .create_vpc()
            .cidr_block(&self.cidr_block)
            .set_instance_tenancy(tenancy)
            .set_amazon_provided_ipv6_cidr_block(self.assign_generated_ipv6_cidr_block)
            .tag_specifications(tag_specification(ResourceType::Vpc, owner))
            .send()
            .await?;
        let id = text_of(answer.vpc().and_then(ec2::Vpc::vpc_id), "ec2:CreateVpc", "VpcId")?;
        // New VPCs have DNS support on and everything else off.
        let new = |name: &VpcAttributeName| Some(*name == VpcAttributeName::EnableDnsSupport);
        self.sync_attributes(cx, &id, new).await.map_err(Error::after_creation)?;
        // Without the attributes, which were set just now: each is a call of its own.
        let vpcs = by_id(cx, &[Id::from(id.as_str())]).await.map_err(Error::after_creation)?;
        let ready = vpcs.first().filter(|vpc| status(vpc) == Status::Ready);
        let outputs = ready.map(|vpc| outputs(cx, &id, vpc));
        Ok(outputs.map_or(Created::pending(id.clone()), |outputs| Created::ready(id, outputs)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        self.sync_attributes(cx, id.as_str(), |name| change.before.attribute(name)).await?;
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let result = cx.clients.ec2().delete_vpc().vpc_id(id.as_str()).send().await;
        Error::optional(result.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }

    /// What stands inside, beside what AWS makes and deletes with the VPC itself.
    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let inside = filter("vpc-id", [id.as_str()]);
        let (subnets, groups, gateways, interfaces) = futures::try_join!(
            subnets(cx, inside.clone()),
            security_groups(cx, inside.clone()),
            internet_gateways(cx, filter("attachment.vpc-id", [id.as_str()])),
            network_interface::blockers(cx, inside),
        )?;
        Ok([subnets, groups, gateways, interfaces].concat())
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

    /// Sets the attributes that are not what they should be.
    async fn sync_attributes(
        &self,
        cx: &Context,
        id: &str,
        live: impl Fn(&VpcAttributeName) -> Option<bool>,
    ) -> Result<()> {
        for name in ATTRIBUTES {
            let Some(wanted) = differing(self.attribute(&name), live(&name)) else { continue };
            let request = cx.clients.ec2().modify_vpc_attribute().vpc_id(id);
            match name {
                VpcAttributeName::EnableDnsSupport => request.enable_dns_support(boolean(wanted)),
                VpcAttributeName::EnableDnsHostnames => {
                    request.enable_dns_hostnames(boolean(wanted))
                }
                _ => request.enable_network_address_usage_metrics(boolean(wanted)),
            }
            .send()
            .await?;
        }
        Ok(())
    }
}

async fn by_id(cx: &Context, ids: &[Id]) -> Result<Vec<ec2::Vpc>> {
    let vpcs = describe("vpc-id", ids.iter().map(Id::as_str), |filter| {
        let request = cx.clients.ec2().describe_vpcs().filters(filter);
        request.into_paginator().items().send().try_collect()
    });
    vpcs.await
}

async fn live(cx: &Context, vpc: &ec2::Vpc) -> Result<(String, Live<Vpc>)> {
    let id = text_of(vpc.vpc_id(), "ec2:DescribeVpcs", "VpcId")?;
    let outputs = outputs(cx, &id, vpc);
    let (support, hostnames, metrics) = futures::try_join!(
        attribute(cx, &id, VpcAttributeName::EnableDnsSupport),
        attribute(cx, &id, VpcAttributeName::EnableDnsHostnames),
        attribute(cx, &id, VpcAttributeName::EnableNetworkAddressUsageMetrics),
    )?;
    let live = Live {
        spec: Vpc {
            cidr_block: outputs.cidr_block.clone(),
            instance_tenancy: vpc.instance_tenancy().map(Tenancy::as_str).and_then(from_word),
            enable_dns_support: support,
            enable_dns_hostnames: hostnames,
            enable_network_address_usage_metrics: metrics,
            assign_generated_ipv6_cidr_block: Some(outputs.ipv6_cidr_block.is_some()),
        },
        outputs,
        tags: Some(tags(vpc.tags())),
        status: status(vpc),
    };
    Ok((id, live))
}

fn outputs(cx: &Context, id: &str, vpc: &ec2::Vpc) -> Outputs {
    let ipv6 = ipv6(vpc).and_then(|association| association.ipv6_cidr_block());
    Outputs {
        arn: cx.arn("ec2", &format!("vpc/{id}")),
        id: id.to_owned(),
        cidr_block: vpc.cidr_block().unwrap_or_default().to_owned(),
        ipv6_cidr_block: ipv6.map(str::to_owned),
    }
}

fn status(vpc: &ec2::Vpc) -> Status {
    let ipv6 = ipv6(vpc).and_then(|association| association.ipv6_cidr_block_state()?.state());
    match (vpc.state(), ipv6) {
        (Some(VpcState::Available), Some(VpcCidrBlockStateCode::Associating)) => {
            Status::Working("associating its IPv6 range".to_owned())
        }
        (Some(VpcState::Available), _) => Status::Ready,
        (state, _) => Status::Working(state.map_or("pending", VpcState::as_str).to_owned()),
    }
}

/// The IPv6 range, unless it is on its way out.
fn ipv6(vpc: &ec2::Vpc) -> Option<&ec2::VpcIpv6CidrBlockAssociation> {
    use VpcCidrBlockStateCode::{Associated, Associating};
    vpc.ipv6_cidr_block_association_set().iter().find(|association| {
        let state = association.ipv6_cidr_block_state().and_then(|state| state.state());
        matches!(state, Some(Associated | Associating))
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

async fn subnets(cx: &Context, inside: ec2::Filter) -> Result<Vec<String>> {
    let found = cx.clients.ec2().describe_subnets().filters(inside);
    let found = found.into_paginator().items().send().try_collect().await?;
    Ok(found.iter().filter_map(|found| Some(format!("subnet {}", found.subnet_id()?))).collect())
}

async fn security_groups(cx: &Context, inside: ec2::Filter) -> Result<Vec<String>> {
    let found = cx.clients.ec2().describe_security_groups().filters(inside);
    let found = found.into_paginator().items().send().try_collect().await?;
    let own = found.iter().filter(|group| group.group_name() != Some("default"));
    let name = |group: &ec2::SecurityGroup| {
        let (id, name) = (group.group_id()?, group.group_name().unwrap_or_default());
        Some(format!("security group {id} ({name})"))
    };
    Ok(own.filter_map(name).collect())
}

async fn internet_gateways(cx: &Context, attached: ec2::Filter) -> Result<Vec<String>> {
    let found = cx.clients.ec2().describe_internet_gateways().filters(attached);
    let found = found.into_paginator().items().send().try_collect().await?;
    let ids = found.iter().filter_map(|gateway| gateway.internet_gateway_id());
    Ok(ids.map(|id| format!("internet gateway {id}")).collect())
}
