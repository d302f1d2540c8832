//! What is asked of CloudWatch: an alarm as a whole.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::operation::put_metric_alarm::builders::PutMetricAlarmFluentBuilder;
use aws_sdk_cloudwatch::types as cloudwatch;

use super::{Alarm, MetricStat, Query};
use crate::aws::Context;
use crate::aws::word::word;
use crate::resource::Change;

impl Alarm {
    pub(super) fn put(&self, cx: &Context, name: &str) -> PutMetricAlarmFluentBuilder {
        let list = |set: &Option<std::collections::BTreeSet<String>>| {
            set.as_ref().map(|set| set.iter().cloned().collect())
        };
        let low = self.evaluate_low_sample_count_percentile.as_ref().map(word);
        cx.clients
            .cloudwatch()
            .put_metric_alarm()
            .alarm_name(name)
            .set_alarm_description(self.description.clone())
            .set_metric_name(self.metric_name.clone())
            .set_namespace(self.namespace.clone())
            .set_dimensions(self.dimensions.as_ref().map(to_dimensions))
            .set_statistic(self.statistic.map(|statistic| word(&statistic).as_str().into()))
            .set_extended_statistic(self.extended_statistic.clone())
            .set_period(self.period)
            .set_unit(self.unit.as_deref().map(Into::into))
            .set_metrics(self.metrics.as_ref().map(|all| all.iter().map(Query::to_aws).collect()))
            .set_threshold_metric_id(self.threshold_metric_id.clone())
            .comparison_operator(word(&self.comparison_operator).as_str().into())
            .set_threshold(self.threshold)
            .evaluation_periods(self.evaluation_periods)
            .set_datapoints_to_alarm(self.datapoints_to_alarm)
            .set_treat_missing_data(self.treat_missing_data.as_ref().map(word))
            .set_evaluate_low_sample_count_percentile(low)
            .set_actions_enabled(self.actions_enabled)
            .set_alarm_actions(list(&self.alarm_actions))
            .set_ok_actions(list(&self.ok_actions))
            .set_insufficient_data_actions(list(&self.insufficient_data_actions))
    }

    /// The definition with what it leaves open as it is on AWS: what is put takes the place of all
    /// that was there.
    pub(super) fn completed(&self, change: &Change<Self>) -> Self {
        let live = change.before.clone();
        macro_rules! completed {
            ($($field:ident),*) => {
                Self {
                    comparison_operator: self.comparison_operator,
                    evaluation_periods: self.evaluation_periods,
                    $($field: match change.has(stringify!($field)) {
                        // A property that changes to nothing is taken away.
                        true => self.$field.clone(),
                        false => self.$field.clone().or(live.$field),
                    },)*
                }
            };
        }
        completed!(
            name,
            description,
            metric_name,
            namespace,
            dimensions,
            statistic,
            extended_statistic,
            period,
            unit,
            metrics,
            threshold_metric_id,
            threshold,
            datapoints_to_alarm,
            treat_missing_data,
            evaluate_low_sample_count_percentile,
            actions_enabled,
            alarm_actions,
            ok_actions,
            insufficient_data_actions
        )
    }
}

impl Query {
    fn to_aws(&self) -> cloudwatch::MetricDataQuery {
        cloudwatch::MetricDataQuery::builder()
            .id(&self.id)
            .set_expression(self.expression.clone())
            .set_metric_stat(self.metric.as_ref().map(MetricStat::to_aws))
            .set_label(self.label.clone())
            .return_data(self.return_data.unwrap_or(true))
            .set_period(self.period)
            .build()
    }
}

impl MetricStat {
    fn to_aws(&self) -> cloudwatch::MetricStat {
        let metric = cloudwatch::Metric::builder()
            .namespace(&self.namespace)
            .metric_name(&self.metric_name)
            .set_dimensions(self.dimensions.as_ref().map(to_dimensions))
            .build();
        cloudwatch::MetricStat::builder()
            .metric(metric)
            .period(self.period)
            .stat(&self.stat)
            .set_unit(self.unit.as_deref().map(Into::into))
            .build()
    }
}

fn to_dimensions(dimensions: &BTreeMap<String, String>) -> Vec<cloudwatch::Dimension> {
    let dimension = |(name, value)| cloudwatch::Dimension::builder().name(name).value(value);
    dimensions.iter().map(|pair| dimension(pair).build()).collect()
}
