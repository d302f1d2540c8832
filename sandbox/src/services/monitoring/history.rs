//! The history of alarms, and DescribeAlarmHistory.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::alarm::{Alarm, AlarmState};
use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::{descending, page};

/// Something that happened to an alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HistoryItem {
    pub alarm: String,
    pub kind: String,
    pub at: Timestamp,
    pub what: What,
    pub summary: String,
    /// JSON.
    pub data: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum What {
    ConfigurationUpdate,
    StateUpdate,
    Action,
}

impl HistoryItem {
    fn new(alarm: &Alarm, at: Timestamp, what: What, summary: String, data: &Value) -> Self {
        Self {
            alarm: alarm.name.clone(),
            kind: alarm.kind().to_owned(),
            at,
            what,
            summary,
            data: data.to_string(),
        }
    }

    /// An alarm that was made, changed or deleted: `Create`, `Update`, `Delete`.
    pub fn configured(alarm: &Alarm, change: &str, at: Timestamp) -> Self {
        let (word, key) = match change {
            "Create" => ("created", "createdAlarm"),
            "Update" => ("updated", "updatedAlarm"),
            _ => ("deleted", "deletedAlarm"),
        };
        let data = json!({ "type": change, "version": "1.0", key: alarm.view() });
        let summary = format!("Alarm \"{}\" {word}", alarm.name);
        Self::new(alarm, at, What::ConfigurationUpdate, summary, &data)
    }

    /// An alarm that came from one state into another.
    pub fn transition(alarm: &Alarm, old: &AlarmState) -> Self {
        let state = |state: &AlarmState| {
            let data = state.data.as_deref().and_then(|data| serde_json::from_str(data).ok());
            json!({
                "stateValue": state.value,
                "stateReason": state.reason,
                "stateReasonData": data.unwrap_or(Value::Null),
            })
        };
        let new = &alarm.state;
        let data = json!({ "version": "1.0", "oldState": state(old), "newState": state(new) });
        let summary = format!("Alarm updated from {} to {}", old.value.name(), new.value.name());
        Self::new(alarm, new.updated, What::StateUpdate, summary, &data)
    }

    /// An action that was taken, or could not be.
    pub fn action(alarm: &Alarm, target: &str, message: &str, failure: Option<&str>) -> Self {
        let (state, summary) = match failure {
            None => ("Succeeded", format!("Successfully executed action {target}")),
            Some(error) => {
                ("Failed", format!("Failed to execute action {target}. Received error: {error}"))
            }
        };
        let data = json!({
            "actionState": state,
            "stateUpdateTimestamp": alarm.state.updated.as_millisecond(),
            "notificationResource": target,
            "publishedMessage": message,
            "error": failure,
        });
        let summary = summary.chars().take(255).collect();
        Self::new(alarm, alarm.state.updated, What::Action, summary, &data)
    }

    fn view(&self) -> Value {
        json!({
            "AlarmName": self.alarm,
            "AlarmType": self.kind,
            "Timestamp": self.at,
            "HistoryItemType": self.what,
            "HistorySummary": self.summary,
            "HistoryData": self.data.chars().take(4095).collect::<String>(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    alarm_name: Option<String>,
    #[serde(default = "metric_alarms")]
    alarm_types: Vec<String>,
    history_item_type: Option<String>,
    start_date: Option<Timestamp>,
    end_date: Option<Timestamp>,
    max_records: Option<usize>,
    next_token: Option<String>,
    scan_by: Option<String>,
}

/// Whoever names no types means metric alarms only.
pub(super) fn metric_alarms() -> Vec<String> {
    vec!["MetricAlarm".to_owned()]
}

impl DescribeRequest {
    fn wants(&self, item: &HistoryItem) -> bool {
        self.alarm_name.as_ref().is_none_or(|name| *name == item.alarm)
            && self.alarm_types.contains(&item.kind)
            && self
                .history_item_type
                .as_ref()
                .is_none_or(|what| *what == format!("{:?}", item.what))
            && self.start_date.is_none_or(|start| item.at >= start)
            && self.end_date.is_none_or(|end| item.at <= end)
    }
}

/// What happened to alarms, the newest first unless asked otherwise.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    let is_ascending = request.scan_by.as_deref() == Some("TimestampAscending");
    let history = &call.region().monitoring.history;
    let key = |(index, item): &(usize, &HistoryItem)| {
        let key = format!("{:020} {index:010}", item.at.as_millisecond());
        if is_ascending { key } else { descending(&key) }
    };
    let mut items: Vec<(usize, &HistoryItem)> =
        history.iter().enumerate().filter(|(_, item)| request.wants(item)).collect();
    items.sort_by_cached_key(key);
    let limit = request.max_records.unwrap_or(50);
    let page =
        page(items, request.next_token.as_deref(), limit, key).map_err(errors::invalid_token)?;
    let items: Vec<Value> = page.items.iter().map(|(_, item)| item.view()).collect();
    Ok(json!({ "AlarmHistoryItems": items, "NextToken": page.next }))
}
