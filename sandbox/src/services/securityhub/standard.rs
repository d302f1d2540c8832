//! Standards: which there are, and which of them the hub holds the account to.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use super::state::hub;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

/// How long AWS takes to enable a standard.
pub(super) const TYPICAL: Duration = Duration::from_secs(60);
const PAGE: usize = 100;

/// AWS's standards: the end of the ARN, the name, and whether a new hub has it.
const STANDARDS: [(&str, &str, bool); 8] = [
    (
        "standards/aws-foundational-security-best-practices/v/1.0.0",
        "AWS Foundational Security Best Practices v1.0.0",
        true,
    ),
    (
        "standards/aws-resource-tagging-standard/v/1.0.0",
        "AWS Resource Tagging Standard v1.0.0",
        false,
    ),
    (CIS_1_2, "CIS AWS Foundations Benchmark v1.2.0", true),
    (
        "standards/cis-aws-foundations-benchmark/v/1.4.0",
        "CIS AWS Foundations Benchmark v1.4.0",
        false,
    ),
    (
        "standards/cis-aws-foundations-benchmark/v/3.0.0",
        "CIS AWS Foundations Benchmark v3.0.0",
        false,
    ),
    (
        "standards/cis-aws-foundations-benchmark/v/5.0.0",
        "CIS AWS Foundations Benchmark v5.0.0",
        false,
    ),
    ("standards/nist-800-53/v/5.0.0", "NIST Special Publication 800-53 Revision 5", false),
    ("standards/pci-dss/v/4.0.1", "PCI DSS v4.0.1", false),
];
/// The oldest standard, which alone has an ARN without a region.
const CIS_1_2: &str = "ruleset/cis-aws-foundations-benchmark/v/1.2.0";

fn arn(region: &str, suffix: &str) -> String {
    let region = if suffix == CIS_1_2 { "" } else { region };
    format!("arn:aws:securityhub:{region}::{suffix}")
}

/// The standards that a new hub has.
pub(super) fn defaults(region: &str) -> impl Iterator<Item = String> {
    STANDARDS.iter().filter(|(.., is_default)| *is_default).map(|(end, ..)| arn(region, end))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// Which standards there are.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    hub(call)?;
    let region = call.region;
    let mut all: Vec<_> =
        STANDARDS.iter().map(|(end, name, usual)| (arn(region, end), name, usual)).collect();
    all.sort();
    let limit = request.max_results.unwrap_or(PAGE);
    let page = page(all, request.next_token.as_deref(), limit, |(arn, ..)| arn.clone())
        .map_err(errors::invalid_token)?;
    let view = |(arn, name, usual): (String, &&str, &bool)| {
        json!({
            "StandardsArn": arn,
            "Name": name,
            "Description": format!("The controls of {name}."),
            "EnabledByDefault": usual,
            "StandardsManagedBy": { "Company": "AWS", "Product": "Security Hub" },
        })
    };
    let views: Vec<Value> = page.items.into_iter().map(view).collect();
    Ok(json!({ "Standards": views, "NextToken": page.next }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EnableRequest {
    standards_subscription_requests: Vec<Subscription>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Subscription {
    standards_arn: String,
}

/// Enables standards; one that is enabled already stays as it is.
pub(super) fn enable(call: &mut Call<'_>, request: EnableRequest) -> Result<Value, Fault> {
    hub(call)?;
    let region = call.region;
    let arns: Vec<String> =
        request.standards_subscription_requests.into_iter().map(|it| it.standards_arn).collect();
    let is_known = |wanted: &str| STANDARDS.iter().any(|(end, ..)| arn(region, end) == wanted);
    if let Some(foreign) = arns.iter().find(|wanted| !is_known(wanted)) {
        return Err(errors::invalid(format!("Invalid StandardsArn: {foreign}")));
    }
    let due = call.clock.after(TYPICAL);
    for arn in &arns {
        hub(call)?.standards.entry(arn.clone()).or_insert(due);
    }
    let views: Result<Vec<Value>, Fault> = arns.iter().map(|arn| view(call, arn)).collect();
    Ok(json!({ "StandardsSubscriptions": views? }))
}

/// The ARN of the account's subscription to a standard.
fn subscription(call: &Call<'_>, standard: &str) -> String {
    let end = standard.rsplit(':').next().unwrap_or_default();
    let name = end.split_once('/').map_or(end, |(_, name)| name);
    call.arn("securityhub", &format!("subscription/{name}"))
}

/// A subscription. AWS: controls need AWS Config's records, so that without them it is incomplete.
fn view(call: &mut Call<'_>, standard: &str) -> Result<Value, Fault> {
    let arn = subscription(call, standard);
    let now = call.clock.now;
    let is_due = hub(call)?.standards.get(standard).is_some_and(|due| now >= *due);
    let is_recorded = call.region().config.is_recording();
    let (status, reason) = match (is_due, is_recorded) {
        (false, _) => ("PENDING", None),
        (true, true) => ("READY", None),
        (true, false) => ("INCOMPLETE", Some("NO_AVAILABLE_CONFIGURATION_RECORDER")),
    };
    Ok(json!({
        "StandardsSubscriptionArn": arn,
        "StandardsArn": standard,
        "StandardsInput": {},
        "StandardsStatus": status,
        "StandardsControlsUpdatable":
            if is_due { "READY_FOR_UPDATES" } else { "NOT_READY_FOR_UPDATES" },
        "StandardsStatusReason": reason.map(|code| json!({ "StatusReasonCode": code })),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EnabledRequest {
    #[serde(default)]
    standards_subscription_arns: Vec<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// The enabled standards, or those of these subscriptions.
pub(super) fn enabled(call: &mut Call<'_>, request: EnabledRequest) -> Result<Value, Fault> {
    let mut standards: Vec<String> = hub(call)?.standards.keys().cloned().collect();
    let wanted = &request.standards_subscription_arns;
    standards.retain(|it| wanted.is_empty() || wanted.contains(&subscription(call, it)));
    let limit = request.max_results.unwrap_or(PAGE);
    let page = page(standards, request.next_token.as_deref(), limit, String::clone)
        .map_err(errors::invalid_token)?;
    let views: Result<Vec<Value>, Fault> = page.items.iter().map(|it| view(call, it)).collect();
    Ok(json!({ "StandardsSubscriptions": views?, "NextToken": page.next }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DisableRequest {
    standards_subscription_arns: Vec<String>,
}

/// Disables standards; each is shown once more, as it goes.
pub(super) fn disable(call: &mut Call<'_>, request: DisableRequest) -> Result<Value, Fault> {
    let enabled: Vec<String> = hub(call)?.standards.keys().cloned().collect();
    let mut gone = Vec::new();
    for wanted in &request.standards_subscription_arns {
        let found = enabled.iter().find(|standard| subscription(call, standard) == *wanted);
        let standard = found.ok_or_else(|| {
            errors::invalid(format!("Invalid StandardsSubscriptionArn: {wanted}"))
        })?;
        let mut view = view(call, standard)?;
        view["StandardsStatus"] = json!("DELETING");
        view["StandardsStatusReason"] = Value::Null;
        gone.push((standard, view));
    }
    for (standard, _) in &gone {
        hub(call)?.standards.remove(*standard);
    }
    let views: Vec<Value> = gone.into_iter().map(|(_, view)| view).collect();
    Ok(json!({ "StandardsSubscriptions": views }))
}
