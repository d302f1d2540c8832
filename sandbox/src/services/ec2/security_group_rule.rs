//! Security group rules: what each says, and how they are listed.

use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filters, Listing};
use super::ip_permission::Entry;
use super::kind::{Kind, Object, select};
use super::{Here, Scope, errors, here};

/// One rule of one group, for one peer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecurityGroupRule {
    pub(super) id: String,
    pub(super) group_id: String,
    pub(super) is_egress: bool,
    pub(super) ports: Ports,
    pub(super) peer: Peer,
    pub(super) description: Option<String>,
    pub(super) tags: Tags,
}

/// The other end of the traffic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    /// Addresses.
    Ipv4(Ipv4Net),
    /// Addresses.
    Ipv6(Ipv6Net),
    /// The addresses of a list.
    PrefixList(String),
    /// Whatever is in a security group.
    Group {
        /// `sg-…`
        id: String,
        /// The account that it belongs to.
        owner: String,
    },
}

impl Peer {
    /// Every IPv4 address.
    pub const ANYWHERE: Self = Self::Ipv4(Ipv4Net::new_assert(std::net::Ipv4Addr::UNSPECIFIED, 0));

    /// The members of a group.
    pub fn group(id: &str, owner: &str) -> Self {
        Self::Group { id: id.to_owned(), owner: owner.to_owned() }
    }

    /// Whether this is the group.
    pub fn references(&self, group: &str) -> bool {
        matches!(self, Self::Group { id, .. } if id == group)
    }
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ipv4(block) => write!(f, "{block}"),
            Self::Ipv6(block) => write!(f, "{block}"),
            Self::PrefixList(id) | Self::Group { id, .. } => f.write_str(id),
        }
    }
}

/// A protocol and its ports (for ICMP, type and code; -1 stands for all).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all.
    pub protocol: String,
    /// The first.
    pub from: i64,
    /// The last.
    pub to: i64,
}

impl Ports {
    const ALL: (&'static str, i64) = ("-1", -1);

    /// Ports by AWS's rules: TCP and UDP need them, ICMP has types and codes, other protocols
    /// have none.
    ///
    /// # Errors
    /// An unknown protocol, or ports that are missing, out of range or in the wrong order.
    pub fn new(protocol: &str, from: Option<i64>, to: Option<i64>) -> Result<Self, Fault> {
        let protocol = canonical(protocol)?;
        let (from, to) = match protocol.as_str() {
            "tcp" | "udp" => {
                let (Some(from), Some(to)) = (from, to) else {
                    return Err(errors::ports_missing());
                };
                let ports = 0..=65535;
                if !ports.contains(&from) || !ports.contains(&to) || from > to {
                    return Err(errors::port_range_not_valid(from, to));
                }
                (from, to)
            }
            "icmp" | "icmpv6" => (from.unwrap_or(-1), to.unwrap_or(-1)),
            _ => (-1, -1),
        };
        Ok(Self { protocol, from, to })
    }

    /// As permissions show them, where protocols without ports leave them out.
    pub fn in_permission(&self) -> (Option<i64>, Option<i64>) {
        match self.protocol.as_str() {
            "tcp" | "udp" | "icmp" | "icmpv6" => (Some(self.from), Some(self.to)),
            _ => (None, None),
        }
    }
}

/// The protocol's name where AWS uses the name, else its number.
fn canonical(protocol: &str) -> Result<String, Fault> {
    let lower = protocol.to_ascii_lowercase();
    Ok(match lower.as_str() {
        "tcp" | "6" => "tcp",
        "udp" | "17" => "udp",
        "icmp" | "1" => "icmp",
        "icmpv6" | "58" => "icmpv6",
        "-1" | "all" => "-1",
        number if number.parse::<u8>().is_ok() => number,
        _ => return Err(errors::protocol_not_valid(protocol)),
    }
    .to_owned())
}

impl SecurityGroupRule {
    /// A rule of a group.
    pub fn new(group: &str, is_egress: bool, entry: Entry, ids: &mut Ids) -> Self {
        Self {
            id: ids.ec2("sgr"),
            group_id: group.to_owned(),
            is_egress,
            ports: entry.ports,
            peer: entry.peer,
            description: entry.description,
            tags: Tags::default(),
        }
    }

    /// A rule for all protocols and ports.
    pub fn all_traffic(group: &str, is_egress: bool, peer: Peer, ids: &mut Ids) -> Self {
        let (protocol, port) = Ports::ALL;
        let ports = Ports { protocol: protocol.to_owned(), from: port, to: port };
        Self::new(group, is_egress, Entry { ports, peer, description: None }, ids)
    }

    /// Whether it lets the same traffic pass; AWS allows each rule once.
    pub fn says(&self, entry: &Entry) -> bool {
        self.ports == entry.ports && self.peer == entry.peer
    }
}

impl Object for SecurityGroupRule {
    const KIND: Kind = Kind::SecurityGroupRule;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

/// Asks for rules.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSecurityGroupRulesRequest {
    #[serde(default)]
    security_group_rule_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of rules.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSecurityGroupRulesResponse {
    security_group_rules: Vec<RuleDescription>,
    next_token: Option<String>,
}

/// Lists rules.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeSecurityGroupRulesRequest,
) -> Result<DescribeSecurityGroupRulesResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let rules = select(&state.security_group_rules, &request.security_group_rule_ids)?;
    let rules = rules.into_iter().map(|rule| RuleDescription::of(rule, scope)).collect();
    let page = filters::list(rules, &request.listing)?;
    Ok(DescribeSecurityGroupRulesResponse {
        security_group_rules: page.items,
        next_token: page.next,
    })
}

/// A rule as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleDescription {
    security_group_rule_id: String,
    security_group_rule_arn: String,
    group_id: String,
    group_owner_id: String,
    is_egress: bool,
    ip_protocol: String,
    from_port: i64,
    to_port: i64,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_info: Option<ReferencedGroup>,
    description: Option<String>,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReferencedGroup {
    group_id: String,
    user_id: String,
}

impl RuleDescription {
    pub(super) fn of(rule: &SecurityGroupRule, scope: Scope<'_>) -> Self {
        let mut described = Self {
            security_group_rule_id: rule.id.clone(),
            security_group_rule_arn: scope.arn(&format!("security-group-rule/{}", rule.id)),
            group_id: rule.group_id.clone(),
            group_owner_id: scope.account.to_owned(),
            is_egress: rule.is_egress,
            ip_protocol: rule.ports.protocol.clone(),
            from_port: rule.ports.from,
            to_port: rule.ports.to,
            cidr_ipv4: None,
            cidr_ipv6: None,
            prefix_list_id: None,
            referenced_group_info: None,
            description: rule.description.clone(),
            tags: rule.tags.list(),
        };
        match &rule.peer {
            Peer::Ipv4(block) => described.cidr_ipv4 = Some(block.to_string()),
            Peer::Ipv6(block) => described.cidr_ipv6 = Some(block.to_string()),
            Peer::PrefixList(id) => described.prefix_list_id = Some(id.clone()),
            Peer::Group { id, owner } => {
                described.referenced_group_info =
                    Some(ReferencedGroup { group_id: id.clone(), user_id: owner.clone() });
            }
        }
        described
    }
}

impl Described for RuleDescription {
    const FILTERS: Filters<Self> = &[
        ("group-id", |rule| vec![rule.group_id.clone()]),
        ("security-group-rule-id", |rule| vec![rule.security_group_rule_id.clone()]),
    ];

    fn key(&self) -> String {
        self.security_group_rule_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}
