//! The functions of expressions.

use std::collections::BTreeSet;

use super::super::metric::Window;
use super::operator::each;
use super::{Outcome, Points, Problem};

/// A function that sums up: one series to a number, several period by period to one series.
type Summary = fn(&[f64]) -> f64;

const SUMMARIES: &[(&str, Summary)] = &[
    ("AVG", |values| values.iter().sum::<f64>() / values.len() as f64),
    ("MAX", |values| values.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
    ("MIN", |values| values.iter().copied().fold(f64::INFINITY, f64::min)),
    ("STDDEV", deviation),
    ("SUM", |values| values.iter().sum()),
];

/// A function of one value, for every value of a series.
type OfEach = fn(f64) -> f64;

const OF_EACH_VALUE: &[(&str, OfEach)] = &[
    ("ABS", f64::abs),
    ("CEIL", f64::ceil),
    ("EXP", f64::exp),
    ("FLOOR", f64::floor),
    ("LOG", f64::ln),
    ("LOG10", f64::log10),
];

/// Those that do something else.
const OTHERS: &[&str] = &[
    "ANOMALY_DETECTION_BAND",
    "DIFF",
    "FILL",
    "IF",
    "METRICS",
    "METRIC_COUNT",
    "PERIOD",
    "RATE",
    "RUNNING_SUM",
];

/// Whether the sandbox computes a function.
pub(super) fn is_known(name: &str) -> bool {
    OTHERS.contains(&name)
        || SUMMARIES.iter().any(|(known, _)| *known == name)
        || OF_EACH_VALUE.iter().any(|(known, _)| *known == name)
}

/// How far values are from their mean.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (squares / values.len() as f64).sqrt()
}

/// Calls a function on what its arguments come to.
pub(super) fn call(
    name: &str,
    arguments: Vec<Outcome>,
    window: Window,
) -> Result<Outcome, Problem> {
    if let Some((name, summary)) = SUMMARIES.iter().find(|(known, _)| *known == name) {
        return summarise(name, *summary, arguments);
    }
    if let Some((name, compute)) = OF_EACH_VALUE.iter().find(|(known, _)| *known == name) {
        return of_each(name, *compute, arguments);
    }
    match name {
        "IF" => choose(arguments),
        "DIFF" => over_time("DIFF", arguments, |before, after| after.1 - before.1),
        "RATE" => over_time("RATE", arguments, |before, after| {
            (after.1 - before.1) / (after.0 - before.0) as f64
        }),
        "RUNNING_SUM" => match <[Outcome; 1]>::try_from(arguments) {
            Ok([Outcome::Series(points)]) => Ok(Outcome::Series(running_sum(points))),
            _ => Err(Problem::Arguments("RUNNING_SUM")),
        },
        "PERIOD" => Ok(Outcome::Scalar(window.period as f64)),
        "METRIC_COUNT" => match arguments.as_slice() {
            [Outcome::Many(series)] => Ok(Outcome::Scalar(series.len() as f64)),
            _ => Err(Problem::Arguments("METRIC_COUNT")),
        },
        _ => Err(Problem::NotComputed(name.to_owned())),
    }
}

fn summarise(
    name: &'static str,
    summary: Summary,
    arguments: Vec<Outcome>,
) -> Result<Outcome, Problem> {
    match <[Outcome; 1]>::try_from(arguments) {
        Ok([Outcome::Series(points)]) if !points.is_empty() => {
            Ok(Outcome::Scalar(summary(&points.into_values().collect::<Vec<_>>())))
        }
        Ok([Outcome::Series(points)]) => Ok(Outcome::Series(points)),
        Ok([Outcome::Many(series)]) => Ok(Outcome::Series(across(&series, summary))),
        _ => Err(Problem::Arguments(name)),
    }
}

fn across(series: &[Points], summary: Summary) -> Points {
    let periods: BTreeSet<i64> = series.iter().flat_map(|points| points.keys().copied()).collect();
    let value = |at: i64| {
        let values: Vec<f64> =
            series.iter().filter_map(|points| points.get(&at).copied()).collect();
        (at, summary(&values))
    };
    periods.into_iter().map(value).collect()
}

fn of_each(
    name: &'static str,
    compute: OfEach,
    arguments: Vec<Outcome>,
) -> Result<Outcome, Problem> {
    match <[Outcome; 1]>::try_from(arguments) {
        Ok([Outcome::Scalar(value)]) => Ok(Outcome::Scalar(compute(value))),
        Ok([Outcome::Series(points)]) => Ok(Outcome::Series(each(points, compute))),
        Ok([Outcome::Many(series)]) => {
            Ok(Outcome::Many(series.into_iter().map(|points| each(points, compute)).collect()))
        }
        Err(_) => Err(Problem::Arguments(name)),
    }
}

/// `IF(condition, then, else)`; without the last, what does not hold has no value.
fn choose(arguments: Vec<Outcome>) -> Result<Outcome, Problem> {
    let wrong = Problem::Arguments("IF");
    let mut arguments = arguments.into_iter();
    let (Some(condition), Some(then), otherwise, None) =
        (arguments.next(), arguments.next(), arguments.next(), arguments.next())
    else {
        return Err(wrong);
    };
    let condition = match condition {
        Outcome::Scalar(condition) if condition != 0.0 => return Ok(then),
        Outcome::Scalar(_) => return otherwise.ok_or(wrong),
        Outcome::Series(condition) => condition,
        Outcome::Many(_) => return Err(wrong),
    };
    let chosen = condition.into_iter().filter_map(|(at, holds)| {
        let chosen = if holds != 0.0 { Some(&then) } else { otherwise.as_ref() };
        Some((at, value_at(chosen?, at)?))
    });
    Ok(Outcome::Series(chosen.collect()))
}

fn value_at(outcome: &Outcome, at: i64) -> Option<f64> {
    match outcome {
        Outcome::Scalar(value) => Some(*value),
        Outcome::Series(points) => points.get(&at).copied(),
        Outcome::Many(_) => None,
    }
}

/// What happened from each value to the next.
fn over_time(
    name: &'static str,
    arguments: Vec<Outcome>,
    compute: fn((i64, f64), (i64, f64)) -> f64,
) -> Result<Outcome, Problem> {
    let Ok([Outcome::Series(points)]) = <[Outcome; 1]>::try_from(arguments) else {
        return Err(Problem::Arguments(name));
    };
    let points: Vec<(i64, f64)> = points.into_iter().collect();
    let steps = points.windows(2).map(|pair| (pair[1].0, compute(pair[0], pair[1])));
    Ok(Outcome::Series(steps.collect()))
}

fn running_sum(points: Points) -> Points {
    let mut sum = 0.0;
    let mut add = |value| {
        sum += value;
        sum
    };
    points.into_iter().map(|(at, value)| (at, add(value))).collect()
}

/// `FILL(series, REPEAT)`, `FILL(series, LINEAR)`.
pub(super) fn fill(series: &Outcome, how: &str, window: Window) -> Result<Outcome, Problem> {
    let Outcome::Series(points) = series else { return Err(Problem::Arguments("FILL")) };
    let value = |at: i64| {
        let before = points.range(..=at).next_back().map(|(at, value)| (*at, *value));
        let after = points.range(at..).next().map(|(at, value)| (*at, *value));
        match (how, before, after) {
            ("REPEAT", Some((_, value)), _) => Some(value),
            ("LINEAR", Some((from, a)), Some((to, b))) if to > from => {
                Some(a + (b - a) * (at - from) as f64 / (to - from) as f64)
            }
            ("LINEAR", Some((_, value)), Some(_)) => Some(value),
            _ => None,
        }
    };
    if !matches!(how, "REPEAT" | "LINEAR") {
        return Err(Problem::Arguments("FILL"));
    }
    let filled = window.periods().filter_map(|at| Some((at, value(at)?)));
    Ok(Outcome::Series(filled.collect()))
}

/// `FILL(series, 0)`.
pub(super) fn fill_with(series: &Outcome, value: f64, window: Window) -> Result<Outcome, Problem> {
    let Outcome::Series(points) = series else { return Err(Problem::Arguments("FILL")) };
    let filled = window.periods().map(|at| (at, points.get(&at).copied().unwrap_or(value)));
    Ok(Outcome::Series(filled.collect()))
}
