//! What state a metric alarm is in, by the data that there is.
//!
//! The periods of an alarm end at the last whole minute, or ten seconds where a period is shorter.
//! What differs from AWS: the minute under way counts as soon as there is something in it, so that
//! nobody waits for its end.

use jiff::Timestamp;
use serde_json::json;

use super::alarm::{AlarmState, StateValue, Watch};
use super::math::{Evaluator, Outcome, Points};
use super::metric::Window;
use super::metric_alarm::{Comparison, MetricSettings};
use super::state::{State, moment};

/// How many more periods AWS looks at when some of them are missing.
const SPARE: usize = 2;

/// What a period of an alarm has.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Datapoint {
    at: i64,
    value: f64,
    is_breaching: bool,
}

/// What an alarm sees.
struct Sight {
    /// The periods that AWS looks at, the newest first.
    periods: Vec<Option<Datapoint>>,
    start: i64,
}

/// How an evaluation ends: with a state, or as it was.
#[derive(Debug, PartialEq)]
enum Verdict {
    State(StateValue),
    Retained,
}

impl State {
    /// Evaluates every alarm at a moment: first those over metrics, then those over others.
    pub(super) fn evaluate_alarms(&mut self, now: Timestamp) {
        let changes: Vec<(String, AlarmState)> = self
            .alarms
            .values()
            .filter_map(|alarm| {
                let Watch::Metric(settings) = &alarm.watch else { return None };
                let next = self.judge(settings, now)?;
                (next.value != alarm.state.value).then(|| (alarm.name.clone(), next))
            })
            .collect();
        for (name, next) in changes {
            self.transition(&name, next);
        }
        self.evaluate_composites(now, None);
    }

    /// The state that the data calls for; none when it calls for no change.
    fn judge(&self, settings: &MetricSettings, now: Timestamp) -> Option<AlarmState> {
        let sight = self.see(settings, now.as_second());
        let Verdict::State(value) = verdict(settings, &sight.periods) else { return None };
        let considered: Vec<Datapoint> =
            sight.periods.iter().flatten().take(settings.periods()).copied().collect();
        Some(AlarmState {
            value,
            reason: reason(settings, value, &considered),
            data: Some(reason_data(settings, &considered, now, sight.start)),
            updated: now,
            transitioned: now,
        })
    }

    fn see(&self, settings: &MetricSettings, now: i64) -> Sight {
        let period = settings.seconds();
        let queries = settings.queries();
        let step = period.min(60);
        let whole = now - now.rem_euclid(step);
        let is_begun = queries.iter().filter_map(|query| query.metric_stat.as_ref()).any(|stat| {
            let metric = super::metric::Metric::new(
                &stat.metric.namespace,
                &stat.metric.metric_name,
                stat.metric.dimensions.clone(),
            );
            self.series(&metric).is_some_and(|series| series.has_between(whole, now + 1))
        });
        let end = if is_begun { whole + step } else { whole };
        let count = settings.periods() + SPARE;
        let start = end - period * count as i64;
        let window = Window { start, end, period };
        let evaluator = Evaluator { state: self, queries: &queries, window };
        let observed = settings.observed(&queries);
        let outcome = observed.and_then(|query| evaluator.query(query).ok());
        let (values, limits) = (points(outcome, window), self.limits(settings, &evaluator));
        let datapoint = |at: i64| {
            let value = *values.get(&at)?;
            let is_breaching = breaches(settings, value, at, &limits)?;
            Some(Datapoint { at, value, is_breaching })
        };
        let periods = window.periods().rev().map(datapoint).collect();
        Sight { periods, start: end - period * settings.periods() as i64 }
    }

    /// The upper and lower edges of the band that the alarm compares with.
    fn limits(&self, settings: &MetricSettings, evaluator: &Evaluator<'_>) -> Vec<Points> {
        let id = settings.threshold_metric_id.as_deref();
        let band = evaluator.queries.iter().find(|query| Some(query.id.as_str()) == id);
        let outcome = band.and_then(|query| evaluator.query(query).ok());
        outcome.map(Outcome::into_series).unwrap_or_default()
    }
}

/// The values of an expression that is one time series, or the same number in every period.
fn points(outcome: Option<Outcome>, window: Window) -> Points {
    match outcome {
        Some(Outcome::Scalar(value)) => window.periods().map(|at| (at, value)).collect(),
        Some(Outcome::Series(points)) => points,
        Some(Outcome::Many(_)) | None => Points::new(),
    }
}

/// Whether a value breaches; none where nobody knows what to compare it with.
fn breaches(settings: &MetricSettings, value: f64, at: i64, limits: &[Points]) -> Option<bool> {
    let threshold = settings.threshold.unwrap_or_default();
    let edge = |number: usize| limits.get(number).and_then(|points| points.get(&at)).copied();
    Some(match settings.comparison_operator? {
        Comparison::GreaterThanOrEqual => value >= threshold,
        Comparison::GreaterThan => value > threshold,
        Comparison::LessThan => value < threshold,
        Comparison::LessThanOrEqual => value <= threshold,
        Comparison::AboveBand => value > edge(0)?,
        Comparison::BelowBand => value < edge(1)?,
        Comparison::OutsideBand => value > edge(0)? || value < edge(1)?,
    })
}

/// How AWS documents the evaluation: existing datapoints first, then the treatment of those that
/// are missing.
fn verdict(settings: &MetricSettings, periods: &[Option<Datapoint>]) -> Verdict {
    let (wanted, needed) = (settings.periods(), settings.datapoints());
    let real: Vec<(usize, Datapoint)> = periods
        .iter()
        .enumerate()
        .filter_map(|(age, datapoint)| Some((age + 1, (*datapoint)?)))
        .take(wanted)
        .collect();
    let breaching = real.iter().filter(|(_, datapoint)| datapoint.is_breaching).count();
    let missing = wanted - real.len();
    let treatment = settings.treat_missing_data.as_deref().unwrap_or("missing");
    let of =
        |is_alarm: bool| Verdict::State(if is_alarm { StateValue::Alarm } else { StateValue::Ok });
    match treatment {
        _ if missing == 0 || breaching >= needed => of(breaching >= needed),
        "breaching" => of(breaching + missing >= needed),
        "notBreaching" => of(false),
        _ if breaching < real.len() => of(false),
        "ignore" => Verdict::Retained,
        _ if real.is_empty() => Verdict::State(StateValue::InsufficientData),
        // All that is there breaches. It is enough once the oldest of it is old enough.
        _ if real.last().is_some_and(|(age, _)| *age >= needed) => of(true),
        _ => Verdict::Retained,
    }
}

fn reason(settings: &MetricSettings, value: StateValue, considered: &[Datapoint]) -> String {
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let missing = settings.periods() - considered.len();
    if value == StateValue::InsufficientData {
        let verb = if missing == 1 { "was" } else { "were" };
        return format!(
            "Insufficient Data: {missing} datapoint{} {verb} unknown.",
            plural(missing)
        );
    }
    if considered.is_empty() {
        let treated = if value == StateValue::Alarm { "Breaching" } else { "NonBreaching" };
        let verb = if missing == 1 { "was" } else { "were" };
        return format!(
            "Threshold Crossed: no datapoints were received for {missing} period{s} and {missing} \
             missing datapoint{s} {verb} treated as [{treated}].",
            s = plural(missing)
        );
    }
    let is_alarm = value == StateValue::Alarm;
    let telling: Vec<&Datapoint> =
        considered.iter().filter(|datapoint| datapoint.is_breaching == is_alarm).collect();
    let list: Vec<String> = telling
        .iter()
        .map(|datapoint| {
            let at = Timestamp::from_second(datapoint.at).unwrap_or_default();
            format!("{:?} ({})", datapoint.value, at.strftime("%d/%m/%y %H:%M:%S"))
        })
        .collect();
    let verb = if telling.len() == 1 { "was" } else { "were" };
    let negation = if is_alarm { "" } else { " not" };
    let change = if is_alarm { "OK -> ALARM" } else { "ALARM -> OK" };
    let least = if is_alarm {
        settings.datapoints()
    } else {
        settings.periods() - settings.datapoints() + 1
    };
    format!(
        "Threshold Crossed: {} out of the last {} datapoints [{}] {verb}{negation} {} (minimum \
         {least} datapoint{} for {change} transition).",
        telling.len(),
        settings.periods(),
        list.join(", "),
        comparison(settings),
        plural(least)
    )
}

fn comparison(settings: &MetricSettings) -> String {
    let words = match settings.comparison_operator {
        Some(Comparison::GreaterThanOrEqual) => "greater than or equal to",
        Some(Comparison::GreaterThan) | None => "greater than",
        Some(Comparison::LessThan) => "less than",
        Some(Comparison::LessThanOrEqual) => "less than or equal to",
        Some(Comparison::AboveBand) => return "greater than the upper band".into(),
        Some(Comparison::BelowBand) => return "less than the lower band".into(),
        Some(Comparison::OutsideBand) => {
            return "less than the lower or greater than the upper band".into();
        }
    };
    format!("{words} the threshold ({:?})", settings.threshold.unwrap_or_default())
}

fn reason_data(
    settings: &MetricSettings,
    considered: &[Datapoint],
    now: Timestamp,
    start: i64,
) -> String {
    let at = |seconds: i64| moment(Timestamp::from_second(seconds).unwrap_or_default());
    let recent: Vec<f64> = considered.iter().rev().map(|datapoint| datapoint.value).collect();
    let evaluated: Vec<_> = considered
        .iter()
        .map(|datapoint| json!({ "timestamp": at(datapoint.at), "value": datapoint.value }))
        .collect();
    let mut data = json!({
        "version": "1.0",
        "queryDate": moment(now),
        "startDate": at(start),
        "period": settings.seconds(),
        "recentDatapoints": recent,
        "evaluatedDatapoints": evaluated,
    });
    if let Some(threshold) = settings.threshold {
        data["threshold"] = json!(threshold);
    }
    if let Some(statistic) = settings.statistic.as_ref().or(settings.extended_statistic.as_ref()) {
        data["statistic"] = json!(statistic);
    }
    if let Some(unit) = &settings.unit {
        data["unit"] = json!(unit);
    }
    data.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(needed: usize, treatment: &str) -> MetricSettings {
        serde_json::from_value(json!({
            "MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60,
            "EvaluationPeriods": 3, "DatapointsToAlarm": needed, "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": treatment,
        }))
        .unwrap()
    }

    /// AWS's way of drawing it: the oldest first, `0` is fine, `X` breaches, `-` is missing.
    fn drawn(picture: &str) -> Vec<Option<Datapoint>> {
        let datapoint = |letter| match letter {
            '-' => None,
            letter => Some(Datapoint { at: 0, value: 0.0, is_breaching: letter == 'X' }),
        };
        picture.chars().rev().map(datapoint).collect()
    }

    /// The tables of "Configuring how CloudWatch alarms treat missing data".
    #[test]
    fn missing_data_is_treated_as_in_the_tables_of_the_documentation() {
        const OK: Verdict = Verdict::State(StateValue::Ok);
        const ALARM: Verdict = Verdict::State(StateValue::Alarm);
        const UNKNOWN: Verdict = Verdict::State(StateValue::InsufficientData);
        const SAME: Verdict = Verdict::Retained;
        for (needed, picture, expected) in [
            (3, "0-X-X", [OK, OK, OK, OK]),
            (3, "0----", [OK, OK, OK, OK]),
            (3, "-----", [UNKNOWN, SAME, ALARM, OK]),
            (3, "0XX-X", [ALARM, ALARM, ALARM, ALARM]),
            (3, "--X--", [ALARM, SAME, ALARM, OK]),
            (2, "0-X-X", [ALARM, ALARM, ALARM, ALARM]),
            (2, "00X0X", [ALARM, ALARM, ALARM, ALARM]),
            (2, "0-X--", [OK, OK, ALARM, OK]),
            (2, "----0", [OK, OK, ALARM, OK]),
            (2, "---X-", [ALARM, SAME, ALARM, OK]),
            (3, "----X", [SAME, SAME, ALARM, OK]),
        ] {
            for (treatment, expected) in
                ["missing", "ignore", "breaching", "notBreaching"].into_iter().zip(expected)
            {
                let settings = settings(needed, treatment);
                assert_eq!(verdict(&settings, &drawn(picture)), expected, "{picture} {treatment}");
            }
        }
    }
}
