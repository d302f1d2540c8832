//! Whether a trail logs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::state::{find, find_at_home};
use super::trail::TrailRequest;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

/// Lets the trail log.
pub(super) fn start(call: &mut Call<'_>, request: TrailRequest) -> Result<Empty, Fault> {
    let now = call.clock.now;
    let trail = find_at_home(call, &request.name)?;
    if !trail.is_logging {
        trail.is_logging = true;
        trail.started = Some(now);
    }
    Ok(Empty {})
}

/// Keeps the trail from logging.
pub(super) fn stop(call: &mut Call<'_>, request: TrailRequest) -> Result<Empty, Fault> {
    let now = call.clock.now;
    let trail = find_at_home(call, &request.name)?;
    if trail.is_logging {
        trail.is_logging = false;
        trail.stopped = Some(now);
    }
    Ok(Empty {})
}

/// Whether the trail logs, and since when. Nothing is delivered here, so no delivery is told of.
pub(super) fn status(call: &mut Call<'_>, request: TrailRequest) -> Result<Value, Fault> {
    let trail = find(call, &request.name)?;
    let text = |moment: Option<Timestamp>| {
        moment.map_or_else(String::new, |it| it.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    };
    Ok(json!({
        "IsLogging": trail.is_logging,
        "StartLoggingTime": trail.started,
        "StopLoggingTime": trail.stopped,
        "LatestDeliveryAttemptTime": "",
        "LatestDeliveryAttemptSucceeded": "",
        "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "",
        "TimeLoggingStarted": text(trail.started),
        "TimeLoggingStopped": text(trail.stopped),
    }))
}
