//! Events: put them into a stream, and read a stream in both directions.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::state::{Event, LogStream, millis};
use super::stream::{group_identifier, sequence_token};
use crate::call::Call;
use crate::fault::Fault;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MOST_EVENTS: usize = 10_000;
const MOST_BYTES: usize = 1_048_576;
/// What AWS counts for each event besides its message.
const OVERHEAD: usize = 26;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRequest {
    log_group_name: String,
    log_stream_name: String,
    log_events: Vec<InputEvent>,
}

#[derive(Deserialize)]
struct InputEvent {
    timestamp: i64,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutResponse {
    next_sequence_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_log_events_info: Option<Rejected>,
}

/// Which events of a batch were not accepted: those up to, or from, an index.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejected {
    #[serde(skip_serializing_if = "Option::is_none")]
    too_new_log_event_start_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    too_old_log_event_end_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expired_log_event_end_index: Option<usize>,
}

/// Adds a batch in the order of its times. Events over two hours ahead, over fourteen days old,
/// or older than the retention are left out and reported.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<PutResponse, Fault> {
    check_batch(&request.log_events)?;
    let now = call.clock.now;
    let logs = &mut call.region().logs;
    let group = logs.group_mut(&request.log_group_name)?;
    let retention = group.retention_days;
    let stream = group.stream_mut(&request.log_stream_name)?;
    let rejected = rejections(&request.log_events, retention, now);
    let from = rejected.too_old_log_event_end_index.max(rejected.expired_log_event_end_index);
    let to = rejected.too_new_log_event_start_index.unwrap_or(request.log_events.len());
    let count = to.saturating_sub(from.unwrap_or(0));
    let accepted = request.log_events.into_iter().skip(from.unwrap_or(0)).take(count);
    let events: Vec<(i64, String)> =
        accepted.map(|event| (event.timestamp, event.message)).collect();
    stream.append(events.iter().cloned(), now);
    let response = PutResponse {
        next_sequence_token: sequence_token(stream),
        rejected_log_events_info: (rejected != Rejected::default()).then_some(rejected),
    };
    let found = group.observe(&events);
    logs.measurements.extend(found);
    Ok(response)
}

fn check_batch(events: &[InputEvent]) -> Result<(), Fault> {
    if !(1..=MOST_EVENTS).contains(&events.len()) {
        return Err(errors::invalid_parameter(format!(
            "A batch must hold between 1 and {MOST_EVENTS} log events."
        )));
    }
    let bytes: usize = events.iter().map(|event| event.message.len() + OVERHEAD).sum();
    if bytes > MOST_BYTES {
        return Err(errors::invalid_parameter(format!(
            "Upload too large: {bytes} bytes exceeds limit of {MOST_BYTES}"
        )));
    }
    if events.iter().any(|event| event.message.is_empty()) {
        return Err(errors::invalid_parameter("Log event message must not be empty."));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        return Err(errors::invalid_parameter(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let span = events.iter().map(|event| event.timestamp);
    let span = span.clone().max().unwrap_or(0) - span.min().unwrap_or(0);
    if span > millis(DAY) {
        return Err(errors::invalid_parameter(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 \
             hours.",
        ));
    }
    Ok(())
}

fn rejections(events: &[InputEvent], retention: Option<u32>, now: Timestamp) -> Rejected {
    let now = now.as_millisecond();
    let before = |age: Duration| {
        let count = events.partition_point(|event| event.timestamp < now - millis(age));
        (count > 0).then_some(count)
    };
    let start = events.partition_point(|event| event.timestamp <= now + millis(HOUR * 2));
    Rejected {
        too_new_log_event_start_index: (start < events.len()).then_some(start),
        too_old_log_event_end_index: before(DAY * 14),
        expired_log_event_end_index: retention.and_then(|days| before(DAY * days)),
    }
}

impl LogStream {
    /// Adds events, times with messages, in the order of their times.
    pub(super) fn append(&mut self, events: impl Iterator<Item = (i64, String)>, now: Timestamp) {
        let next = self.events.iter().map(|event| event.sequence + 1).max().unwrap_or(0);
        for (sequence, (timestamp, message)) in (next..).zip(events) {
            self.last_ingested = Some(now);
            let ingested = now.as_millisecond();
            self.events.push(Event { timestamp, ingested, message, sequence });
        }
        self.events.sort_by_key(Event::key);
    }
}

impl Event {
    /// The place of the event in its stream: by time, then by arrival.
    pub(super) fn key(&self) -> Key {
        Key(self.timestamp, self.sequence)
    }
}

/// A place in a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(i64, u64);

impl Key {
    fn next(self) -> Self {
        Self(self.0, self.1.saturating_add(1))
    }

    fn previous(self) -> Self {
        match self.1.checked_sub(1) {
            Some(sequence) => Self(self.0, sequence),
            None => Self(self.0.saturating_sub(1), u64::MAX),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (timestamp, sequence) = text.split_once('.')?;
        Some(Self(timestamp.parse().ok()?, sequence.parse().ok()?))
    }

    fn text(self) -> String {
        format!("{:020}.{:020}", self.0, self.1)
    }
}

/// Where to go on reading, and in which direction.
#[derive(Debug, Clone, Copy)]
enum Cursor {
    After(Key),
    Before(Key),
}

impl Cursor {
    fn parse(token: &str) -> Result<Self, Fault> {
        let cursor = match token.split_once('/') {
            Some(("f", key)) => Key::parse(key).map(Self::After),
            Some(("b", key)) => Key::parse(key).map(Self::Before),
            _ => None,
        };
        cursor.ok_or_else(|| errors::invalid_parameter("The specified nextToken is invalid."))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: String,
    start_time: Option<i64>,
    end_time: Option<i64>,
    next_token: Option<String>,
    limit: Option<usize>,
    #[serde(default)]
    start_from_head: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GetResponse {
    events: Vec<EventView>,
    next_forward_token: String,
    next_backward_token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventView {
    timestamp: i64,
    message: String,
    ingestion_time: i64,
}

/// The events of one stream, the newest page first unless asked otherwise. At either end the
/// token of that direction stays the same.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<GetResponse, Fault> {
    let cursor = request.next_token.as_deref().map(Cursor::parse).transpose()?;
    let group = group_identifier(&request.log_group_name, &request.log_group_identifier)?;
    let stream = call.region().logs.identified(&group)?.stream(&request.log_stream_name)?;
    let from = request.start_time.unwrap_or(i64::MIN);
    let to = request.end_time.unwrap_or(i64::MAX);
    let in_time = stream.events.iter().filter(|event| (from..to).contains(&event.timestamp));
    let in_time: Vec<&Event> = in_time.collect();
    let limit = request.limit.unwrap_or(MOST_EVENTS).clamp(1, MOST_EVENTS);
    let slice = slice(&in_time, cursor, request.start_from_head, limit);
    let (forward, backward) = ends(slice, cursor);
    let view = |event: &&Event| EventView {
        timestamp: event.timestamp,
        message: event.message.clone(),
        ingestion_time: event.ingested,
    };
    Ok(GetResponse {
        events: slice.iter().map(view).collect(),
        next_forward_token: format!("f/{}", forward.text()),
        next_backward_token: format!("b/{}", backward.text()),
    })
}

fn slice<'a>(
    events: &'a [&'a Event],
    cursor: Option<Cursor>,
    from_head: bool,
    limit: usize,
) -> &'a [&'a Event] {
    let (rest, head) = match cursor {
        None => (events, from_head),
        Some(Cursor::After(key)) => {
            (&events[events.partition_point(|event| event.key() <= key)..], true)
        }
        Some(Cursor::Before(key)) => {
            (&events[..events.partition_point(|event| event.key() < key)], false)
        }
    };
    match head {
        true => &rest[..limit.min(rest.len())],
        false => &rest[rest.len().saturating_sub(limit)..],
    }
}

/// Where reading goes on forwards and backwards.
fn ends(slice: &[&Event], cursor: Option<Cursor>) -> (Key, Key) {
    match (slice, cursor) {
        ([first, .., last], _) => (last.key(), first.key()),
        ([only], _) => (only.key(), only.key()),
        ([], None) => (Key(0, 0), Key(0, 0)),
        ([], Some(Cursor::After(key))) => (key, key.next()),
        ([], Some(Cursor::Before(key))) => (key.previous(), key),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::Fixture;

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        fixture.call("logs", "CreateLogGroup", json!({"logGroupName": "app"})).unwrap();
        let stream = json!({"logGroupName": "app", "logStreamName": "s"});
        fixture.call("logs", "CreateLogStream", stream).unwrap();
        fixture
    }

    fn put(fixture: &mut Fixture, ages: &[i64]) -> Result<Value, Fault> {
        let now = fixture.clock.now.as_millisecond();
        let events: Vec<Value> = ages
            .iter()
            .map(|age| json!({"timestamp": now - age, "message": age.to_string()}))
            .collect();
        let request = json!({"logGroupName": "app", "logStreamName": "s", "logEvents": events});
        fixture.call("logs", "PutLogEvents", request)
    }

    fn get(fixture: &mut Fixture, mut request: Value) -> (Vec<String>, Value) {
        request["logGroupName"] = json!("app");
        request["logStreamName"] = json!("s");
        let got = fixture.call("logs", "GetLogEvents", request).unwrap();
        let events = got["events"].as_array().unwrap().iter();
        let messages = events.map(|event| event["message"].as_str().unwrap().to_owned());
        (messages.collect(), got)
    }

    #[test]
    fn pages_go_forwards_to_the_end_and_back() {
        let mut fixture = fixture();
        put(&mut fixture, &[5, 4, 3, 2, 1]).unwrap();
        let (first, got) = get(&mut fixture, json!({"limit": 2, "startFromHead": true}));
        assert_eq!(first, ["5", "4"]);
        let request = json!({"limit": 4, "nextToken": got["nextForwardToken"]});
        let (second, got) = get(&mut fixture, request);
        assert_eq!(second, ["3", "2", "1"]);
        let forward = got["nextForwardToken"].clone();
        let (end, at_end) = get(&mut fixture, json!({"nextToken": forward}));
        assert_eq!((end.len(), &at_end["nextForwardToken"]), (0, &forward));
        let request = json!({"limit": 2, "nextToken": at_end["nextBackwardToken"]});
        assert_eq!(get(&mut fixture, request).0, ["2", "1"]);
    }

    #[test]
    fn the_newest_come_first_and_times_bound() {
        let mut fixture = fixture();
        put(&mut fixture, &[30, 20, 10]).unwrap();
        put(&mut fixture, &[25]).unwrap();
        assert_eq!(get(&mut fixture, json!({"limit": 1})).0, ["10"]);
        let now = fixture.clock.now.as_millisecond();
        let request = json!({"startTime": now - 25, "endTime": now - 10});
        assert_eq!(get(&mut fixture, request).0, ["25", "20"]);
    }

    #[test]
    fn what_is_too_old_or_too_new_is_reported() {
        let mut fixture = fixture();
        let day = millis(DAY);
        let response = put(&mut fixture, &[14 * day + 5, 14 * day - 5]).unwrap();
        assert_eq!(response["rejectedLogEventsInfo"], json!({"tooOldLogEventEndIndex": 1}));
        let response = put(&mut fixture, &[0, -3 * millis(HOUR)]).unwrap();
        assert_eq!(response["rejectedLogEventsInfo"], json!({"tooNewLogEventStartIndex": 1}));
        assert_eq!(get(&mut fixture, json!({})).0.len(), 2);
    }

    #[test]
    fn a_batch_has_rules() {
        let mut fixture = fixture();
        let day = millis(DAY);
        for ages in [vec![], vec![1, 2], vec![day + 2, 1], vec![0; MOST_EVENTS + 1]] {
            let fault = put(&mut fixture, &ages).unwrap_err();
            assert_eq!(fault.code, "InvalidParameterException");
        }
    }

    #[test]
    fn retention_lets_go_of_old_events() {
        let mut fixture = fixture();
        put(&mut fixture, &[0]).unwrap();
        let retention = json!({"logGroupName": "app", "retentionInDays": 1});
        fixture.call("logs", "PutRetentionPolicy", retention).unwrap();
        assert_eq!(get(&mut fixture, json!({})).0.len(), 1);
        fixture.pass(DAY * 2);
        assert_eq!(get(&mut fixture, json!({})).0.len(), 0);
    }
}
