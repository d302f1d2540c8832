//! VPC endpoints as they are.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_ec2::types as ec2;

use super::{DnsEntry, DnsOptions, EndpointType, Outputs, VpcEndpoint};
use crate::aws::ec2::{describe, sorted, tags};
use crate::aws::read::one_by_one;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Document, Error};
use crate::resource::{Id, Live, Result, Status};

/// The live endpoints by id, with one call more where there are gateway endpoints: only a prefix
/// list's own description tells its id.
pub(super) async fn lives(cx: &Context, ids: &[Id]) -> Result<HashMap<String, Live<VpcEndpoint>>> {
    let endpoints = endpoints(cx, ids).await?;
    let lists = prefix_lists(cx, &endpoints).await?;
    let there = endpoints.iter().filter(|endpoint| word_of(endpoint) != "deleted");
    let lives = there.map(|endpoint| live(cx, endpoint, &lists));
    Ok(lives.map(|live| (live.outputs.id.clone(), live)).collect())
}

/// What others can refer to, of an endpoint that was made a moment ago and needs no waiting for.
pub(super) async fn outputs_if_ready(
    cx: &Context,
    endpoint: ec2::VpcEndpoint,
) -> Result<Option<Outputs>> {
    if status(&endpoint) != Status::Ready {
        return Ok(None);
    }
    let lists = prefix_lists(cx, std::slice::from_ref(&endpoint)).await?;
    Ok(Some(live(cx, &endpoint, &lists).outputs))
}

/// By a list of ids, since not every endpoint of AWS's API knows the filter. One that is gone
/// fails the call for all, and then each is asked for by itself.
async fn endpoints(cx: &Context, ids: &[Id]) -> Result<Vec<ec2::VpcEndpoint>> {
    let all = |ids: Vec<String>| async {
        let request = cx.clients.ec2().describe_vpc_endpoints().set_vpc_endpoint_ids(Some(ids));
        Ok(request.into_paginator().items().send().try_collect().await?)
    };
    match all(ids.iter().map(Id::to_string).collect()).await {
        Err(error) if Error::is_not_found(&error) => {
            let found =
                one_by_one(ids, |id| async { Error::optional(all(vec![id.to_owned()]).await) });
            Ok(found.await?.into_iter().flatten().flatten().collect())
        }
        result => result,
    }
}

/// Whether the endpoint is gone or on its way out.
pub(super) fn is_going(endpoint: &ec2::VpcEndpoint) -> bool {
    ["deleting", "deleted"].contains(&word_of(endpoint).as_str())
}

/// Its state. The API's reference and its answers differ in the case of the first letter.
fn word_of(endpoint: &ec2::VpcEndpoint) -> String {
    endpoint.state().map_or("pending", ec2::State::as_str).to_ascii_lowercase()
}

/// The ids of prefix lists by the services' names.
async fn prefix_lists(
    cx: &Context,
    endpoints: &[ec2::VpcEndpoint],
) -> Result<HashMap<String, String>> {
    let gateways = endpoints.iter().filter(|endpoint| kind(endpoint) == EndpointType::Gateway);
    let services: BTreeSet<&str> = gateways.filter_map(ec2::VpcEndpoint::service_name).collect();
    let lists = describe("prefix-list-name", services, |filter| {
        let request = cx.clients.ec2().describe_prefix_lists().filters(filter);
        request.into_paginator().items().send().try_collect()
    });
    let lists: Vec<ec2::PrefixList> = lists.await?;
    Ok(lists
        .into_iter()
        .filter_map(|list| Some((list.prefix_list_name?, list.prefix_list_id?)))
        .collect())
}

fn kind(endpoint: &ec2::VpcEndpoint) -> EndpointType {
    let kind = endpoint.vpc_endpoint_type().and_then(|kind| from_word(kind.as_str()));
    kind.unwrap_or(EndpointType::Gateway)
}

fn live(
    cx: &Context,
    endpoint: &ec2::VpcEndpoint,
    lists: &HashMap<String, String>,
) -> Live<VpcEndpoint> {
    let id = endpoint.vpc_endpoint_id().unwrap_or_default().to_owned();
    let gateway = kind(endpoint) == EndpointType::Gateway;
    let service = endpoint.service_name().unwrap_or_default();
    let texts = |items: &[String]| sorted(items.iter().map(String::as_str));
    let entries = endpoint.dns_entries().iter().map(|entry| DnsEntry {
        dns_name: entry.dns_name().unwrap_or_default().to_owned(),
        hosted_zone_id: entry.hosted_zone_id().map(str::to_owned),
    });
    Live {
        spec: VpcEndpoint {
            vpc_id: endpoint.vpc_id().unwrap_or_default().to_owned(),
            service_name: service.to_owned(),
            vpc_endpoint_type: Some(kind(endpoint)),
            policy: endpoint.policy_document().map(Document::from_aws),
            route_table_ids: texts(endpoint.route_table_ids()),
            subnet_ids: texts(endpoint.subnet_ids()),
            security_group_ids: sorted(
                endpoint.groups().iter().filter_map(|group| group.group_id()),
            ),
            private_dns_enabled: Some(endpoint.private_dns_enabled() == Some(true)),
            ip_address_type: endpoint.ip_address_type().and_then(|kind| from_word(kind.as_str())),
            dns_options: endpoint.dns_options().map(DnsOptions::from_aws),
        },
        outputs: Outputs {
            arn: cx.arn("ec2", &format!("vpc-endpoint/{id}")),
            id,
            dns_entries: entries.collect(),
            network_interface_ids: texts(endpoint.network_interface_ids()).unwrap_or_default(),
            prefix_list_id: lists.get(service).filter(|_| gateway).cloned(),
        },
        tags: Some(tags(endpoint.tags())),
        status: status(endpoint),
    }
}

fn status(endpoint: &ec2::VpcEndpoint) -> Status {
    match word_of(endpoint).as_str() {
        "available" => Status::Ready,
        // The service's owner decides; the endpoint itself is done.
        "pendingacceptance" => Status::Ready,
        failed @ ("failed" | "rejected" | "expired" | "partial") => {
            let said = endpoint.last_error().and_then(|error| error.message());
            let said = said.or(endpoint.failure_reason());
            Status::Failed(said.unwrap_or(failed).to_owned())
        }
        working => Status::Working(working.to_owned()),
    }
}

impl DnsOptions {
    pub(super) fn to_aws(&self) -> ec2::DnsOptionsSpecification {
        let inbound = self.private_dns_only_for_inbound_resolver_endpoint;
        ec2::DnsOptionsSpecification::builder()
            .set_dns_record_ip_type(self.dns_record_ip_type.map(|kind| word(&kind).as_str().into()))
            .set_private_dns_only_for_inbound_resolver_endpoint(inbound)
            .build()
    }

    fn from_aws(options: &ec2::DnsOptions) -> Self {
        Self {
            dns_record_ip_type: options
                .dns_record_ip_type()
                .and_then(|kind| from_word(kind.as_str())),
            private_dns_only_for_inbound_resolver_endpoint: options
                .private_dns_only_for_inbound_resolver_endpoint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_counts_in_either_case_and_a_failure_says_why() {
        let endpoint = |state: &str| {
            let error = ec2::LastError::builder().message("no capacity").build();
            ec2::VpcEndpoint::builder().state(state.into()).last_error(error).build()
        };
        assert_eq!(status(&endpoint("available")), Status::Ready);
        assert_eq!(status(&endpoint("Available")), Status::Ready);
        assert_eq!(status(&endpoint("Failed")), Status::Failed("no capacity".into()));
        assert!(is_going(&endpoint("Deleting")));
    }
}
