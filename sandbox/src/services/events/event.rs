//! Events: from callers and from AWS's services, to the rules that are for them.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::pattern::Pattern;
use super::state::{Rule, check_bus};
use super::target;
use crate::call::{Call, Ids};
use crate::fault::Fault;
use crate::world::Region;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    time: Option<Timestamp>,
    source: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
}

/// What one of AWS's services tells everybody of.
#[derive(Debug, Clone)]
pub struct Happening {
    /// `aws.cloudwatch`.
    pub source: &'static str,
    /// `CloudWatch Alarm State Change`.
    pub detail_type: &'static str,
    /// Twelve digits.
    pub account: String,
    /// The region in which it happened.
    pub region: String,
    /// The ARNs that it concerns.
    pub resources: Vec<String>,
    /// What happened.
    pub detail: Value,
    /// When.
    pub time: Timestamp,
}

/// Takes events; each is accepted or refused by itself.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Value, Fault> {
    let now = call.clock.now;
    let results: Vec<Value> = request
        .entries
        .into_iter()
        .map(|entry| match event(call, entry, now) {
            Ok(event) => {
                let id = event["id"].clone();
                deliver(call.region(), &event, now);
                json!({ "EventId": id })
            }
            Err((code, message)) => json!({ "ErrorCode": code, "ErrorMessage": message }),
        })
        .collect();
    let failed = results.iter().filter(|result| result.get("ErrorCode").is_some()).count();
    Ok(json!({ "FailedEntryCount": failed, "Entries": results }))
}

/// The event of an entry, or the code and message with which it is refused.
fn event(
    call: &mut Call<'_>,
    entry: Entry,
    now: Timestamp,
) -> Result<Value, (&'static str, String)> {
    let required = |value: Option<String>, name: &str| {
        let value = value.filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            let reason = format!("{name} is a required argument.");
            ("InvalidArgument", format!("Parameter {name} is not valid. Reason: {reason}"))
        })
    };
    let source = required(entry.source, "Source")?;
    let detail_type = required(entry.detail_type, "DetailType")?;
    let detail = required(entry.detail, "Detail")?;
    check_bus(entry.event_bus_name.as_deref())
        .map_err(|fault| ("InvalidArgument", fault.message))?;
    if source.starts_with("aws.") {
        return Err(("NotAuthorizedForSourceException", "Not authorized for the source.".into()));
    }
    let detail: Value = serde_json::from_str(&detail)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| ("MalformedDetail", "Detail is malformed.".to_owned()))?;
    Ok(json!({
        "version": "0",
        "id": call.ids.uuid(),
        "detail-type": detail_type,
        "source": source,
        "account": call.account,
        "time": entry.time.unwrap_or(now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": call.region,
        "resources": entry.resources,
        "detail": detail,
    }))
}

/// Brings what a service tells to the rules that are for it.
pub fn tell(region: &mut Region, happening: Happening) {
    region.events.sequence += 1;
    let event = json!({
        "version": "0",
        "id": Ids::derived(happening.source, region.events.sequence),
        "detail-type": happening.detail_type,
        "source": happening.source,
        "account": happening.account,
        "time": happening.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": happening.region,
        "resources": happening.resources,
        "detail": happening.detail,
    });
    deliver(region, &event, happening.time);
}

/// Brings an event to the targets of every rule that is for it. A topic must let EventBridge
/// publish; where it does not, the event is lost, as with AWS.
fn deliver(region: &mut Region, event: &Value, now: Timestamp) {
    let Region { events, sns, .. } = region;
    let is_for = |rule: &&Rule| {
        rule.state != "DISABLED"
            && Pattern::parse(&rule.pattern).is_ok_and(|pattern| pattern.matches(event))
    };
    for rule in events.rules.values().filter(is_for) {
        for target in rule.targets.values() {
            let arn = target["Arn"].as_str().unwrap_or_default();
            if arn.split(':').nth(2) != Some("sns") {
                continue;
            }
            let message = target::input(rule, target, event);
            let published = sns.publish_for("events.amazonaws.com", arn, None, message, now);
            if let Err(fault) = published {
                tracing::debug!(%fault, rule = rule.name, "an event did not reach a target");
            }
        }
    }
}
