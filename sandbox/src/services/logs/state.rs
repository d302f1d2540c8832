//! What exists: log groups with their streams and events, and the region's resource policies.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::metric_filter::{Measurement, MetricFilter};
use super::policy::ResourcePolicy;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// How many events of a service that runs here a stream keeps.
const MOST_EVENTS: usize = 10_000;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The log groups of one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) groups: BTreeMap<String, LogGroup>,
    pub(super) policies: BTreeMap<String, ResourcePolicy>,
    /// What metric filters found since somebody last asked.
    #[serde(skip)]
    pub(super) measurements: Vec<Measurement>,
}

/// A log group with its streams.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LogGroup {
    pub name: String,
    /// Without the `:*` at the end that one of the two members has.
    pub arn: String,
    pub created: Timestamp,
    pub class: Class,
    pub retention_days: Option<u32>,
    pub kms_key_id: Option<String>,
    pub protected: bool,
    pub tags: Tags,
    pub streams: BTreeMap<String, LogStream>,
    #[serde(default)]
    pub filters: BTreeMap<String, MetricFilter>,
}

/// What a log group can do, and what it costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Class {
    #[default]
    Standard,
    InfrequentAccess,
    Delivery,
}

/// A sequence of events from one source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LogStream {
    pub name: String,
    pub arn: String,
    pub created: Timestamp,
    pub last_ingested: Option<Timestamp>,
    /// In the order of their times.
    pub events: Vec<Event>,
}

/// One line of a log; times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    pub timestamp: i64,
    pub ingested: i64,
    pub message: String,
    /// The place of the event in the order of arrival, which tells equal times apart.
    pub sequence: u64,
}

impl State {
    /// Lets go of events that are older than their group's retention.
    pub fn settle(&mut self, now: Timestamp) {
        for group in self.groups.values_mut() {
            let Some(days) = group.retention_days else { continue };
            let oldest = now.as_millisecond().saturating_sub(millis(DAY * days));
            for stream in group.streams.values_mut() {
                stream.events.retain(|event| event.timestamp >= oldest);
            }
        }
    }

    /// Makes the log group of a service of AWS's, whose events are kept for ever; one that is
    /// there already stays as it is.
    pub fn provide_group(&mut self, name: &str, arn: String, now: Timestamp) {
        self.groups.entry(name.to_owned()).or_insert_with(|| LogGroup {
            name: name.to_owned(),
            arn,
            created: now,
            class: Class::Standard,
            retention_days: None,
            kms_key_id: None,
            protected: false,
            tags: Tags::default(),
            streams: BTreeMap::new(),
            filters: BTreeMap::new(),
        });
    }

    /// Whether a log group of this name exists; services that write logs create theirs.
    pub fn group_exists(&self, name: &str) -> bool {
        self.groups.contains_key(name)
    }

    /// Writes lines down for somebody who is no caller: a service that runs here. The stream is
    /// made when it is first needed; without the group the lines are lost, as with AWS.
    pub fn append(&mut self, group: &str, stream: &str, lines: Vec<String>, now: Timestamp) {
        let Some(group) = self.groups.get_mut(group) else { return };
        let at = now.as_millisecond();
        let events: Vec<(i64, String)> = lines.into_iter().map(|line| (at, line)).collect();
        self.measurements.extend(group.observe(&events));
        let arn = format!("{}:log-stream:{stream}", group.arn);
        let stream = group.streams.entry(stream.to_owned()).or_insert_with(|| LogStream {
            name: stream.to_owned(),
            arn,
            created: now,
            last_ingested: None,
            events: Vec::new(),
        });
        stream.append(events.into_iter(), now);
        // What really runs here can say a lot: the oldest goes first.
        let surplus = stream.events.len().saturating_sub(MOST_EVENTS);
        stream.events.drain(..surplus);
    }

    pub(super) fn group(&self, name: &str) -> Result<&LogGroup, Fault> {
        self.groups.get(name).ok_or_else(errors::group_not_found)
    }

    pub(super) fn group_mut(&mut self, name: &str) -> Result<&mut LogGroup, Fault> {
        self.groups.get_mut(name).ok_or_else(errors::group_not_found)
    }

    /// The group of a name or of an ARN in either form.
    pub(super) fn identified(&mut self, identifier: &str) -> Result<&mut LogGroup, Fault> {
        self.group_mut(name_of(identifier))
    }
}

impl LogGroup {
    pub(super) fn stream(&self, name: &str) -> Result<&LogStream, Fault> {
        self.streams.get(name).ok_or_else(errors::stream_not_found)
    }

    pub(super) fn stream_mut(&mut self, name: &str) -> Result<&mut LogStream, Fault> {
        self.streams.get_mut(name).ok_or_else(errors::stream_not_found)
    }

    /// What the events take up, at 26 bytes more than each message, as AWS bills them.
    pub(super) fn stored_bytes(&self) -> usize {
        let events = self.streams.values().flat_map(|stream| &stream.events);
        events.map(|event| event.message.len() + 26).sum()
    }
}

/// The name in a log group's name or ARN.
pub(super) fn name_of(identifier: &str) -> &str {
    let name = identifier.split_once(":log-group:").map_or(identifier, |(_, name)| name);
    name.strip_suffix(":*").unwrap_or(name)
}

/// Milliseconds of a duration.
pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
