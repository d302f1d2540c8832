//! What a service of AWS's makes in its customer's VPC, and asks about it.

use crate::call::Ids;
use crate::services::tags::Tags;

use super::ip_permission::Entry;
use super::route::{Destination, Target};
use super::route_table::RouteTable;
use super::security_group::SecurityGroup;
use super::security_group_rule::{Peer, Ports, SecurityGroupRule};
use super::state::State;

/// Who may come into a group that a service makes.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// Everybody.
    Anywhere,
    /// The members of this group.
    Group(&'a str),
}

/// What a service says about the group that it wants.
#[derive(Debug, Clone, Copy)]
pub struct NewGroup<'a> {
    /// Unique in the VPC.
    pub name: &'a str,
    /// What it is for.
    pub description: &'a str,
    /// The VPC, which is there.
    pub vpc: &'a str,
    /// The port that may be reached.
    pub port: u16,
    /// From where.
    pub from: Source<'a>,
}

impl State {
    /// Makes a security group for a service of AWS's, out of which everything may go, and gives its
    /// id.
    pub fn open_group(&mut self, ids: &mut Ids, account: &str, wanted: NewGroup<'_>) -> String {
        let group = SecurityGroup {
            id: ids.ec2("sg"),
            name: wanted.name.to_owned(),
            description: wanted.description.to_owned(),
            vpc_id: wanted.vpc.to_owned(),
            tags: Tags::default(),
        };
        let id = group.id.clone();
        self.security_groups.insert(id.clone(), group);
        let peer = match wanted.from {
            Source::Anywhere => Peer::ANYWHERE,
            Source::Group(group) => Peer::group(group, account),
        };
        let port = i64::from(wanted.port);
        let ports = Ports { protocol: "tcp".to_owned(), from: port, to: port };
        let entry = Entry { ports, peer, description: None };
        let rules = [
            SecurityGroupRule::new(&id, false, entry, ids),
            SecurityGroupRule::all_traffic(&id, true, Peer::ANYWHERE, ids),
        ];
        self.security_group_rules.extend(rules.map(|rule| (rule.id.clone(), rule)));
        id
    }

    /// Deletes groups that a service has made, and what rules say of them.
    pub fn close_groups(&mut self, ids: &[String]) {
        self.security_groups.retain(|id, _| !ids.contains(id));
        self.security_group_rules.retain(|_, rule| {
            !ids.contains(&rule.group_id) && !ids.iter().any(|id| rule.peer.references(id))
        });
    }

    /// Whether a subnet is public: its route table leads to an internet gateway.
    pub fn is_public(&self, subnet: &str) -> bool {
        let Some(subnet) = self.subnets.get(subnet) else { return false };
        let has = |table: &RouteTable, own: Option<&str>| {
            table.associations.iter().any(|one| one.subnet_id.as_deref() == own)
        };
        let of_vpc = || self.route_tables.values().filter(|table| table.vpc_id == subnet.vpc_id);
        let own = of_vpc().find(|table| has(table, Some(&subnet.id)));
        let table = own.or_else(|| of_vpc().find(|table| has(table, None)));
        table.is_some_and(|table| {
            table.routes.iter().any(|route| {
                matches!(route.target, Target::InternetGateway(_))
                    && matches!(&route.destination, Destination::Ipv4(block) if block.prefix_len() == 0)
            })
        })
    }
}
