//! `ec2.default_security_group`: the group that AWS gives every VPC, and whatever is given no
//! other. It can't be deleted; closed, it lets nothing through.

use aws_sdk_ec2::types as ec2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::security_group::{Rules, SecurityGroup};
use super::{filter, sync_tags, tags};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Traits,
};

/// The rules of a VPC's default security group. They stay when this is deleted: the group goes with
/// its VPC.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultSecurityGroup {
    /// The VPC. A change replaces.
    pub vpc_id: String,
    /// What may come in. Default: nothing.
    #[serde(default)]
    pub ingress: Rules,
    /// What may go out. Default: nothing.
    #[serde(default)]
    pub egress: Rules,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `sg-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

impl Resource for DefaultSecurityGroup {
    const KIND: &'static str = "ec2.default_security_group";
    const TRAITS: Traits = Traits {
        immutable: &["vpc_id"],
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
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let rules = [("ingress", &self.ingress), ("egress", &self.egress)];
        rules.into_iter().flat_map(|(name, rules)| rules.validate(name)).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let groups = SecurityGroup::read(cx, ids).await?;
        Ok(groups.into_iter().map(|group| group.map(live)).collect())
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let group = of_vpc(cx, &self.vpc_id).await?;
        let ours = group.filter(|group| owner.owns(&tags(group.tags())));
        Ok(ours.and_then(|group| group.group_id).map(Id).into_iter().collect())
    }

    /// The group is there; its rules are changed when they have been seen.
    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        let group = of_vpc(cx, &self.vpc_id).await?.and_then(|group| group.group_id);
        let missing = || Error::invalid(format!("{} has no default security group", self.vpc_id));
        Ok(Created::unfinished(group.ok_or_else(missing)?))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let properties: Vec<String> =
            change.properties.iter().filter(|name| *name != "vpc_id").cloned().collect();
        if !properties.is_empty() {
            let before = change.before.as_group();
            let change = Change { before, properties, tags: Default::default() };
            self.as_group().update(cx, id, &change).await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, _cx: &Context, _id: &Id) -> Result<Deleted> {
        Ok(Deleted::Gone)
    }
}

impl DefaultSecurityGroup {
    fn as_group(&self) -> SecurityGroup {
        SecurityGroup {
            vpc_id: self.vpc_id.clone(),
            ingress: Some(self.ingress.clone()),
            egress: Some(self.egress.clone()),
            ..SecurityGroup::default()
        }
    }
}

fn live(group: Live<SecurityGroup>) -> Live<DefaultSecurityGroup> {
    let Live { spec, outputs, tags, status } = group;
    let spec = DefaultSecurityGroup {
        vpc_id: spec.vpc_id,
        ingress: spec.ingress.unwrap_or_default(),
        egress: spec.egress.unwrap_or_default(),
    };
    let outputs = Outputs { id: outputs.id, arn: outputs.arn };
    Live { spec, outputs, tags, status }
}

async fn of_vpc(cx: &Context, vpc: &str) -> Result<Option<ec2::SecurityGroup>> {
    let request = cx.clients.ec2().describe_security_groups();
    let request = request.filters(filter("vpc-id", [vpc]));
    let answer = request.filters(filter("group-name", ["default"])).send().await?;
    Ok(answer.security_groups.unwrap_or_default().into_iter().next())
}
