//! Metric math: expressions over metrics, as GetMetricData and alarms take them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::metric::{Metric, Statistic, Window};
use super::state::State;

mod band;
mod function;
mod operator;
mod parse;

use parse::Expression;

/// One of the metrics or expressions that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MetricDataQuery {
    pub id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_stat: Option<MetricStat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_data: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
}

/// A metric and what is made of its measurements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MetricStat {
    pub metric: Metric,
    pub period: i64,
    pub stat: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl MetricDataQuery {
    /// Whether the caller wants to see it; helpers of other expressions are hidden.
    pub fn is_returned(&self) -> bool {
        self.return_data.unwrap_or(true)
    }

    /// The seconds that its periods have, where it says so itself.
    pub fn period(&self) -> Option<i64> {
        self.metric_stat.as_ref().map(|stat| stat.period).or(self.period)
    }
}

/// Values by the beginnings of their periods.
pub(super) type Points = BTreeMap<i64, f64>;

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// The same number in every period.
    Scalar(f64),
    /// One time series.
    Series(Points),
    /// Several: `METRICS()`, or the upper and lower edges of a band.
    Many(Vec<Points>),
}

/// Why an expression comes to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Problem {
    #[error("Invalid syntax at position {0}")]
    Syntax(usize),
    #[error("Unknown or circular reference to {0}")]
    Reference(String),
    #[error("Wrong arguments for the function {0}")]
    Arguments(&'static str),
    #[error("Unsupported operand type(s) for {0}")]
    Operands(&'static str),
    /// AWS has it, and the sandbox does not.
    #[error("the function {0}")]
    NotComputed(String),
}

/// Computes queries that belong together over one window.
pub(super) struct Evaluator<'a> {
    pub state: &'a State,
    pub queries: &'a [MetricDataQuery],
    pub window: Window,
}

impl Evaluator<'_> {
    /// What a query comes to.
    ///
    /// # Errors
    /// When it, or what it refers to, is no valid expression.
    pub fn query(&self, query: &MetricDataQuery) -> Result<Outcome, Problem> {
        self.find(query, &mut Vec::new())
    }

    fn find<'q>(
        &'q self,
        query: &'q MetricDataQuery,
        under_way: &mut Vec<&'q str>,
    ) -> Result<Outcome, Problem> {
        if let Some(stat) = &query.metric_stat {
            return Ok(Outcome::Series(self.metric(stat)));
        }
        if under_way.contains(&query.id.as_str()) {
            return Err(Problem::Reference(query.id.clone()));
        }
        under_way.push(&query.id);
        let expression = parse::parse(query.expression.as_deref().unwrap_or_default())?;
        let outcome = self.evaluate(&expression, under_way);
        under_way.pop();
        outcome
    }

    /// What was measured of a metric in each period of the window.
    pub fn metric(&self, stat: &MetricStat) -> Points {
        let metric = Metric::new(
            &stat.metric.namespace,
            &stat.metric.metric_name,
            stat.metric.dimensions.clone(),
        );
        let (Some(series), Some(statistic)) =
            (self.state.series(&metric), Statistic::parse(&stat.stat))
        else {
            return Points::new();
        };
        let periods = series.periods(self.window, stat.unit.as_deref()).into_iter();
        periods.filter_map(|(at, (sum, _))| Some((at, sum.statistic(statistic)?))).collect()
    }

    fn evaluate<'q>(
        &'q self,
        expression: &Expression,
        under_way: &mut Vec<&'q str>,
    ) -> Result<Outcome, Problem> {
        match expression {
            Expression::Number(number) => Ok(Outcome::Scalar(*number)),
            Expression::Text(text) => Err(Problem::Reference(text.clone())),
            Expression::Name(name) => {
                let query = self.queries.iter().find(|query| query.id == *name);
                let query = query.ok_or_else(|| Problem::Reference(name.clone()))?;
                self.find(query, under_way)
            }
            Expression::List(items) => {
                let items = items.iter().map(|item| self.evaluate(item, under_way));
                let items: Vec<Outcome> = items.collect::<Result<_, _>>()?;
                Ok(Outcome::Many(items.into_iter().flat_map(Outcome::into_series).collect()))
            }
            Expression::Negative(operand) => {
                let operand = self.evaluate(operand, under_way)?;
                operator::apply(operator::MINUS, Outcome::Scalar(0.0), operand)
            }
            Expression::Binary(operator, left, right) => {
                let left = self.evaluate(left, under_way)?;
                let right = self.evaluate(right, under_way)?;
                operator::apply(*operator, left, right)
            }
            Expression::Call(name, arguments) => self.call(name, arguments, under_way),
        }
    }

    fn call<'q>(
        &'q self,
        name: &str,
        arguments: &[Expression],
        under_way: &mut Vec<&'q str>,
    ) -> Result<Outcome, Problem> {
        match (name, arguments) {
            ("METRICS", []) => self.metrics("", under_way),
            ("METRICS", [Expression::Text(part)]) => self.metrics(part, under_way),
            ("FILL", [series, Expression::Name(how)]) => {
                let series = self.evaluate(series, under_way)?;
                function::fill(&series, how, self.window)
            }
            ("FILL", [series, Expression::Number(value)]) => {
                let series = self.evaluate(series, under_way)?;
                function::fill_with(&series, *value, self.window)
            }
            ("ANOMALY_DETECTION_BAND", [Expression::Name(id)]) => self.band(id, 2.0),
            ("ANOMALY_DETECTION_BAND", [Expression::Name(id), Expression::Number(width)]) => {
                self.band(id, *width)
            }
            _ => {
                let arguments = arguments.iter().map(|one| self.evaluate(one, under_way));
                let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
                function::call(name, arguments, self.window)
            }
        }
    }

    /// Every metric whose id has a part in it.
    fn metrics<'q>(&'q self, part: &str, under_way: &mut Vec<&'q str>) -> Result<Outcome, Problem> {
        let metrics = self.queries.iter().filter(|query| query.metric_stat.is_some());
        let wanted = metrics.filter(|query| query.id.contains(part));
        let found = wanted.map(|query| self.find(query, under_way));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        Ok(Outcome::Many(found.into_iter().flat_map(Outcome::into_series).collect()))
    }
}

/// Whether a text is an expression of known functions, before there is anything to compute.
pub(super) fn check(expression: &str) -> Result<(), Problem> {
    parse::parse(expression).map(|_| ())
}

impl Outcome {
    /// The series in it; a number is none.
    pub fn into_series(self) -> Vec<Points> {
        match self {
            Self::Scalar(_) => Vec::new(),
            Self::Series(points) => vec![points],
            Self::Many(series) => series,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::metric::Measured;
    use super::*;

    const WINDOW: Window = Window { start: 0, end: 240, period: 60 };

    fn metric(id: &str) -> MetricDataQuery {
        let metric = Metric::new("app", id, Vec::new());
        let stat = MetricStat { metric, period: 60, stat: "Sum".to_owned(), unit: None };
        MetricDataQuery {
            id: id.to_owned(),
            metric_stat: Some(stat),
            expression: None,
            label: None,
            return_data: None,
            period: None,
            account_id: None,
        }
    }

    /// `a` is 1, 2, missing, 4; `b` is 10, missing, 30, 0.
    fn outcome(expression: &str) -> Result<Outcome, Problem> {
        let mut state = State::default();
        let data = [("a", 0, 1.0), ("a", 60, 2.0), ("a", 180, 4.0)];
        let more = [("b", 0, 10.0), ("b", 120, 30.0), ("b", 180, 0.0)];
        for (name, at, value) in data.into_iter().chain(more) {
            let metric = Metric::new("app", name, Vec::new());
            state.put(metric, at, false, "None", Measured::value(value, 1.0));
        }
        let mut asked = metric("e");
        asked.metric_stat = None;
        asked.expression = Some(expression.to_owned());
        let queries = [metric("a"), metric("b"), asked];
        Evaluator { state: &state, queries: &queries, window: WINDOW }.query(&queries[2])
    }

    fn points(expression: &str) -> Vec<(i64, f64)> {
        match outcome(expression) {
            Ok(Outcome::Series(points)) => points.into_iter().collect(),
            other => panic!("{expression}: {other:?}"),
        }
    }

    #[test]
    fn operators_keep_their_order_and_leave_out_what_is_missing() {
        assert_eq!(points("a + b * 2"), [(0, 21.0), (180, 4.0)]);
        assert_eq!(points("(a + b) * 2"), [(0, 22.0), (180, 8.0)]);
        assert_eq!(points("100 - a ^ 2"), [(0, 99.0), (60, 96.0), (180, 84.0)]);
        assert_eq!(points("-a"), [(0, -1.0), (60, -2.0), (180, -4.0)]);
        // A division by zero has no value.
        assert_eq!(points("a / b"), [(0, 0.1)]);
        assert_eq!(outcome("1 + 2 * 3"), Ok(Outcome::Scalar(7.0)));
    }

    #[test]
    fn comparisons_and_conditions_come_to_ones_and_zeros() {
        assert_eq!(points("a > 1 AND a < 4"), [(0, 0.0), (60, 1.0), (180, 0.0)]);
        assert_eq!(points("IF(a > 1, a, 0)"), [(0, 0.0), (60, 2.0), (180, 4.0)]);
        assert_eq!(points("IF(b == 0, 1)"), [(180, 1.0)]);
    }

    #[test]
    fn functions_go_over_time_or_over_series() {
        assert_eq!(outcome("SUM(a)"), Ok(Outcome::Scalar(7.0)));
        assert_eq!(points("SUM([a, b])"), [(0, 11.0), (60, 2.0), (120, 30.0), (180, 4.0)]);
        assert_eq!(points("MAX(METRICS())"), [(0, 10.0), (60, 2.0), (120, 30.0), (180, 4.0)]);
        assert_eq!(points("SUM(METRICS(\"b\"))"), [(0, 10.0), (120, 30.0), (180, 0.0)]);
        assert_eq!(points("FILL(a, 0)"), [(0, 1.0), (60, 2.0), (120, 0.0), (180, 4.0)]);
        assert_eq!(points("FILL(a, REPEAT)"), [(0, 1.0), (60, 2.0), (120, 2.0), (180, 4.0)]);
        assert_eq!(points("FILL(a, LINEAR)"), [(0, 1.0), (60, 2.0), (120, 3.0), (180, 4.0)]);
        assert_eq!(points("DIFF(a)"), [(60, 1.0), (180, 2.0)]);
        assert_eq!(points("RATE(b)"), [(120, 20.0 / 120.0), (180, -0.5)]);
        assert_eq!(points("a / PERIOD(a)")[1], (60, 2.0 / 60.0));
        assert_eq!(points("ABS(0 - a)")[1], (60, 2.0));
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert_eq!(outcome("a +"), Err(Problem::Syntax(3)));
        assert_eq!(outcome("a ) b"), Err(Problem::Syntax(2)));
        assert_eq!(outcome("c * 2"), Err(Problem::Reference("c".to_owned())));
        assert_eq!(outcome("e + 1"), Err(Problem::Reference("e".to_owned())));
        assert_eq!(outcome("IF(a)"), Err(Problem::Arguments("IF")));
        let search = outcome("SEARCH(\"{app}\", \"Sum\")");
        assert_eq!(search, Err(Problem::NotComputed("SEARCH".to_owned())));
    }
}
