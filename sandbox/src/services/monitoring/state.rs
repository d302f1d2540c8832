//! What exists: metrics, alarms with their history, anomaly detectors; and dashboards, which are
//! the same in every region.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::alarm::Alarm;
use super::detector::Detector;
use super::history::HistoryItem;
use super::metric::{Measured, Metric, Series};
use super::notice::Notice;
use crate::services::tags::Tags;

const DAY: i64 = 24 * 60 * 60;
/// How long the samples of metrics are kept, in seconds: as long as AWS keeps single minutes.
const RETENTION: i64 = 15 * DAY;
/// How often alarms are looked at while nothing is put, in seconds.
const TICK: i64 = 10;
/// How far alarms catch up when nobody called for long, in seconds.
const CATCH_UP: i64 = 3 * 60 * 60;

/// The metrics and alarms of one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) metrics: BTreeMap<String, Series>,
    pub(super) alarms: BTreeMap<String, Alarm>,
    pub(super) detectors: BTreeMap<String, Detector>,
    /// Oldest first.
    pub(super) history: Vec<HistoryItem>,
    /// Up to when alarms were evaluated, in seconds since 1970.
    evaluated: i64,
    /// Whether data, or an alarm, came since then.
    is_stale: bool,
    /// The changes of state that nobody has been told of.
    #[serde(skip)]
    pub(super) notices: Vec<Notice>,
}

/// The dashboards of the account.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Dashboards {
    pub(super) dashboards: BTreeMap<String, Dashboard>,
}

/// A page of graphs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Dashboard {
    pub arn: String,
    /// As it was put.
    pub body: String,
    pub modified: Timestamp,
    #[serde(default)]
    pub tags: Tags,
}

impl State {
    /// Writes down what was measured at a moment, for a caller or for a service that runs here.
    pub fn measure(&mut self, metric: Metric, at: Timestamp, unit: &str, measured: Measured) {
        self.put(metric, at.as_second(), false, unit, measured);
    }

    pub(super) fn put(
        &mut self,
        metric: Metric,
        at: i64,
        is_high_resolution: bool,
        unit: &str,
        measured: Measured,
    ) {
        let series = self.metrics.entry(metric.key()).or_insert_with(|| Series::new(metric));
        series.put(at, is_high_resolution, unit, measured);
        self.is_stale = true;
    }

    /// Whether there are alarms, which somebody must look at from time to time.
    pub fn has_alarms(&self) -> bool {
        !self.alarms.is_empty()
    }

    /// Has alarms looked at again at the next call. Where there was no call before, there is
    /// nothing to catch up with.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.is_stale = true;
        if self.evaluated == 0 {
            self.evaluated = now.as_second();
        }
    }

    pub(super) fn series(&self, metric: &Metric) -> Option<&Series> {
        self.metrics.get(&metric.key())
    }

    /// Evaluates alarms: at each minute since the last time, and now if there is something new.
    pub fn settle(&mut self, now: Timestamp) {
        let seconds = now.as_second();
        if self.alarms.is_empty() {
            self.evaluated = seconds;
        }
        let since = self.evaluated.max(seconds - CATCH_UP);
        for minute in (since - since.rem_euclid(60) + 60..=seconds).step_by(60) {
            self.evaluate(Timestamp::from_second(minute).unwrap_or(now));
        }
        if self.is_stale || seconds - seconds.rem_euclid(TICK) > self.evaluated {
            self.evaluate(now);
        }
        self.is_stale = false;
        self.forget(seconds);
    }

    fn evaluate(&mut self, at: Timestamp) {
        self.evaluated = at.as_second();
        self.evaluate_alarms(at);
    }

    fn forget(&mut self, now: i64) {
        self.metrics.retain(|_, series| {
            series.forget(now - RETENTION);
            !series.is_empty()
        });
        let oldest = Timestamp::from_second(now - 30 * DAY).unwrap_or(Timestamp::MIN);
        self.history.retain(|item| item.at >= oldest);
    }

    /// The tags of an alarm with an ARN.
    pub(super) fn alarm_tags(&mut self, arn: &str) -> Option<&mut Tags> {
        let alarm = self.alarms.values_mut().find(|alarm| alarm.arn == arn);
        alarm.map(|alarm| &mut alarm.tags)
    }
}

/// A moment as CloudWatch writes it inside documents: `2026-01-31T12:00:00.000+0000`.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// The JSON of a value that has one.
pub(super) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
