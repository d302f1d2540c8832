//! Log streams.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::errors;
use super::state::LogStream;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::{descending as reversed, page};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamRequest {
    log_group_name: String,
    log_stream_name: String,
}

/// Creates an empty stream in a group.
pub(super) fn create(call: &mut Call<'_>, request: StreamRequest) -> Result<Empty, Fault> {
    let name = request.log_stream_name;
    if !(1..=512).contains(&name.chars().count()) || name.contains([':', '*']) {
        return Err(errors::invalid_parameter(format!(
            "1 validation error detected: Value '{name}' at 'logStreamName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [^:*]*"
        )));
    }
    let now = call.clock.now;
    let group = call.region().logs.group_mut(&request.log_group_name)?;
    if group.streams.contains_key(&name) {
        return Err(errors::stream_exists());
    }
    let stream = LogStream {
        arn: format!("{}:log-stream:{name}", group.arn),
        name: name.clone(),
        created: now,
        last_ingested: None,
        events: Vec::new(),
    };
    group.streams.insert(name, stream);
    Ok(Empty {})
}

/// Deletes a stream with its events.
pub(super) fn delete(call: &mut Call<'_>, request: StreamRequest) -> Result<Empty, Fault> {
    let group = call.region().logs.group_mut(&request.log_group_name)?;
    match group.streams.remove(&request.log_stream_name) {
        Some(_) => Ok(Empty {}),
        None => Err(errors::stream_not_found()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    #[serde(default)]
    order_by: OrderBy,
    #[serde(default)]
    descending: bool,
    next_token: Option<String>,
    limit: Option<usize>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
enum OrderBy {
    #[default]
    LogStreamName,
    LastEventTime,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeResponse {
    log_streams: Vec<StreamView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamView {
    log_stream_name: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_ingestion_time: Option<i64>,
    upload_sequence_token: String,
    arn: String,
    /// AWS no longer counts the bytes of streams and answers zero.
    stored_bytes: u64,
}

impl StreamView {
    fn of(stream: &LogStream) -> Self {
        Self {
            log_stream_name: stream.name.clone(),
            creation_time: stream.created.as_millisecond(),
            first_event_timestamp: stream.events.first().map(|event| event.timestamp),
            last_event_timestamp: stream.events.last().map(|event| event.timestamp),
            last_ingestion_time: stream.last_ingested.map(|time| time.as_millisecond()),
            upload_sequence_token: sequence_token(stream),
            arn: stream.arn.clone(),
            stored_bytes: 0,
        }
    }
}

/// The token that older clients send back; AWS accepts any.
pub(super) fn sequence_token(stream: &LogStream) -> String {
    format!("{:056}", stream.events.len())
}

/// The streams of a group by name or by the time of their last event.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<DescribeResponse, Fault> {
    if request.order_by == OrderBy::LastEventTime && request.log_stream_name_prefix.is_some() {
        return Err(errors::invalid_parameter(
            "Cannot order by LastEventTime with a logStreamNamePrefix.",
        ));
    }
    let group = group_identifier(&request.log_group_name, &request.log_group_identifier)?;
    let streams = call.region().logs.identified(&group)?.streams.values();
    let prefix = request.log_stream_name_prefix.as_deref().unwrap_or("");
    let wanted = streams.filter(|stream| stream.name.starts_with(prefix));
    let sorted: BTreeMap<String, &LogStream> = wanted
        .map(|stream| (sort_key(stream, request.order_by, request.descending), stream))
        .collect();
    let limit = request.limit.unwrap_or(50).min(50);
    let page = page(sorted, request.next_token.as_deref(), limit, |(key, _)| key.clone())
        .map_err(errors::invalid_token)?;
    let view = |(_, stream): (String, &LogStream)| StreamView::of(stream);
    let log_streams = page.items.into_iter().map(view).collect();
    Ok(DescribeResponse { log_streams, next_token: page.next })
}

/// A text of the stream's own that ascends in the wanted order.
fn sort_key(stream: &LogStream, by: OrderBy, descending: bool) -> String {
    let key = match by {
        OrderBy::LogStreamName => stream.name.clone(),
        OrderBy::LastEventTime => {
            let last = stream.events.last().map_or(0, |event| event.timestamp);
            format!("{last:020} {}", stream.name)
        }
    };
    if descending { reversed(&key) } else { key }
}

/// The group that a request names in one of two ways, and not in both.
pub(super) fn group_identifier(
    name: &Option<String>,
    identifier: &Option<String>,
) -> Result<String, Fault> {
    match (name, identifier) {
        (Some(one), None) | (None, Some(one)) => Ok(one.clone()),
        _ => Err(errors::invalid_parameter(
            "Specify either logGroupName or logGroupIdentifier, but not both.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        fixture.call("logs", "CreateLogGroup", json!({"logGroupName": "app"})).unwrap();
        for (name, time) in [("a", 3), ("b", 1), ("c", 2)] {
            let stream = json!({"logGroupName": "app", "logStreamName": name});
            fixture.call("logs", "CreateLogStream", stream).unwrap();
            let now = fixture.clock.now.as_millisecond();
            let events = json!({
                "logGroupName": "app", "logStreamName": name,
                "logEvents": [{"timestamp": now - 10 + time, "message": "x"}],
            });
            fixture.call("logs", "PutLogEvents", events).unwrap();
        }
        fixture
    }

    fn names(fixture: &mut Fixture, mut request: Value) -> Vec<String> {
        request["logGroupName"] = json!("app");
        let described = fixture.call("logs", "DescribeLogStreams", request).unwrap();
        let streams = described["logStreams"].as_array().unwrap();
        streams.iter().map(|one| one["logStreamName"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn streams_are_ordered_as_asked() {
        let mut fixture = fixture();
        assert_eq!(names(&mut fixture, json!({"descending": true})), ["c", "b", "a"]);
        let by_time = json!({"orderBy": "LastEventTime"});
        assert_eq!(names(&mut fixture, by_time), ["b", "c", "a"]);
        let newest = json!({"orderBy": "LastEventTime", "descending": true, "limit": 1});
        assert_eq!(names(&mut fixture, newest), ["a"]);
        assert_eq!(names(&mut fixture, json!({"logStreamNamePrefix": "b"})), ["b"]);
    }

    #[test]
    fn names_are_unique_in_their_group_and_have_rules() {
        let mut fixture = fixture();
        for (name, code) in [
            ("a", "ResourceAlreadyExistsException"),
            ("x:y", "InvalidParameterException"),
            ("*", "InvalidParameterException"),
        ] {
            let request = json!({"logGroupName": "app", "logStreamName": name});
            assert_eq!(fixture.fault("logs", "CreateLogStream", request), code);
        }
        let stream = json!({"logGroupName": "app", "logStreamName": "a"});
        fixture.call("logs", "DeleteLogStream", stream.clone()).unwrap();
        let code = fixture.fault("logs", "DeleteLogStream", stream);
        assert_eq!(code, "ResourceNotFoundException");
        let elsewhere = json!({"logGroupName": "none", "logStreamName": "a"});
        let code = fixture.fault("logs", "CreateLogStream", elsewhere);
        assert_eq!(code, "ResourceNotFoundException");
    }
}
