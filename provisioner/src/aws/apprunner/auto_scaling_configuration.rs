//! `apprunner.auto_scaling_configuration`: between how many instances a service moves, and why.

use aws_sdk_apprunner::types as apprunner;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{deleted, is_inactive, name_in, ours, owned, sync_tags, to_tags};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A revision of an auto scaling configuration. It never changes: another setting is the next
/// revision of the same name, which is made before the services leave the old one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AutoScalingConfiguration {
    /// Its name, of which AWS keeps five revisions. Default: the environment's prefix and the
    /// address. A change replaces.
    #[schemars(length(min = 4, max = 32), regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many instances there are at least, 1 (the default) to 25. A change replaces.
    #[schemars(range(min = 1, max = 25))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_size: Option<i32>,
    /// How many instances take requests at most, 1 to 25 (the default). A change replaces.
    #[schemars(range(min = 1, max = 25))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_size: Option<i32>,
    /// How many requests an instance works on at once before another instance is started, 1 to
    /// 200. Default 100. A change replaces.
    #[schemars(range(min = 1, max = 200))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<i32>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// The ARN of this revision.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Which revision of the name it is.
    pub revision: i32,
}

impl Resource for AutoScalingConfiguration {
    const KIND: &'static str = "apprunner.auto_scaling_configuration";
    const TRAITS: Traits = Traits {
        immutable: &["name", "min_size", "max_size", "max_concurrency"],
        compare: &[("tags", Compare::WriteOnly)],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let (min, max) = (self.min_size.unwrap_or(1), self.max_size.unwrap_or(25));
        if min <= max {
            return Vec::new();
        }
        let message = format!("There can't be at least {min} and at most {max} instances.");
        vec![Problem::at("min_size", message)]
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| read_one(cx, arn)).await
    }

    /// Every revision of the name that is the owner's: the engine knows those that it replaces.
    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.apprunner().list_auto_scaling_configurations();
        let request = request.auto_scaling_configuration_name(self.name(owner)).latest_only(false);
        let pages = request.into_paginator().send().try_collect().await;
        let pages = Error::optional(pages.map_err(Error::from))?.unwrap_or_default();
        let listed =
            pages.into_iter().flat_map(|page| page.auto_scaling_configuration_summary_list);
        let active = listed.filter(|one| !is_inactive(one.status().map(|word| word.as_str())));
        ours(cx, owner, active.filter_map(|one| one.auto_scaling_configuration_arn)).await
    }

    /// Sent once: every call that arrives makes another revision.
    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let answer = cx
            .clients
            .apprunner_once()
            .create_auto_scaling_configuration()
            .auto_scaling_configuration_name(self.name(owner))
            .set_min_size(self.min_size)
            .set_max_size(self.max_size)
            .set_max_concurrency(self.max_concurrency)
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        let made = answer.auto_scaling_configuration.ok_or_else(|| {
            let operation = "apprunner:CreateAutoScalingConfiguration";
            Error::missing(operation, "AutoScalingConfiguration")
        })?;
        let outputs = outputs(&made);
        Ok(Created::ready(outputs.arn.clone(), outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    /// This revision, and no other of its name.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.apprunner().delete_auto_scaling_configuration();
        let request = request.auto_scaling_configuration_arn(id.as_str());
        deleted(request.send().await.map_err(Error::from))
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        let request = cx.clients.apprunner().list_services_for_auto_scaling_configuration();
        let request = request.auto_scaling_configuration_arn(id.as_str());
        let pages = request.into_paginator().send().try_collect().await?;
        let arns = pages.into_iter().flat_map(|page| page.service_arn_list);
        Ok(arns.map(|arn| format!("the service {}", name_in(&arn))).collect())
    }
}

impl AutoScalingConfiguration {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(32))
    }
}

async fn read_one(cx: &Context, arn: &str) -> Result<Option<Live<AutoScalingConfiguration>>> {
    let request = cx.clients.apprunner().describe_auto_scaling_configuration();
    let answer = request.auto_scaling_configuration_arn(arn).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    let found = answer.and_then(|answer| answer.auto_scaling_configuration);
    Ok(found
        .filter(|one| !is_inactive(one.status().map(|word| word.as_str())))
        .map(|one| live(&one)))
}

fn live(found: &apprunner::AutoScalingConfiguration) -> Live<AutoScalingConfiguration> {
    Live {
        spec: AutoScalingConfiguration {
            name: owned(found.auto_scaling_configuration_name()),
            min_size: found.min_size(),
            max_size: found.max_size(),
            max_concurrency: found.max_concurrency(),
        },
        outputs: outputs(found),
        tags: None,
        status: Status::Ready,
    }
}

fn outputs(found: &apprunner::AutoScalingConfiguration) -> Outputs {
    Outputs {
        arn: owned(found.auto_scaling_configuration_arn()).unwrap_or_default(),
        name: owned(found.auto_scaling_configuration_name()).unwrap_or_default(),
        revision: found.auto_scaling_configuration_revision().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_no_fewer_at_most_than_at_least() {
        let of = |min_size, max_size| {
            let name = None;
            AutoScalingConfiguration { name, min_size, max_size, max_concurrency: None }.validate()
        };
        assert!(of(Some(2), Some(2)).is_empty() && of(None, None).is_empty());
        assert_eq!(of(Some(3), Some(2))[0].path, "min_size");
    }
}
