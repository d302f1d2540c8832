//! Alarms: what they have in common, and how they change from one state to another.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::composite::CompositeSettings;
use super::errors;
use super::history::HistoryItem;
use super::metric_alarm::MetricSettings;
use super::notice::Notice;
use super::state::{self, State};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

/// A watch over metrics, or over other alarms.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Alarm {
    pub name: String,
    pub arn: String,
    pub common: Common,
    pub watch: Watch,
    pub configured: Timestamp,
    pub state: AlarmState,
    pub tags: Tags,
}

/// What every alarm is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Common {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm_description: Option<String>,
    #[serde(default = "enabled")]
    pub actions_enabled: bool,
    #[serde(rename = "OKActions", default)]
    pub ok_actions: Vec<String>,
    #[serde(default)]
    pub alarm_actions: Vec<String>,
    #[serde(default)]
    pub insufficient_data_actions: Vec<String>,
}

fn enabled() -> bool {
    true
}

/// What an alarm looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Watch {
    Metric(Box<MetricSettings>),
    Composite(CompositeSettings),
}

/// The state of an alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct AlarmState {
    pub value: StateValue,
    pub reason: String,
    /// JSON; none before the first evaluation.
    pub data: Option<String>,
    /// When the value or the reason last changed.
    pub updated: Timestamp,
    /// When the value last changed.
    pub transitioned: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum StateValue {
    Ok,
    Alarm,
    InsufficientData,
}

impl StateValue {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

impl Common {
    /// What is done when a state is reached.
    pub fn actions(&self, state: StateValue) -> &[String] {
        match state {
            StateValue::Ok => &self.ok_actions,
            StateValue::Alarm => &self.alarm_actions,
            StateValue::InsufficientData => &self.insufficient_data_actions,
        }
    }

    /// Checks that every action is an ARN.
    pub fn check(&self) -> Result<(), Fault> {
        let lists = [&self.ok_actions, &self.alarm_actions, &self.insufficient_data_actions];
        match lists.into_iter().flatten().find(|action| !is_arn(action)) {
            Some(action) => Err(errors::validation(format!("Invalid arn syntax: {action}"))),
            None => Ok(()),
        }
    }
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.split(':').count() >= 6
}

impl Alarm {
    pub fn kind(&self) -> &'static str {
        match self.watch {
            Watch::Metric(_) => "MetricAlarm",
            Watch::Composite(_) => "CompositeAlarm",
        }
    }

    /// The alarm as DescribeAlarms has it.
    pub fn view(&self) -> Value {
        let mut view = state::json(&self.common);
        let watch = match &self.watch {
            Watch::Metric(settings) => state::json(settings),
            Watch::Composite(settings) => state::json(settings),
        };
        let more = json!({
            "AlarmName": self.name,
            "AlarmArn": self.arn,
            "AlarmConfigurationUpdatedTimestamp": self.configured,
            "StateValue": self.state.value,
            "StateReason": self.state.reason,
            "StateReasonData": self.state.data,
            "StateUpdatedTimestamp": self.state.updated,
            "StateTransitionedTimestamp": self.state.transitioned,
        });
        if let Value::Object(members) = &mut view {
            for part in [watch, more] {
                members.extend(part.as_object().cloned().unwrap_or_default());
            }
        }
        view
    }
}

/// Makes an alarm, or gives an existing one other settings; its state stays until it is evaluated.
pub(super) fn put(
    call: &mut Call<'_>,
    name: String,
    common: Common,
    watch: Watch,
    tags: Vec<Tag>,
) -> Result<(), Fault> {
    common.check()?;
    let now = call.clock.now;
    let arn = call.arn("cloudwatch", &format!("alarm:{name}"));
    let tags = Tags::new(tags).map_err(errors::invalid_tags)?;
    let monitoring = &mut call.region().monitoring;
    match monitoring.alarms.get_mut(&name) {
        Some(alarm) => {
            let is_same_kind = matches!(
                (&alarm.watch, &watch),
                (Watch::Metric(_), Watch::Metric(_)) | (Watch::Composite(_), Watch::Composite(_))
            );
            if !is_same_kind {
                return Err(errors::validation(format!(
                    "An alarm of another type with the name {name} already exists"
                )));
            }
            (alarm.common, alarm.watch, alarm.configured) = (common, watch, now);
            let item = HistoryItem::configured(alarm, "Update", now);
            monitoring.history.push(item);
        }
        None => {
            let state = AlarmState {
                value: StateValue::InsufficientData,
                reason: "Unchecked: Initial alarm creation".to_owned(),
                data: None,
                updated: now,
                transitioned: now,
            };
            let alarm = Alarm { name, arn, common, watch, configured: now, state, tags };
            monitoring.history.push(HistoryItem::configured(&alarm, "Create", now));
            monitoring.alarms.insert(alarm.name.clone(), alarm);
        }
    }
    monitoring.expire(now);
    Ok(())
}

impl State {
    /// Brings an alarm into a state, writes it into the history, and notes whom it concerns.
    pub(super) fn transition(&mut self, name: &str, mut next: AlarmState) {
        let Some(alarm) = self.alarms.get_mut(name) else { return };
        if alarm.state.value == next.value {
            next.transitioned = alarm.state.transitioned;
        }
        let old = std::mem::replace(&mut alarm.state, next);
        if old.value == alarm.state.value {
            return;
        }
        self.history.push(HistoryItem::transition(alarm, &old));
        self.notices.push(Notice { alarm: alarm.clone(), old });
    }
}
