//! Network ACLs. Each VPC has its default one, which lets everything pass.

use serde::{Deserialize, Serialize};

use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filters, Listing};
use super::kind::{Kind, Object, select};
use super::state::State;
use super::{Here, Scope, here};

/// The number of the entry that AWS itself puts last.
const LAST_RULE: u16 = 32767;

/// The default ACL of a VPC, and with it of all its subnets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NetworkAcl {
    pub(super) id: String,
    pub(super) vpc_id: String,
    pub(super) tags: Tags,
}

impl NetworkAcl {
    /// The ACL that comes with a VPC.
    pub fn default_of(vpc: &str, ids: &mut Ids) -> Self {
        Self { id: ids.ec2("acl"), vpc_id: vpc.to_owned(), tags: Tags::default() }
    }
}

impl Object for NetworkAcl {
    const KIND: Kind = Kind::NetworkAcl;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

/// Asks for ACLs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeNetworkAclsRequest {
    #[serde(default)]
    network_acl_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of ACLs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeNetworkAclsResponse {
    network_acls: Vec<AclDescription>,
    next_token: Option<String>,
}

/// Lists ACLs.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeNetworkAclsRequest,
) -> Result<DescribeNetworkAclsResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let acls = select(&state.network_acls, &request.network_acl_ids)?;
    let acls = acls.into_iter().map(|acl| AclDescription::of(acl, state, scope)).collect();
    let page = filters::list(acls, &request.listing)?;
    Ok(DescribeNetworkAclsResponse { network_acls: page.items, next_token: page.next })
}

/// An ACL as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AclDescription {
    network_acl_id: String,
    vpc_id: String,
    owner_id: String,
    is_default: bool,
    associations: Vec<AclAssociation>,
    entries: Vec<AclEntry>,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AclAssociation {
    network_acl_association_id: String,
    network_acl_id: String,
    subnet_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AclEntry {
    rule_number: u16,
    protocol: &'static str,
    rule_action: &'static str,
    egress: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    cidr_block: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ipv6_cidr_block: Option<&'static str>,
}

impl AclDescription {
    fn of(acl: &NetworkAcl, state: &State, scope: Scope<'_>) -> Self {
        let subnets = state.subnets.values().filter(|subnet| subnet.vpc_id == acl.vpc_id);
        let vpc = state.vpcs.get(&acl.vpc_id);
        let has_ipv6 = vpc.is_some_and(|vpc| !vpc.ipv6_cidr_blocks.is_empty());
        Self {
            network_acl_id: acl.id.clone(),
            vpc_id: acl.vpc_id.clone(),
            owner_id: scope.account.to_owned(),
            is_default: true,
            associations: subnets
                .map(|subnet| AclAssociation {
                    network_acl_association_id: subnet.network_acl_association_id.clone(),
                    network_acl_id: acl.id.clone(),
                    subnet_id: subnet.id.clone(),
                })
                .collect(),
            entries: entries(has_ipv6),
            tags: acl.tags.list(),
        }
    }
}

/// Everything is allowed in both directions; whatever is left is denied.
fn entries(has_ipv6: bool) -> Vec<AclEntry> {
    let entry = |egress, rule_number, rule_action| AclEntry {
        rule_number,
        protocol: "-1",
        rule_action,
        egress,
        cidr_block: Some("0.0.0.0/0"),
        ipv6_cidr_block: None,
    };
    let ipv6 = |number, entry: AclEntry| AclEntry {
        rule_number: number,
        cidr_block: None,
        ipv6_cidr_block: Some("::/0"),
        ..entry
    };
    let mut entries = Vec::new();
    for egress in [true, false] {
        entries.push(entry(egress, 100, "allow"));
        entries.push(entry(egress, LAST_RULE, "deny"));
        if has_ipv6 {
            entries.push(ipv6(101, entry(egress, 0, "allow")));
            entries.push(ipv6(LAST_RULE + 1, entry(egress, 0, "deny")));
        }
    }
    entries
}

impl Described for AclDescription {
    const FILTERS: Filters<Self> = &[
        ("network-acl-id", |acl| vec![acl.network_acl_id.clone()]),
        ("vpc-id", |acl| vec![acl.vpc_id.clone()]),
        ("owner-id", |acl| vec![acl.owner_id.clone()]),
        ("default", |acl| vec![acl.is_default.to_string()]),
        ("association.association-id", |acl| {
            acl.associations.iter().map(|own| own.network_acl_association_id.clone()).collect()
        }),
        ("association.network-acl-id", |acl| {
            acl.associations.iter().map(|own| own.network_acl_id.clone()).collect()
        }),
        ("association.subnet-id", |acl| {
            acl.associations.iter().map(|own| own.subnet_id.clone()).collect()
        }),
        ("entry.cidr", |acl| {
            acl.entries.iter().filter_map(|entry| entry.cidr_block).map(str::to_owned).collect()
        }),
        ("entry.egress", |acl| acl.entries.iter().map(|entry| entry.egress.to_string()).collect()),
        ("entry.protocol", |acl| {
            acl.entries.iter().map(|entry| entry.protocol.to_owned()).collect()
        }),
        ("entry.rule-action", |acl| {
            acl.entries.iter().map(|entry| entry.rule_action.to_owned()).collect()
        }),
        ("entry.rule-number", |acl| {
            acl.entries.iter().map(|entry| entry.rule_number.to_string()).collect()
        }),
    ];

    fn key(&self) -> String {
        self.network_acl_id.clone()
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
    fn the_default_acl_guards_every_subnet_of_its_vpc() {
        let mut network = Network::new();
        let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
        let filters = json!([{"Name": "default", "Values": ["true"]}]);
        let found = network.call("DescribeNetworkAcls", json!({"Filters": filters}));
        let acl = &found["NetworkAcls"][0];
        assert_eq!(acl["Associations"][0]["SubnetId"], subnet);
        assert_eq!(acl["Entries"].as_array().unwrap().len(), 4);
        let unknown = json!({"NetworkAclIds": ["acl-01234567"]});
        let fault = network.refused("DescribeNetworkAcls", unknown);
        assert_eq!(fault.code, "InvalidNetworkAclID.NotFound");
    }
}
