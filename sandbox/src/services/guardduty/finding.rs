//! Findings: there are none, because nothing threatens what is here.

use serde::{Deserialize, Serialize};

use super::detector::DetectorRequest;
use crate::call::Call;
use crate::fault::Fault;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    finding_ids: Vec<String>,
}

/// The ids of the detector's findings that meet the criteria.
pub(super) fn list(call: &mut Call<'_>, request: DetectorRequest) -> Result<ListResponse, Fault> {
    call.region().guardduty.find(&request.detector_id)?;
    Ok(ListResponse { finding_ids: Vec::new() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRequest {
    detector_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetResponse {
    findings: [(); 0],
}

/// The findings of these ids. AWS leaves out the ids that it does not know.
pub(super) fn get(call: &mut Call<'_>, request: GetRequest) -> Result<GetResponse, Fault> {
    call.region().guardduty.find(&request.detector_id)?;
    Ok(GetResponse { findings: [] })
}
