//! The rules of a security group. AWS keeps one for each protocol, ports and peer; YAML says
//! several at once. Both are compared in one form: rules of the same protocol, ports and
//! description together, their peers sorted.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::ec2::cidr;
use crate::resource::Problem;

/// All rules in one direction. Serialises in the form that is compared.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(from = "Vec<Rule>", into = "Vec<Rule>")]
pub struct Rules(Vec<Rule>);

/// What may pass.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `all`, or a protocol's number. Default `tcp`.
    #[schemars(regex(pattern = r"^(tcp|udp|icmp|icmpv6|all|-1|[0-9]{1,3})$"))]
    #[serde(default = "tcp")]
    pub protocol: String,
    /// The first port, 0 to 65535; of ICMP the type, where -1 is all. Needed for TCP and UDP.
    #[schemars(range(min = -1, max = 65535))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    /// The last port; of ICMP the code, where -1 is all. Default: the first port; all codes.
    #[schemars(range(min = -1, max = 65535))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
    /// IPv4 ranges of peers, e.g. `10.0.0.0/16`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cidr_blocks: Vec<String>,
    /// IPv6 ranges of peers, e.g. `::/0`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ipv6_cidr_blocks: Vec<String>,
    /// Security groups that peers bear; one of another account as `123456789012/sg-…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// Prefix lists that hold the peers' addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix_list_ids: Vec<String>,
    /// Whether peers are those that bear this same group. Default `false`.
    #[serde(default, rename = "self", skip_serializing_if = "Option::is_none")]
    pub itself: Option<bool>,
    /// What the rule is for. Default: nothing.
    #[schemars(length(max = 255), regex(pattern = r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

fn tcp() -> String {
    "tcp".to_owned()
}

/// What tells AWS's rules apart. The description does not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// AWS's word; `-1` is all.
    protocol: String,
    /// `None` where the protocol has none.
    ports: Option<(i32, i32)>,
    peer: Peer,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Peer {
    Ipv4(String),
    Ipv6(String),
    Group(String),
    PrefixList(String),
    Itself,
}

/// AWS's rules with their descriptions.
pub(super) type Atoms = BTreeMap<Key, Option<String>>;

/// What to do to get from some rules to others.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    pub authorize: Atoms,
    pub revoke: Atoms,
    /// Rules that stay, with their new descriptions.
    pub describe: Atoms,
}

impl From<Vec<Rule>> for Rules {
    fn from(rules: Vec<Rule>) -> Self {
        Self(rules)
    }
}

impl From<Rules> for Vec<Rule> {
    fn from(rules: Rules) -> Self {
        together(rules.atoms())
    }
}

impl PartialEq for Rules {
    fn eq(&self, other: &Self) -> bool {
        self.atoms() == other.atoms()
    }
}

impl Rules {
    /// What AWS lets out of a new group.
    pub(super) fn everybody() -> Self {
        let rule = Rule {
            protocol: "all".to_owned(),
            cidr_blocks: vec!["0.0.0.0/0".to_owned()],
            ..Rule::default()
        };
        Self(vec![rule])
    }

    pub(super) fn from_aws(
        permissions: &[IpPermission],
        group: &str,
        account: Option<&str>,
    ) -> Self {
        let atoms = permissions.iter().flat_map(|permission| {
            let protocol = permission.ip_protocol().unwrap_or_default().to_owned();
            let ports = ports(&protocol, permission.from_port(), permission.to_port());
            peers(permission, group, account).into_iter().map(move |(peer, description)| {
                (Key { protocol: protocol.clone(), ports, peer }, description)
            })
        });
        Self(together(atoms.collect()))
    }

    /// What to do to get here from `live`. A description is changed only where one is given.
    pub(super) fn minus(&self, live: &Self) -> Difference {
        let (wanted, live) = (self.atoms(), live.atoms());
        let mut difference = Difference::default();
        for (key, description) in &wanted {
            match live.get(key) {
                None => drop(difference.authorize.insert(key.clone(), description.clone())),
                Some(found) if description.is_some() && description != found => {
                    difference.describe.insert(key.clone(), description.clone());
                }
                Some(_) => {}
            }
        }
        difference.revoke = live.into_iter().filter(|(key, _)| !wanted.contains_key(key)).collect();
        difference
    }

    /// Every rule by itself.
    fn atoms(&self) -> Atoms {
        self.0.iter().flat_map(Rule::atoms).collect()
    }

    /// What is wrong with the rules of this property.
    pub(in crate::aws::ec2) fn validate(&self, property: &str) -> Vec<Problem> {
        let mut seen = Atoms::new();
        let mut problems = Vec::new();
        for (index, rule) in self.0.iter().enumerate() {
            let path = format!("{property}.{index}");
            problems.extend(rule.validate(&path));
            for (key, description) in rule.atoms() {
                if seen.get(&key).is_some_and(|earlier| *earlier != description) {
                    let message =
                        "An earlier rule with another description allows the same already.";
                    problems.push(Problem::at(path.clone(), message));
                }
                seen.insert(key, description);
            }
        }
        problems
    }
}

impl Rule {
    fn atoms(&self) -> Vec<(Key, Option<String>)> {
        let protocol = protocol(&self.protocol);
        let ports = ports(&protocol, self.from_port, self.to_port);
        let key = |peer| Key { protocol: protocol.clone(), ports, peer };
        let description = self.description.clone().filter(|text| !text.is_empty());
        self.peers().into_iter().map(|peer| (key(peer), description.clone())).collect()
    }

    fn peers(&self) -> Vec<Peer> {
        let ipv4 = self.cidr_blocks.iter().map(|text| Peer::Ipv4(cidr::canonical(text)));
        let ipv6 = self.ipv6_cidr_blocks.iter().map(|text| Peer::Ipv6(cidr::canonical(text)));
        let groups = self.security_groups.iter().cloned().map(Peer::Group);
        let lists = self.prefix_list_ids.iter().cloned().map(Peer::PrefixList);
        let itself = (self.itself == Some(true)).then_some(Peer::Itself);
        ipv4.chain(ipv6).chain(groups).chain(lists).chain(itself).collect()
    }

    fn add(&mut self, peer: Peer) {
        match peer {
            Peer::Ipv4(range) => self.cidr_blocks.push(range),
            Peer::Ipv6(range) => self.ipv6_cidr_blocks.push(range),
            Peer::Group(group) => self.security_groups.push(group),
            Peer::PrefixList(list) => self.prefix_list_ids.push(list),
            Peer::Itself => self.itself = Some(true),
        }
    }

    fn validate(&self, path: &str) -> Vec<Problem> {
        let ranges = self.cidr_blocks.iter().enumerate().filter_map(|(index, text)| {
            cidr::check_ipv4(&format!("{path}.cidr_blocks.{index}"), text)
        });
        let ipv6 = self.ipv6_cidr_blocks.iter().enumerate().filter_map(|(index, text)| {
            cidr::check_ipv6(&format!("{path}.ipv6_cidr_blocks.{index}"), text)
        });
        let nobody = self.peers().is_empty().then(|| {
            Problem::at(path, "The rule names no peer.").hint(
                "write cidr_blocks, ipv6_cidr_blocks, security_groups, prefix_list_ids or self: true",
            )
        });
        self.check_ports(path).into_iter().chain(ranges).chain(ipv6).chain(nobody).collect()
    }

    fn check_ports(&self, path: &str) -> Option<Problem> {
        let from = format!("{path}.from_port");
        match (protocol(&self.protocol).as_str(), self.from_port, self.to_port) {
            ("tcp" | "udp", None, _) => Some(
                Problem::at(from, "A rule for TCP or UDP says which ports.")
                    .hint("write e.g. from_port: 443"),
            ),
            ("tcp" | "udp", Some(-1), _) => {
                Some(Problem::at(from, "A port is between 0 and 65535."))
            }
            ("tcp" | "udp", Some(first), Some(last)) if last < first => {
                let message = format!("The last port, {last}, is below the first, {first}.");
                Some(Problem::at(format!("{path}.to_port"), message))
            }
            ("tcp" | "udp" | "icmp" | "icmpv6", ..) | (_, None, None) => None,
            _ => Some(
                Problem::at(from, format!("The protocol {} has no ports.", self.protocol))
                    .hint("leave from_port and to_port out"),
            ),
        }
    }
}

/// Rules of the same protocol, ports and description as one.
fn together(atoms: Atoms) -> Vec<Rule> {
    let mut rules: BTreeMap<_, Rule> = BTreeMap::new();
    for (key, description) in atoms {
        let rule = rules
            .entry((key.protocol.clone(), key.ports, description.clone()))
            .or_insert_with(|| Rule {
                protocol: if key.protocol == "-1" { "all".to_owned() } else { key.protocol },
                from_port: key.ports.map(|(from, _)| from),
                to_port: key.ports.map(|(_, to)| to),
                description,
                ..Rule::default()
            });
        rule.add(key.peer);
    }
    rules.into_values().collect()
}

/// The rules as AWS takes them: one permission for the same protocol and ports.
pub(super) fn permissions(atoms: &Atoms, group: &str) -> Vec<IpPermission> {
    let mut permissions: BTreeMap<_, IpPermission> = BTreeMap::new();
    for (key, description) in atoms {
        let permission = permissions.entry((&key.protocol, key.ports)).or_insert_with(|| {
            IpPermission::builder()
                .ip_protocol(&key.protocol)
                .set_from_port(key.ports.map(|(from, _)| from))
                .set_to_port(key.ports.map(|(_, to)| to))
                .build()
        });
        permit(permission, &key.peer, description.clone(), group);
    }
    permissions.into_values().collect()
}

fn permit(permission: &mut IpPermission, peer: &Peer, description: Option<String>, group: &str) {
    match peer {
        Peer::Ipv4(range) => permission
            .ip_ranges
            .get_or_insert_default()
            .push(IpRange::builder().cidr_ip(range).set_description(description).build()),
        Peer::Ipv6(range) => permission
            .ipv6_ranges
            .get_or_insert_default()
            .push(Ipv6Range::builder().cidr_ipv6(range).set_description(description).build()),
        Peer::PrefixList(list) => permission.prefix_list_ids.get_or_insert_default().push(
            PrefixListId::builder().prefix_list_id(list).set_description(description).build(),
        ),
        Peer::Group(id) => {
            permission.user_id_group_pairs.get_or_insert_default().push(pair(id, description));
        }
        Peer::Itself => {
            permission.user_id_group_pairs.get_or_insert_default().push(pair(group, description));
        }
    }
}

/// `sg-1`, or `123456789012/sg-1`.
fn pair(group: &str, description: Option<String>) -> UserIdGroupPair {
    let (account, id) = match group.split_once('/') {
        Some((account, id)) => (Some(account.to_owned()), id),
        None => (None, group),
    };
    let pair = UserIdGroupPair::builder().group_id(id).set_user_id(account);
    pair.set_description(description).build()
}

/// The peers that a permission names, with their rules' descriptions.
fn peers(
    permission: &IpPermission,
    group: &str,
    account: Option<&str>,
) -> Vec<(Peer, Option<String>)> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let note = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let ipv4 = permission.ip_ranges().iter();
    let ipv4 = ipv4.map(|range| (Peer::Ipv4(text(range.cidr_ip())), note(range.description())));
    let ipv6 = permission.ipv6_ranges().iter();
    let ipv6 = ipv6.map(|range| {
        (Peer::Ipv6(cidr::canonical(&text(range.cidr_ipv6()))), note(range.description()))
    });
    let lists = permission.prefix_list_ids().iter();
    let lists =
        lists.map(|list| (Peer::PrefixList(text(list.prefix_list_id())), note(list.description())));
    let groups = permission.user_id_group_pairs().iter();
    let groups = groups.map(|pair| (of_pair(pair, group, account), note(pair.description())));
    ipv4.chain(ipv6).chain(lists).chain(groups).collect()
}

fn of_pair(pair: &UserIdGroupPair, group: &str, account: Option<&str>) -> Peer {
    let id = pair.group_id().unwrap_or_default();
    match pair.user_id() {
        _ if id == group => Peer::Itself,
        Some(other) if account.is_some_and(|own| own != other) => {
            Peer::Group(format!("{other}/{id}"))
        }
        _ => Peer::Group(id.to_owned()),
    }
}

/// AWS's word for a protocol.
fn protocol(text: &str) -> String {
    match text {
        "all" => "-1",
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => other,
    }
    .to_owned()
}

/// Ports as AWS keeps them. Protocols without ports have none, whatever is said.
fn ports(protocol: &str, from: Option<i32>, to: Option<i32>) -> Option<(i32, i32)> {
    match protocol {
        "tcp" | "udp" => from.map(|from| (from, to.unwrap_or(from))),
        "icmp" | "icmpv6" => Some((from.unwrap_or(-1), to.unwrap_or(-1))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, from_value, json, to_value};

    use super::*;

    fn rules(json: Json) -> Rules {
        from_value(json).unwrap()
    }

    #[test]
    fn the_same_said_in_two_ways_has_one_form() {
        let one = rules(json!([
            { "protocol": "6", "from_port": 443, "cidr_blocks": ["10.1.0.1/16", "10.0.0.0/16"] },
            { "protocol": "all", "self": true },
        ]));
        let other = rules(json!([
            { "protocol": "-1", "self": true },
            { "protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.1.0.0/16"] },
            { "protocol": "tcp", "from_port": 443, "cidr_blocks": ["10.0.0.0/16"] },
        ]));
        assert_eq!(one, other);
        assert_eq!(to_value(&one).unwrap(), to_value(&other).unwrap());
        let form = json!([
            { "protocol": "all", "self": true },
            {
                "protocol": "tcp", "from_port": 443, "to_port": 443,
                "cidr_blocks": ["10.0.0.0/16", "10.1.0.0/16"],
            },
        ]);
        assert_eq!(to_value(&one).unwrap(), form);
    }

    #[test]
    fn what_aws_was_told_is_what_it_gives_back() {
        let told = rules(json!([
            {
                "protocol": "tcp", "from_port": 5432, "description": "from the service",
                "security_groups": ["sg-2", "999999999999/sg-3"], "prefix_list_ids": ["pl-1"],
            },
            { "protocol": "icmp", "ipv6_cidr_blocks": ["::/0"], "self": true },
        ]));
        let permissions = permissions(&told.atoms(), "sg-1");
        assert_eq!(permissions.len(), 2);
        assert_eq!(Rules::from_aws(&permissions, "sg-1", Some("111111111111")), told);
    }

    #[test]
    fn only_the_difference_is_changed() {
        let live = rules(json!([
            { "protocol": "tcp", "from_port": 80, "cidr_blocks": ["10.0.0.0/8"] },
            { "protocol": "tcp", "from_port": 443, "cidr_blocks": ["10.0.0.0/8"], "description": "a" },
        ]));
        let wanted = rules(json!([
            { "protocol": "tcp", "from_port": 443, "cidr_blocks": ["10.0.0.0/8"], "description": "b" },
            { "protocol": "tcp", "from_port": 8080, "cidr_blocks": ["10.0.0.0/8"] },
        ]));
        let difference = wanted.minus(&live);
        let ports = |atoms: &Atoms| -> Vec<_> { atoms.keys().map(|key| key.ports).collect() };
        assert_eq!(ports(&difference.authorize), [Some((8080, 8080))]);
        assert_eq!(ports(&difference.revoke), [Some((80, 80))]);
        assert_eq!(ports(&difference.describe), [Some((443, 443))]);
        assert_eq!(wanted.minus(&wanted), Difference::default());
    }

    #[test]
    fn a_rule_without_ports_or_peers_is_refused() {
        let wrong = rules(json!([
            { "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"] },
            { "protocol": "all", "from_port": 1, "self": true },
            { "protocol": "udp", "from_port": 9, "to_port": 8, "ipv6_cidr_blocks": ["10.0.0.0/8"] },
            { "protocol": "icmp" },
        ]));
        let paths: Vec<_> = wrong.validate("ingress").into_iter().map(|p| p.path).collect();
        let expected = [
            "ingress.0.from_port",
            "ingress.1.from_port",
            "ingress.2.to_port",
            "ingress.2.ipv6_cidr_blocks.0",
            "ingress.3",
        ];
        assert_eq!(paths, expected);
    }

    #[test]
    fn one_rule_has_one_description() {
        let rule = |note: &str| json!({ "protocol": "all", "cidr_blocks": ["10.0.0.0/8"], "description": note });
        assert_eq!(rules(json!([rule("a"), rule("b")])).validate("egress")[0].path, "egress.1");
        assert_eq!(rules(json!([rule("a"), rule("a")])).validate("egress"), []);
    }
}
