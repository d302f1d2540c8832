//! Metrics: what names one, what was measured, and what a statistic makes of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many samples of a metric are kept: about a day of minutes, as for what runs here for long.
const MOST_SAMPLES: usize = 2_000;

/// A name and value that tell metrics of one name apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension {
    /// What it speaks of: `ServiceName`.
    pub name: String,
    /// Which one.
    pub value: String,
}

/// What names a metric.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Metric {
    /// Who measures: `AWS/RDS`, or a name of the customer's.
    #[serde(default)]
    pub namespace: String,
    /// What is measured.
    #[serde(default)]
    pub metric_name: String,
    /// In the order of their names.
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
}

impl Metric {
    /// The metric of a name; the order of dimensions does not matter.
    pub fn new(namespace: &str, name: &str, mut dimensions: Vec<Dimension>) -> Self {
        dimensions.sort();
        Self { namespace: namespace.to_owned(), metric_name: name.to_owned(), dimensions }
    }

    /// A text that no other metric has, which sorts by namespace and name.
    pub(super) fn key(&self) -> String {
        let dimensions =
            self.dimensions.iter().map(|one| format!("{}\u{1}{}", one.name, one.value));
        let parts = [self.namespace.clone(), self.metric_name.clone()];
        parts.into_iter().chain(dimensions).collect::<Vec<_>>().join("\u{0}")
    }
}

/// A metric's samples.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Series {
    pub metric: Metric,
    /// When something was last measured, in seconds since 1970.
    pub last: i64,
    /// In the order of their times.
    samples: Vec<Sample>,
}

/// What was measured in a minute, or in a second where the resolution is high, in one unit.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sample {
    /// The beginning, in seconds since 1970.
    at: i64,
    unit: String,
    measured: Measured,
}

/// Measurements, summed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// How many.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub minimum: f64,
    /// The greatest.
    pub maximum: f64,
    /// Each value with how often it was there; empty when only the summary is known.
    values: Vec<(f64, f64)>,
}

impl Measured {
    /// One value, `count` times.
    pub fn value(value: f64, count: f64) -> Self {
        Self {
            count,
            sum: value * count,
            minimum: value,
            maximum: value,
            values: vec![(value, count)],
        }
    }

    /// A summary whose single values nobody knows.
    pub fn summary(count: f64, sum: f64, minimum: f64, maximum: f64) -> Self {
        Self { count, sum, minimum, maximum, values: Vec::new() }
    }

    /// Adds what was measured elsewhere.
    pub fn add(&mut self, other: &Self) {
        // Percentiles need every value: they are lost with the first summary.
        let is_known = !self.values.is_empty() && !other.values.is_empty();
        self.count += other.count;
        self.sum += other.sum;
        self.minimum = self.minimum.min(other.minimum);
        self.maximum = self.maximum.max(other.maximum);
        if !is_known {
            self.values.clear();
            return;
        }
        for (value, count) in &other.values {
            match self.values.iter_mut().find(|(known, _)| known == value) {
                Some((_, known)) => *known += count,
                None => self.values.push((*value, *count)),
            }
        }
    }

    /// What a statistic makes of the measurements; none for a percentile of a summary.
    pub(super) fn statistic(&self, statistic: Statistic) -> Option<f64> {
        match statistic {
            Statistic::SampleCount => Some(self.count),
            Statistic::Sum => Some(self.sum),
            Statistic::Average => Some(self.sum / self.count),
            Statistic::Minimum => Some(self.minimum),
            Statistic::Maximum => Some(self.maximum),
            Statistic::Percentile(percent) => self.percentile(percent),
            Statistic::TrimmedMean(percent) => self.trimmed_mean(percent),
        }
    }

    fn sorted(&self) -> Vec<(f64, f64)> {
        let mut values = self.values.clone();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        values
    }

    /// The least value that so many of the measurements do not exceed. A summary of equal values,
    /// or of one, has only one answer.
    fn percentile(&self, percent: f64) -> Option<f64> {
        if self.values.is_empty() {
            return (self.minimum == self.maximum).then_some(self.minimum);
        }
        let wanted = self.count * percent / 100.0;
        let mut seen = 0.0;
        let sorted = self.sorted();
        let found = sorted.iter().find(|(_, count)| {
            seen += count;
            seen >= wanted
        });
        found.or(sorted.last()).map(|(value, _)| *value)
    }

    /// The mean without the greatest values beyond the percentage.
    fn trimmed_mean(&self, percent: f64) -> Option<f64> {
        let mut room = self.count * percent / 100.0;
        let (mut sum, mut count) = (0.0, 0.0);
        for (value, times) in self.sorted() {
            let taken = times.min(room);
            room -= taken;
            sum += value * taken;
            count += taken;
        }
        (count > 0.0).then_some(sum / count)
    }
}

/// What measurements are summed up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Statistic {
    SampleCount,
    Sum,
    Average,
    Minimum,
    Maximum,
    /// `p99.9`
    Percentile(f64),
    /// `tm90`: the mean of the lowest ninety percent.
    TrimmedMean(f64),
}

impl Statistic {
    /// The statistic of a name; none where there is none, or the sandbox does not compute it.
    pub fn parse(name: &str) -> Option<Self> {
        let percent = |prefix: &str| {
            let number = name.strip_prefix(prefix)?;
            let is_plain = number.starts_with(|first: char| first.is_ascii_digit());
            number.parse::<f64>().ok().filter(|percent| is_plain && *percent <= 100.0)
        };
        Some(match name {
            "SampleCount" => Self::SampleCount,
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            _ => percent("p")
                .map(Self::Percentile)
                .or_else(|| percent("tm").map(Self::TrimmedMean))?,
        })
    }
}

impl Series {
    pub fn new(metric: Metric) -> Self {
        Self { metric, last: i64::MIN, samples: Vec::new() }
    }

    /// Writes measurements down, in the second `at` or in its minute.
    pub fn put(&mut self, at: i64, is_high_resolution: bool, unit: &str, measured: Measured) {
        self.last = self.last.max(at);
        let at = if is_high_resolution { at } else { at - at.rem_euclid(60) };
        let place = self.samples.partition_point(|sample| sample.at < at);
        let same = self.samples[place..].iter_mut().take_while(|sample| sample.at == at);
        match same.into_iter().find(|sample| sample.unit == unit) {
            Some(sample) => sample.measured.add(&measured),
            None => self.samples.insert(place, Sample { at, unit: unit.to_owned(), measured }),
        }
        let surplus = self.samples.len().saturating_sub(MOST_SAMPLES);
        self.samples.drain(..surplus);
    }

    /// Lets go of what was measured before a moment.
    pub fn forget(&mut self, before: i64) {
        let old = self.samples.partition_point(|sample| sample.at < before);
        self.samples.drain(..old);
    }

    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Whether anything was measured from a moment until before another.
    pub fn has_between(&self, from: i64, to: i64) -> bool {
        let first = self.samples.partition_point(|sample| sample.at < from);
        self.samples.get(first).is_some_and(|sample| sample.at < to)
    }

    /// What was measured in the window's periods, by their beginnings; in one unit if one is named.
    pub fn periods(&self, window: Window, unit: Option<&str>) -> BTreeMap<i64, (Measured, &str)> {
        let from = self.samples.partition_point(|sample| sample.at < window.start);
        let within = self.samples[from..].iter().take_while(|sample| sample.at < window.end);
        let wanted = within.filter(|sample| unit.is_none_or(|unit| unit == sample.unit));
        let mut periods: BTreeMap<i64, (Measured, &str)> = BTreeMap::new();
        for sample in wanted {
            periods
                .entry(window.period_of(sample.at))
                .and_modify(|(measured, _)| measured.add(&sample.measured))
                .or_insert_with(|| (sample.measured.clone(), &sample.unit));
        }
        periods
    }
}

/// A time and the periods in it, in seconds; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub start: i64,
    pub end: i64,
    pub period: i64,
}

impl Window {
    /// The beginning of the period that a moment is in.
    fn period_of(self, at: i64) -> i64 {
        at - (at - self.start).rem_euclid(self.period)
    }

    /// The beginnings of the periods.
    pub fn periods(self) -> impl DoubleEndedIterator<Item = i64> {
        let count = (self.end - self.start + self.period - 1) / self.period;
        (0..count.max(0)).map(move |number| self.start + number * self.period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_are_of_all_values() {
        let mut measured = Measured::value(1.0, 1.0);
        measured.add(&Measured::value(3.0, 2.0));
        measured.add(&Measured::value(10.0, 1.0));
        let of = |name: &str| measured.statistic(Statistic::parse(name).unwrap()).unwrap();
        assert_eq!(
            ["SampleCount", "Sum", "Average", "Minimum", "Maximum"].map(of),
            [4.0, 17.0, 4.25, 1.0, 10.0]
        );
        assert_eq!(["p25", "p50", "p75", "p99.9", "p100"].map(of), [1.0, 3.0, 3.0, 10.0, 10.0]);
        assert_eq!(of("tm75"), 7.0 / 3.0);
    }

    #[test]
    fn a_summary_has_no_percentiles() {
        let mut measured = Measured::summary(2.0, 4.0, 1.0, 3.0);
        assert_eq!(measured.statistic(Statistic::Percentile(50.0)), None);
        measured.add(&Measured::value(8.0, 1.0));
        assert_eq!(measured.statistic(Statistic::Percentile(50.0)), None);
        assert_eq!(measured.statistic(Statistic::Average), Some(4.0));
    }

    #[test]
    fn unknown_statistics_are_none() {
        for name in ["Mean", "p", "p101", "pinf", "tm-1", "p-5", ""] {
            assert_eq!(Statistic::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_minute_is_one_sample_and_a_second_is_where_resolution_is_high() {
        let mut series = Series::new(Metric::default());
        for at in [60, 61, 119, 120] {
            series.put(at, false, "Count", Measured::value(1.0, 1.0));
        }
        series.put(61, true, "Count", Measured::value(5.0, 1.0));
        series.put(61, false, "Seconds", Measured::value(9.0, 1.0));
        let sums = |window: Window, unit: Option<&str>| -> Vec<(i64, f64)> {
            let periods = series.periods(window, unit).into_iter();
            periods.map(|(at, (measured, _))| (at, measured.sum)).collect()
        };
        let minutes = Window { start: 60, end: 180, period: 60 };
        assert_eq!(sums(minutes, Some("Count")), [(60, 8.0), (120, 1.0)]);
        assert_eq!(sums(minutes, None), [(60, 17.0), (120, 1.0)]);
        let seconds = Window { start: 61, end: 62, period: 1 };
        assert_eq!(sums(seconds, None), [(61, 5.0)]);
    }
}
