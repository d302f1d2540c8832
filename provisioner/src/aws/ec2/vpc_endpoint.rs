//! `ec2.vpc_endpoint`: a private way to an AWS service.

use std::time::Duration;

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{ResourceType, State, VpcEndpointType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{by_id, ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VpcEndpoint {
    /// The VPC. A change replaces.
    pub vpc_id: String,
    /// The service, e.g. `com.amazonaws.us-east-1.s3`. A change replaces.
    pub service_name: String,
    /// `gateway` (S3 and DynamoDB, free) or `interface`. Default `gateway`. A change replaces.
    #[serde(default, rename = "endpoint_type", skip_serializing_if = "Option::is_none")]
    pub endpoint_type: Option<EndpointType>,
    /// What may be done through it. Default everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Json>,
    /// The route tables of a gateway endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route_table_ids: Option<Vec<String>>,
    /// The subnets of an interface endpoint, one a zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet_ids: Option<Vec<String>>,
    /// Who may talk to an interface endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_group_ids: Option<Vec<String>>,
    /// Whether the service's public name leads to an interface endpoint; needs DNS support and
    /// host names in the VPC. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_dns_enabled: Option<bool>,
}

/// How an endpoint is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndpointType {
    /// By a route.
    Gateway,
    /// By network interfaces.
    Interface,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `vpce-…`
    pub id: String,
    /// The names of an interface endpoint.
    pub dns_names: Vec<String>,
}

impl Resource for VpcEndpoint {
    const KIND: &'static str = "ec2.vpc_endpoint";
    const TRAITS: Traits = Traits {
        immutable: &["vpc_id", "service_name", "endpoint_type"],
        compare: &[
            ("policy", Compare::Policy),
            ("route_table_ids", Compare::Set),
            ("subnet_ids", Compare::Set),
            ("security_group_ids", Compare::Set),
        ],
        create_time: Duration::from_secs(30),
        delete_time: Duration::from_secs(30),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let interface = self.endpoint_type == Some(EndpointType::Interface);
        let misplaced = match interface {
            true => self.route_table_ids.is_some().then_some("route_table_ids"),
            false if self.subnet_ids.is_some() => Some("subnet_ids"),
            false if self.security_group_ids.is_some() => Some("security_group_ids"),
            false => self.private_dns_enabled.is_some().then_some("private_dns_enabled"),
        };
        let Some(property) = misplaced else { return Vec::new() };
        let (has, other) =
            if interface { ("an interface", "gateway") } else { ("a gateway", "interface") };
        let message = format!("{} endpoint has no `{property}`.", capitalised(has));
        vec![Problem::at(property, message).hint(format!("or write `endpoint_type: {other}`"))]
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let found = describe(cx, ids).await?;
        let there = found.iter().filter(|endpoint| state(endpoint) != "deleted");
        by_id(ids, there.map(live), |outputs| &outputs.id)
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let filters = Some(ownership_filters(owner));
        let request = cx.clients.ec2().describe_vpc_endpoints().set_filters(filters);
        let answer = request.send().await?;
        let there =
            answer.vpc_endpoints().iter().filter(|found| !state(found).starts_with("delet"));
        Ok(there.filter_map(|found| found.vpc_endpoint_id().map(Id::from)).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let kind = match self.endpoint_type {
            Some(EndpointType::Interface) => VpcEndpointType::Interface,
            _ => VpcEndpointType::Gateway,
        };
        let answer = cx
            .clients
            .ec2()
            .create_vpc_endpoint()
            .client_token(&owner.token)
            .vpc_id(&self.vpc_id)
            .service_name(&self.service_name)
            .vpc_endpoint_type(kind)
            .set_policy_document(self.policy.as_ref().map(policy_text))
            .set_route_table_ids(self.route_table_ids.clone())
            .set_subnet_ids(self.subnet_ids.clone())
            .set_security_group_ids(self.security_group_ids.clone())
            .set_private_dns_enabled(self.private_dns_enabled)
            .tag_specifications(tag_specification(ResourceType::VpcEndpoint, owner))
            .send()
            .await?;
        let endpoint = answer.vpc_endpoint();
        let endpoint =
            endpoint.ok_or_else(|| super::missing("ec2:CreateVpcEndpoint", "VpcEndpoint"))?;
        let live = live(endpoint)?;
        let id = live.outputs.id.clone();
        Ok(match live.status {
            Status::Ready => Created::ready(id, live.outputs),
            _ => Created::pending(id),
        })
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let properties = [
            "policy",
            "route_table_ids",
            "subnet_ids",
            "security_group_ids",
            "private_dns_enabled",
        ];
        if change.has_any(&properties) {
            self.modify(cx, id, change).await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().delete_vpc_endpoints().vpc_endpoint_ids(id.as_str());
        let answer = request.send().await?;
        // This call succeeds as a whole and tells of each endpoint that it did not delete.
        let refused = answer.unsuccessful().iter().find_map(|item| item.error());
        let Some(error) = refused else { return Ok(Deleted::Pending) };
        let (code, message) = (error.code().unwrap_or_default(), error.message());
        let error = Error::with_code(code, message.unwrap_or_default());
        if error.is_not_found() { Ok(Deleted::Gone) } else { Err(error) }
    }
}

impl VpcEndpoint {
    async fn modify(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let before = &change.before;
        let (add_tables, remove_tables) = moves(&self.route_table_ids, &before.route_table_ids);
        let (add_subnets, remove_subnets) = moves(&self.subnet_ids, &before.subnet_ids);
        let (add_groups, remove_groups) =
            moves(&self.security_group_ids, &before.security_group_ids);
        let policy = self.policy.as_ref().filter(|_| change.has("policy")).map(policy_text);
        let private_dns = self.private_dns_enabled.filter(|_| change.has("private_dns_enabled"));
        cx.clients
            .ec2()
            .modify_vpc_endpoint()
            .vpc_endpoint_id(id.as_str())
            .set_policy_document(policy)
            .set_add_route_table_ids(add_tables)
            .set_remove_route_table_ids(remove_tables)
            .set_add_subnet_ids(add_subnets)
            .set_remove_subnet_ids(remove_subnets)
            .set_add_security_group_ids(add_groups)
            .set_remove_security_group_ids(remove_groups)
            .set_private_dns_enabled(private_dns)
            .send()
            .await?;
        Ok(())
    }
}

/// The endpoints of these ids. By an id list, since not every endpoint of AWS's API knows the
/// filter; one that is gone fails the call for all, and then each is asked for by itself.
async fn describe(cx: &Context, ids: &[Id]) -> Result<Vec<ec2::VpcEndpoint>> {
    match (describe_all(cx, ids).await, ids) {
        (Err(error), [_]) if error.is_not_found() => Ok(Vec::new()),
        (Err(error), _) if error.is_not_found() => {
            let singly = ids.iter().map(|id| async move {
                Error::optional(describe_all(cx, std::slice::from_ref(id)).await)
            });
            let found = futures::future::try_join_all(singly).await?;
            Ok(found.into_iter().flatten().flatten().collect())
        }
        (result, _) => result,
    }
}

async fn describe_all(cx: &Context, ids: &[Id]) -> Result<Vec<ec2::VpcEndpoint>> {
    let ids = ids.iter().map(|id| id.as_str().to_owned()).collect();
    let request = cx.clients.ec2().describe_vpc_endpoints().set_vpc_endpoint_ids(Some(ids));
    Ok(request.into_paginator().items().send().collect::<Result<_, _>>().await?)
}

type Moves = (Option<Vec<String>>, Option<Vec<String>>);

/// What to add and what to remove; nothing where the YAML says nothing.
fn moves(wanted: &Option<Vec<String>>, live: &Option<Vec<String>>) -> Moves {
    let Some(wanted) = wanted else { return (None, None) };
    let live = live.as_deref().unwrap_or_default();
    let without = |these: &[String], those: &[String]| -> Option<Vec<String>> {
        let left: Vec<String> = these.iter().filter(|it| !those.contains(it)).cloned().collect();
        (!left.is_empty()).then_some(left)
    };
    (without(wanted, live), without(live, wanted))
}

fn policy_text(policy: &Json) -> String {
    policy.as_str().map_or_else(|| policy.to_string(), str::to_owned)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// AWS answers in either case: `available`, `Available`.
fn state(endpoint: &ec2::VpcEndpoint) -> String {
    endpoint.state().map_or("available", State::as_str).to_ascii_lowercase()
}

fn live(endpoint: &ec2::VpcEndpoint) -> Result<Live<VpcEndpoint>> {
    let of = |value, member| text_of(value, "ec2:DescribeVpcEndpoints", member);
    let interface = endpoint.vpc_endpoint_type() == Some(&VpcEndpointType::Interface);
    let groups = endpoint.groups().iter().filter_map(|group| group.group_id().map(str::to_owned));
    let policy = endpoint.policy_document().map(|text| Json::String(text.to_owned()));
    let status = match state(endpoint).as_str() {
        "available" => Status::Ready,
        "failed" | "rejected" | "expired" => {
            let error = endpoint.last_error().and_then(|error| error.message());
            Status::Failed(error.unwrap_or("AWS gave no reason").to_owned())
        }
        other => Status::Working(other.to_owned()),
    };
    let names = endpoint.dns_entries().iter().filter_map(|entry| entry.dns_name());
    Ok(Live {
        spec: VpcEndpoint {
            vpc_id: of(endpoint.vpc_id(), "VpcId")?,
            service_name: of(endpoint.service_name(), "ServiceName")?,
            endpoint_type: Some(match interface {
                true => EndpointType::Interface,
                false => EndpointType::Gateway,
            }),
            policy,
            route_table_ids: (!interface).then(|| endpoint.route_table_ids().to_vec()),
            subnet_ids: interface.then(|| endpoint.subnet_ids().to_vec()),
            security_group_ids: interface.then(|| groups.collect()),
            private_dns_enabled: endpoint.private_dns_enabled().filter(|_| interface),
        },
        tags: Some(tags(endpoint.tags())),
        status,
        outputs: Outputs {
            id: of(endpoint.vpc_endpoint_id(), "VpcEndpointId")?,
            dns_names: names.map(str::to_owned).collect(),
        },
    })
}
