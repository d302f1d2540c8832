//! `ec2.subnet`: a range of a VPC's addresses in one availability zone.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{ResourceType, SubnetState};
use ipnet::Ipv6Net;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{boolean, cidr, created, describe, differing, filter, network_interface, owned};
use super::{ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::read::in_order;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A subnet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// The VPC that it is in. A change replaces.
    pub vpc_id: String,
    /// Its IPv4 range, `/16` to `/28`, inside the VPC's; AWS keeps the first four addresses and
    /// the last. Needed unless `ipv6_native`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr_block: Option<String>,
    /// Its IPv6 range, a `/44` to `/64` inside the VPC's. Default: none. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_cidr_block: Option<String>,
    /// Whether it has IPv6 addresses only. Default `false`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_native: Option<bool>,
    /// Its availability zone by name, e.g. `eu-central-1a`. Default: AWS chooses. A change
    /// replaces.
    #[schemars(regex(pattern = r"^[a-z]{2}(-[a-z]+)+-[0-9]+(-[a-z]+-[0-9]+)?[a-z]$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone: Option<String>,
    /// Its availability zone by id, e.g. `euc1-az2`, which means the same zone in every account;
    /// instead of `availability_zone`. A change replaces.
    #[schemars(regex(pattern = r"^[a-z0-9]+(-[a-z0-9]+)*-az[0-9]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone_id: Option<String>,
    /// Whether what is started in it gets a public IPv4 address. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_public_ip_on_launch: Option<bool>,
    /// Whether what is started in it gets an IPv6 address. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assign_ipv6_address_on_creation: Option<bool>,
    /// Whether Amazon's DNS server answers with IPv6 addresses for names that have IPv4 addresses
    /// only, for a NAT64. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_dns64: Option<bool>,
    /// What the private host names of instances are made from. Default `ip-name`; in a subnet
    /// with IPv6 addresses only, always `resource-name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_dns_hostname_type_on_launch: Option<HostnameType>,
    /// Whether the name made from an instance's id has an A record. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_resource_name_dns_a_record_on_launch: Option<bool>,
    /// Whether the name made from an instance's id has an AAAA record. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_resource_name_dns_aaaa_record_on_launch: Option<bool>,
    /// The ARN of the Outpost that it is on. Default: none. A change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outpost_arn: Option<String>,
}

/// What the private host names of instances are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HostnameType {
    /// The private IPv4 address: `ip-10-0-0-1`.
    IpName,
    /// The instance's id.
    ResourceName,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `subnet-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The VPC that it is in.
    pub vpc_id: String,
    /// Its availability zone by name.
    pub availability_zone: String,
    /// Its availability zone by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability_zone_id: Option<String>,
    /// Its IPv4 range, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr_block: Option<String>,
    /// Its IPv6 range, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_cidr_block: Option<String>,
}

impl Resource for Subnet {
    const KIND: &'static str = "ec2.subnet";
    const TRAITS: Traits = Traits {
        immutable: &[
            "vpc_id",
            "cidr_block",
            "ipv6_cidr_block",
            "ipv6_native",
            "availability_zone",
            "availability_zone_id",
            "outpost_arn",
        ],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let block = self.cidr_block.as_deref();
        let range = block.and_then(|text| cidr::check_block("cidr_block", text));
        range.into_iter().chain(self.check_ipv6()).chain(self.check_zone()).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let subnets = describe("subnet-id", ids.iter().map(Id::as_str), |filter| {
            let request = cx.clients.ec2().describe_subnets().filters(filter);
            request.into_paginator().items().send().try_collect()
        });
        let found = subnets.await?.iter().map(|subnet| live(cx, subnet)).collect::<Result<_>>();
        Ok(in_order(ids, found?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_subnets();
        let answer = request.set_filters(Some(ownership_filters(owner))).send().await?;
        let found = answer.subnets().iter();
        Ok(owned(owner, found.map(|subnet| (subnet.subnet_id(), subnet.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let answer = cx
            .clients
            .ec2_once()
            .create_subnet()
            .vpc_id(&self.vpc_id)
            .set_cidr_block(self.cidr_block.clone())
            .set_ipv6_cidr_block(self.ipv6_cidr_block.clone())
            .set_ipv6_native(self.ipv6_native)
            .set_availability_zone(self.availability_zone.clone())
            .set_availability_zone_id(self.availability_zone_id.clone())
            .set_outpost_arn(self.outpost_arn.clone())
            .tag_specifications(tag_specification(ResourceType::Subnet, owner))
            .send()
            .await?;
        let subnet = answer.subnet.ok_or_else(|| Error::missing("ec2:CreateSubnet", "Subnet"))?;
        let (id, live) = live(cx, &subnet)?;
        self.sync_attributes(cx, &id, &live.spec).await.map_err(Error::after_creation)?;
        Ok(created(id, live))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        self.sync_attributes(cx, id.as_str(), &change.before).await?;
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().delete_subnet().subnet_id(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        network_interface::blockers(cx, filter("subnet-id", [id.as_str()])).await
    }
}

impl Subnet {
    fn check_ipv6(&self) -> Option<Problem> {
        let native = self.ipv6_native == Some(true);
        if native && self.cidr_block.is_some() {
            let message = "A subnet with IPv6 addresses only has no IPv4 range.";
            return Some(Problem::at("cidr_block", message));
        }
        if !native && self.cidr_block.is_none() {
            let problem = Problem::at("cidr_block", "A subnet needs an IPv4 range.");
            return Some(problem.hint("write e.g. cidr_block: 10.0.0.0/24, or ipv6_native: true"));
        }
        match self.ipv6_cidr_block.as_deref().map(|text| (text, text.parse::<Ipv6Net>())) {
            None if native => {
                let message = "A subnet with IPv6 addresses only needs an IPv6 range.";
                Some(Problem::at("ipv6_cidr_block", message))
            }
            Some((text, Err(_))) => cidr::check_ipv6("ipv6_cidr_block", text),
            Some((_, Ok(net))) if !(44..=64).contains(&net.prefix_len()) => {
                let message = format!(
                    "A subnet's IPv6 range is between /44 and /64, not /{}.",
                    net.prefix_len()
                );
                Some(Problem::at("ipv6_cidr_block", message))
            }
            Some((_, Ok(net))) => cidr::check_host_bits("ipv6_cidr_block", net.into()),
            None => None,
        }
    }

    fn check_zone(&self) -> Option<Problem> {
        let both = self.availability_zone.is_some() && self.availability_zone_id.is_some();
        both.then(|| {
            let message = "The zone is given twice, by name and by id.";
            Problem::at("availability_zone_id", message).hint("leave one of them out")
        })
    }

    /// Sets the attributes that are not what they should be; AWS takes one a call.
    async fn sync_attributes(&self, cx: &Context, id: &str, live: &Self) -> Result<()> {
        let request = || cx.clients.ec2().modify_subnet_attribute().subnet_id(id);
        let public = differing(self.map_public_ip_on_launch, live.map_public_ip_on_launch);
        let ipv6 =
            differing(self.assign_ipv6_address_on_creation, live.assign_ipv6_address_on_creation);
        let dns64 = differing(self.enable_dns64, live.enable_dns64);
        let hostname = differing(
            self.private_dns_hostname_type_on_launch,
            live.private_dns_hostname_type_on_launch,
        );
        let a = differing(
            self.enable_resource_name_dns_a_record_on_launch,
            live.enable_resource_name_dns_a_record_on_launch,
        );
        let aaaa = differing(
            self.enable_resource_name_dns_aaaa_record_on_launch,
            live.enable_resource_name_dns_aaaa_record_on_launch,
        );
        let requests = [
            public.map(|value| request().map_public_ip_on_launch(boolean(value))),
            ipv6.map(|value| request().assign_ipv6_address_on_creation(boolean(value))),
            dns64.map(|value| request().enable_dns64(boolean(value))),
            hostname.map(|value| {
                request().private_dns_hostname_type_on_launch(word(&value).as_str().into())
            }),
            a.map(|value| request().enable_resource_name_dns_a_record_on_launch(boolean(value))),
            aaaa.map(|value| {
                request().enable_resource_name_dns_aaaa_record_on_launch(boolean(value))
            }),
        ];
        for request in requests.into_iter().flatten() {
            request.send().await?;
        }
        Ok(())
    }
}

fn live(cx: &Context, subnet: &ec2::Subnet) -> Result<(String, Live<Subnet>)> {
    let id = text_of(subnet.subnet_id(), "ec2:DescribeSubnets", "SubnetId")?;
    let owned = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let zone = subnet.availability_zone().unwrap_or_default();
    let mut ipv6 = subnet.ipv6_cidr_block_association_set().iter();
    let ipv6 = owned(ipv6.find_map(|association| association.ipv6_cidr_block()));
    let cidr_block = owned(subnet.cidr_block());
    let names = subnet.private_dns_name_options_on_launch();
    let hostname = names.and_then(|names| names.hostname_type());
    let live = Live {
        outputs: Outputs {
            arn: owned(subnet.subnet_arn())
                .unwrap_or_else(|| cx.arn("ec2", &format!("subnet/{id}"))),
            id: id.clone(),
            vpc_id: subnet.vpc_id().unwrap_or_default().to_owned(),
            availability_zone: zone.to_owned(),
            availability_zone_id: owned(subnet.availability_zone_id()),
            cidr_block: cidr_block.clone(),
            ipv6_cidr_block: ipv6.clone(),
        },
        spec: Subnet {
            vpc_id: subnet.vpc_id().unwrap_or_default().to_owned(),
            cidr_block,
            ipv6_cidr_block: ipv6,
            ipv6_native: Some(subnet.ipv6_native() == Some(true)),
            availability_zone: Some(zone.to_owned()),
            availability_zone_id: owned(subnet.availability_zone_id()),
            map_public_ip_on_launch: Some(subnet.map_public_ip_on_launch() == Some(true)),
            assign_ipv6_address_on_creation: Some(
                subnet.assign_ipv6_address_on_creation() == Some(true),
            ),
            enable_dns64: Some(subnet.enable_dns64() == Some(true)),
            private_dns_hostname_type_on_launch: match hostname {
                Some(hostname) => from_word(hostname.as_str()),
                None => Some(HostnameType::IpName),
            },
            enable_resource_name_dns_a_record_on_launch: Some(
                names.and_then(|names| names.enable_resource_name_dns_a_record()) == Some(true),
            ),
            enable_resource_name_dns_aaaa_record_on_launch: Some(
                names.and_then(|names| names.enable_resource_name_dns_aaaa_record()) == Some(true),
            ),
            outpost_arn: owned(subnet.outpost_arn()),
        },
        tags: Some(tags(subnet.tags())),
        status: status(subnet),
    };
    Ok((id, live))
}

fn status(subnet: &ec2::Subnet) -> Status {
    match subnet.state() {
        Some(SubnetState::Available) => Status::Ready,
        Some(SubnetState::Failed | SubnetState::FailedInsufficientCapacity) => {
            let state = subnet.state().map_or("failed", SubnetState::as_str);
            Status::Failed(format!("the subnet is `{state}`"))
        }
        state => Status::Working(state.map_or("pending", SubnetState::as_str).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(subnet: &Subnet) -> Vec<String> {
        subnet.validate().into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn a_subnet_has_a_range_of_each_family_that_it_serves() {
        let subnet = |cidr: Option<&str>, ipv6: Option<&str>, native| Subnet {
            vpc_id: "vpc-1".into(),
            cidr_block: cidr.map(str::to_owned),
            ipv6_cidr_block: ipv6.map(str::to_owned),
            ipv6_native: native,
            ..Subnet::default()
        };
        assert_eq!(paths(&subnet(Some("10.0.0.0/24"), Some("fd00::/64"), None)), [""; 0]);
        assert_eq!(paths(&subnet(None, Some("fd00::/64"), Some(true))), [""; 0]);
        assert_eq!(paths(&subnet(None, None, None)), ["cidr_block"]);
        assert_eq!(paths(&subnet(None, None, Some(true))), ["ipv6_cidr_block"]);
        assert_eq!(
            paths(&subnet(Some("10.0.0.0/24"), Some("fd00::/80"), None)),
            ["ipv6_cidr_block"]
        );
        assert_eq!(paths(&subnet(Some("10.0.0.0/29"), None, None)), ["cidr_block"]);
    }
}
