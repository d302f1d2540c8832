//! `securityhub.standard`: a standard that Security Hub holds an account to.

use aws_sdk_securityhub::types as securityhub;
use aws_sdk_securityhub::types::{StandardsStatus, StandardsSubscription};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::aws::adopted::{LEFT, adopted, is_adopted, name, refuse_existing};
use crate::aws::{Context, Error, partition};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// An enabled standard; Security Hub must be on, and AWS Config should record. One that is enabled
/// already is adopted, and never disabled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standard {
    /// Which: `aws-foundational-security-best-practices/v/1.0.0`,
    /// `cis-aws-foundations-benchmark/v/5.0.0`, `nist-800-53/v/5.0.0`, `pci-dss/v/4.0.1`, or an ARN
    /// as `aws securityhub describe-standards` shows it. A change replaces.
    #[schemars(length(min = 1))]
    #[serde(deserialize_with = "short")]
    pub standard: String,
}

/// The form without what an ARN has of the account's partition and region.
fn short<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(shortened(&text).to_owned())
}

fn shortened(standard: &str) -> &str {
    let end = standard.rsplit(':').next().unwrap_or(standard);
    end.strip_prefix("standards/").unwrap_or(end)
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// The standard's ARN.
    pub arn: String,
    /// Why some of its controls can't be looked at, e.g. `NO_AVAILABLE_CONFIGURATION_RECORDER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete_because: Option<String>,
}

impl Resource for Standard {
    const KIND: &'static str = "securityhub.standard";
    const TRAITS: Traits = Traits {
        immutable: &["standard"],
        create_time: std::time::Duration::from_secs(60),
        delete_time: std::time::Duration::from_secs(60),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let enabled = enabled(cx).await?;
        let of = |id: &Id| enabled.iter().find(|it| it.standards_arn() == Some(name(id)));
        Ok(ids.iter().map(|id| of(id).map(|it| live(name(id), it))).collect())
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let arn = self.arn(cx);
        let there = subscription(cx, &arn).await?.is_some();
        Ok(there.then(|| adopted(&arn)).into_iter().collect())
    }

    /// AWS takes it well to be asked for what is enabled, or is being enabled; whose it is then
    /// nobody could tell.
    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        let arn = self.arn(cx);
        if subscription(cx, &arn).await?.is_some() {
            return refuse_existing("the standard");
        }
        let wanted = securityhub::StandardsSubscriptionRequest::builder().standards_arn(&arn);
        let request = cx.clients.securityhub().batch_enable_standards();
        request.standards_subscription_requests(wanted.build()).send().await?;
        Ok(Created::pending(arn))
    }

    async fn update(&self, _cx: &Context, _id: &Id, _change: &Change<Self>) -> Result<()> {
        Ok(())
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let found = subscription(cx, id.as_str()).await?;
        let Some(arn) = found.and_then(|it| it.standards_subscription_arn) else {
            return Ok(Deleted::Gone);
        };
        let request = cx.clients.securityhub().batch_disable_standards();
        let answer = request.standards_subscription_arns(arn).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Pending)
    }
}

impl Standard {
    /// CIS 1.2.0, the oldest, has an ARN without a region.
    fn arn(&self, cx: &Context) -> String {
        let (standard, partition) = (&self.standard, partition(&cx.region));
        if standard.starts_with("ruleset/") {
            format!("arn:{partition}:securityhub:::{standard}")
        } else {
            format!("arn:{partition}:securityhub:{}::standards/{standard}", cx.region)
        }
    }
}

/// The enabled standards; none where Security Hub is off.
async fn enabled(cx: &Context) -> Result<Vec<StandardsSubscription>> {
    let request = cx.clients.securityhub().get_enabled_standards();
    let pages = request.into_paginator().items().send().try_collect().await;
    Ok(Error::optional(pages.map_err(Error::from))?.unwrap_or_default())
}

async fn subscription(cx: &Context, standard: &str) -> Result<Option<StandardsSubscription>> {
    let found = enabled(cx).await?.into_iter().find(|it| it.standards_arn() == Some(standard));
    Ok(found)
}

fn live(arn: &str, subscription: &StandardsSubscription) -> Live<Standard> {
    let reason = subscription.standards_status_reason().and_then(|it| it.status_reason_code());
    let reason = reason.map(|code| code.as_str().to_owned());
    let word = subscription.standards_status().map_or("PENDING", |status| status.as_str());
    let status = match subscription.standards_status() {
        Some(StandardsStatus::Ready | StandardsStatus::Incomplete) => Status::Ready,
        Some(StandardsStatus::Failed) => {
            Status::Failed(reason.clone().unwrap_or_else(|| word.to_owned()))
        }
        _ => Status::Working(word.to_owned()),
    };
    let spec = Standard { standard: shortened(arn).to_owned() };
    let outputs = Outputs { arn: arn.to_owned(), incomplete_because: reason };
    Live { spec, outputs, tags: None, status }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_the_same_standard() {
        let long = "arn:aws:securityhub:eu-central-1::standards/nist-800-53/v/5.0.0";
        assert_eq!(shortened(long), "nist-800-53/v/5.0.0");
        assert_eq!(shortened("nist-800-53/v/5.0.0"), "nist-800-53/v/5.0.0");
        let oldest = "ruleset/cis-aws-foundations-benchmark/v/1.2.0";
        assert_eq!(shortened(&format!("arn:aws:securityhub:::{oldest}")), oldest);
    }
}
