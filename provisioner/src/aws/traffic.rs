//! What CloudWatch has counted of a service's requests.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat};
use jiff::Timestamp;

use super::Context;
use crate::resource::{Result, Traffic};

/// How long CloudWatch counts before it begins anew, in seconds.
const MINUTE: i64 = 60;
/// Of fewer requests in a minute the slowest hundredth is a single one.
const MANY: f64 = 100.0;

/// Where the requests of a service are counted, and under which names.
pub(crate) struct Counts {
    pub namespace: &'static str,
    pub dimensions: Vec<(&'static str, String)>,
    pub requests: &'static str,
    pub failed: &'static str,
    /// The time that answers take, in this unit.
    pub time: &'static str,
    pub unit: Duration,
}

impl Counts {
    /// What was counted in whole minutes since a moment; `None` while there is none.
    pub async fn since(&self, cx: &Context, since: Timestamp) -> Result<Option<Traffic>> {
        let (start, now) = (next_minute(since), Timestamp::now().as_second());
        if now < start + MINUTE {
            return Ok(None);
        }
        let names = [(self.requests, "Sum"), (self.failed, "Sum"), (self.time, "p99")];
        let queries = names.iter().enumerate().map(|(number, (name, statistic))| {
            let metric = MetricStat::builder()
                .metric(self.metric(name))
                .period(MINUTE as i32)
                .stat(*statistic);
            MetricDataQuery::builder().id(id(number)).metric_stat(metric.build()).build()
        });
        let request = cx.clients.cloudwatch().get_metric_data();
        let pages = request
            .set_metric_data_queries(Some(queries.collect()))
            .start_time(DateTime::from_secs(start))
            .end_time(DateTime::from_secs(now))
            .into_paginator()
            .send();
        let pages = pages.try_collect().await?;
        let results: Vec<_> = pages
            .into_iter()
            .flat_map(|page| page.metric_data_results.unwrap_or_default())
            .collect();
        Ok(self.traffic(&results))
    }

    fn metric(&self, name: &str) -> Metric {
        let dimension =
            |(name, value): &(&str, String)| Dimension::builder().name(*name).value(value).build();
        Metric::builder()
            .namespace(self.namespace)
            .metric_name(name)
            .set_dimensions(Some(self.dimensions.iter().map(dimension).collect()))
            .build()
    }

    fn traffic(&self, results: &[MetricDataResult]) -> Option<Traffic> {
        let [requests, failed, times] = [0, 1, 2].map(|number| minutes(results, number));
        let worst = times
            .iter()
            .filter(|(minute, _)| requests.get(minute).is_some_and(|count| *count >= MANY))
            .map(|(_, time)| *time)
            .fold(None, |worst: Option<f64>, time| Some(worst.map_or(time, |w| w.max(time))));
        let sum = |counts: &BTreeMap<i64, f64>| counts.values().sum::<f64>() as u64;
        (!requests.is_empty()).then(|| Traffic {
            requests: sum(&requests),
            failed: sum(&failed),
            p99: worst.map(|time| self.unit.mul_f64(time.max(0.0))),
        })
    }
}

/// The beginning of the minute after a moment, in seconds since 1970.
fn next_minute(moment: Timestamp) -> i64 {
    (moment.as_millisecond().div_euclid(MINUTE * 1000) + 1) * MINUTE
}

/// What a query of this number is called.
fn id(number: usize) -> String {
    format!("q{number}")
}

/// The values of a query by their minutes.
fn minutes(results: &[MetricDataResult], number: usize) -> BTreeMap<i64, f64> {
    let of_query = results.iter().filter(|result| result.id() == Some(&id(number)));
    let pairs = of_query.flat_map(|result| result.timestamps().iter().zip(result.values()));
    pairs.map(|(at, value)| (at.secs(), *value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(number: usize, values: &[f64]) -> MetricDataResult {
        let minutes = (0..values.len()).map(|minute| DateTime::from_secs(minute as i64 * MINUTE));
        MetricDataResult::builder()
            .id(id(number))
            .set_timestamps(Some(minutes.collect()))
            .set_values(Some(values.to_vec()))
            .build()
    }

    #[test]
    fn only_whole_minutes_after_a_moment_count() {
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        let next = moment("2026-01-01T10:01:00Z").as_second();
        assert_eq!(next_minute(moment("2026-01-01T10:00:00Z")), next);
        assert_eq!(next_minute(moment("2026-01-01T10:00:59.999Z")), next);
    }

    #[test]
    fn minutes_are_added_up_and_the_slowest_busy_one_is_told() {
        let counts = Counts {
            namespace: "AWS/AppRunner",
            dimensions: Vec::new(),
            requests: "Requests",
            failed: "5xxStatusResponses",
            time: "RequestLatency",
            unit: Duration::from_millis(1),
        };
        assert_eq!(counts.traffic(&[result(0, &[]), result(1, &[]), result(2, &[])]), None);
        let idle =
            [result(0, &[9.0, 200.0, 120.0]), result(1, &[2.0]), result(2, &[900.0, 30.0, 40.0])];
        let p99 = Some(Duration::from_millis(40));
        assert_eq!(counts.traffic(&idle), Some(Traffic { requests: 329, failed: 2, p99 }));
    }
}
