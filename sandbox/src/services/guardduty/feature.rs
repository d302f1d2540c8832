//! Protection plans: what a detector looks at besides what every detector does.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use crate::fault::Fault;

/// What every detector looks at.
const ALWAYS: [&str; 3] = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"];
/// The plans in AWS's order, and whether a new detector has them without being told.
const PLANS: [(&str, bool, &[&str]); 7] = [
    ("S3_DATA_EVENTS", true, &[]),
    ("EKS_AUDIT_LOGS", true, &[]),
    ("EBS_MALWARE_PROTECTION", true, &[]),
    ("RDS_LOGIN_EVENTS", true, &[]),
    ("EKS_RUNTIME_MONITORING", false, &["EKS_ADDON_MANAGEMENT"]),
    ("LAMBDA_NETWORK_LOGS", true, &[]),
    (
        "RUNTIME_MONITORING",
        false,
        &["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"],
    ),
];

/// The plans of a detector, by name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Features(BTreeMap<String, Feature>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Feature {
    is_enabled: bool,
    updated: Timestamp,
    /// Who manages the plan's agents.
    additional: BTreeMap<String, (bool, Timestamp)>,
}

/// A plan as requests have it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FeatureRequest {
    name: String,
    status: Option<String>,
    #[serde(default)]
    additional_configuration: Vec<AdditionalRequest>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AdditionalRequest {
    name: String,
    status: Option<String>,
}

/// A plan as answers have it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct FeatureView {
    name: String,
    status: &'static str,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    additional_configuration: Vec<AdditionalView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AdditionalView {
    name: String,
    status: &'static str,
    updated_at: Timestamp,
}

/// What AWS writes for on and off.
pub(super) fn status(is_enabled: bool) -> &'static str {
    if is_enabled { "ENABLED" } else { "DISABLED" }
}

impl Features {
    /// The plans of a new detector.
    pub fn new(now: Timestamp) -> Self {
        let plan = |(name, is_enabled, additional): (&str, bool, &[&str])| {
            let off = additional.iter().map(|name| ((*name).to_owned(), (false, now))).collect();
            (name.to_owned(), Feature { is_enabled, updated: now, additional: off })
        };
        Self(PLANS.into_iter().map(plan).collect())
    }

    /// Whether a plan is on.
    pub fn is_enabled(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|feature| feature.is_enabled)
    }

    /// Switches plans; those that are not named stay as they are.
    ///
    /// AWS: one of the two plans for EKS's run time may be named, not both.
    pub fn apply(&mut self, requests: &[FeatureRequest], now: Timestamp) -> Result<(), Fault> {
        let names = |name: &str| requests.iter().any(|request| request.name == name);
        if names("EKS_RUNTIME_MONITORING") && names("RUNTIME_MONITORING") {
            return Err(errors::both_runtime_plans());
        }
        for request in requests {
            self.apply_one(request, now);
        }
        Ok(())
    }

    fn apply_one(&mut self, request: &FeatureRequest, now: Timestamp) {
        let Some(feature) = self.0.get_mut(&request.name) else { return };
        if let Some(wanted) = &request.status {
            change(&mut feature.is_enabled, &mut feature.updated, wanted, now);
        }
        for one in &request.additional_configuration {
            let entry = feature.additional.get_mut(&one.name);
            if let (Some((is_enabled, updated)), Some(wanted)) = (entry, &one.status) {
                change(is_enabled, updated, wanted, now);
            }
        }
    }

    /// Switches one plan, as the older way of saying it does.
    pub fn set(&mut self, name: &str, is_enabled: bool, now: Timestamp) {
        if let Some(feature) = self.0.get_mut(name) {
            change(&mut feature.is_enabled, &mut feature.updated, status(is_enabled), now);
        }
    }

    /// What every detector looks at, and the plans.
    pub fn view(&self, created: Timestamp) -> Vec<FeatureView> {
        let always = ALWAYS.into_iter().map(|name| FeatureView {
            name: name.to_owned(),
            status: "ENABLED",
            updated_at: created,
            additional_configuration: Vec::new(),
        });
        let plans = PLANS.into_iter().filter_map(|(name, ..)| Some((name, self.0.get(name)?)));
        always.chain(plans.map(|(name, feature)| feature.view(name))).collect()
    }
}

impl Feature {
    fn view(&self, name: &str) -> FeatureView {
        let additional = self.additional.iter().map(|(name, (is_enabled, updated))| {
            AdditionalView { name: name.clone(), status: status(*is_enabled), updated_at: *updated }
        });
        FeatureView {
            name: name.to_owned(),
            status: status(self.is_enabled),
            updated_at: self.updated,
            additional_configuration: additional.collect(),
        }
    }
}

fn change(is_enabled: &mut bool, updated: &mut Timestamp, wanted: &str, now: Timestamp) {
    let wanted = wanted == "ENABLED";
    if *is_enabled != wanted {
        *is_enabled = wanted;
        *updated = now;
    }
}
