//! VPC endpoints as responses show them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tag;

use super::endpoint_service;
use super::filters::{self, Described, Filters, Listing};
use super::kind::select;
use super::security_group::GroupIdentifier;
use super::state::State;
use super::vpc_endpoint::{EndpointState, EndpointType, VpcEndpoint};
use super::{Here, Scope, here};

/// The hosted zone of interface endpoints' own names.
const HOSTED_ZONE: &str = "Z7HUB22UULQXV";

/// Asks for endpoints.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcEndpointsRequest {
    #[serde(default)]
    vpc_endpoint_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of endpoints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcEndpointsResponse {
    vpc_endpoints: Vec<EndpointDescription>,
    next_token: Option<String>,
}

/// Lists endpoints.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeVpcEndpointsRequest,
) -> Result<DescribeVpcEndpointsResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let endpoints = select(&state.vpc_endpoints, &request.vpc_endpoint_ids)?.into_iter();
    let endpoints = endpoints.map(|one| EndpointDescription::of(one, state, scope)).collect();
    let page = filters::list(endpoints, &request.listing)?;
    Ok(DescribeVpcEndpointsResponse { vpc_endpoints: page.items, next_token: page.next })
}

/// An endpoint as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EndpointDescription {
    vpc_endpoint_id: String,
    vpc_endpoint_type: EndpointType,
    vpc_id: String,
    service_name: String,
    service_region: String,
    state: EndpointState,
    policy_document: String,
    route_table_ids: Vec<String>,
    subnet_ids: Vec<String>,
    groups: Vec<GroupIdentifier>,
    ip_address_type: Option<&'static str>,
    dns_options: Option<DnsOptions>,
    private_dns_enabled: bool,
    requester_managed: bool,
    network_interface_ids: Vec<String>,
    dns_entries: Vec<DnsEntry>,
    creation_timestamp: Timestamp,
    owner_id: String,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DnsOptions {
    dns_record_ip_type: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct DnsEntry {
    dns_name: String,
    hosted_zone_id: &'static str,
}

impl EndpointDescription {
    pub(super) fn of(endpoint: &VpcEndpoint, state: &State, scope: Scope<'_>) -> Self {
        let subnets = endpoint.subnets.iter();
        let is_interface = endpoint.endpoint_type == EndpointType::Interface;
        let record_type = if is_interface { "ipv4" } else { "service-defined" };
        Self {
            vpc_endpoint_id: endpoint.id.clone(),
            vpc_endpoint_type: endpoint.endpoint_type,
            vpc_id: endpoint.vpc_id.clone(),
            service_name: endpoint.service_name.clone(),
            service_region: scope.region.to_owned(),
            state: endpoint.progress.state(),
            policy_document: endpoint.policy_document.clone(),
            route_table_ids: endpoint.route_table_ids.clone(),
            subnet_ids: subnets.clone().map(|own| own.subnet_id.clone()).collect(),
            groups: state.group_identifiers(&endpoint.group_ids),
            ip_address_type: Some("ipv4"),
            dns_options: Some(DnsOptions { dns_record_ip_type: record_type }),
            private_dns_enabled: endpoint.private_dns_enabled,
            requester_managed: false,
            network_interface_ids: subnets.map(|own| own.network_interface_id.clone()).collect(),
            dns_entries: if is_interface {
                dns_entries(endpoint, state, scope)
            } else {
                Vec::new()
            },
            creation_timestamp: endpoint.created_at,
            owner_id: scope.account.to_owned(),
            tags: endpoint.tags.list(),
        }
    }
}

/// The endpoint's own name, one in each of its zones, and the service's where it is redirected.
fn dns_entries(endpoint: &VpcEndpoint, state: &State, scope: Scope<'_>) -> Vec<DnsEntry> {
    let prefix = format!("com.amazonaws.{}.", scope.region);
    let service = endpoint.service_name.strip_prefix(&prefix).unwrap_or_default();
    let own = format!("{}-{}", endpoint.id, endpoint.dns_suffix);
    let below = format!("{service}.{}.vpce.amazonaws.com", scope.region);
    let zones = endpoint.subnets.iter().filter_map(|own| state.subnets.get(&own.subnet_id));
    let zonal = zones.map(|subnet| format!("{own}-{}.{below}", subnet.availability_zone));
    let mut entries: Vec<DnsEntry> = std::iter::once(format!("{own}.{below}"))
        .chain(zonal)
        .map(|dns_name| DnsEntry { dns_name, hosted_zone_id: HOSTED_ZONE })
        .collect();
    if endpoint.private_dns_enabled {
        let service =
            endpoint_service::find(&endpoint.service_name, endpoint.endpoint_type, scope.region);
        let name = service.ok().and_then(|service| service.private_name);
        // The private zone is AWS's own; this is what stands in place of its identifier.
        let entry = |dns_name| DnsEntry { dns_name, hosted_zone_id: "ZONEIDPENDING" };
        entries.extend(name.map(entry));
    }
    entries
}

impl Described for EndpointDescription {
    const FILTERS: Filters<Self> = &[
        ("vpc-endpoint-id", |endpoint| vec![endpoint.vpc_endpoint_id.clone()]),
        ("vpc-endpoint-type", |endpoint| vec![endpoint.vpc_endpoint_type.word().to_owned()]),
        ("vpc-endpoint-state", |endpoint| vec![endpoint.state.word().to_owned()]),
        ("vpc-id", |endpoint| vec![endpoint.vpc_id.clone()]),
        ("service-name", |endpoint| vec![endpoint.service_name.clone()]),
        ("service-region", |endpoint| vec![endpoint.service_region.clone()]),
        ("ip-address-type", |endpoint| {
            endpoint.ip_address_type.iter().map(|&own| own.to_owned()).collect()
        }),
    ];

    fn key(&self) -> String {
        self.vpc_endpoint_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}
