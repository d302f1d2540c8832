//! The older shape of security group rules: one permission for all peers of a port range.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

use super::Scope;
use super::cidr;
use super::errors;
use super::kind::get;
use super::prefix_list;
use super::security_group_rule::{Peer, Ports, SecurityGroupRule};
use super::state::State;

/// A protocol, a port range and who is at the other end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IpPermission {
    pub(super) ip_protocol: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) from_port: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to_port: Option<i64>,
    pub(super) user_id_group_pairs: Vec<UserIdGroupPair>,
    pub(super) ip_ranges: Vec<IpRange>,
    pub(super) ipv6_ranges: Vec<Ipv6Range>,
    pub(super) prefix_list_ids: Vec<PrefixListId>,
}

/// A security group at the other end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UserIdGroupPair {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) user_id: Option<String>,
    #[serde(skip_serializing)]
    pub(super) group_name: Option<String>,
    pub(super) group_id: Option<String>,
}

/// An IPv4 range at the other end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct IpRange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) cidr_ip: String,
}

/// An IPv6 range at the other end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Ipv6Range {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) cidr_ipv6: String,
}

/// A prefix list at the other end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PrefixListId {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    pub(super) prefix_list_id: String,
}

/// What one rule says, before it is an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Protocol and ports.
    pub ports: Ports,
    /// The other end.
    pub peer: Peer,
    /// What it is for.
    pub description: Option<String>,
}

impl IpPermission {
    /// The rules that the permission stands for, one for each peer.
    ///
    /// # Errors
    /// A protocol, port range or peer that AWS refuses, or no peer at all.
    pub fn entries(&self, state: &State, scope: Scope<'_>) -> Result<Vec<Entry>, Fault> {
        let protocol = self.ip_protocol.as_deref();
        let protocol = protocol.ok_or_else(|| errors::missing_parameter("ipProtocol"))?;
        let ports = Ports::new(protocol, self.from_port, self.to_port)?;
        let peers = self.peers(state, scope)?;
        if peers.is_empty() {
            return Err(errors::missing_source());
        }
        let entry = |(peer, description)| Entry { ports: ports.clone(), peer, description };
        Ok(peers.into_iter().map(entry).collect())
    }

    fn peers(&self, state: &State, scope: Scope<'_>) -> Result<Vec<(Peer, Option<String>)>, Fault> {
        let mut peers = Vec::new();
        for range in &self.ip_ranges {
            peers.push((Peer::Ipv4(cidr::ipv4(&range.cidr_ip)?), range.description.clone()));
        }
        for range in &self.ipv6_ranges {
            peers.push((Peer::Ipv6(cidr::ipv6(&range.cidr_ipv6)?), range.description.clone()));
        }
        for list in &self.prefix_list_ids {
            prefix_list::check(&list.prefix_list_id, scope.region)?;
            peers.push((Peer::PrefixList(list.prefix_list_id.clone()), list.description.clone()));
        }
        for pair in &self.user_id_group_pairs {
            let group = pair.group_id.as_deref().ok_or_else(errors::no_default_vpc)?;
            get(&state.security_groups, group)?;
            let owner = pair.user_id.as_deref().unwrap_or(scope.account);
            peers.push((Peer::group(group, owner), pair.description.clone()));
        }
        Ok(peers)
    }

    pub(super) fn cidrs(&self) -> Vec<String> {
        self.ip_ranges.iter().map(|range| range.cidr_ip.clone()).collect()
    }

    pub(super) fn ipv6_cidrs(&self) -> Vec<String> {
        self.ipv6_ranges.iter().map(|range| range.cidr_ipv6.clone()).collect()
    }

    pub(super) fn first_ports(&self) -> Vec<String> {
        self.from_port.iter().map(i64::to_string).collect()
    }

    pub(super) fn last_ports(&self) -> Vec<String> {
        self.to_port.iter().map(i64::to_string).collect()
    }

    pub(super) fn protocols(&self) -> Vec<String> {
        self.ip_protocol.iter().cloned().collect()
    }

    pub(super) fn group_ids(&self) -> Vec<String> {
        self.user_id_group_pairs.iter().filter_map(|pair| pair.group_id.clone()).collect()
    }

    pub(super) fn prefix_lists(&self) -> Vec<String> {
        self.prefix_list_ids.iter().map(|list| list.prefix_list_id.clone()).collect()
    }

    fn add(&mut self, peer: &Peer, description: Option<String>) {
        match peer {
            Peer::Ipv4(block) => {
                self.ip_ranges.push(IpRange { description, cidr_ip: block.to_string() });
            }
            Peer::Ipv6(block) => {
                self.ipv6_ranges.push(Ipv6Range { description, cidr_ipv6: block.to_string() });
            }
            Peer::PrefixList(id) => {
                self.prefix_list_ids.push(PrefixListId { description, prefix_list_id: id.clone() });
            }
            Peer::Group { id, owner } => self.user_id_group_pairs.push(UserIdGroupPair {
                description,
                user_id: Some(owner.clone()),
                group_name: None,
                group_id: Some(id.clone()),
            }),
        }
    }
}

/// Rules as permissions: those for the same protocol and ports become one.
pub fn grouped<'r>(rules: impl Iterator<Item = &'r SecurityGroupRule>) -> Vec<IpPermission> {
    let mut permissions: Vec<IpPermission> = Vec::new();
    for rule in rules {
        let (from_port, to_port) = rule.ports.in_permission();
        let blank = IpPermission {
            ip_protocol: Some(rule.ports.protocol.clone()),
            from_port,
            to_port,
            ..IpPermission::default()
        };
        let same = |other: &IpPermission| {
            (&other.ip_protocol, other.from_port, other.to_port)
                == (&blank.ip_protocol, from_port, to_port)
        };
        let index = permissions.iter().position(same).unwrap_or_else(|| {
            permissions.push(blank);
            permissions.len() - 1
        });
        permissions[index].add(&rule.peer, rule.description.clone());
    }
    permissions
}

/// The permission that the request's own members make up, as the oldest clients write it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct FlatPermission {
    ip_protocol: Option<String>,
    from_port: Option<i64>,
    to_port: Option<i64>,
    cidr_ip: Option<String>,
    source_security_group_name: Option<String>,
}

impl FlatPermission {
    /// The same in the newer shape; `None` when the request does not use it.
    ///
    /// # Errors
    /// A source group by name, which works in a default VPC only.
    pub fn permission(self) -> Result<Option<IpPermission>, Fault> {
        if self.source_security_group_name.is_some() {
            return Err(errors::no_default_vpc());
        }
        if self.ip_protocol.is_none() && self.cidr_ip.is_none() {
            return Ok(None);
        }
        let ranges = self.cidr_ip.into_iter();
        Ok(Some(IpPermission {
            ip_protocol: self.ip_protocol,
            from_port: self.from_port,
            to_port: self.to_port,
            ip_ranges: ranges.map(|cidr_ip| IpRange { description: None, cidr_ip }).collect(),
            ..IpPermission::default()
        }))
    }
}
