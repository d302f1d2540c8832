//! Search over the streams of a group.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

use super::errors;
use super::pattern::Pattern;
use super::state::{Event, LogStream};
use super::stream::group_identifier;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilterRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    #[serde(default)]
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    #[serde(default)]
    filter_pattern: String,
    next_token: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FilterResponse {
    events: Vec<FoundEvent>,
    /// AWS documents that this is empty nowadays.
    searched_log_streams: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundEvent {
    log_stream_name: String,
    timestamp: i64,
    message: String,
    ingestion_time: i64,
    event_id: String,
}

impl FoundEvent {
    fn of(stream: &LogStream, event: &Event) -> Self {
        Self {
            log_stream_name: stream.name.clone(),
            timestamp: event.timestamp,
            message: event.message.clone(),
            ingestion_time: event.ingested,
            event_id: event_id(stream, event),
        }
    }

    fn key(&self) -> String {
        format!("{} {}", self.event_id, self.log_stream_name)
    }
}

/// An id of 56 digits as AWS's, in the order of time. Clients know by it what they have shown, so
/// streams that write at once must not have the same.
fn event_id(stream: &LogStream, event: &Event) -> String {
    let mut hasher = DefaultHasher::new();
    stream.name.hash(&mut hasher);
    let place = hasher.finish() % 10_u64.pow(16);
    format!("{:020}{place:016}{:020}", event.timestamp, event.sequence)
}

/// The events of a group that fit, by time.
pub(super) fn filter(call: &mut Call<'_>, request: FilterRequest) -> Result<FilterResponse, Fault> {
    if !request.log_stream_names.is_empty() && request.log_stream_name_prefix.is_some() {
        return Err(errors::invalid_parameter(
            "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.",
        ));
    }
    let pattern = Pattern::parse(&request.filter_pattern)?;
    let group = group_identifier(&request.log_group_name, &request.log_group_identifier)?;
    let group = call.region().logs.identified(&group)?;
    for name in &request.log_stream_names {
        group.stream(name)?;
    }
    let streams = group.streams.values().filter(|stream| stream_wanted(stream, &request));
    let mut found: Vec<FoundEvent> = streams
        .flat_map(|stream| {
            let events = stream.events.iter().filter(|event| event_wanted(event, &request));
            events.map(move |event| FoundEvent::of(stream, event))
        })
        .filter(|event| pattern.matches(&event.message))
        .collect();
    found.sort_by_key(FoundEvent::key);
    let limit = request.limit.unwrap_or(10_000).min(10_000);
    let page = page(found, request.next_token.as_deref(), limit, FoundEvent::key)
        .map_err(errors::invalid_token)?;
    Ok(FilterResponse { events: page.items, searched_log_streams: [], next_token: page.next })
}

fn stream_wanted(stream: &LogStream, request: &FilterRequest) -> bool {
    let names = &request.log_stream_names;
    let prefix = request.log_stream_name_prefix.as_deref().unwrap_or("");
    (names.is_empty() || names.contains(&stream.name)) && stream.name.starts_with(prefix)
}

/// Both ends of the time count in, as AWS documents for this operation.
fn event_wanted(event: &Event, request: &FilterRequest) -> bool {
    request.start_time.is_none_or(|start| event.timestamp >= start)
        && request.end_time.is_none_or(|end| event.timestamp <= end)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    #[test]
    fn events_of_several_streams_come_by_time_and_by_pages() {
        let mut fixture = Fixture::new();
        fixture.call("logs", "CreateLogGroup", json!({"logGroupName": "app"})).unwrap();
        let now = fixture.clock.now.as_millisecond();
        for (stream, ages) in [("one", [4, 2]), ("two", [3, 1])] {
            let request = json!({"logGroupName": "app", "logStreamName": stream});
            fixture.call("logs", "CreateLogStream", request).unwrap();
            let events: Vec<Value> = ages
                .iter()
                .map(|age| json!({"timestamp": now - age, "message": format!("age {age}")}))
                .collect();
            let request =
                json!({"logGroupName": "app", "logStreamName": stream, "logEvents": events});
            fixture.call("logs", "PutLogEvents", request).unwrap();
        }
        let mut messages = |more: Value| {
            let mut request = json!({"logGroupName": "app", "filterPattern": "age"});
            request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let found = fixture.call("logs", "FilterLogEvents", request).unwrap();
            let events = found["events"].as_array().unwrap().iter();
            let texts: Vec<Value> = events.map(|event| event["message"].clone()).collect();
            (texts, found["nextToken"].clone())
        };
        let (first, token) = messages(json!({"limit": 3}));
        assert_eq!(first, ["age 4", "age 3", "age 2"]);
        assert_eq!(messages(json!({"limit": 3, "nextToken": token})).0, ["age 1"]);
        assert_eq!(messages(json!({"logStreamNames": ["two"]})).0, ["age 3", "age 1"]);
        let times = json!({"startTime": now - 3, "endTime": now - 2});
        assert_eq!(messages(times).0, ["age 3", "age 2"]);
    }

    #[test]
    fn what_two_streams_say_at_once_has_two_ids() {
        let mut fixture = Fixture::new();
        fixture.call("logs", "CreateLogGroup", json!({"logGroupName": "app"})).unwrap();
        let now = fixture.clock.now.as_millisecond();
        for stream in ["one", "two"] {
            let request = json!({"logGroupName": "app", "logStreamName": stream});
            fixture.call("logs", "CreateLogStream", request).unwrap();
            let events = json!([{"timestamp": now, "message": "same"}]);
            let request =
                json!({"logGroupName": "app", "logStreamName": stream, "logEvents": events});
            fixture.call("logs", "PutLogEvents", request).unwrap();
        }
        let request = json!({"logGroupName": "app"});
        let found = fixture.call("logs", "FilterLogEvents", request).unwrap();
        let ids: Vec<&str> = (found["events"].as_array().unwrap().iter())
            .map(|event| event["eventId"].as_str().unwrap())
            .collect();
        assert!(ids.len() == 2 && ids[0] != ids[1] && ids[0].len() == 56, "{ids:?}");
    }
}
