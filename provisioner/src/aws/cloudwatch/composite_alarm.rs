//! `cloudwatch.composite_alarm`: what is wrong when other alarms say so together.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_cloudwatch::types::{self as cloudwatch, AlarmType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::alarm::{Outputs, arn};
use super::{is_ours, sync_tags, taken, to_tags};
use crate::aws::read::in_order;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// How many names one DescribeAlarms takes.
const PAGE: usize = 100;

/// An alarm on other alarms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeAlarm {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it means, and what to do. Default: nothing.
    #[schemars(length(max = 1024))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it is bad, e.g. `ALARM("slow") AND NOT ALARM("${deploys.name}")`.
    #[schemars(length(min = 1, max = 10240))]
    pub alarm_rule: String,
    /// Whether anything is told. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions_enabled: Option<bool>,
    /// The ARNs of who is told that it is bad. Default: nobody.
    #[schemars(length(max = 5), inner(regex(pattern = r"^arn:")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_actions: Option<BTreeSet<String>>,
    /// The ARNs of who is told that it is good again. Default: nobody.
    #[schemars(length(max = 5), inner(regex(pattern = r"^arn:")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok_actions: Option<BTreeSet<String>>,
}

impl Resource for CompositeAlarm {
    const KIND: &'static str = "cloudwatch.composite_alarm";
    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("alarm_actions", Compare::Set),
            ("ok_actions", Compare::Set),
            ("tags", Compare::WriteOnly),
        ],
        clearable: &["description", "alarm_actions", "ok_actions"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let mut found = HashMap::new();
        for page in ids.chunks(PAGE) {
            for alarm in describe(cx, page.iter().map(|id| id.0.clone()).collect()).await? {
                let live = live(&alarm);
                found.insert(live.outputs.name.clone(), live);
            }
        }
        Ok(in_order(ids, found))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = self.name(owner);
        let ours = is_ours(cx, &arn(cx, &name), owner).await?;
        Ok(ours.then_some(Id(name)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        if !describe(cx, vec![name.clone()]).await?.is_empty() {
            return Err(taken(&name));
        }
        self.put(cx, &name, Some(to_tags(&owner.tags))).await?;
        Ok(Created::ready(name.clone(), Outputs { arn: arn(cx, &name), name }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if !change.properties.is_empty() {
            self.completed(change).put(cx, id.as_str(), None).await?;
        }
        sync_tags(cx, &arn(cx, id.as_str()), &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.cloudwatch().delete_alarms().alarm_names(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl CompositeAlarm {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(255))
    }

    async fn put(
        &self,
        cx: &Context,
        name: &str,
        tags: Option<Vec<cloudwatch::Tag>>,
    ) -> Result<()> {
        let list =
            |set: &Option<BTreeSet<String>>| set.as_ref().map(|set| set.iter().cloned().collect());
        cx.clients
            .cloudwatch()
            .put_composite_alarm()
            .alarm_name(name)
            .alarm_rule(&self.alarm_rule)
            .set_alarm_description(self.description.clone())
            .set_actions_enabled(self.actions_enabled)
            .set_alarm_actions(list(&self.alarm_actions))
            .set_ok_actions(list(&self.ok_actions))
            .set_tags(tags)
            .send()
            .await?;
        Ok(())
    }

    /// The definition with what it leaves open as it is on AWS.
    fn completed(&self, change: &Change<Self>) -> Self {
        let (mut all, live) = (self.clone(), &change.before);
        let kept = |name: &str| !change.has(name);
        all.actions_enabled = all.actions_enabled.or(live.actions_enabled);
        all.description =
            all.description.or_else(|| live.description.clone().filter(|_| kept("description")));
        all.alarm_actions = all
            .alarm_actions
            .or_else(|| live.alarm_actions.clone().filter(|_| kept("alarm_actions")));
        all.ok_actions =
            all.ok_actions.or_else(|| live.ok_actions.clone().filter(|_| kept("ok_actions")));
        all
    }
}

async fn describe(cx: &Context, names: Vec<String>) -> Result<Vec<cloudwatch::CompositeAlarm>> {
    let request = cx.clients.cloudwatch().describe_alarms().set_alarm_names(Some(names));
    let answer = request.alarm_types(AlarmType::CompositeAlarm).send().await?;
    Ok(answer.composite_alarms.unwrap_or_default())
}

fn live(alarm: &cloudwatch::CompositeAlarm) -> Live<CompositeAlarm> {
    let name = alarm.alarm_name().unwrap_or_default().to_owned();
    let description = alarm.alarm_description().filter(|text| !text.is_empty());
    let spec = CompositeAlarm {
        name: Some(name.clone()),
        description: description.map(str::to_owned),
        alarm_rule: alarm.alarm_rule().unwrap_or_default().to_owned(),
        actions_enabled: alarm.actions_enabled(),
        alarm_actions: Some(alarm.alarm_actions().iter().cloned().collect()),
        ok_actions: Some(alarm.ok_actions().iter().cloned().collect()),
    };
    let outputs = Outputs { name, arn: alarm.alarm_arn().unwrap_or_default().to_owned() };
    Live { spec, outputs, tags: None, status: Status::Ready }
}
