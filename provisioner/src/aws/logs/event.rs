//! What a program said: one event.

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use jiff::Timestamp;

/// What a program said at once: a line, or several that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When, as the program or what collects its lines says.
    pub time: Timestamp,
    /// The log stream that it is in.
    pub stream: String,
    /// CloudWatch's id of it.
    pub id: String,
    /// What was said, without the end of the line.
    pub message: String,
}

impl Event {
    pub(super) fn of(event: FilteredLogEvent) -> Self {
        let time = Timestamp::from_millisecond(event.timestamp.unwrap_or_default());
        Self {
            time: time.unwrap_or_default(),
            stream: event.log_stream_name.unwrap_or_default(),
            id: event.event_id.unwrap_or_default(),
            message: event.message.unwrap_or_default().trim_end().to_owned(),
        }
    }
}
