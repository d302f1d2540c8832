//! `ec2.security_group`: what may talk to what, with its rules.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{IpPermission, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::security_group_rule::{self as rule, Rule};
use super::{
    by_id, filter, gone, interfaces_in, ownership_filters, sync_tags, tag_specification, tags,
    text_of,
};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// The longest name that AWS takes.
const NAME_LIMIT: usize = 255;

/// A security group with all its rules: rules that are not written here are revoked, in a
/// direction that is written at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// The VPC. A change replaces.
    pub vpc_id: String,
    /// Its name, unique in the VPC. Default made from the environment and the address. A change
    /// replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255))]
    pub name: Option<String>,
    /// What it is for. A change replaces.
    #[schemars(length(min = 1, max = 255))]
    pub description: String,
    /// What may come in. Left out, rules made by others stay; `[]` is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingress: Option<Vec<Rule>>,
    /// What may go out. Left out, AWS's default stays (everything may); `[]` is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<Vec<Rule>>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `sg-…`
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Resource for SecurityGroup {
    const KIND: &'static str = "ec2.security_group";
    const TRAITS: Traits = Traits {
        immutable: &["vpc_id", "name", "description"],
        compare: &[
            ("ingress", Compare::Set),
            ("egress", Compare::Set),
            ("ingress.*.cidr_blocks", Compare::Set),
            ("ingress.*.ipv6_cidr_blocks", Compare::Set),
            ("ingress.*.security_groups", Compare::Set),
            ("ingress.*.prefix_list_ids", Compare::Set),
            ("egress.*.cidr_blocks", Compare::Set),
            ("egress.*.ipv6_cidr_blocks", Compare::Set),
            ("egress.*.security_groups", Compare::Set),
            ("egress.*.prefix_list_ids", Compare::Set),
        ],
        clearable: &["ingress"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let of = |direction: &'static str, rules: &Option<Vec<Rule>>| {
            let rules = rules.iter().flatten().enumerate();
            rules
                .flat_map(|(index, rule)| rule.problems(&format!("{direction}.{index}")))
                .collect::<Vec<_>>()
        };
        of("ingress", &self.ingress).into_iter().chain(of("egress", &self.egress)).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let request = cx
            .clients
            .ec2()
            .describe_security_groups()
            .filters(filter("group-id", ids.iter().map(Id::as_str)))
            .into_paginator()
            .items();
        let found: Vec<_> = request.send().collect::<Result<_, _>>().await?;
        by_id(ids, found.iter().map(live), |outputs| &outputs.id)
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let filters = Some(ownership_filters(owner));
        let request = cx.clients.ec2().describe_security_groups().set_filters(filters);
        let answer = request.send().await?;
        Ok(answer
            .security_groups()
            .iter()
            .filter_map(|group| group.group_id().map(Id::from))
            .collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name.clone().unwrap_or_else(|| owner.name(NAME_LIMIT));
        let answer = cx
            .clients
            .ec2()
            .create_security_group()
            .vpc_id(&self.vpc_id)
            .group_name(&name)
            .description(&self.description)
            .tag_specifications(tag_specification(ResourceType::SecurityGroup, owner))
            .send()
            .await?;
        let id = text_of(answer.group_id(), "ec2:CreateSecurityGroup", "GroupId")?;
        self.sync_rules(cx, &id, &[], &[rule::everything()]).await?;
        Ok(Created::ready(id.clone(), Outputs { id, name }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has_any(&["ingress", "egress"]) {
            let rules = |rules: &Option<Vec<Rule>>| rules.clone().unwrap_or_default();
            let (ingress, egress) = (rules(&change.before.ingress), rules(&change.before.egress));
            // Ingress that left the YAML is cleared: see `TRAITS`.
            let wanted = match change.has("ingress") {
                true => Self { ingress: Some(rules(&self.ingress)), ..self.clone() },
                false => self.clone(),
            };
            wanted.sync_rules(cx, id.as_str(), &ingress, &egress).await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        gone(cx.clients.ec2().delete_security_group().group_id(id.as_str()).send().await)
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        interfaces_in(cx, "group-id", id).await
    }
}

/// Which way a rule lets packets go.
#[derive(Debug, Clone, Copy)]
enum Direction {
    Ingress,
    Egress,
}

impl SecurityGroup {
    /// Allows what is missing, then revokes what is too much, so that nothing that stays allowed
    /// is cut off on the way.
    async fn sync_rules(
        &self,
        cx: &Context,
        id: &str,
        ingress: &[Rule],
        egress: &[Rule],
    ) -> Result<()> {
        let directions = [
            (Direction::Ingress, &self.ingress, ingress),
            (Direction::Egress, &self.egress, egress),
        ];
        for (direction, wanted, live) in directions {
            let Some(wanted) = wanted else { continue };
            let (wanted, live) = (rule::atoms(wanted, id), rule::atoms(live, id));
            let missing = rule::permissions(wanted.difference(&live));
            let too_much = rule::permissions(live.difference(&wanted));
            if !missing.is_empty() {
                allow(cx, id, direction, missing).await?;
            }
            if !too_much.is_empty() {
                revoke(cx, id, direction, too_much).await?;
            }
        }
        Ok(())
    }
}

/// That a rule is there already, from an attempt whose answer was lost, is fine: AWS refuses the
/// whole call then, so the rules go one by one.
async fn allow(
    cx: &Context,
    id: &str,
    direction: Direction,
    permissions: Vec<IpPermission>,
) -> Result<()> {
    match authorize(cx, id, direction, permissions.clone()).await {
        Err(error) if error.is_already_exists() => {}
        result => return result,
    }
    for permission in permissions.into_iter().flat_map(rule::singly) {
        match authorize(cx, id, direction, vec![permission]).await {
            Err(error) if !error.is_already_exists() => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

async fn authorize(
    cx: &Context,
    id: &str,
    direction: Direction,
    permissions: Vec<IpPermission>,
) -> Result<()> {
    let ec2 = cx.clients.ec2();
    let permissions = Some(permissions);
    match direction {
        Direction::Ingress => {
            let request = ec2.authorize_security_group_ingress().group_id(id);
            request.set_ip_permissions(permissions).send().await?;
        }
        Direction::Egress => {
            let request = ec2.authorize_security_group_egress().group_id(id);
            request.set_ip_permissions(permissions).send().await?;
        }
    }
    Ok(())
}

async fn revoke(
    cx: &Context,
    id: &str,
    direction: Direction,
    permissions: Vec<IpPermission>,
) -> Result<()> {
    let ec2 = cx.clients.ec2();
    let permissions = Some(permissions);
    let result = match direction {
        Direction::Ingress => {
            let request = ec2.revoke_security_group_ingress().group_id(id);
            request.set_ip_permissions(permissions).send().await.map(drop).map_err(Error::from)
        }
        Direction::Egress => {
            let request = ec2.revoke_security_group_egress().group_id(id);
            request.set_ip_permissions(permissions).send().await.map(drop).map_err(Error::from)
        }
    };
    Error::optional(result).map(drop)
}

fn live(group: &ec2::SecurityGroup) -> Result<Live<SecurityGroup>> {
    let of = |value, member| text_of(value, "ec2:DescribeSecurityGroups", member);
    let (id, name) = (of(group.group_id(), "GroupId")?, of(group.group_name(), "GroupName")?);
    Ok(Live {
        spec: SecurityGroup {
            vpc_id: of(group.vpc_id(), "VpcId")?,
            name: Some(name.clone()),
            description: group.description().unwrap_or_default().to_owned(),
            ingress: Some(rule::rules(group.ip_permissions(), &id)),
            egress: Some(rule::rules(group.ip_permissions_egress(), &id)),
        },
        tags: Some(tags(group.tags())),
        status: Status::Ready,
        outputs: Outputs { id, name },
    })
}
