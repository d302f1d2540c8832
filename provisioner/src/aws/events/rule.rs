//! `events.rule`: which events of a bus are told to whom, or what is told again and again.

use std::collections::BTreeMap;

use aws_sdk_eventbridge::types::{RuleState, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target::Target;
use crate::aws::policy::Document;
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status,
    TagChange, Tags, Traits,
};

/// The bus that AWS's services tell what happens.
const DEFAULT_BUS: &str = "default";

/// A rule with its targets. EventBridge gives the tags of one rule a call: they are compared with
/// what was last applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 64), regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The bus whose events it looks at. Default `default`, which AWS's services use. A change
    /// replaces.
    #[schemars(length(min = 1, max = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_bus_name: Option<String>,
    /// What it is for. Default: nothing.
    #[schemars(length(max = 512))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Which events: a pattern. This or `schedule_expression`.
    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_pattern: Option<Document>,
    /// When, e.g. `rate(5 minutes)` or `cron(0 20 * * ? *)`; on the default bus alone.
    #[schemars(length(min = 1, max = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_expression: Option<String>,
    /// Whether it is on. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Who is told, by names of the rule's own: at most five.
    #[schemars(length(max = 5))]
    #[serde(default)]
    pub targets: BTreeMap<String, Target>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN, which policies of targets name.
    pub arn: String,
    /// Its name.
    pub name: String,
}

impl Resource for Rule {
    const KIND: &'static str = "events.rule";
    const TRAITS: Traits = Traits {
        immutable: &["name", "event_bus_name"],
        compare: &[
            ("event_pattern", Compare::Whole),
            ("targets", Compare::Whole),
            ("tags", Compare::WriteOnly),
        ],
        clearable: &["description"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.event_pattern.is_none() && self.schedule_expression.is_none() {
            let message =
                "A rule needs to know which events it looks at, or when it does something.";
            problems.push(
                Problem::at("", message).hint("add `event_pattern` or `schedule_expression`"),
            );
        }
        if self.schedule_expression.is_some() && self.bus() != DEFAULT_BUS {
            let message = "Only rules of the default bus do something at given times.";
            problems.push(Problem::at("schedule_expression", message));
        }
        for (name, target) in &self.targets {
            problems.extend(target.problem(name));
        }
        problems
    }

    /// The id is the bus and the name.
    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |id| async move {
            let (bus, name) = parts(id);
            read(cx, bus, name).await
        })
        .await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let (bus, name) = (self.bus(), self.name(owner));
        let arn = arn(cx, bus, &name);
        let request = cx.clients.events().list_tags_for_resource().resource_arn(arn);
        let answer = Error::optional(request.send().await.map_err(Error::from))?;
        let tags = answer.and_then(|answer| answer.tags).unwrap_or_default();
        let ours = owner.owns(&tags.into_iter().map(|tag| (tag.key, tag.value)).collect());
        Ok(ours.then(|| id(bus, &name)).into_iter().collect())
    }

    /// EventBridge puts a rule in the place of the one that has the name: it is looked first
    /// whether that is somebody else's.
    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let (bus, name) = (self.bus(), self.name(owner));
        let request = cx.clients.events().describe_rule().event_bus_name(bus).name(&name);
        let there = Error::optional(request.send().await.map_err(Error::from))?;
        if there.is_some() && self.find(cx, owner).await?.is_empty() {
            let message =
                format!("EventBridge would put it in the place of `{name}`, which is there");
            return Err(Error::with_code("ResourceAlreadyExists", message));
        }
        self.put(cx, &name, Some(&owner.tags)).await?;
        self.put_targets(cx, &name, &BTreeMap::new()).await?;
        let arn = arn(cx, bus, &name);
        Ok(Created::ready(id(bus, &name), Outputs { arn, name }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let (bus, name) = parts(id.as_str());
        let own = ["description", "event_pattern", "schedule_expression", "enabled"];
        if change.has_any(&own) {
            self.put(cx, name, None).await?;
        }
        if change.has("targets") {
            self.put_targets(cx, name, &change.before.targets).await?;
        }
        sync_tags(cx, &arn(cx, bus, name), &change.tags).await
    }

    /// A rule goes only without targets.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let (bus, name) = parts(id.as_str());
        let Some(live) = read(cx, bus, name).await? else { return Ok(Deleted::Gone) };
        remove_targets(cx, (bus, name), live.spec.targets.keys()).await?;
        let request = cx.clients.events().delete_rule().event_bus_name(bus).name(name);
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Rule {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(64))
    }

    fn bus(&self) -> &str {
        self.event_bus_name.as_deref().unwrap_or(DEFAULT_BUS)
    }

    async fn put(&self, cx: &Context, name: &str, tags: Option<&Tags>) -> Result<()> {
        let state = match self.enabled {
            Some(false) => RuleState::Disabled,
            _ => RuleState::Enabled,
        };
        let request = cx.clients.events().put_rule().event_bus_name(self.bus()).name(name);
        let request = request
            .state(state)
            .set_description(self.description.clone())
            .set_event_pattern(self.event_pattern.as_ref().map(Document::to_aws))
            .set_schedule_expression(self.schedule_expression.clone());
        // Tags of a rule that is there are not changed by this call, and may not be given.
        let request = match tags {
            Some(tags) => request.set_tags(Some(to_tags(tags)?)),
            None => request,
        };
        request.send().await?;
        Ok(())
    }

    /// Makes the targets what the rule says, and takes away those that it no longer has.
    async fn put_targets(
        &self,
        cx: &Context,
        name: &str,
        before: &BTreeMap<String, Target>,
    ) -> Result<()> {
        let gone = before.keys().filter(|id| !self.targets.contains_key(*id));
        remove_targets(cx, (self.bus(), name), gone).await?;
        if self.targets.is_empty() {
            return Ok(());
        }
        let targets = self.targets.iter().map(|(id, target)| target.to_aws(id));
        let request = cx.clients.events().put_targets().event_bus_name(self.bus()).rule(name);
        let answer = request.set_targets(Some(targets.collect::<Result<_>>()?)).send().await?;
        match answer.failed_entries().first() {
            None => Ok(()),
            Some(failed) => {
                let code = failed.error_code().unwrap_or("PutTargets");
                let id = failed.target_id().unwrap_or_default();
                let message = failed.error_message().unwrap_or_default();
                Err(Error::with_code(code, format!("the target `{id}`: {message}")))
            }
        }
    }
}

async fn read(cx: &Context, bus: &str, name: &str) -> Result<Option<Live<Rule>>> {
    let request = cx.clients.events().describe_rule().event_bus_name(bus).name(name);
    let Some(rule) = Error::optional(request.send().await.map_err(Error::from))? else {
        return Ok(None);
    };
    let (mut targets, mut token) = (BTreeMap::new(), None);
    loop {
        let request = cx.clients.events().list_targets_by_rule().event_bus_name(bus).rule(name);
        let page = request.set_next_token(token).send().await?;
        for target in page.targets.unwrap_or_default() {
            targets.insert(target.id.clone(), Target::from_aws(target));
        }
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    let spec = Rule {
        name: Some(name.to_owned()),
        event_bus_name: Some(bus.to_owned()),
        description: rule.description.filter(|text| !text.is_empty()),
        event_pattern: rule.event_pattern.as_deref().map(Document::from_aws),
        schedule_expression: rule.schedule_expression,
        enabled: Some(rule.state != Some(RuleState::Disabled)),
        targets,
    };
    let arn = rule.arn.unwrap_or_else(|| arn(cx, bus, name));
    let outputs = Outputs { arn, name: name.to_owned() };
    Ok(Some(Live { spec, outputs, tags: None, status: Status::Ready }))
}

async fn remove_targets<'a>(
    cx: &Context,
    (bus, name): (&str, &str),
    ids: impl Iterator<Item = &'a String>,
) -> Result<()> {
    let ids: Vec<String> = ids.cloned().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let request = cx.clients.events().remove_targets().event_bus_name(bus).rule(name);
    Error::optional(request.set_ids(Some(ids)).send().await.map_err(Error::from))?;
    Ok(())
}

fn id(bus: &str, name: &str) -> Id {
    Id(format!("{bus}|{name}"))
}

fn parts(id: &str) -> (&str, &str) {
    id.split_once('|').unwrap_or((DEFAULT_BUS, id))
}

/// Rules of the default bus have ARNs without it.
fn arn(cx: &Context, bus: &str, name: &str) -> String {
    match bus {
        DEFAULT_BUS => cx.arn("events", &format!("rule/{name}")),
        bus => cx.arn("events", &format!("rule/{bus}/{name}")),
    }
}

fn to_tags(tags: &Tags) -> Result<Vec<Tag>> {
    let tags = tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    Ok(tags.collect::<std::result::Result<_, _>>()?)
}

async fn sync_tags(cx: &Context, arn: &str, change: &TagChange) -> Result<()> {
    let events = cx.clients.events();
    if !change.set.is_empty() {
        let tags = Some(to_tags(&change.set)?);
        events.tag_resource().resource_arn(arn).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        events.untag_resource().resource_arn(arn).set_tag_keys(keys).send().await?;
    }
    Ok(())
}
