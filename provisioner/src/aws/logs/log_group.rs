//! `logs.log_group`: where CloudWatch keeps the lines that a service writes.
//!
//! AWS gives the tags of one log group a call, and a system may have a thousand: [`LogGroup::read`]
//! leaves them out, and they are compared with what was last applied. What somebody else does to
//! the tags is therefore not seen as drift.

use std::collections::HashMap;

use aws_sdk_cloudwatchlogs::types as logs;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::in_order;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status,
    TagChange, Traits,
};

/// How many names one DescribeLogGroups takes, and how many groups it gives.
const PAGE: usize = 50;

/// For how many days CloudWatch can keep log lines.
const RETENTION_DAYS: [i32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// A group of log streams with one retention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogGroup {
    /// Its name, e.g. `/vitality/dev/api`. Default: the environment's prefix and the address. A
    /// change replaces.
    #[schemars(length(min = 1, max = 512), regex(pattern = r"^[.\-_/#A-Za-z0-9]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For how many days lines are kept, one of CloudWatch's steps: 1, 3, 5, 7, 14, 30, 60, 90,
    /// 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653. Default:
    /// for ever.
    #[schemars(extend("enum" = RETENTION_DAYS))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_in_days: Option<i32>,
    /// The ARN of the KMS key that encrypts it; its policy must let CloudWatch Logs use it.
    /// Default: a key of CloudWatch's own. A change holds for new lines.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// What can be done with the lines, and what they cost. Default `STANDARD`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_group_class: Option<Class>,
    /// Whether AWS refuses to delete it. A deletion by `provision` switches it off first, where it
    /// was `provision` that had switched it on. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_protection_enabled: Option<bool>,
}

/// A log group's class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Class {
    /// Everything that CloudWatch Logs can do.
    Standard,
    /// Half the price of taking lines in; no metric filters, live tail or subscriptions.
    InfrequentAccess,
    /// For delivery to S3 and Firehose only: kept for two days, not searchable.
    Delivery,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN, without the `:*` that some policies want behind it.
    pub arn: String,
}

impl Resource for LogGroup {
    const KIND: &'static str = "logs.log_group";
    const TRAITS: Traits = Traits {
        immutable: &["name", "log_group_class"],
        compare: &[("tags", Compare::WriteOnly)],
        clearable: &["retention_in_days", "kms_key_id", "deletion_protection_enabled"],
        holds_data: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let delivery = self.log_group_class == Some(Class::Delivery);
        if delivery && self.retention_in_days.is_some() {
            return vec![
                Problem::at(
                    "retention_in_days",
                    "AWS keeps the lines of a log group of class DELIVERY for two days, whatever is set.",
                )
                .hint("leave retention_in_days out"),
            ];
        }
        Vec::new()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let groups = describe(cx, ids.iter().map(Id::as_str)).await?;
        let found = groups.iter().map(live).map(|live| Ok((live.outputs.name.clone(), live)));
        Ok(in_order(ids, found.collect::<Result<_>>()?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = self.name(owner);
        let tags = async {
            let request = cx.clients.logs().list_tags_for_resource().resource_arn(arn(cx, &name));
            Error::optional(request.send().await.map_err(Error::from))
        };
        let (groups, tags) =
            futures::try_join!(describe(cx, std::iter::once(name.as_str())), tags)?;
        let tags = tags.and_then(|answer| answer.tags).unwrap_or_default();
        let ours = owner.owns(&tags.into_iter().collect());
        let exists = groups.iter().any(|group| group.log_group_name() == Some(&name));
        Ok((exists && ours).then_some(Id(name)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        cx.clients
            .logs()
            .create_log_group()
            .log_group_name(&name)
            .set_kms_key_id(self.kms_key_id.clone())
            .set_log_group_class(self.log_group_class.map(|class| word(&class).as_str().into()))
            .set_deletion_protection_enabled(self.deletion_protection_enabled)
            .set_tags(Some(owner.tags.clone().into_iter().collect()))
            .send()
            .await?;
        if self.retention_in_days.is_some() {
            self.set_retention(cx, &name).await.map_err(Error::after_creation)?;
        }
        let outputs = Outputs { arn: arn(cx, &name), name: name.clone() };
        Ok(Created::ready(name, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.has("retention_in_days") {
            self.set_retention(cx, id.as_str()).await?;
        }
        if change.has("kms_key_id") {
            self.set_key(cx, id.as_str()).await?;
        }
        if change.has("deletion_protection_enabled") {
            let protect = self.deletion_protection_enabled.unwrap_or(false);
            set_protection(cx, id.as_str(), protect).await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    async fn loss(&self, _cx: &Context, _id: &Id) -> Result<Option<String>> {
        Ok(Some("its log lines go with it".to_owned()))
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if self.deletion_protection_enabled == Some(true) {
            Error::optional(set_protection(cx, id.as_str(), false).await)?;
        }
        let request = cx.clients.logs().delete_log_group().log_group_name(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl LogGroup {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(512))
    }

    async fn set_retention(&self, cx: &Context, name: &str) -> Result<()> {
        let logs = cx.clients.logs();
        match self.retention_in_days {
            Some(days) => {
                let request = logs.put_retention_policy().log_group_name(name);
                request.retention_in_days(days).send().await?;
            }
            None => {
                logs.delete_retention_policy().log_group_name(name).send().await?;
            }
        }
        Ok(())
    }

    async fn set_key(&self, cx: &Context, name: &str) -> Result<()> {
        let logs = cx.clients.logs();
        match &self.kms_key_id {
            Some(key) => {
                logs.associate_kms_key().log_group_name(name).kms_key_id(key).send().await?;
            }
            None => {
                logs.disassociate_kms_key().log_group_name(name).send().await?;
            }
        }
        Ok(())
    }
}

/// The log groups of these names, fifty a call. Whatever an answer shows counts: an endpoint that
/// does not know the filter gives all groups in pages, and is then not asked for each fifty again.
async fn describe<'a>(
    cx: &Context,
    names: impl Iterator<Item = &'a str>,
) -> Result<Vec<logs::LogGroup>> {
    let mut wanted: Vec<&str> = names.collect();
    let mut found = HashMap::new();
    while !wanted.is_empty() {
        let asked = wanted.split_off(wanted.len().saturating_sub(PAGE));
        let request = cx.clients.logs().describe_log_groups().limit(PAGE as i32);
        let request = request.set_log_group_identifiers(Some(owned(&asked)));
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            for group in page?.log_groups.unwrap_or_default() {
                let name = group.log_group_name().unwrap_or_default().to_owned();
                found.insert(name, group);
            }
        }
        wanted.retain(|name| !found.contains_key(*name));
    }
    Ok(found.into_values().collect())
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn live(group: &logs::LogGroup) -> Live<LogGroup> {
    let name = group.log_group_name().unwrap_or_default().to_owned();
    let arn = group.arn().unwrap_or_default();
    Live {
        spec: LogGroup {
            name: Some(name.clone()),
            retention_in_days: group.retention_in_days(),
            kms_key_id: group.kms_key_id().map(str::to_owned),
            log_group_class: group
                .log_group_class()
                .map_or(Some(Class::Standard), |class| from_word(class.as_str())),
            deletion_protection_enabled: group.deletion_protection_enabled().or(Some(false)),
        },
        outputs: Outputs { name, arn: arn.strip_suffix(":*").unwrap_or(arn).to_owned() },
        tags: None,
        status: Status::Ready,
    }
}

fn arn(cx: &Context, name: &str) -> String {
    cx.arn("logs", &format!("log-group:{name}"))
}

async fn set_protection(cx: &Context, name: &str, protect: bool) -> Result<()> {
    let request = cx.clients.logs().put_log_group_deletion_protection();
    let request = request.log_group_identifier(name).deletion_protection_enabled(protect);
    request.send().await?;
    Ok(())
}

async fn sync_tags(cx: &Context, id: &Id, change: &TagChange) -> Result<()> {
    let (logs, arn) = (cx.clients.logs(), arn(cx, id.as_str()));
    if !change.set.is_empty() {
        let tags = change.set.clone().into_iter().collect();
        logs.tag_resource().resource_arn(&arn).set_tags(Some(tags)).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        logs.untag_resource().resource_arn(&arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}
