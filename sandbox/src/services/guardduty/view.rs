//! A detector as it is shown.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::detector::DetectorRequest;
use super::feature::{FeatureView, status};
use super::state::Detector;
use crate::call::Call;
use crate::fault::Fault;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DetectorView {
    created_at: String,
    finding_publishing_frequency: String,
    service_role: String,
    status: &'static str,
    updated_at: String,
    data_sources: Value,
    tags: BTreeMap<String, String>,
    features: Vec<FeatureView>,
}

/// The detector with its plans.
pub(super) fn get(call: &mut Call<'_>, request: DetectorRequest) -> Result<DetectorView, Fault> {
    let service_role = format!(
        "arn:aws:iam::{}:role/aws-service-role/guardduty.amazonaws.com/\
         AWSServiceRoleForAmazonGuardDuty",
        call.account
    );
    let detector = call.region().guardduty.find(&request.detector_id)?;
    let tags = detector.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    Ok(DetectorView {
        created_at: detector.created.to_string(),
        finding_publishing_frequency: detector.frequency.clone(),
        service_role,
        status: status(detector.is_enabled),
        updated_at: detector.updated.to_string(),
        data_sources: data_sources(detector),
        tags: tags.collect(),
        features: detector.features.view(detector.created),
    })
}

/// The plans in the older form.
fn data_sources(detector: &Detector) -> Value {
    let plan = |name: &str| json!({"Status": status(detector.features.is_enabled(name))});
    json!({
        "CloudTrail": {"Status": "ENABLED"},
        "DNSLogs": {"Status": "ENABLED"},
        "FlowLogs": {"Status": "ENABLED"},
        "S3Logs": plan("S3_DATA_EVENTS"),
        "Kubernetes": {"AuditLogs": plan("EKS_AUDIT_LOGS")},
        "MalwareProtection": {
            "ScanEc2InstanceWithFindings": {"EbsVolumes": plan("EBS_MALWARE_PROTECTION")},
        },
    })
}
