//! What the services that run here count, on its way to CloudWatch.
//!
//! Whoever answers requests counts them here, without waiting for the world; once a minute
//! `runtime::measure` hands over the minutes that are over, as AWS's services publish theirs.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use jiff::Timestamp;

use crate::services::monitoring::metric::{Dimension, Measured, Metric};

/// How long a minute is, in seconds.
const MINUTE: i64 = 60;

/// What was counted, and has not been handed over.
#[derive(Debug, Default)]
pub struct Meter(Mutex<BTreeMap<Key, Measured>>);

/// Which metric it is, and when its minute began.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The minute, in seconds since 1970.
    pub minute: i64,
    /// The region whose CloudWatch has it.
    pub region: String,
    /// The metric.
    pub metric: Metric,
    /// `Count`, `Milliseconds`, `Percent`, `None`.
    pub unit: &'static str,
}

/// Who counts: a service's namespace, and the dimensions that tell its objects apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The region whose CloudWatch has it.
    pub region: String,
    /// `AWS/AppRunner`.
    pub namespace: &'static str,
    /// Names and values.
    pub dimensions: Vec<(&'static str, String)>,
}

impl Meter {
    /// Counts one value of a source's metric.
    pub fn count(&self, source: &Source, name: &str, unit: &'static str, value: f64) {
        self.count_at(Timestamp::now(), source, name, unit, value);
    }

    fn count_at(&self, at: Timestamp, source: &Source, name: &str, unit: &'static str, value: f64) {
        let dimension = |(name, value): &(&str, String)| Dimension {
            name: (*name).to_owned(),
            value: value.clone(),
        };
        let dimensions = source.dimensions.iter().map(dimension).collect();
        let second = at.as_second();
        let key = Key {
            minute: second - second.rem_euclid(MINUTE),
            region: source.region.clone(),
            metric: Metric::new(source.namespace, name, dimensions),
            unit,
        };
        let value = Measured::value(value, 1.0);
        self.lock().entry(key).and_modify(|known| known.add(&value)).or_insert(value);
    }

    /// Takes what was counted in minutes that began before a moment, in seconds since 1970.
    pub fn take(&self, before: i64) -> BTreeMap<Key, Measured> {
        let mut counted = self.lock();
        let (taken, kept) =
            std::mem::take(&mut *counted).into_iter().partition(|(key, _)| key.minute < before);
        *counted = kept;
        taken
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Measured>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source {
    /// The same source, seen more closely.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.dimensions.push((name, value.into()));
        self
    }
}

/// The first digit of a status, as names of metrics have it: `5xx`.
pub fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_that_are_over_are_handed_over_once() {
        let meter = Meter::default();
        let source = Source { namespace: "AWS/AppRunner", ..Source::default() };
        let source = source.with("ServiceName", "api");
        for (second, value) in [(60, 1.0), (119, 2.0), (120, 4.0)] {
            let at = Timestamp::from_second(second).unwrap();
            meter.count_at(at, &source, "Requests", "Count", value);
        }
        let taken: Vec<(i64, f64)> =
            meter.take(120).into_iter().map(|(key, measured)| (key.minute, measured.sum)).collect();
        assert_eq!(taken, [(60, 3.0)]);
        assert_eq!(meter.take(120).len(), 0);
        let (key, measured) = meter.take(i64::MAX).pop_first().unwrap();
        assert_eq!((key.minute, measured.sum), (120, 4.0));
        assert_eq!(key.metric.dimensions[0].value, "api");
    }
}
