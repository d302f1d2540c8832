//! `cloudwatch.alarm`: what is wrong when a metric, or what is made of several, passes a limit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_ours, sync_tags, taken, to_tags};
use crate::aws::read::in_order;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Traits,
};

mod live;
mod request;

/// How many names one DescribeAlarms takes.
const PAGE: usize = 100;

/// An alarm on one metric (`metric_name` with `namespace`), or on several (`metrics`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it means, and what to do. Default: nothing.
    #[schemars(length(max = 1024))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The metric's name. Either this or `metrics`.
    #[schemars(length(min = 1, max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
    /// The metric's namespace, e.g. `AWS/RDS`.
    #[schemars(length(min = 1, max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The metric's dimensions. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<BTreeMap<String, String>>,
    /// What is made of the values of a period. This or `extended_statistic` goes with a metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<Statistic>,
    /// A percentile (`p99`) or another statistic of CloudWatch's, e.g. `tm95`.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_statistic: Option<String>,
    /// How many seconds a period has: 10, 20, 30 or a multiple of 60. Goes with a metric.
    #[schemars(range(min = 10, max = 604800))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<i32>,
    /// Only values of this unit count, e.g. `Percent`. Default: all.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Queries, of which one gives the value that is compared. Either this or `metric_name`.
    #[schemars(length(min = 1, max = 20))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<Query>>,
    /// Which query of `metrics` is the band of an anomaly detection that the value is compared
    /// with, instead of `threshold`.
    #[schemars(length(min = 1, max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold_metric_id: Option<String>,
    /// How the value is compared.
    pub comparison_operator: Comparison,
    /// What it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// How many of the last periods are looked at.
    #[schemars(range(min = 1))]
    pub evaluation_periods: i32,
    /// How many of them must be bad. Default: all.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datapoints_to_alarm: Option<i32>,
    /// What a period without a value is. Default `missing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treat_missing_data: Option<MissingData>,
    /// With a percentile: whether it is looked at when there are too few values for it to mean
    /// anything. Default: it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluate_low_sample_count_percentile: Option<LowSampleCount>,
    /// Whether anything is told. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions_enabled: Option<bool>,
    /// The ARNs of who is told that it is bad: topics, functions. Default: nobody.
    #[schemars(length(max = 5), inner(regex(pattern = r"^arn:")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alarm_actions: Option<BTreeSet<String>>,
    /// The ARNs of who is told that it is good again. Default: nobody.
    #[schemars(length(max = 5), inner(regex(pattern = r"^arn:")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok_actions: Option<BTreeSet<String>>,
    /// The ARNs of who is told that there are too few values to tell. Default: nobody.
    #[schemars(length(max = 5), inner(regex(pattern = r"^arn:")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insufficient_data_actions: Option<BTreeSet<String>>,
}

/// A metric, or what is made of other queries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Its name in expressions: small letters, digits and `_`, a letter first.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[a-z][A-Za-z0-9_]*$"))]
    pub id: String,
    /// What is made of other queries, e.g. `100 * errors / requests`. Either this or `metric`.
    #[schemars(length(min = 1, max = 2048))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// A metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricStat>,
    /// What it is called for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether its value is the one that is compared. Default `true`: all others say `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_data: Option<bool>,
    /// With an expression of no other query: how many seconds a period has.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<i32>,
}

/// A metric and what is made of its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricStat {
    /// Its namespace.
    #[schemars(length(min = 1, max = 255))]
    pub namespace: String,
    /// Its name.
    #[schemars(length(min = 1, max = 255))]
    pub metric_name: String,
    /// Its dimensions. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<BTreeMap<String, String>>,
    /// How many seconds a period has.
    #[schemars(range(min = 1))]
    pub period: i32,
    /// What is made of its values: `Sum`, `Average`, `p99`.
    #[schemars(length(min = 1))]
    pub stat: String,
    /// Only values of this unit count. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// What is made of the values of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Statistic {
    /// How many there are.
    SampleCount,
    /// Their mean.
    Average,
    /// All together.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[allow(clippy::enum_variant_names, reason = "AWS's words")]
pub enum Comparison {
    /// `≥`
    GreaterThanOrEqualToThreshold,
    /// `>`
    GreaterThanThreshold,
    /// `<`
    LessThanThreshold,
    /// `≤`
    LessThanOrEqualToThreshold,
    /// Outside of a band of anomaly detection.
    LessThanLowerOrGreaterThanUpperThreshold,
    /// Under such a band.
    LessThanLowerThreshold,
    /// Above such a band.
    GreaterThanUpperThreshold,
}

impl Comparison {
    /// Whether it needs a band.
    fn is_band(self) -> bool {
        matches!(
            self,
            Self::LessThanLowerOrGreaterThanUpperThreshold
                | Self::LessThanLowerThreshold
                | Self::GreaterThanUpperThreshold
        )
    }
}

/// What a period without a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MissingData {
    /// Not looked at; where none has a value, the alarm can't tell.
    Missing,
    /// As if the alarm were asked no question: it stays as it is.
    Ignore,
    /// Bad.
    Breaching,
    /// Good.
    NotBreaching,
}

/// Whether a percentile of too few values is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LowSampleCount {
    /// It is.
    Evaluate,
    /// The alarm stays as it is.
    Ignore,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
}

impl Resource for Alarm {
    const KIND: &'static str = "cloudwatch.alarm";
    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("dimensions", Compare::Whole),
            ("alarm_actions", Compare::Set),
            ("ok_actions", Compare::Set),
            ("insufficient_data_actions", Compare::Set),
            ("tags", Compare::WriteOnly),
        ],
        clearable: &[
            "description",
            "metric_name",
            "namespace",
            "dimensions",
            "statistic",
            "extended_statistic",
            "period",
            "unit",
            "metrics",
            "threshold_metric_id",
            "threshold",
            "datapoints_to_alarm",
            "alarm_actions",
            "ok_actions",
            "insufficient_data_actions",
        ],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        match (&self.metric_name, &self.metrics) {
            (Some(_), None) => problems.extend(self.metric_problems()),
            (None, Some(queries)) => problems.extend(query_problems(queries)),
            (Some(_), Some(_)) => {
                let message = "An alarm has one metric or queries, not both.";
                problems.push(Problem::at("metrics", message));
            }
            (None, None) => {
                let message = "There is nothing to watch.";
                problems.push(
                    Problem::at("", message).hint("write metric_name and namespace, or metrics"),
                );
            }
        }
        if self.comparison_operator.is_band() != self.threshold_metric_id.is_some() {
            let message = "A band goes with an operator that compares with a band, and no other.";
            problems.push(Problem::at("threshold_metric_id", message));
        }
        if self.threshold.is_none() == self.threshold_metric_id.is_none() {
            let message = "The value is compared with one thing: a threshold or a band.";
            problems.push(Problem::at("threshold", message));
        }
        if self.datapoints_to_alarm.is_some_and(|bad| bad > self.evaluation_periods) {
            let message = "More periods can't be bad than are looked at.";
            problems.push(Problem::at("datapoints_to_alarm", message));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let mut found = HashMap::new();
        for page in ids.chunks(PAGE) {
            let names = page.iter().map(|id| id.0.clone()).collect();
            for alarm in live::describe(cx, names).await? {
                let live = live::live(&alarm);
                found.insert(live.outputs.name.clone(), live);
            }
        }
        Ok(in_order(ids, found))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = self.name(owner);
        let arn = arn(cx, &name);
        Ok(is_ours(cx, &arn, owner).await?.then_some(Id(name)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        if !live::describe(cx, vec![name.clone()]).await?.is_empty() {
            return Err(taken(&name));
        }
        self.put(cx, &name).set_tags(Some(to_tags(&owner.tags))).send().await?;
        let outputs = Outputs { arn: arn(cx, &name), name: name.clone() };
        Ok(Created::ready(name, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if !change.properties.is_empty() {
            self.completed(change).put(cx, id.as_str()).send().await?;
        }
        sync_tags(cx, &arn(cx, id.as_str()), &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.cloudwatch().delete_alarms().alarm_names(id.as_str());
        Error::optional(request.send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Alarm {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(255))
    }

    fn metric_problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let needed = [("namespace", self.namespace.is_none()), ("period", self.period.is_none())];
        for (property, _) in needed.into_iter().filter(|(_, missing)| *missing) {
            problems.push(Problem::at(property, "A metric needs it."));
        }
        if self.statistic.is_some() == self.extended_statistic.is_some() {
            let message = "A metric needs one statistic.";
            problems.push(
                Problem::at("statistic", message)
                    .hint("write statistic: Average, or extended_statistic: p99"),
            );
        }
        if self.period.is_some_and(|period| period % 60 != 0 && ![10, 20, 30].contains(&period)) {
            let message = "A period has 10, 20 or 30 seconds, or whole minutes.";
            problems.push(Problem::at("period", message));
        }
        problems
    }
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>
fn query_problems(queries: &[Query]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, query) in queries.iter().enumerate() {
        if query.expression.is_some() == query.metric.is_some() {
            let message = "A query has an expression or a metric.";
            problems.push(Problem::at(format!("metrics.{number}"), message));
        }
        if queries[..number].iter().any(|other| other.id == query.id) {
            let message = format!("There is a query `{}` already.", query.id);
            problems.push(Problem::at(format!("metrics.{number}.id"), message));
        }
    }
    problems
}

pub(super) fn arn(cx: &Context, name: &str) -> String {
    cx.arn("cloudwatch", &format!("alarm:{name}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(more: serde_json::Value) -> Vec<String> {
        let mut spec = json!({
            "metric_name": "CPUUtilization", "namespace": "AWS/RDS", "statistic": "Average",
            "period": 60, "evaluation_periods": 3, "threshold": 80,
            "comparison_operator": "GreaterThanThreshold",
        });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let alarm: Alarm = serde_json::from_value(spec).unwrap();
        alarm.validate().into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn what_cloudwatch_refuses_is_refused_before() {
        assert_eq!(problems(json!({})), [""; 0]);
        assert_eq!(problems(json!({ "period": 45 })), ["period"]);
        assert_eq!(problems(json!({ "namespace": null })), ["namespace"]);
        assert_eq!(problems(json!({ "extended_statistic": "p99" })), ["statistic"]);
        assert_eq!(problems(json!({ "datapoints_to_alarm": 4 })), ["datapoints_to_alarm"]);
        assert_eq!(problems(json!({ "threshold": null })), ["threshold"]);
        let band = json!({ "comparison_operator": "GreaterThanUpperThreshold" });
        assert_eq!(problems(band), ["threshold_metric_id"]);
        let queries = json!({ "metric_name": null, "metrics": [
            { "id": "a", "expression": "b" },
            { "id": "a" },
        ] });
        assert_eq!(problems(queries), ["metrics.1", "metrics.1.id"]);
    }
}
