//! `ec2.security_group`: who may reach what bears it, and whom that may reach.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::ResourceType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{describe, filter, network_interface, owned, ownership_filters};
use super::{sync_tags, tag_specification, tags, text_of};
use crate::aws::read::in_order;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

mod rule;
mod sync;

pub use rule::{Rule, Rules};
use sync::Direction;

/// The length that AWS allows to a name.
const NAME: usize = 255;
/// The length of the part that makes a name of ours unique.
const UNIQUE: usize = 8;

/// A security group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// The VPC that it is in. A change replaces.
    pub vpc_id: String,
    /// Its name, unique in the VPC; not `default`, and not beginning with `sg-`. Default: the
    /// environment's prefix, the address, and a part that differs from one group to the next, so
    /// that a group can be replaced before the old one is deleted. A group with a name of its own
    /// can be replaced only together with the name. A change replaces.
    #[schemars(
        length(min = 1, max = 255),
        regex(pattern = r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+$")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for. Default: `Managed by provision`. A change replaces.
    #[schemars(
        length(min = 1, max = 255),
        regex(pattern = r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]+$")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who may reach what bears the group. The rules that AWS has are made exactly these. Default:
    /// nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Rules>,
    /// Whom what bears the group may reach. The rules that AWS has are made exactly these; `[]` is
    /// nobody. Default: everybody, as AWS gives it to a new group; taken out of the YAML, the rules
    /// stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<Rules>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `sg-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
}

impl Resource for SecurityGroup {
    const KIND: &'static str = "ec2.security_group";
    const TRAITS: Traits = Traits {
        immutable: &["vpc_id", "name", "description"],
        compare: &[
            ("ingress", Compare::Set),
            ("ingress.*.cidr_blocks", Compare::Set),
            ("ingress.*.ipv6_cidr_blocks", Compare::Set),
            ("ingress.*.security_groups", Compare::Set),
            ("ingress.*.prefix_list_ids", Compare::Set),
            ("egress", Compare::Set),
            ("egress.*.cidr_blocks", Compare::Set),
            ("egress.*.ipv6_cidr_blocks", Compare::Set),
            ("egress.*.security_groups", Compare::Set),
            ("egress.*.prefix_list_ids", Compare::Set),
        ],
        clearable: &["ingress"],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let name = self.name.as_deref().unwrap_or_default();
        let name = (name == "default" || name.starts_with("sg-")).then(|| {
            Problem::at("name", "AWS keeps `default` and names that begin with `sg-` for itself.")
        });
        let rules = [("ingress", &self.ingress), ("egress", &self.egress)];
        let rules = rules.into_iter().filter_map(|(name, rules)| Some((name, rules.as_ref()?)));
        let rules = rules.flat_map(|(name, rules)| rules.validate(name));
        name.into_iter().chain(rules).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let groups = describe("group-id", ids.iter().map(Id::as_str), |filter| {
            let request = cx.clients.ec2().describe_security_groups().filters(filter);
            request.into_paginator().items().send().try_collect()
        });
        let found = groups.await?.iter().map(|group| live(cx, group)).collect::<Result<_>>();
        Ok(in_order(ids, found?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_security_groups();
        let answer = request.set_filters(Some(ownership_filters(owner))).send().await?;
        let found = answer.security_groups().iter();
        Ok(owned(owner, found.map(|group| (group.group_id(), group.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name.clone().unwrap_or_else(|| unique_name(owner));
        let answer = cx
            .clients
            .ec2()
            .create_security_group()
            .vpc_id(&self.vpc_id)
            .group_name(&name)
            .description(self.description.as_deref().unwrap_or("Managed by provision"))
            .tag_specifications(tag_specification(ResourceType::SecurityGroup, owner))
            .send()
            .await?;
        let id = text_of(answer.group_id(), "ec2:CreateSecurityGroup", "GroupId")?;
        self.add_rules(cx, &id).await.map_err(Error::after_creation)?;
        // In a VPC with IPv6 a new group lets IPv6 out as well; only a look can tell.
        if self.egress.is_some() && !self.lets_all_out() {
            return Ok(Created::unfinished(id));
        }
        let outputs = outputs(cx, &id, &name);
        Ok(Created::ready(id, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let changed: Vec<Direction> = [Direction::Ingress, Direction::Egress]
            .into_iter()
            .filter(|direction| change.has(direction.property()))
            .collect();
        if !changed.is_empty() {
            self.sync_rules(cx, id, &change.before, &changed).await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let answer = cx.clients.ec2().delete_security_group().group_id(id.as_str()).send().await;
        match answer.map_err(Error::from) {
            Ok(_) => Ok(Deleted::Gone),
            Err(error) if error.is_not_found() => Ok(Deleted::Gone),
            Err(error) if error.is_dependency_violation() => {
                delete_leftovers(cx, id).await?;
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The network interfaces that bear it, and the other groups whose rules name it.
    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let (interfaces, ingress, egress) = futures::try_join!(
            network_interface::blockers(cx, filter("group-id", [id.as_str()])),
            groups_that_name(cx, id, "ip-permission.group-id"),
            groups_that_name(cx, id, "egress.ip-permission.group-id"),
        )?;
        let mut groups = [ingress, egress].concat();
        groups.sort();
        groups.dedup();
        Ok([interfaces, groups].concat())
    }
}

impl SecurityGroup {
    /// The rules in one direction; where none are given, those that AWS gives a new group.
    fn rules(&self, direction: Direction) -> Rules {
        match direction {
            Direction::Ingress => self.ingress.clone().unwrap_or_default(),
            Direction::Egress => self.egress.clone().unwrap_or_else(Rules::everybody),
        }
    }

    fn lets_all_out(&self) -> bool {
        self.rules(Direction::Egress) == Rules::everybody()
    }

    /// Brings a group that was made a moment ago to its rules.
    async fn add_rules(&self, cx: &Context, id: &str) -> Result<()> {
        let new = Self::default();
        for direction in [Direction::Ingress, Direction::Egress] {
            let difference = self.rules(direction).minus(&new.rules(direction));
            sync::apply(cx, id, direction, &difference).await?;
        }
        Ok(())
    }

    async fn sync_rules(
        &self,
        cx: &Context,
        id: &Id,
        before: &Self,
        directions: &[Direction],
    ) -> Result<()> {
        match self.change_rules(cx, id, before, directions).await {
            // An attempt whose answer was lost, or somebody's hand: what is there must be seen.
            Err(error) if error.is_already_exists() || error.is_not_found() => {
                let live = Self::read(cx, std::slice::from_ref(id)).await?.pop().flatten();
                self.change_rules(cx, id, &live.ok_or(error)?.spec, directions).await
            }
            result => result,
        }
    }

    async fn change_rules(
        &self,
        cx: &Context,
        id: &Id,
        before: &Self,
        directions: &[Direction],
    ) -> Result<()> {
        for direction in directions {
            let difference = self.rules(*direction).minus(&before.live_rules(*direction));
            sync::apply(cx, id.as_str(), *direction, &difference).await?;
        }
        Ok(())
    }

    /// The rules of a group as it was read, where absent means none.
    fn live_rules(&self, direction: Direction) -> Rules {
        match direction {
            Direction::Ingress => self.ingress.clone().unwrap_or_default(),
            Direction::Egress => self.egress.clone().unwrap_or_default(),
        }
    }
}

/// The same for every attempt at one creation, another for the next.
fn unique_name(owner: &Owner) -> String {
    let token = owner.token.chars().filter(char::is_ascii_alphanumeric).take(UNIQUE);
    format!("{}-{}", owner.name(NAME - UNIQUE - 1), token.collect::<String>())
}

/// Interfaces of the group's own environment that are attached to nothing any more.
async fn delete_leftovers(cx: &Context, id: &Id) -> Result<()> {
    let live = SecurityGroup::read(cx, std::slice::from_ref(id)).await?.pop().flatten();
    let tags = live.and_then(|live| live.tags).unwrap_or_default();
    match tags.get(Owner::ENVIRONMENT) {
        Some(environment) => {
            network_interface::delete_leftovers(cx, id.as_str(), environment).await
        }
        None => Ok(()),
    }
}

async fn groups_that_name(cx: &Context, id: &Id, name: &str) -> Result<Vec<String>> {
    let request = cx.clients.ec2().describe_security_groups().filters(filter(name, [id.as_str()]));
    let found = request.into_paginator().items().send().try_collect().await?;
    let others = found.iter().filter(|group| group.group_id() != Some(id.as_str()));
    let name = |group: &ec2::SecurityGroup| {
        let (id, name) = (group.group_id()?, group.group_name().unwrap_or_default());
        Some(format!("a rule of security group {id} ({name})"))
    };
    Ok(others.filter_map(name).collect())
}

fn live(cx: &Context, group: &ec2::SecurityGroup) -> Result<(String, Live<SecurityGroup>)> {
    let id = text_of(group.group_id(), "ec2:DescribeSecurityGroups", "GroupId")?;
    let name = group.group_name().unwrap_or_default();
    let rules = |permissions| Rules::from_aws(permissions, &id, group.owner_id());
    let live = Live {
        spec: SecurityGroup {
            vpc_id: group.vpc_id().unwrap_or_default().to_owned(),
            name: Some(name.to_owned()),
            description: group.description().map(str::to_owned),
            ingress: Some(rules(group.ip_permissions())),
            egress: Some(rules(group.ip_permissions_egress())),
        },
        outputs: outputs(cx, &id, name),
        tags: Some(tags(group.tags())),
        status: Status::Ready,
    };
    Ok((id, live))
}

fn outputs(cx: &Context, id: &str, name: &str) -> Outputs {
    let arn = cx.arn("ec2", &format!("security-group/{id}"));
    Outputs { id: id.to_owned(), arn, name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Tags;

    #[test]
    fn a_name_is_unique_to_a_creation_and_short_enough() {
        let owner = |token: &str, prefix: &str| Owner {
            address: "network.main.service".parse().unwrap(),
            prefix: prefix.into(),
            token: token.into(),
            tags: Tags::new(),
        };
        let name = unique_name(&owner("0f2c9a41-7b3d-4e5f", "vitality-dev"));
        assert_eq!(name, "vitality-dev-network-main-service-0f2c9a41");
        assert_eq!(unique_name(&owner("0f2c9a41-7b3d-4e5f", &"long".repeat(80))).len(), NAME);
    }

    #[test]
    fn names_of_aws_are_refused() {
        let named = |name: &str| SecurityGroup { name: Some(name.into()), ..Default::default() };
        assert_eq!(named("default").validate()[0].path, "name");
        assert_eq!(named("sg-web").validate()[0].path, "name");
        assert_eq!(named("web").validate(), []);
    }
}
