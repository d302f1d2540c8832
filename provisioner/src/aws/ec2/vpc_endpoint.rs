//! `ec2.vpc_endpoint`: a VPC's own way to a service of AWS, without the internet.

use std::time::Duration;

use aws_sdk_ec2::types::ResourceType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    owned, ownership_filters, sync_tags, tag_specification, text_of, unsuccessful, without,
};
use crate::aws::read::in_order;
use crate::aws::word::word;
use crate::aws::{Context, Document, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Traits,
};

mod live;

/// A VPC endpoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VpcEndpoint {
    /// The VPC that it is in. A change replaces.
    pub vpc_id: String,
    /// The service, e.g. `com.amazonaws.eu-central-1.s3`. A change replaces.
    #[schemars(length(min = 1))]
    pub service_name: String,
    /// How it leads there. Default `Gateway`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint_type: Option<EndpointType>,
    /// What may be done through it: a policy, where the service heeds one. Default: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Document>,
    /// Of a gateway endpoint: the route tables that get a route to it. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_table_ids: Option<Vec<String>>,
    /// Of an interface endpoint: the subnets that get a network interface, one a zone. Default:
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet_ids: Option<Vec<String>>,
    /// Of an interface endpoint: what its network interfaces bear. Default: the VPC's default
    /// group.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_group_ids: Option<Vec<String>>,
    /// Whether the service's public name leads to it; needs the VPC's `enable_dns_hostnames` and
    /// `enable_dns_support`. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_dns_enabled: Option<bool>,
    /// What addresses its network interfaces have. Default: what the service and the subnets have
    /// in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<IpAddressType>,
    /// How its names are answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_options: Option<DnsOptions>,
}

/// How an endpoint leads to its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EndpointType {
    /// By routes; S3 and DynamoDB only, free of charge.
    Gateway,
    /// By network interfaces in the VPC's own subnets, at a price an hour each.
    Interface,
    /// To appliances behind a Gateway Load Balancer.
    GatewayLoadBalancer,
}

/// What addresses an endpoint's network interfaces have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IpAddressType {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// Both.
    Dualstack,
}

/// How an endpoint's names are answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DnsOptions {
    /// Which records there are. Default: those of the addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_record_ip_type: Option<RecordType>,
    /// Whether private names are answered only to what asks from outside the VPC, through a
    /// resolver's inbound endpoint; for S3. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_dns_only_for_inbound_resolver_endpoint: Option<bool>,
}

/// Which records an endpoint's names have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RecordType {
    /// A.
    Ipv4,
    /// AAAA.
    Ipv6,
    /// Both.
    Dualstack,
    /// As the service says.
    ServiceDefined,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `vpce-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Of an interface endpoint: its names.
    #[serde(default)]
    pub dns_entries: Vec<DnsEntry>,
    /// Of an interface endpoint: its network interfaces.
    #[serde(default)]
    pub network_interface_ids: Vec<String>,
    /// Of a gateway endpoint: the prefix list of the service's addresses, for rules of security
    /// groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_list_id: Option<String>,
}

/// A name of an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DnsEntry {
    /// The name.
    pub dns_name: String,
    /// The hosted zone that it is in, for alias records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosted_zone_id: Option<String>,
}

impl Resource for VpcEndpoint {
    const KIND: &'static str = "ec2.vpc_endpoint";
    const TRAITS: Traits = Traits {
        immutable: &["vpc_id", "service_name", "vpc_endpoint_type"],
        compare: &[
            ("policy", Compare::Policy),
            ("route_table_ids", Compare::Set),
            ("subnet_ids", Compare::Set),
            ("security_group_ids", Compare::Set),
        ],
        clearable: &["policy", "route_table_ids"],
        // Two can't answer to one private name, nor route one prefix list.
        create_first: false,
        create_time: Duration::from_secs(45),
        delete_time: Duration::from_secs(45),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let gateway = self.kind() == EndpointType::Gateway;
        let of_interfaces = [
            ("subnet_ids", self.subnet_ids.is_some()),
            ("security_group_ids", self.security_group_ids.is_some()),
            ("private_dns_enabled", self.private_dns_enabled == Some(true)),
        ];
        let of_interfaces = of_interfaces.into_iter().filter(|(_, given)| gateway && *given);
        let interfaces = of_interfaces.map(|(property, _)| {
            Problem::at(property, "A gateway endpoint has no network interfaces.")
                .hint("write vpc_endpoint_type: Interface, or leave it out")
        });
        let routes = (!gateway && self.route_table_ids.is_some()).then(|| {
            Problem::at("route_table_ids", "Only a gateway endpoint is reached by routes.")
        });
        interfaces.chain(routes).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        Ok(in_order(ids, live::lives(cx, ids).await?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_vpc_endpoints();
        let answer = request.set_filters(Some(ownership_filters(owner))).send().await?;
        let found = answer.vpc_endpoints().iter().filter(|endpoint| !live::is_going(endpoint));
        Ok(owned(owner, found.map(|endpoint| (endpoint.vpc_endpoint_id(), endpoint.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let kind = self.vpc_endpoint_type.map(|kind| word(&kind).as_str().into());
        let addresses = self.ip_address_type.map(|kind| word(&kind).as_str().into());
        let answer = cx
            .clients
            .ec2()
            .create_vpc_endpoint()
            .vpc_id(&self.vpc_id)
            .service_name(&self.service_name)
            .set_vpc_endpoint_type(kind)
            .set_policy_document(self.policy.as_ref().map(Document::to_aws))
            .set_route_table_ids(self.route_table_ids.clone())
            .set_subnet_ids(self.subnet_ids.clone())
            .set_security_group_ids(self.security_group_ids.clone())
            .set_private_dns_enabled(self.private_dns_enabled)
            .set_ip_address_type(addresses)
            .set_dns_options(self.dns_options.as_ref().map(DnsOptions::to_aws))
            .client_token(&owner.token)
            .tag_specifications(tag_specification(ResourceType::VpcEndpoint, owner))
            .send()
            .await?;
        let (operation, member) = ("ec2:CreateVpcEndpoint", "VpcEndpoint");
        let endpoint = answer.vpc_endpoint.ok_or_else(|| Error::missing(operation, member))?;
        let id = text_of(endpoint.vpc_endpoint_id(), operation, "VpcEndpointId")?;
        // Gateway endpoints are there at once.
        let outputs = live::outputs_if_ready(cx, endpoint).await.map_err(Error::after_creation)?;
        Ok(outputs.map_or(Created::pending(id.clone()), |outputs| Created::ready(id, outputs)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if !change.properties.is_empty() {
            self.modify(cx, id, change).await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().delete_vpc_endpoints().vpc_endpoint_ids(id.as_str());
        let answer = async {
            let answer = request.send().await?;
            unsuccessful(answer.unsuccessful())
        };
        let answer = Error::optional(answer.await)?;
        Ok(answer.map_or(Deleted::Gone, |()| Deleted::Pending))
    }
}

impl VpcEndpoint {
    fn kind(&self) -> EndpointType {
        self.vpc_endpoint_type.unwrap_or(EndpointType::Gateway)
    }

    /// Everything that differs, in one call.
    async fn modify(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let before = &change.before;
        let lists = |name: &str, wanted: &Option<Vec<String>>, live: &Option<Vec<String>>| {
            let changed = change.has(name);
            let (wanted, live) = (wanted.as_deref(), live.as_deref());
            let add = without(wanted, live).filter(|_| changed);
            (add, without(live, wanted).filter(|_| changed))
        };
        let tables = lists("route_table_ids", &self.route_table_ids, &before.route_table_ids);
        let subnets = lists("subnet_ids", &self.subnet_ids, &before.subnet_ids);
        let groups =
            lists("security_group_ids", &self.security_group_ids, &before.security_group_ids);
        let policy = self.policy.as_ref().filter(|_| change.has("policy"));
        let reset = (change.has("policy") && self.policy.is_none()).then_some(true);
        let private = self.private_dns_enabled.filter(|_| change.has("private_dns_enabled"));
        let addresses = self.ip_address_type.filter(|_| change.has("ip_address_type"));
        let dns = self.dns_options.as_ref().filter(|_| change.has("dns_options"));
        cx.clients
            .ec2()
            .modify_vpc_endpoint()
            .vpc_endpoint_id(id.as_str())
            .set_add_route_table_ids(tables.0)
            .set_remove_route_table_ids(tables.1)
            .set_add_subnet_ids(subnets.0)
            .set_remove_subnet_ids(subnets.1)
            .set_add_security_group_ids(groups.0)
            .set_remove_security_group_ids(groups.1)
            .set_policy_document(policy.map(Document::to_aws))
            .set_reset_policy(reset)
            .set_private_dns_enabled(private)
            .set_ip_address_type(addresses.map(|kind| word(&kind).as_str().into()))
            .set_dns_options(dns.map(DnsOptions::to_aws))
            .send()
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_what_its_type_has() {
        let gateway = VpcEndpoint {
            service_name: "com.amazonaws.eu-central-1.s3".into(),
            route_table_ids: Some(vec!["rtb-1".into()]),
            ..VpcEndpoint::default()
        };
        assert_eq!(gateway.validate(), []);
        let interface = VpcEndpoint {
            vpc_endpoint_type: Some(EndpointType::Interface),
            subnet_ids: Some(vec!["subnet-1".into()]),
            ..gateway.clone()
        };
        assert_eq!(interface.validate()[0].path, "route_table_ids");
        let mixed = VpcEndpoint { vpc_endpoint_type: None, ..interface };
        assert_eq!(mixed.validate()[0].path, "subnet_ids");
    }
}
