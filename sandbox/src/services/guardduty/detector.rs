//! A detector's life: created, listed, changed, deleted.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::errors;
use super::feature::{FeatureRequest, Features};
use super::state::Detector;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

/// How often findings that repeat are published unless told.
const FREQUENCY: &str = "SIX_HOURS";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    enable: bool,
    client_token: Option<String>,
    finding_publishing_frequency: Option<String>,
    data_sources: Option<Value>,
    #[serde(default)]
    tags: std::collections::BTreeMap<String, String>,
    features: Option<Vec<FeatureRequest>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateResponse {
    detector_id: String,
}

/// Creates the region's detector. The same token gives the same detector.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<CreateResponse, Fault> {
    if let Some(former) = &call.region().guardduty.detector {
        let repeats = request.client_token.is_some() && former.token == request.client_token;
        let detector_id = former.id.clone();
        return if repeats {
            Ok(CreateResponse { detector_id })
        } else {
            Err(errors::detector_exists())
        };
    }
    let now = call.clock.now;
    let mut features = Features::new(now);
    change(&mut features, request.data_sources.as_ref(), request.features.as_deref(), now)?;
    let tags = request.tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    let tags = Tags::new(tags).map_err(|error| errors::invalid_tags(&error))?;
    let id = call.ids.hex(32);
    let detector = Detector {
        arn: call.arn("guardduty", &format!("detector/{id}")),
        id: id.clone(),
        is_enabled: request.enable,
        created: now,
        updated: now,
        frequency: request.finding_publishing_frequency.unwrap_or_else(|| FREQUENCY.to_owned()),
        features,
        tags,
        token: request.client_token,
    };
    call.region().guardduty.detector = Some(detector);
    Ok(CreateResponse { detector_id: id })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    detector_id: String,
    enable: Option<bool>,
    finding_publishing_frequency: Option<String>,
    data_sources: Option<Value>,
    features: Option<Vec<FeatureRequest>>,
}

/// Changes what is sent.
pub(super) fn update(call: &mut Call<'_>, request: UpdateRequest) -> Result<Empty, Fault> {
    let now = call.clock.now;
    let detector = call.region().guardduty.find(&request.detector_id)?;
    let mut features = detector.features.clone();
    change(&mut features, request.data_sources.as_ref(), request.features.as_deref(), now)?;
    detector.features = features;
    detector.is_enabled = request.enable.unwrap_or(detector.is_enabled);
    if let Some(frequency) = request.finding_publishing_frequency {
        detector.frequency = frequency;
    }
    detector.updated = now;
    Ok(Empty {})
}

/// AWS: plans are named as features or, the older way, as data sources.
fn change(
    features: &mut Features,
    sources: Option<&Value>,
    requests: Option<&[FeatureRequest]>,
    now: jiff::Timestamp,
) -> Result<(), Fault> {
    const SOURCES: [(&str, &str); 3] = [
        ("/S3Logs/Enable", "S3_DATA_EVENTS"),
        ("/Kubernetes/AuditLogs/Enable", "EKS_AUDIT_LOGS"),
        ("/MalwareProtection/ScanEc2InstanceWithFindings/EbsVolumes", "EBS_MALWARE_PROTECTION"),
    ];
    match (sources, requests) {
        (Some(_), Some(_)) => return Err(errors::features_and_data_sources()),
        (Some(sources), None) => {
            for (pointer, name) in SOURCES {
                if let Some(is_enabled) = sources.pointer(pointer).and_then(Value::as_bool) {
                    features.set(name, is_enabled, now);
                }
            }
        }
        (None, Some(requests)) => features.apply(requests, now)?,
        (None, None) => {}
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DetectorRequest {
    pub detector_id: String,
}

/// Deletes the detector with its settings.
pub(super) fn delete(call: &mut Call<'_>, request: DetectorRequest) -> Result<Empty, Fault> {
    call.region().guardduty.find(&request.detector_id)?;
    call.region().guardduty.detector = None;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    detector_ids: Vec<String>,
    next_token: Option<String>,
}

/// The ids of the region's detectors: one, or none.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let ids = call.region().guardduty.detector.iter().map(|detector| detector.id.clone());
    let token = request.next_token.as_deref();
    let page = page(ids, token, request.max_results.unwrap_or(50), String::clone)
        .map_err(|_| errors::invalid_token())?;
    Ok(ListResponse { detector_ids: page.items, next_token: page.next })
}
