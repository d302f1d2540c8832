//! What is done with alarms besides putting and describing them.

use serde::Deserialize;
use serde_json::Value;

use super::alarm::{AlarmState, StateValue, Watch};
use super::errors;
use super::history::HistoryItem;
use super::notice;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

/// How many alarms one call deletes.
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NamesRequest {
    alarm_names: Vec<String>,
}

/// Deletes alarms; one that is not there is no error. Nothing is deleted when one of them is part
/// of a composite alarm that stays.
pub(super) fn delete(call: &mut Call<'_>, request: NamesRequest) -> Result<Empty, Fault> {
    let names = request.alarm_names;
    if names.len() > MOST {
        return Err(errors::validation(format!("At most {MOST} alarms can be deleted at once")));
    }
    let now = call.clock.now;
    let monitoring = &mut call.region().monitoring;
    let composites = names.iter().filter_map(|name| monitoring.alarms.get(name));
    if composites.filter(|alarm| matches!(alarm.watch, Watch::Composite(_))).count() > 1 {
        return Err(errors::validation("Only one composite alarm can be deleted at once"));
    }
    let staying = monitoring.alarms.values().filter(|alarm| !names.contains(&alarm.name));
    let needed: Vec<String> = staying.flat_map(|alarm| alarm.children()).collect();
    if let Some(name) = names.iter().find(|name| needed.contains(name)) {
        return Err(errors::validation(format!(
            "Cannot delete {name} as there are composite alarm(s) depending on it."
        )));
    }
    for name in &names {
        if let Some(alarm) = monitoring.alarms.remove(name) {
            monitoring.history.push(HistoryItem::configured(&alarm, "Delete", now));
        }
    }
    Ok(Empty {})
}

/// Lets alarms act again.
pub(super) fn enable_actions(call: &mut Call<'_>, request: NamesRequest) -> Result<Empty, Fault> {
    set_actions(call, &request, true);
    Ok(Empty {})
}

/// Lets alarms change their state without doing anything.
pub(super) fn disable_actions(call: &mut Call<'_>, request: NamesRequest) -> Result<Empty, Fault> {
    set_actions(call, &request, false);
    Ok(Empty {})
}

fn set_actions(call: &mut Call<'_>, request: &NamesRequest, enabled: bool) {
    let now = call.clock.now;
    let monitoring = &mut call.region().monitoring;
    for name in &request.alarm_names {
        if let Some(alarm) = monitoring.alarms.get_mut(name)
            && alarm.common.actions_enabled != enabled
        {
            alarm.common.actions_enabled = enabled;
            alarm.configured = now;
            monitoring.history.push(HistoryItem::configured(alarm, "Update", now));
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetStateRequest {
    alarm_name: String,
    state_value: StateValue,
    state_reason: String,
    state_reason_data: Option<String>,
}

/// Sets a state by hand, until the alarm is next evaluated.
pub(super) fn set_state(call: &mut Call<'_>, request: SetStateRequest) -> Result<Empty, Fault> {
    if let Some(data) = &request.state_reason_data
        && serde_json::from_str::<Value>(data).is_err()
    {
        return Err(errors::invalid_reason_data());
    }
    let now = call.clock.now;
    let monitoring = &mut call.region().monitoring;
    if !monitoring.alarms.contains_key(&request.alarm_name) {
        return Err(errors::alarm_not_found(&request.alarm_name));
    }
    let state = AlarmState {
        value: request.state_value,
        reason: request.state_reason,
        data: request.state_reason_data,
        updated: now,
        transitioned: now,
    };
    monitoring.transition(&request.alarm_name, state);
    monitoring.evaluate_composites(now, Some(&request.alarm_name));
    notice::announce(call.region());
    Ok(Empty {})
}
