//! `logs.metric_filter`: a metric of what log lines say.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_cloudwatchlogs::types as logs;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::read::in_order;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A metric of what the lines of a log group say. It bears no tags, and a log group has one of a
/// name: one that is there is taken for this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricFilter {
    /// The log group's name. A change replaces.
    #[schemars(length(min = 1, max = 512))]
    pub log_group_name: String,
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 512), regex(pattern = r"^[^:*|]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which lines count, e.g. `ERROR`, `?timeout ?refused` or `{ $.level = "error" }`; empty: all.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
    #[schemars(length(max = 1024))]
    pub pattern: String,
    /// What a line that counts adds to.
    pub metric: Transformation,
}

/// What a line adds to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transformation {
    /// The metric's namespace, which does not begin with `AWS/`.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[^:*$]+$"))]
    pub namespace: String,
    /// The metric's name.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[^:*$]+$"))]
    pub name: String,
    /// What a line adds: a number, or a field of it, e.g. `$.duration`. Default `1`.
    #[schemars(length(min = 1, max = 100))]
    #[serde(default = "one")]
    pub value: String,
    /// The value of a minute in which there were lines, and none counts. Default: it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<f64>,
    /// Dimensions, each with a field of the line. Default: none.
    #[schemars(length(max = 3))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimensions: Option<BTreeMap<String, String>>,
    /// The unit of the value, e.g. `Count`. Default `None`.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

fn one() -> String {
    "1".to_owned()
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// The metric's namespace.
    pub namespace: String,
    /// The metric's name.
    pub metric_name: String,
}

impl Resource for MetricFilter {
    const KIND: &'static str = "logs.metric_filter";
    const TRAITS: Traits = Traits {
        immutable: &["log_group_name", "name"],
        compare: &[("metric.dimensions", Compare::Whole)],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let metric = &self.metric;
        let dimensions = metric.dimensions.as_ref().is_some_and(|all| !all.is_empty());
        if dimensions && metric.default_value.is_some() {
            let message = "A metric with dimensions can't have a default value.";
            return vec![Problem::at("metric.default_value", message)];
        }
        Vec::new()
    }

    /// One call a log group.
    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let mut groups: Vec<&str> = ids.iter().filter_map(|id| Some(id.parts::<2>()?[0])).collect();
        groups.sort_unstable();
        groups.dedup();
        let mut found = HashMap::new();
        for filters in
            futures::future::try_join_all(groups.into_iter().map(|group| describe(cx, group, None)))
                .await?
        {
            for live in filters.iter().filter_map(live) {
                found.insert(id(&live.spec.log_group_name, &live.outputs.name).0, live);
            }
        }
        Ok(in_order(ids, found))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let name = self.name(owner);
        let found = describe(cx, &self.log_group_name, Some(&name)).await?;
        let there = found.iter().any(|filter| filter.filter_name() == Some(&name));
        Ok(there.then(|| id(&self.log_group_name, &name)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        self.put(cx, &name).await?;
        Ok(Created::ready(id(&self.log_group_name, &name), self.outputs(&name)))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        match id.parts::<2>() {
            Some([_, name]) if !change.properties.is_empty() => self.put(cx, name).await,
            _ => Ok(()),
        }
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let Some([group, name]) = id.parts() else { return Ok(Deleted::Gone) };
        let request = cx.clients.logs().delete_metric_filter().log_group_name(group);
        Error::optional(request.filter_name(name).send().await.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl MetricFilter {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(512))
    }

    fn outputs(&self, name: &str) -> Outputs {
        Outputs {
            name: name.to_owned(),
            namespace: self.metric.namespace.clone(),
            metric_name: self.metric.name.clone(),
        }
    }

    async fn put(&self, cx: &Context, name: &str) -> Result<()> {
        let metric = &self.metric;
        let dimensions = metric.dimensions.clone().filter(|all| !all.is_empty());
        let transformation = logs::MetricTransformation::builder()
            .metric_namespace(&metric.namespace)
            .metric_name(&metric.name)
            .metric_value(&metric.value)
            .set_default_value(metric.default_value)
            .set_dimensions(dimensions.map(|all| all.into_iter().collect()))
            .set_unit(metric.unit.as_deref().map(Into::into))
            .build()?;
        let request = cx.clients.logs().put_metric_filter().log_group_name(&self.log_group_name);
        let request = request.filter_name(name).filter_pattern(&self.pattern);
        request.metric_transformations(transformation).send().await?;
        Ok(())
    }
}

/// The filters of a log group, and none of one that is not there.
async fn describe(
    cx: &Context,
    group: &str,
    name: Option<&str>,
) -> Result<Vec<logs::MetricFilter>> {
    let request = cx.clients.logs().describe_metric_filters().log_group_name(group);
    let pages = request.set_filter_name_prefix(name.map(str::to_owned)).into_paginator().send();
    let pages = Error::optional(pages.try_collect().await.map_err(Error::from))?;
    let filters =
        pages.into_iter().flatten().flat_map(|page| page.metric_filters.unwrap_or_default());
    Ok(filters.collect())
}

fn live(filter: &logs::MetricFilter) -> Option<Live<MetricFilter>> {
    let metric = filter.metric_transformations().first()?;
    let name = filter.filter_name()?.to_owned();
    let dimensions = metric.dimensions().cloned().unwrap_or_default();
    let spec = MetricFilter {
        log_group_name: filter.log_group_name()?.to_owned(),
        name: Some(name.clone()),
        pattern: filter.filter_pattern().unwrap_or_default().to_owned(),
        metric: Transformation {
            namespace: metric.metric_namespace.clone(),
            name: metric.metric_name.clone(),
            value: metric.metric_value.clone(),
            default_value: metric.default_value(),
            dimensions: Some(dimensions.into_iter().collect()),
            unit: metric.unit().map(|unit| unit.as_str().to_owned()),
        },
    };
    let outputs = spec.outputs(&name);
    Some(Live { spec, outputs, tags: None, status: Status::Ready })
}

fn id(group: &str, name: &str) -> Id {
    Id(format!("{group}|{name}"))
}
