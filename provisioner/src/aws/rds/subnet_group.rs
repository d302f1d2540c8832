//! `rds.subnet_group`: the subnets that databases may live in.

use std::collections::BTreeSet;

use aws_sdk_rds::types as rds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{completed, described, list_tags, owned, sync_tags, to_tags};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A group of subnets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubnetGroup {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[a-z0-9._ -]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for. Default: the address.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The subnets, in at least two availability zones of one VPC.
    #[schemars(length(min = 2))]
    pub subnet_ids: BTreeSet<String>,
    /// The VPC of the subnets, to notice when they are those of another, where neither the group
    /// nor what is in it can move to. A change replaces. Default: not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The VPC of its subnets.
    pub vpc_id: String,
}

impl Resource for SubnetGroup {
    const KIND: &'static str = "rds.subnet_group";
    const TRAITS: Traits = Traits {
        immutable: &["name", "vpc_id"],
        compare: &[("subnet_ids", Compare::Set)],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let name = rds::DbSubnetGroup::db_subnet_group_name;
        let groups = described(ids, name, |name| describe(cx, name)).await?;
        completed(groups, |group| live(cx, group)).await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = Id(self.name(owner));
        let found = Self::read(cx, std::slice::from_ref(&name)).await?;
        let ours = |live: &Live<Self>| live.tags.as_ref().is_some_and(|tags| owner.owns(tags));
        Ok(found.into_iter().flatten().filter(ours).map(|_| name.clone()).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let description = self.description.clone().unwrap_or_else(|| owner.address.to_string());
        let answer = cx
            .clients
            .rds()
            .create_db_subnet_group()
            .db_subnet_group_name(&name)
            .db_subnet_group_description(description)
            .set_subnet_ids(Some(self.subnet_ids()))
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        let (operation, member) = ("rds:CreateDBSubnetGroup", "DBSubnetGroup");
        let group = answer.db_subnet_group.ok_or_else(|| Error::missing(operation, member))?;
        Ok(Created::ready(name, outputs(&group)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has_any(&["description", "subnet_ids"]) {
            cx.clients
                .rds()
                .modify_db_subnet_group()
                .db_subnet_group_name(id.as_str())
                .set_db_subnet_group_description(self.description.clone())
                .set_subnet_ids(Some(self.subnet_ids()))
                .send()
                .await?;
        }
        sync_tags(cx, &format!("subgrp:{id}"), &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.rds().delete_db_subnet_group().db_subnet_group_name(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl SubnetGroup {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(255))
    }

    fn subnet_ids(&self) -> Vec<String> {
        self.subnet_ids.iter().cloned().collect()
    }
}

async fn describe(cx: &Context, name: Option<String>) -> Result<Vec<rds::DbSubnetGroup>> {
    let request = cx.clients.rds().describe_db_subnet_groups().set_db_subnet_group_name(name);
    let groups = request.into_paginator().items().send().collect::<Result<_, _>>().await?;
    Ok(groups)
}

async fn live(cx: &Context, group: rds::DbSubnetGroup) -> Result<Live<SubnetGroup>> {
    let outputs = outputs(&group);
    let tags = list_tags(cx, &outputs.arn).await?;
    let subnets = group.subnets().iter().filter_map(|subnet| owned(subnet.subnet_identifier()));
    let spec = SubnetGroup {
        name: Some(outputs.name.clone()),
        description: owned(group.db_subnet_group_description()),
        subnet_ids: subnets.collect(),
        vpc_id: Some(outputs.vpc_id.clone()),
    };
    Ok(Live { spec, outputs, tags: Some(tags), status: Status::Ready })
}

fn outputs(group: &rds::DbSubnetGroup) -> Outputs {
    Outputs {
        name: owned(group.db_subnet_group_name()).unwrap_or_default(),
        arn: owned(group.db_subnet_group_arn()).unwrap_or_default(),
        vpc_id: owned(group.vpc_id()).unwrap_or_default(),
    }
}
