//! The rules of a security group, as a person writes them and as AWS keeps them.
//!
//! AWS keeps one rule for each source; a written rule may name several. Both forms are compared
//! through *atoms*: one protocol, port range, source and description each.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use ipnet::{Ipv4Net, Ipv6Net};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::Problem;

/// A rule: a protocol, ports, and the other ends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `all`. Default `tcp`.
    #[serde(default = "tcp")]
    pub protocol: String,
    /// The first port, or the ICMP type. Not with `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1, max = 65535))]
    pub from_port: Option<i32>,
    /// The last port, or the ICMP code. Default the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -1, max = 65535))]
    pub to_port: Option<i32>,
    /// IPv4 ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cidr_blocks: Vec<String>,
    /// IPv6 ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ipv6_cidr_blocks: Vec<String>,
    /// Security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// Prefix lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix_list_ids: Vec<String>,
    /// The group itself.
    #[serde(default, rename = "self", skip_serializing_if = "std::ops::Not::not")]
    pub itself: bool,
    /// What the rule is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 255))]
    pub description: Option<String>,
}

fn tcp() -> String {
    "tcp".to_owned()
}

/// The rule with which every new group begins: everything may go out.
pub(super) fn everything() -> Rule {
    Rule {
        protocol: "all".to_owned(),
        cidr_blocks: vec!["0.0.0.0/0".to_owned()],
        ..Rule::default()
    }
}

impl Rule {
    /// The rules of AWS that it breaks.
    pub(super) fn problems(&self, path: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.sources().next().is_none() && !self.itself {
            problems.push(Problem::at(path, "A rule names at least one other end.").hint(
                "write `cidr_blocks`, `ipv6_cidr_blocks`, `security_groups`, `prefix_list_ids` or `self: true`",
            ));
        }
        let has_ports = matches!(self.protocol.as_str(), "tcp" | "udp" | "6" | "17");
        match (self.from_port, self.to_port) {
            (None, _) if has_ports => {
                let message = format!("A rule for {} names its ports.", self.protocol);
                problems.push(Problem::at(path, message).hint("write `from_port`"));
            }
            (Some(from), Some(to)) if has_ports && from > to => problems.push(Problem::at(
                format!("{path}.to_port"),
                format!("The last port, {to}, comes before the first, {from}."),
            )),
            (Some(_), _) | (_, Some(_)) if self.protocol == "all" => problems.push(Problem::at(
                format!("{path}.from_port"),
                "A rule for all protocols has no ports.",
            )),
            _ => {}
        }
        problems.extend(self.bad_ranges(path));
        problems
    }

    fn bad_ranges<'a>(&'a self, path: &'a str) -> impl Iterator<Item = Problem> + 'a {
        let v4 = self.cidr_blocks.iter().enumerate().filter_map(move |(index, range)| {
            let path = format!("{path}.cidr_blocks.{index}");
            match range.parse::<Ipv4Net>() {
                Ok(net) if net == net.trunc() => None,
                Ok(net) => Some(
                    Problem::at(path, format!("{net} has host bits set."))
                        .hint(format!("write {}", net.trunc())),
                ),
                Err(_) => Some(Problem::at(path, format!("`{range}` is not an IPv4 range."))),
            }
        });
        let v6 = self.ipv6_cidr_blocks.iter().enumerate().filter_map(move |(index, range)| {
            let path = format!("{path}.ipv6_cidr_blocks.{index}");
            let bad = range.parse::<Ipv6Net>().is_err();
            bad.then(|| Problem::at(path, format!("`{range}` is not an IPv6 range.")))
        });
        v4.chain(v6)
    }

    fn sources(&self) -> impl Iterator<Item = Source> + '_ {
        let v4 = self.cidr_blocks.iter().map(|range| Source::V4(range.clone()));
        let v6 = self.ipv6_cidr_blocks.iter().map(|range| Source::V6(range.clone()));
        let groups = self.security_groups.iter().map(|group| Source::Group(group.clone()));
        let lists = self.prefix_list_ids.iter().map(|list| Source::PrefixList(list.clone()));
        v4.chain(v6).chain(groups).chain(lists)
    }
}

/// A protocol and a port range, in AWS's form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Traffic {
    protocol: String,
    from: Option<i32>,
    to: Option<i32>,
}

/// The other end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    V4(String),
    V6(String),
    Group(String),
    PrefixList(String),
}

/// One rule as AWS keeps it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Atom {
    traffic: Traffic,
    source: Source,
    description: Option<String>,
}

/// The rules taken apart. `own` is the id of the group, for rules about itself.
pub(super) fn atoms(rules: &[Rule], own: &str) -> BTreeSet<Atom> {
    let of_rule = |rule: &Rule| {
        let itself = rule.itself.then(|| Source::Group(own.to_owned()));
        let traffic = traffic(rule);
        let description = rule.description.clone().filter(|text| !text.is_empty());
        rule.sources()
            .chain(itself)
            .map(|source| Atom {
                traffic: traffic.clone(),
                source,
                description: description.clone(),
            })
            .collect::<Vec<_>>()
    };
    rules.iter().flat_map(of_rule).collect()
}

fn traffic(rule: &Rule) -> Traffic {
    if rule.protocol == "all" {
        return Traffic { protocol: "-1".to_owned(), from: None, to: None };
    }
    let to = rule.to_port.or(rule.from_port);
    Traffic { protocol: rule.protocol.clone(), from: rule.from_port, to }
}

/// Atoms as a call takes them: one permission for each kind of traffic.
pub(super) fn permissions<'a>(atoms: impl Iterator<Item = &'a Atom>) -> Vec<IpPermission> {
    let mut by_traffic: BTreeMap<&Traffic, Vec<&Atom>> = BTreeMap::new();
    for atom in atoms {
        by_traffic.entry(&atom.traffic).or_default().push(atom);
    }
    by_traffic.into_iter().map(|(traffic, atoms)| permission(traffic, &atoms)).collect()
}

fn permission(traffic: &Traffic, atoms: &[&Atom]) -> IpPermission {
    let start = IpPermission::builder()
        .ip_protocol(&traffic.protocol)
        .set_from_port(traffic.from)
        .set_to_port(traffic.to);
    let whole = atoms.iter().fold(start, |permission, atom| {
        let description = atom.description.clone();
        match &atom.source {
            Source::V4(range) => permission
                .ip_ranges(IpRange::builder().cidr_ip(range).set_description(description).build()),
            Source::V6(range) => permission.ipv6_ranges(
                Ipv6Range::builder().cidr_ipv6(range).set_description(description).build(),
            ),
            Source::Group(group) => permission.user_id_group_pairs(
                UserIdGroupPair::builder().group_id(group).set_description(description).build(),
            ),
            Source::PrefixList(list) => permission.prefix_list_ids(
                PrefixListId::builder().prefix_list_id(list).set_description(description).build(),
            ),
        }
    });
    whole.build()
}

/// A permission of several ends as several of one end each.
pub(super) fn singly(permission: IpPermission) -> Vec<IpPermission> {
    let atoms = atoms_of(&permission);
    atoms.iter().map(|atom| self::permission(&atom.traffic, &[atom])).collect()
}

fn atoms_of(permission: &IpPermission) -> Vec<Atom> {
    let protocol = permission.ip_protocol().unwrap_or("-1").to_owned();
    let ports = protocol != "-1";
    let traffic = Traffic {
        from: permission.from_port().filter(|_| ports),
        to: permission.to_port().filter(|_| ports),
        protocol,
    };
    let v4 = permission
        .ip_ranges()
        .iter()
        .filter_map(|range| Some((Source::V4(range.cidr_ip()?.to_owned()), range.description())));
    let v6 = permission
        .ipv6_ranges()
        .iter()
        .filter_map(|range| Some((Source::V6(range.cidr_ipv6()?.to_owned()), range.description())));
    let groups = permission
        .user_id_group_pairs()
        .iter()
        .filter_map(|pair| Some((Source::Group(pair.group_id()?.to_owned()), pair.description())));
    let lists = permission.prefix_list_ids().iter().filter_map(|list| {
        Some((Source::PrefixList(list.prefix_list_id()?.to_owned()), list.description()))
    });
    let ends = v4.chain(v6).chain(groups).chain(lists);
    ends.map(|(source, description)| Atom {
        traffic: traffic.clone(),
        source,
        description: description.filter(|text| !text.is_empty()).map(str::to_owned),
    })
    .collect()
}

/// AWS's permissions as a person would write them: one rule for each kind of traffic and
/// description.
pub(super) fn rules(permissions: &[IpPermission], own: &str) -> Vec<Rule> {
    let mut rules: BTreeMap<(Traffic, Option<String>), Rule> = BTreeMap::new();
    for atom in permissions.iter().flat_map(atoms_of).collect::<BTreeSet<_>>() {
        let key = (atom.traffic.clone(), atom.description.clone());
        let rule = rules.entry(key).or_insert_with(|| empty(&atom));
        match atom.source {
            Source::V4(range) => rule.cidr_blocks.push(range),
            Source::V6(range) => rule.ipv6_cidr_blocks.push(range),
            Source::Group(group) if group == own => rule.itself = true,
            Source::Group(group) => rule.security_groups.push(group),
            Source::PrefixList(list) => rule.prefix_list_ids.push(list),
        }
    }
    rules.into_values().collect()
}

fn empty(atom: &Atom) -> Rule {
    let protocol = match atom.traffic.protocol.as_str() {
        "-1" => "all".to_owned(),
        other => other.to_owned(),
    };
    Rule {
        protocol,
        from_port: atom.traffic.from,
        to_port: atom.traffic.to,
        description: atom.description.clone(),
        ..Rule::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(port: i32, ranges: &[&str]) -> Rule {
        Rule {
            protocol: tcp(),
            from_port: Some(port),
            cidr_blocks: ranges.iter().map(|range| (*range).to_owned()).collect(),
            ..Rule::default()
        }
    }

    #[test]
    fn what_is_written_comes_back_as_one_rule_for_each_traffic() {
        let written = [rule(443, &["10.0.0.0/8"]), rule(443, &["10.1.0.0/16"])];
        let permissions = permissions(atoms(&written, "sg-1").iter());
        assert_eq!(permissions.len(), 1);
        let back = rules(&permissions, "sg-1");
        assert_eq!(back[0].cidr_blocks, ["10.0.0.0/8", "10.1.0.0/16"]);
        assert_eq!((back[0].from_port, back[0].to_port), (Some(443), Some(443)));
    }

    #[test]
    fn a_rule_about_itself_is_about_its_own_id() {
        let own = Rule { itself: true, ..rule(5432, &[]) };
        let permissions = permissions(atoms(&[own], "sg-1").iter());
        assert_eq!(permissions[0].user_id_group_pairs()[0].group_id(), Some("sg-1"));
        assert!(rules(&permissions, "sg-1")[0].itself);
    }

    #[test]
    fn mistakes_are_named() {
        let of = |rule: Rule| rule.problems("ingress.0").len();
        assert_eq!(of(rule(80, &["10.0.0.0/8"])), 0);
        assert_eq!(of(rule(80, &[])), 1, "no other end");
        assert_eq!(of(rule(80, &["10.0.0.1/8"])), 1, "host bits");
        assert_eq!(of(Rule { to_port: Some(70), ..rule(80, &["10.0.0.0/8"]) }), 1, "backwards");
        assert_eq!(of(Rule { from_port: None, ..rule(80, &["10.0.0.0/8"]) }), 1, "no ports");
        assert_eq!(of(Rule { protocol: "all".into(), ..rule(80, &["10.0.0.0/8"]) }), 1, "ports");
    }
}
