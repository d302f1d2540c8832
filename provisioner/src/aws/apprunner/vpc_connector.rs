//! `apprunner.vpc_connector`: the way of a service's outgoing connections into a VPC.

use std::collections::BTreeSet;

use aws_sdk_apprunner::types as apprunner;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{connector_of, deleted, is_inactive, ours, owned, sync_tags, to_tags};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// How many characters of a creation's token end a name, with their hyphen.
const SUFFIX: usize = 9;

/// A connector. AWS keeps one revision of a name, and that never changes: a connector with other
/// subnets has another name, and is there beside the old one while the services move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VpcConnector {
    /// What its name begins with; the rest is chosen at each creation. Default: the environment's
    /// prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 31), regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_prefix: Option<String>,
    /// The subnets, of one VPC, in which it has its network interfaces. A change replaces.
    #[schemars(length(min = 1), inner(regex(pattern = r"^subnet-")))]
    pub subnets: BTreeSet<String>,
    /// The security groups of its network interfaces. Default: the VPC's default group, which lets
    /// everything out. A change replaces.
    #[schemars(inner(regex(pattern = r"^sg-")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_groups: Option<BTreeSet<String>>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
}

impl Resource for VpcConnector {
    const KIND: &'static str = "apprunner.vpc_connector";
    const TRAITS: Traits = Traits {
        immutable: &["name_prefix", "subnets", "security_groups"],
        compare: &[
            ("subnets", Compare::Set),
            ("security_groups", Compare::Set),
            ("tags", Compare::WriteOnly),
        ],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| read_one(cx, arn)).await
    }

    /// Every connector with the beginning of the name that is the owner's: the engine knows those
    /// that it replaces.
    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let start = self.name_prefix(owner);
        let request = cx.clients.apprunner().list_vpc_connectors();
        let pages = request.into_paginator().send().try_collect().await?;
        let candidates = pages.into_iter().flat_map(|page| page.vpc_connectors).filter(|one| {
            let name = one.vpc_connector_name().unwrap_or_default();
            !is_inactive(one.status().map(|word| word.as_str())) && prefix_of(name) == start
        });
        ours(cx, owner, candidates.filter_map(|one| one.vpc_connector_arn)).await
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let groups = self.security_groups.as_ref();
        let answer = cx
            .clients
            .apprunner()
            .create_vpc_connector()
            .vpc_connector_name(self.name(owner))
            .set_subnets(Some(self.subnets.iter().cloned().collect()))
            .set_security_groups(groups.map(|groups| groups.iter().cloned().collect()))
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        let made = answer
            .vpc_connector
            .ok_or_else(|| Error::missing("apprunner:CreateVpcConnector", "VpcConnector"))?;
        let outputs = outputs(&made);
        Ok(Created::ready(outputs.arn.clone(), outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.apprunner().delete_vpc_connector();
        let request = request.vpc_connector_arn(id.as_str());
        deleted(request.send().await.map_err(Error::from))
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        super::users(cx, |service| {
            connector_of(service.network_configuration()) == Some(id.as_str())
        })
        .await
    }
}

impl VpcConnector {
    fn name_prefix(&self, owner: &Owner) -> String {
        self.name_prefix.clone().unwrap_or_else(|| owner.name(40 - SUFFIX))
    }

    /// The same for every attempt at one creation, so that a second one is refused.
    fn name(&self, owner: &Owner) -> String {
        let letters = owner.token.chars().filter(char::is_ascii_alphanumeric);
        let token: String = letters.take(SUFFIX - 1).collect();
        format!("{}-{token}", self.name_prefix(owner))
    }
}

/// The beginning of a name that was made from one; any other name as it is.
fn prefix_of(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((prefix, token)) if token.len() == SUFFIX - 1 => prefix,
        _ => name,
    }
}

async fn read_one(cx: &Context, arn: &str) -> Result<Option<Live<VpcConnector>>> {
    let request = cx.clients.apprunner().describe_vpc_connector().vpc_connector_arn(arn);
    let answer = Error::optional(request.send().await.map_err(Error::from))?;
    let found = answer.and_then(|answer| answer.vpc_connector);
    Ok(found
        .filter(|one| !is_inactive(one.status().map(|word| word.as_str())))
        .map(|one| live(&one)))
}

fn live(found: &apprunner::VpcConnector) -> Live<VpcConnector> {
    Live {
        spec: VpcConnector {
            name_prefix: found.vpc_connector_name().map(|name| prefix_of(name).to_owned()),
            subnets: found.subnets().iter().cloned().collect(),
            security_groups: Some(found.security_groups().iter().cloned().collect()),
        },
        outputs: outputs(found),
        tags: None,
        status: Status::Ready,
    }
}

fn outputs(found: &apprunner::VpcConnector) -> Outputs {
    Outputs {
        arn: owned(found.vpc_connector_arn()).unwrap_or_default(),
        name: owned(found.vpc_connector_name()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_beginning_and_a_part_of_the_token() {
        let connector = VpcConnector {
            name_prefix: Some("api".to_owned()),
            subnets: BTreeSet::from(["subnet-1".to_owned()]),
            security_groups: None,
        };
        let owner = Owner {
            address: "api.main".parse().unwrap(),
            prefix: "dev".to_owned(),
            token: "01234567-89ab-cdef-0123-456789abcdef".to_owned(),
            tags: Default::default(),
        };
        assert_eq!(connector.name(&owner), "api-01234567");
        assert_eq!(prefix_of("api-01234567"), "api");
        assert_eq!(prefix_of("made-by-hand"), "made-by-hand");
        let longest = VpcConnector { name_prefix: None, ..connector };
        let owner = Owner { prefix: "x".repeat(60), ..owner };
        assert_eq!(longest.name(&owner).len(), 40);
    }
}
