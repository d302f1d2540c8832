//! Anomaly detectors: the metrics whose expected values CloudWatch learns.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::metric::{Dimension, Metric};
use super::state;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

/// A detector for one metric, or for an expression of several.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Detector {
    target: Target,
    configuration: Option<Value>,
    characteristics: Option<Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Target {
    Single {
        metric: Metric,
        stat: String,
    },
    /// The queries as they were put.
    Math(Value),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DetectorRequest {
    #[serde(flatten)]
    own: SingleMetric,
    single_metric_anomaly_detector: Option<SingleMetric>,
    metric_math_anomaly_detector: Option<Value>,
    configuration: Option<Value>,
    metric_characteristics: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SingleMetric {
    namespace: Option<String>,
    metric_name: Option<String>,
    #[serde(default)]
    dimensions: Vec<Dimension>,
    stat: Option<String>,
}

impl DetectorRequest {
    /// The target, which may be given in one of three ways.
    fn target(&self) -> Result<Target, Fault> {
        let own =
            (self.own.metric_name.is_some() || self.own.namespace.is_some()).then_some(&self.own);
        match (own, &self.single_metric_anomaly_detector, &self.metric_math_anomaly_detector) {
            (Some(single), None, None) | (None, Some(single), None) => single.target(),
            (None, None, Some(math)) => Ok(Target::Math(math.clone())),
            (None, None, None) => Err(errors::missing("SingleMetricAnomalyDetector")),
            _ => Err(errors::invalid_combination(
                "Exactly one of SingleMetricAnomalyDetector and MetricMathAnomalyDetector must be \
                 specified.",
            )),
        }
    }
}

impl SingleMetric {
    fn target(&self) -> Result<Target, Fault> {
        let required =
            |value: &Option<String>, name: &str| value.clone().ok_or_else(|| errors::missing(name));
        let namespace = required(&self.namespace, "Namespace")?;
        let name = required(&self.metric_name, "MetricName")?;
        let stat = required(&self.stat, "Stat")?;
        Ok(Target::Single { metric: Metric::new(&namespace, &name, self.dimensions.clone()), stat })
    }
}

impl Target {
    fn key(&self) -> String {
        state::json(self).to_string()
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Single { .. } => "SINGLE_METRIC",
            Self::Math(_) => "METRIC_MATH",
        }
    }
}

/// Makes a detector, or gives an existing one another configuration.
pub(super) fn put(call: &mut Call<'_>, request: DetectorRequest) -> Result<Value, Fault> {
    let target = request.target()?;
    let key = target.key();
    let (configuration, characteristics) = (request.configuration, request.metric_characteristics);
    let detector = Detector { target, configuration, characteristics };
    call.region().monitoring.detectors.insert(key, detector);
    Ok(json!({}))
}

/// Deletes a detector.
pub(super) fn delete(call: &mut Call<'_>, request: DetectorRequest) -> Result<Value, Fault> {
    let key = request.target()?.key();
    let removed = call.region().monitoring.detectors.remove(&key);
    removed.map(|_| json!({})).ok_or_else(errors::detector_not_found)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    namespace: Option<String>,
    metric_name: Option<String>,
    dimensions: Option<Vec<Dimension>>,
    anomaly_detector_types: Option<Vec<String>>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

impl DescribeRequest {
    fn wants(&self, detector: &Detector) -> bool {
        let kind = detector.target.kind();
        // Whoever names no types means single metrics only.
        let is_of_type = self
            .anomaly_detector_types
            .as_ref()
            .map_or(kind == "SINGLE_METRIC", |types| types.iter().any(|it| it == kind));
        let Target::Single { metric, .. } = &detector.target else { return is_of_type };
        let dimensions = self.dimensions.clone().map(|mut dimensions| {
            dimensions.sort();
            dimensions
        });
        is_of_type
            && self.namespace.as_ref().is_none_or(|it| *it == metric.namespace)
            && self.metric_name.as_ref().is_none_or(|it| *it == metric.metric_name)
            && dimensions.is_none_or(|it| it == metric.dimensions)
    }
}

/// The detectors of a namespace, a metric or all.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    let monitoring = &call.region().monitoring;
    let detectors = monitoring.detectors.iter();
    let wanted = detectors.filter(|(_, detector)| request.wants(detector));
    let limit = request.max_results.unwrap_or(50);
    let page = page(wanted, request.next_token.as_deref(), limit, |(key, _)| (*key).clone())
        .map_err(errors::invalid_token)?;
    let views = page.items.into_iter().map(|(_, detector)| view(detector, monitoring));
    Ok(json!({ "AnomalyDetectors": views.collect::<Vec<_>>(), "NextToken": page.next }))
}

fn view(detector: &Detector, monitoring: &state::State) -> Value {
    let mut view = json!({
        "Configuration": detector.configuration.clone().unwrap_or_else(|| json!({})),
        "MetricCharacteristics": detector.characteristics,
        "StateValue": "TRAINED_INSUFFICIENT_DATA",
    });
    match &detector.target {
        Target::Math(queries) => view["MetricMathAnomalyDetector"] = queries.clone(),
        Target::Single { metric, stat } => {
            let is_known = monitoring.series(metric).is_some();
            let state = if is_known { "TRAINED" } else { "PENDING_TRAINING" };
            let mut single = state::json(metric);
            single["Stat"] = json!(stat);
            // Older clients read the same at the top.
            if let (Value::Object(members), Value::Object(own)) = (&mut view, &single) {
                members.extend(own.clone());
            }
            view["SingleMetricAnomalyDetector"] = single;
            view["StateValue"] = json!(state);
        }
    }
    view
}
