//! PutCompositeAlarm: alarms over other alarms.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::alarm::{self, Alarm, AlarmState, Common, StateValue, Watch};
use super::errors;
use super::rule::{self, name_of};
use super::state::{State, moment};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    alarm_name: String,
    #[serde(flatten)]
    common: Common,
    #[serde(flatten)]
    settings: CompositeSettings,
    actions_suppressor: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What a composite alarm is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CompositeSettings {
    pub alarm_rule: String,
}

/// Makes a composite alarm, or gives an existing one another rule.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    if request.actions_suppressor.is_some() {
        return Err(errors::not_computed("suppressed actions"));
    }
    let rule = rule::parse(&request.settings.alarm_rule)?;
    let alarms = &call.region().monitoring.alarms;
    let missing: Vec<&str> =
        rule.alarms().into_iter().filter(|name| !alarms.contains_key(*name)).collect();
    if !missing.is_empty() {
        return Err(errors::validation(format!(
            "Could not save the composite alarm as alarms [{}] in the alarm rule do not exist",
            missing.join(", ")
        )));
    }
    let watch = Watch::Composite(request.settings);
    alarm::put(call, request.alarm_name, request.common, watch, request.tags)?;
    Ok(Empty {})
}

impl Alarm {
    /// The names of the alarms that its rule speaks of; none for a metric alarm.
    pub fn children(&self) -> Vec<String> {
        let Watch::Composite(settings) = &self.watch else { return Vec::new() };
        let rule = rule::parse(&settings.alarm_rule);
        rule.map(|rule| rule.alarms().into_iter().map(str::to_owned).collect()).unwrap_or_default()
    }
}

impl State {
    /// Evaluates composite alarms until none changes, but for one whose state was set by hand; a
    /// cycle of them ends after one round for each.
    pub(super) fn evaluate_composites(&mut self, now: Timestamp, but_for: Option<&str>) {
        for _ in 0..=self.alarms.len() {
            let changes: Vec<(String, AlarmState)> = self
                .alarms
                .values()
                .filter(|alarm| Some(alarm.name.as_str()) != but_for)
                .filter_map(|alarm| Some((alarm.name.clone(), self.judge_composite(alarm, now)?)))
                .collect();
            if changes.is_empty() {
                return;
            }
            for (name, next) in changes {
                self.transition(&name, next);
            }
        }
    }

    /// The state that the rule calls for, where it is another.
    fn judge_composite(&self, alarm: &Alarm, now: Timestamp) -> Option<AlarmState> {
        let Watch::Composite(settings) = &alarm.watch else { return None };
        let rule = rule::parse(&settings.alarm_rule).ok()?;
        let state = |alarm: &str| Some(self.alarms.get(name_of(alarm))?.state.value);
        let value = if rule.holds(&state) { StateValue::Alarm } else { StateValue::Ok };
        if value == alarm.state.value {
            return None;
        }
        let children = rule.alarms();
        let mut latest = children.iter().filter_map(|name| self.alarms.get(*name));
        let trigger = latest
            .by_ref()
            .reduce(|a, b| if b.state.transitioned > a.state.transitioned { b } else { a });
        Some(AlarmState {
            value,
            reason: reason(trigger, value, alarm),
            data: Some(reason_data(trigger)),
            updated: now,
            transitioned: now,
        })
    }
}

fn reason(trigger: Option<&Alarm>, value: StateValue, alarm: &Alarm) -> String {
    let Some(trigger) = trigger else {
        return format!("{} was initialized", alarm.arn);
    };
    format!(
        "{} transitioned to {} at {}, which brought the rule to {}",
        trigger.arn,
        trigger.state.value.name(),
        trigger.state.transitioned.strftime("%A %d %B, %Y %H:%M:%S UTC"),
        value.name()
    )
}

fn reason_data(trigger: Option<&Alarm>) -> String {
    let alarms: Vec<_> = trigger
        .iter()
        .map(|alarm| {
            json!({
                "arn": alarm.arn,
                "state": {
                    "value": alarm.state.value,
                    "timestamp": moment(alarm.state.transitioned),
                },
            })
        })
        .collect();
    json!({ "triggeringAlarms": alarms }).to_string()
}
