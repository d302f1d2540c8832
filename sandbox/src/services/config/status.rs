//! Whether the recorder records.

use serde_json::{Value, json};

use super::channel;
use super::errors;
use super::recorder::{self, RecorderName};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

/// Lets the recorder record. AWS: there must be a channel.
pub(super) fn start(call: &mut Call<'_>, request: RecorderName) -> Result<Empty, Fault> {
    let now = call.clock.now;
    let config = &mut call.region().config;
    config.recorder(&request.configuration_recorder_name)?;
    if config.channel.is_none() {
        return Err(errors::no_channel());
    }
    if !config.course.is_recording {
        config.course.is_recording = true;
        config.course.started = Some(now);
    }
    Ok(Empty {})
}

/// Keeps the recorder from recording.
pub(super) fn stop(call: &mut Call<'_>, request: RecorderName) -> Result<Empty, Fault> {
    let now = call.clock.now;
    let config = &mut call.region().config;
    config.recorder(&request.configuration_recorder_name)?;
    if config.course.is_recording {
        config.course.is_recording = false;
        config.course.stopped = Some(now);
    }
    Ok(Empty {})
}

/// Since when the recorder records, or no more does.
pub(super) fn recorder(
    call: &mut Call<'_>,
    request: recorder::DescribeRequest,
) -> Result<Value, Fault> {
    let named = recorder::wanted(call, &request)?.map(|it| (it.name.clone(), it.arn.clone()));
    let course = call.region().config.course.clone();
    let is_recording = course.is_recording;
    let statuses: Vec<Value> = named
        .into_iter()
        .map(|(name, arn)| {
            json!({
                "name": name,
                "arn": arn,
                "recording": is_recording,
                "lastStartTime": course.started,
                "lastStopTime": course.stopped,
                "lastStatus": if is_recording { "Success" } else { "Pending" },
                "lastStatusChangeTime": course.started.max(course.stopped),
            })
        })
        .collect();
    Ok(json!({ "ConfigurationRecordersStatus": statuses }))
}

/// What was delivered through the channel: nothing yet.
pub(super) fn channel(
    call: &mut Call<'_>,
    request: channel::DescribeRequest,
) -> Result<Value, Fault> {
    let config = &call.region().config;
    for name in &request.delivery_channel_names {
        config.channel(name)?;
    }
    let view = |channel: &channel::Channel| {
        json!({
            "name": channel.name,
            "configSnapshotDeliveryInfo": {},
            "configHistoryDeliveryInfo": {},
            "configStreamDeliveryInfo": { "lastStatus": "Not_Applicable" },
        })
    };
    let statuses: Vec<Value> = config.channel.iter().map(view).collect();
    Ok(json!({ "DeliveryChannelsStatus": statuses }))
}
