//! PutMetricAlarm: an alarm over a metric, or over an expression of several.

use serde::{Deserialize, Serialize};

use super::alarm::{self, Common, Watch};
use super::errors;
use super::math::{self, MetricDataQuery, MetricStat, Problem};
use super::metric::{Dimension, Metric, Statistic};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::Tag;

const DAY: i64 = 24 * 60 * 60;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    alarm_name: String,
    #[serde(flatten)]
    common: Common,
    #[serde(flatten)]
    settings: MetricSettings,
    #[serde(default)]
    tags: Vec<Tag>,
    evaluation_criteria: Option<serde_json::Value>,
}

/// What a metric alarm is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MetricSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended_statistic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluation_periods: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub datapoints_to_alarm: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison_operator: Option<Comparison>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treat_missing_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evaluate_low_sample_count_percentile: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricDataQuery>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_metric_id: Option<String>,
}

/// How a value is compared with the threshold, or with a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Comparison {
    #[serde(rename = "GreaterThanOrEqualToThreshold")]
    GreaterThanOrEqual,
    #[serde(rename = "GreaterThanThreshold")]
    GreaterThan,
    #[serde(rename = "LessThanThreshold")]
    LessThan,
    #[serde(rename = "LessThanOrEqualToThreshold")]
    LessThanOrEqual,
    #[serde(rename = "LessThanLowerOrGreaterThanUpperThreshold")]
    OutsideBand,
    #[serde(rename = "LessThanLowerThreshold")]
    BelowBand,
    #[serde(rename = "GreaterThanUpperThreshold")]
    AboveBand,
}

impl Comparison {
    /// Whether it compares with the edges of a band.
    pub fn is_with_band(self) -> bool {
        matches!(self, Self::OutsideBand | Self::BelowBand | Self::AboveBand)
    }
}

impl MetricSettings {
    /// The metrics and expressions, whichever way they were given.
    pub fn queries(&self) -> Vec<MetricDataQuery> {
        if !self.metrics.is_empty() {
            return self.metrics.clone();
        }
        let metric = Metric::new(
            self.namespace.as_deref().unwrap_or_default(),
            self.metric_name.as_deref().unwrap_or_default(),
            self.dimensions.clone(),
        );
        let stat = self.statistic.as_ref().or(self.extended_statistic.as_ref());
        let stat = stat.cloned().unwrap_or_default();
        let unit = self.unit.clone();
        vec![MetricDataQuery {
            id: "m1".to_owned(),
            metric_stat: Some(MetricStat { metric, period: self.seconds(), stat, unit }),
            expression: None,
            label: None,
            return_data: Some(true),
            period: None,
            account_id: None,
        }]
    }

    /// How long a period is, in seconds.
    pub fn seconds(&self) -> i64 {
        let of_metrics = self.metrics.iter().filter_map(MetricDataQuery::period).max();
        self.period.or(of_metrics).unwrap_or(60)
    }

    /// The query that is compared with the threshold.
    pub fn observed<'a>(&self, queries: &'a [MetricDataQuery]) -> Option<&'a MetricDataQuery> {
        let band = self.threshold_metric_id.as_deref();
        queries.iter().find(|query| query.is_returned() && Some(query.id.as_str()) != band)
    }

    /// Of the last how many periods.
    pub fn periods(&self) -> usize {
        self.evaluation_periods.unwrap_or(1)
    }

    /// How many of them must breach.
    pub fn datapoints(&self) -> usize {
        self.datapoints_to_alarm.unwrap_or(self.periods())
    }
}

/// Makes a metric alarm, or gives an existing one other settings.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    if request.evaluation_criteria.is_some() {
        return Err(errors::not_computed("alarms over PromQL"));
    }
    let mut settings = request.settings;
    settings.dimensions.sort();
    check(&settings)?;
    let watch = Watch::Metric(Box::new(settings));
    alarm::put(call, request.alarm_name, request.common, watch, request.tags)?;
    Ok(Empty {})
}

fn check(settings: &MetricSettings) -> Result<(), Fault> {
    let invalid = |message: &str| Err(errors::validation(message));
    let periods = settings.evaluation_periods.unwrap_or(0);
    if periods == 0 {
        return invalid("EvaluationPeriods must not be null");
    }
    if settings.datapoints_to_alarm.is_some_and(|datapoints| datapoints > periods) {
        return invalid("DatapointsToAlarm must be less than or equal to EvaluationPeriods");
    }
    if settings.metrics.is_empty() {
        check_metric(settings)?
    } else {
        check_metrics(settings)?
    }
    check_threshold(settings)?;
    check_period(settings.seconds(), periods)?;
    if let Some(treatment) = settings.treat_missing_data.as_deref()
        && !matches!(treatment, "breaching" | "notBreaching" | "ignore" | "missing")
    {
        return Err(errors::validation(format!(
            "The value {treatment} is not supported for TreatMissingData parameter. Supported \
             values are [breaching, notBreaching, ignore, missing]."
        )));
    }
    if let Some(choice) = settings.evaluate_low_sample_count_percentile.as_deref()
        && !matches!(choice, "evaluate" | "ignore")
    {
        return Err(errors::validation(format!(
            "Option {choice} is not supported. Supported options for parameter \
             EvaluateLowSampleCountPercentile are evaluate and ignore."
        )));
    }
    Ok(())
}

fn check_period(period: i64, periods: usize) -> Result<(), Fault> {
    if !(matches!(period, 10 | 20 | 30) || (period >= 60 && period % 60 == 0)) {
        return Err(errors::validation("Period must be 10, 20, 30 or a multiple of 60"));
    }
    // An hour and longer may look back for a week.
    let (most, time) = if period >= 3600 { (7 * DAY, "a week") } else { (DAY, "a day") };
    if period.saturating_mul(periods as i64) > most {
        return Err(errors::validation(format!(
            "Metrics cannot be checked across more than {time} (EvaluationPeriods * Period must be \
             <= {most})."
        )));
    }
    Ok(())
}

fn check_metric(settings: &MetricSettings) -> Result<(), Fault> {
    if settings.metric_name.is_none() || settings.namespace.is_none() {
        return Err(errors::validation(
            "One of MetricName with Namespace, or Metrics, must be specified",
        ));
    }
    if settings.period.is_none() {
        return Err(errors::validation("Period must not be null"));
    }
    match (&settings.statistic, &settings.extended_statistic) {
        (Some(_), None) => Ok(()),
        (None, Some(name)) => check_statistic(name),
        _ => Err(errors::validation(
            "Exactly one of Statistic and ExtendedStatistic must be specified",
        )),
    }
}

/// Checks the name of a statistic.
pub(super) fn check_statistic(name: &str) -> Result<(), Fault> {
    if Statistic::parse(name).is_some() {
        return Ok(());
    }
    let rare = ["IQM", "tc", "ts", "wm", "TM(", "TC(", "TS(", "WM(", "PR("];
    if rare.iter().any(|start| name.starts_with(start)) {
        return Err(errors::not_computed(&format!("the statistic {name}")));
    }
    Err(errors::validation(format!("The value {name} for parameter ExtendedStatistic is invalid.")))
}

fn check_metrics(settings: &MetricSettings) -> Result<(), Fault> {
    let singles = [
        settings.metric_name.is_some(),
        settings.namespace.is_some(),
        settings.statistic.is_some(),
        settings.extended_statistic.is_some(),
        settings.period.is_some(),
        !settings.dimensions.is_empty(),
    ];
    if singles.contains(&true) {
        return Err(errors::validation(
            "Metrics must not be specified together with MetricName, Namespace, Dimensions, \
             Period, Unit, Statistic or ExtendedStatistic",
        ));
    }
    check_queries(&settings.metrics)?;
    let band = settings.threshold_metric_id.as_deref();
    let observed = settings
        .metrics
        .iter()
        .filter(|query| query.is_returned() && Some(query.id.as_str()) != band);
    if observed.count() != 1 {
        return Err(errors::validation(
            "Exactly one element of the metrics list should return data.",
        ));
    }
    Ok(())
}

/// Checks queries that belong together.
pub(super) fn check_queries(queries: &[MetricDataQuery]) -> Result<(), Fault> {
    for (index, query) in queries.iter().enumerate() {
        let id = &query.id;
        let is_named = id.starts_with(|first: char| first.is_ascii_lowercase())
            && id.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !is_named {
            return Err(errors::validation(format!(
                "The value {id} for parameter MetricDataQueries.member.{}.Id is not matching the \
                 expected pattern ^[a-z][a-zA-Z0-9_]*$.",
                index + 1
            )));
        }
        if queries[..index].iter().any(|other| other.id == *id) {
            return Err(errors::validation(format!("Duplicate id '{id}' in the metrics list.")));
        }
        match (&query.metric_stat, &query.expression) {
            (Some(stat), None) => check_statistic(&stat.stat)?,
            (None, Some(expression)) => {
                math::check(expression).map_err(|problem| in_expression(id, &problem))?;
            }
            _ => {
                return Err(errors::validation(format!(
                    "Exactly one of MetricStat and Expression must be specified for '{id}'."
                )));
            }
        }
    }
    Ok(())
}

/// What is wrong with an expression.
pub(super) fn in_expression(id: &str, problem: &Problem) -> Fault {
    match problem {
        Problem::NotComputed(function) => errors::not_computed(&format!("the function {function}")),
        problem => errors::validation(format!("Error in expression '{id}': {problem}")),
    }
}

fn check_threshold(settings: &MetricSettings) -> Result<(), Fault> {
    let Some(comparison) = settings.comparison_operator else {
        return Err(errors::validation("ComparisonOperator must not be null"));
    };
    match (&settings.threshold_metric_id, settings.threshold) {
        (Some(_), Some(_)) => {
            Err(errors::validation("Threshold and ThresholdMetricId are mutually exclusive"))
        }
        (None, None) => Err(errors::validation("Threshold must not be null")),
        (Some(_), None) if !comparison.is_with_band() => Err(errors::validation(
            "ThresholdMetricId needs a comparison operator of anomaly detection",
        )),
        (None, Some(_)) if comparison.is_with_band() => Err(errors::validation(
            "The comparison operators of anomaly detection need ThresholdMetricId",
        )),
        (Some(id), None) if !settings.metrics.iter().any(|query| query.id == *id) => {
            Err(errors::validation(format!("ThresholdMetricId '{id}' is not in the metrics list")))
        }
        _ => Ok(()),
    }
}
