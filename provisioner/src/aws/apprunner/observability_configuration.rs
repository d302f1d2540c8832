//! `apprunner.observability_configuration`: whither a service sends traces.

use aws_sdk_apprunner::types as apprunner;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{deleted, is_inactive, ours, owned, sync_tags, to_tags};
use crate::aws::read::one_by_one;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A revision of an observability configuration. It never changes: another setting is the next
/// revision of the same name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservabilityConfiguration {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 4, max = 32), regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who traces requests. Default: nobody. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace_vendor: Option<Vendor>,
}

/// Who traces requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Vendor {
    /// AWS X-Ray: App Runner runs a collector for OpenTelemetry beside each instance.
    #[serde(rename = "AWSXRAY")]
    XRay,
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

impl Resource for ObservabilityConfiguration {
    const KIND: &'static str = "apprunner.observability_configuration";
    const TRAITS: Traits = Traits {
        immutable: &["name", "trace_vendor"],
        compare: &[("tags", Compare::WriteOnly)],
        create_first: true,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| read_one(cx, arn)).await
    }

    /// The summaries don't tell which revisions are active: `read` does.
    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.apprunner().list_observability_configurations();
        let request = request.observability_configuration_name(self.name(owner)).latest_only(false);
        let pages = request.into_paginator().send().try_collect().await;
        let pages = Error::optional(pages.map_err(Error::from))?.unwrap_or_default();
        let listed =
            pages.into_iter().flat_map(|page| page.observability_configuration_summary_list);
        let arns = listed.filter_map(|one| one.observability_configuration_arn);
        let ids = ours(cx, owner, arns).await?;
        let there = Self::read(cx, &ids).await?;
        Ok(ids.into_iter().zip(there).filter_map(|(id, live)| live.map(|_| id)).collect())
    }

    /// Sent once: every call that arrives makes another revision.
    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let trace = self.trace_vendor.map(|vendor| {
            let vendor = word(&vendor).as_str().into();
            apprunner::TraceConfiguration::builder().vendor(vendor).build()
        });
        let answer = cx
            .clients
            .apprunner_once()
            .create_observability_configuration()
            .observability_configuration_name(self.name(owner))
            .set_trace_configuration(trace.transpose()?)
            .set_tags(Some(to_tags(&owner.tags)))
            .send()
            .await?;
        let made = answer.observability_configuration.ok_or_else(|| {
            let operation = "apprunner:CreateObservabilityConfiguration";
            Error::missing(operation, "ObservabilityConfiguration")
        })?;
        let outputs = outputs(&made);
        Ok(Created::ready(outputs.arn.clone(), outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.apprunner().delete_observability_configuration();
        let request = request.observability_configuration_arn(id.as_str());
        deleted(request.send().await.map_err(Error::from))
    }

    async fn blockers(cx: &Context, id: &Id) -> Result<Vec<String>> {
        super::users(cx, |service| {
            let used = service.observability_configuration();
            used.and_then(|used| used.observability_configuration_arn()) == Some(id.as_str())
        })
        .await
    }
}

impl ObservabilityConfiguration {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(32))
    }
}

async fn read_one(cx: &Context, arn: &str) -> Result<Option<Live<ObservabilityConfiguration>>> {
    let request = cx.clients.apprunner().describe_observability_configuration();
    let answer = request.observability_configuration_arn(arn).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    let found = answer.and_then(|answer| answer.observability_configuration);
    Ok(found
        .filter(|one| !is_inactive(one.status().map(|word| word.as_str())))
        .map(|one| live(&one)))
}

fn live(found: &apprunner::ObservabilityConfiguration) -> Live<ObservabilityConfiguration> {
    let trace = found.trace_configuration();
    Live {
        spec: ObservabilityConfiguration {
            name: owned(found.observability_configuration_name()),
            trace_vendor: trace.and_then(|trace| from_word(trace.vendor().as_str())),
        },
        outputs: outputs(found),
        tags: None,
        status: Status::Ready,
    }
}

fn outputs(found: &apprunner::ObservabilityConfiguration) -> Outputs {
    Outputs {
        arn: owned(found.observability_configuration_arn()).unwrap_or_default(),
        name: owned(found.observability_configuration_name()).unwrap_or_default(),
        revision: found.observability_configuration_revision(),
    }
}
