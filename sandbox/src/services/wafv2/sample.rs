//! The requests that a web ACL has seen lately.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;

/// A request that a web ACL has seen.
#[derive(Debug, Clone)]
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// The metrics of the rules that matched, or the web ACL's own where none ended it.
    pub metrics: Vec<String>,
    /// `ALLOW` or `BLOCK`.
    pub action: &'static str,
    /// The rule of a group that ended it.
    pub rule_within_group: Option<String>,
    /// The request, as AWS describes it.
    pub request: Value,
    /// The status that a block was answered with.
    pub status: Option<u16>,
    /// The labels that rules put on it.
    pub labels: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    web_acl_arn: String,
    rule_metric_name: String,
    time_window: Window,
    max_items: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Window {
    start_time: Timestamp,
    end_time: Timestamp,
}

/// The requests that a rule, or with the web ACL's metric the default action, has seen.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<Value, Fault> {
    let wafv2 = &call.region().wafv2;
    if !wafv2.has_web_acl(&request.web_acl_arn) {
        return Err(errors::nonexistent());
    }
    let Window { start_time, end_time } = request.time_window;
    let seen: Vec<&Sample> = wafv2
        .samples
        .get(&request.web_acl_arn)
        .into_iter()
        .flatten()
        .filter(|sample| (start_time..=end_time).contains(&sample.at))
        .collect();
    let metric = &request.rule_metric_name;
    let matching = seen.iter().filter(|it| metric == "ALL" || it.metrics.contains(metric));
    let views: Vec<Value> = matching.rev().take(request.max_items).map(|it| view(it)).collect();
    Ok(json!({
        "SampledRequests": views,
        "PopulationSize": seen.len(),
        "TimeWindow": { "StartTime": start_time, "EndTime": end_time },
    }))
}

fn view(sample: &Sample) -> Value {
    let labels: Vec<Value> = sample.labels.iter().map(|name| json!({ "Name": name })).collect();
    json!({
        "Request": sample.request,
        "Weight": 1,
        "Timestamp": sample.at,
        "Action": sample.action,
        "RuleNameWithinRuleGroup": sample.rule_within_group,
        "ResponseCodeSent": sample.status,
        "Labels": labels,
    })
}
