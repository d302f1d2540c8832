//! What is asked of AWS beside the objects: who asks, alarms, trails.

use std::collections::BTreeSet;

use aws_sdk_cloudwatch::types::AlarmType;
use aws_smithy_types::DateTime;
use futures::FutureExt;
use jiff::Timestamp;

use super::hub;
use super::report::{Alarm, Read, Trail};
use crate::aws::{Context, Error, noted};
use crate::resource::Result;
use crate::state::State;

/// The names that one call may ask for.
const NAMES: usize = 100;

/// What AWS said.
#[derive(Debug)]
pub struct Collected {
    /// The ARN of who calls, and their id.
    pub caller: (String, String),
    /// See [`super::report::Report::alarms`].
    pub alarms: Read<Vec<Alarm>>,
    /// See [`super::report::Report::trails`].
    pub trails: Read<Vec<Trail>>,
    /// See [`super::report::Report::security_hub`].
    pub security_hub: Read<Option<hub::Hub>>,
}

/// Asks for all of it at once. What AWS refuses to tell is in its place.
///
/// # Errors
/// When it is not even known who asks.
pub async fn collect(cx: &Context, state: &State) -> Result<Collected> {
    let caller = cx.clients.sts().get_caller_identity().send().map(|it| it.map_err(Error::from));
    let names = alarm_names(state);
    let (caller, alarms, trails, security_hub) =
        tokio::join!(caller, noted(alarms(cx, &names)), noted(trails(cx)), noted(hub::read(cx)),);
    let caller = caller?;
    let text = |text: Option<String>| text.unwrap_or_default();
    Ok(Collected {
        caller: (text(caller.arn), text(caller.user_id)),
        alarms: Read::of("CloudWatch's alarms", alarms),
        trails: Read::of("CloudTrail's trails", trails),
        security_hub: Read::of("Security Hub", security_hub),
    })
}

/// The environment's own alarms.
fn alarm_names(state: &State) -> BTreeSet<String> {
    let alarms = state.entries.values().filter(|entry| {
        matches!(entry.kind.as_str(), "cloudwatch.alarm" | "cloudwatch.composite_alarm")
    });
    alarms.filter_map(|entry| entry.status.id().map(ToString::to_string)).collect()
}

async fn alarms(cx: &Context, names: &BTreeSet<String>) -> Result<Vec<Alarm>> {
    let names: Vec<&String> = names.iter().collect();
    let mut alarms = Vec::new();
    for names in names.chunks(NAMES) {
        let request = cx.clients.cloudwatch().describe_alarms();
        let request =
            request.alarm_types(AlarmType::MetricAlarm).alarm_types(AlarmType::CompositeAlarm);
        let names = names.iter().map(|name| (*name).clone()).collect();
        let answer = request.set_alarm_names(Some(names)).send().await?;
        for alarm in answer.metric_alarms.unwrap_or_default() {
            let actions = alarm.alarm_actions.unwrap_or_default();
            alarms.push(Alarm {
                name: alarm.alarm_name.unwrap_or_default(),
                arn: alarm.alarm_arn.unwrap_or_default(),
                state: alarm.state_value.map(|it| it.as_str().to_owned()).unwrap_or_default(),
                since: timestamp(alarm.state_updated_timestamp),
                notifies: alarm.actions_enabled == Some(true) && !actions.is_empty(),
            });
        }
        for alarm in answer.composite_alarms.unwrap_or_default() {
            let actions = alarm.alarm_actions.unwrap_or_default();
            alarms.push(Alarm {
                name: alarm.alarm_name.unwrap_or_default(),
                arn: alarm.alarm_arn.unwrap_or_default(),
                state: alarm.state_value.map(|it| it.as_str().to_owned()).unwrap_or_default(),
                since: timestamp(alarm.state_updated_timestamp),
                notifies: alarm.actions_enabled == Some(true) && !actions.is_empty(),
            });
        }
    }
    alarms.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(alarms)
}

/// The account's trails, those of other regions that cover this one included.
async fn trails(cx: &Context) -> Result<Vec<Trail>> {
    let client = cx.clients.cloudtrail();
    let found = client.describe_trails().include_shadow_trails(true).send().await?;
    let mut trails = Vec::new();
    for trail in found.trail_list.unwrap_or_default() {
        let arn = trail.trail_arn.unwrap_or_default();
        let status = client.get_trail_status().name(&arn).send().await?;
        trails.push(Trail {
            name: trail.name.unwrap_or_default(),
            is_logging: status.is_logging == Some(true),
            is_multi_region: trail.is_multi_region_trail == Some(true),
            is_validated: trail.log_file_validation_enabled == Some(true),
            delivered: timestamp(status.latest_delivery_time),
            error: status.latest_delivery_error.filter(|error| !error.is_empty()),
            arn,
        });
    }
    Ok(trails)
}

fn timestamp(time: Option<DateTime>) -> Option<Timestamp> {
    Timestamp::from_millisecond(time?.to_millis().ok()?).ok()
}
