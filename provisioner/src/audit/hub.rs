//! What Security Hub says: whether it is on, to which standards, and its findings.
//!
//! A finding that is suppressed is no pass, and no finding at all is no pass either: AWS checks new
//! objects within a day.
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-standards-schedule.html>

use std::collections::BTreeMap;

use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::types::{
    AwsSecurityFinding, AwsSecurityFindingFilters, ControlStatus, RecordState,
    StandardsSubscription, StringFilter, StringFilterComparison,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws::{Context, Error};
use crate::resource::Result;

/// The findings of a page: the most that AWS gives.
const PAGE: i32 = 100;

/// Security Hub of the account and region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Hub {
    /// Its ARN.
    pub arn: String,
    /// The standards that the account is held to.
    pub standards: Vec<Standard>,
    /// Its active findings by resource: of its own controls, each as it stands.
    pub findings: BTreeMap<String, Vec<Finding>>,
}

/// A standard that is on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Standard {
    /// The end of its ARN, e.g. `aws-foundational-security-best-practices/v/1.0.0`.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `READY`, `PENDING`, `INCOMPLETE`, …
    pub status: String,
    /// Why it is not ready.
    pub reason: Option<String>,
    /// The controls of it that are switched off, each with the reason that was given.
    pub disabled: BTreeMap<String, String>,
}

/// What a control of Security Hub says of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The control, e.g. `RDS.7`.
    pub control: String,
    /// What it demands.
    pub title: String,
    /// `PASSED`, `FAILED`, `WARNING` or `NOT_AVAILABLE`.
    pub status: String,
    /// `CRITICAL` to `INFORMATIONAL`.
    pub severity: String,
    /// `NEW`, `NOTIFIED`, `RESOLVED` or `SUPPRESSED`.
    pub workflow: String,
    /// When it was last looked at.
    pub observed: Option<Timestamp>,
    /// Its id.
    pub id: String,
}

impl Finding {
    /// Whether it says that something is wrong, and nobody has put it aside.
    pub fn is_open(&self) -> bool {
        self.status == "FAILED" && self.workflow != "SUPPRESSED"
    }
}

/// Reads all of it; `None` where it is off.
///
/// # Errors
/// When AWS refuses to tell.
pub async fn read(cx: &Context) -> Result<Option<Hub>> {
    let client = cx.clients.securityhub();
    let hub = client.describe_hub().send().await.map_err(Error::from);
    let hub = match hub {
        // AWS says either where it is off.
        Err(error) if error.is_not_found() || error.code() == Some("InvalidAccessException") => {
            return Ok(None);
        }
        hub => hub?,
    };
    Ok(Some(Hub {
        arn: hub.hub_arn.unwrap_or_default(),
        standards: standards(client).await?,
        findings: findings(cx, client).await?,
    }))
}

async fn standards(client: &Client) -> Result<Vec<Standard>> {
    let mut pages = client.get_enabled_standards().into_paginator().items().send();
    let mut standards = Vec::new();
    while let Some(subscription) = pages.next().await {
        let subscription = subscription?;
        let disabled = disabled(client, &subscription).await?;
        let arn = subscription.standards_arn.unwrap_or_default();
        let reason = subscription.standards_status_reason.and_then(|it| it.status_reason_code);
        standards.push(Standard {
            name: name(&arn).to_owned(),
            status: subscription
                .standards_status
                .map(|it| it.as_str().to_owned())
                .unwrap_or_default(),
            reason: reason.map(|code| code.as_str().to_owned()),
            disabled,
            arn,
        });
    }
    Ok(standards)
}

/// `arn:aws:securityhub:eu-west-1::standards/nist-800-53/v/5.0.0` is `nist-800-53/v/5.0.0`.
fn name(arn: &str) -> &str {
    let end = arn.rsplit(':').next().unwrap_or(arn);
    end.split_once('/').map_or(end, |(_, name)| name)
}

async fn disabled(
    client: &Client,
    subscription: &StandardsSubscription,
) -> Result<BTreeMap<String, String>> {
    let arn = subscription.standards_subscription_arn.clone().unwrap_or_default();
    let controls = client.describe_standards_controls().standards_subscription_arn(arn);
    let mut controls = controls.into_paginator().items().send();
    let mut disabled = BTreeMap::new();
    while let Some(control) = controls.next().await {
        let control = control?;
        if control.control_status == Some(ControlStatus::Disabled) {
            let reason = control.disabled_reason.unwrap_or_default();
            disabled.insert(control.control_id.unwrap_or_default(), reason);
        }
    }
    Ok(disabled)
}

/// The active findings of AWS's own controls, of this account and region.
async fn findings(cx: &Context, client: &Client) -> Result<BTreeMap<String, Vec<Finding>>> {
    let is = |value: &str| {
        StringFilter::builder().comparison(StringFilterComparison::Equals).value(value).build()
    };
    let filters = AwsSecurityFindingFilters::builder()
        .product_name(is("Security Hub"))
        .record_state(is(RecordState::Active.as_str()))
        .aws_account_id(is(&cx.account))
        .region(is(&cx.region))
        .build();
    let request = client.get_findings().filters(filters).max_results(PAGE);
    let mut pages = request.into_paginator().items().send();
    let mut findings: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    while let Some(found) = pages.next().await {
        let found = found?;
        let finding = finding(&found);
        for resource in found.resources.unwrap_or_default() {
            findings.entry(resource.id.unwrap_or_default()).or_default().push(finding.clone());
        }
    }
    findings.values_mut().for_each(|all| all.sort_by(|a, b| a.control.cmp(&b.control)));
    Ok(findings)
}

fn finding(found: &AwsSecurityFinding) -> Finding {
    let compliance = found.compliance();
    let word = |word: Option<&str>| word.unwrap_or_default().to_owned();
    Finding {
        control: word(compliance.and_then(|it| it.security_control_id())),
        title: word(found.title()),
        status: word(compliance.and_then(|it| it.status()).map(|it| it.as_str())),
        severity: word(found.severity().and_then(|it| it.label()).map(|it| it.as_str())),
        workflow: word(found.workflow().and_then(|it| it.status()).map(|it| it.as_str())),
        observed: found.last_observed_at().and_then(|time| time.parse().ok()),
        id: word(found.id()),
    }
}
