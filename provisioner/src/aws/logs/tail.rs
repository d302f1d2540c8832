//! The last that a program said, for the error that tells of its end.

use aws_sdk_cloudwatchlogs::types::OrderBy;

use crate::aws::{Context, Error};
use crate::resource::Result;

/// The last lines of the stream of a log group that was written to last; none where nothing was
/// written, or the group does not exist.
///
/// # Errors
/// When AWS can't be asked.
pub(in crate::aws) async fn last_lines(
    cx: &Context,
    group: &str,
    count: i32,
) -> Result<Vec<String>> {
    let logs = cx.clients.logs();
    let request = logs.describe_log_streams().log_group_name(group);
    let request = request.order_by(OrderBy::LastEventTime).descending(true).limit(1);
    let streams = Error::optional(request.send().await.map_err(Error::from))?;
    let stream = streams.and_then(|answer| answer.log_streams?.pop()?.log_stream_name);
    let Some(stream) = stream else { return Ok(Vec::new()) };
    let request = logs.get_log_events().log_group_name(group).log_stream_name(stream);
    let request = request.limit(count).start_from_head(false);
    let answer = Error::optional(request.send().await.map_err(Error::from))?;
    let events = answer.and_then(|answer| answer.events).unwrap_or_default();
    let lines = events.into_iter().filter_map(|event| event.message);
    Ok(lines.map(|line| line.trim_end().to_owned()).collect())
}
