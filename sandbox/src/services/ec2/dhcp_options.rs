//! DHCP options. The region has AWS's default set, made with the first VPC.

use serde::{Deserialize, Serialize};

use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filters, Listing};
use super::kind::{Kind, Object, select};
use super::state::State;
use super::{Here, Scope, here};

/// What instances are told when they ask for an address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DhcpOptions {
    pub(super) id: String,
    pub(super) domain_name: String,
    pub(super) tags: Tags,
}

impl Object for DhcpOptions {
    const KIND: Kind = Kind::DhcpOptions;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

/// The region's default set, made if it is not there.
pub fn default_id(state: &mut State, scope: Scope<'_>, ids: &mut Ids) -> String {
    if let Some(id) = state.dhcp_options.keys().next() {
        return id.clone();
    }
    let domain_name = match scope.region {
        "us-east-1" => "ec2.internal".to_owned(),
        region => format!("{region}.compute.internal"),
    };
    let options = DhcpOptions { id: ids.ec2("dopt"), domain_name, tags: Tags::default() };
    let id = options.id.clone();
    state.dhcp_options.insert(id.clone(), options);
    id
}

/// Asks for DHCP options.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeDhcpOptionsRequest {
    #[serde(default)]
    dhcp_options_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of DHCP options.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeDhcpOptionsResponse {
    dhcp_options: Vec<OptionsDescription>,
    next_token: Option<String>,
}

/// Lists DHCP options.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeDhcpOptionsRequest,
) -> Result<DescribeDhcpOptionsResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let options = select(&state.dhcp_options, &request.dhcp_options_ids)?;
    let options = options.into_iter().map(|one| OptionsDescription::of(one, scope)).collect();
    let page = filters::list(options, &request.listing)?;
    Ok(DescribeDhcpOptionsResponse { dhcp_options: page.items, next_token: page.next })
}

/// DHCP options as responses show them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OptionsDescription {
    dhcp_options_id: String,
    owner_id: String,
    dhcp_configurations: Vec<Configuration>,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    key: &'static str,
    values: Vec<ConfigurationValue>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigurationValue {
    value: String,
}

impl Configuration {
    fn new(key: &'static str, value: impl Into<String>) -> Self {
        Self { key, values: vec![ConfigurationValue { value: value.into() }] }
    }
}

impl OptionsDescription {
    fn of(options: &DhcpOptions, scope: Scope<'_>) -> Self {
        Self {
            dhcp_options_id: options.id.clone(),
            owner_id: scope.account.to_owned(),
            dhcp_configurations: vec![
                Configuration::new("domain-name", options.domain_name.clone()),
                Configuration::new("domain-name-servers", "AmazonProvidedDNS"),
            ],
            tags: options.tags.list(),
        }
    }
}

impl Described for OptionsDescription {
    const FILTERS: Filters<Self> = &[
        ("dhcp-options-id", |options| vec![options.dhcp_options_id.clone()]),
        ("owner-id", |options| vec![options.owner_id.clone()]),
        ("key", |options| {
            options.dhcp_configurations.iter().map(|one| one.key.to_owned()).collect()
        }),
        ("value", |options| {
            let values = options.dhcp_configurations.iter().flat_map(|one| &one.values);
            values.map(|one| one.value.clone()).collect()
        }),
    ];

    fn key(&self) -> String {
        self.dhcp_options_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::services::ec2::testing::Network;

    #[test]
    fn vpcs_share_the_regions_default_set() {
        let mut network = Network::new();
        Network::vpc_in(&mut network.fixture);
        let found = network.call("DescribeDhcpOptions", json!({}));
        assert_eq!(found["DhcpOptions"].as_array().unwrap().len(), 1);
        let vpcs = network.call("DescribeVpcs", json!({}));
        for vpc in vpcs["Vpcs"].as_array().unwrap() {
            assert_eq!(vpc["DhcpOptionsId"], found["DhcpOptions"][0]["DhcpOptionsId"]);
        }
    }
}
