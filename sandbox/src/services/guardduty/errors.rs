//! The service's errors, in AWS's words: whatever is wrong with a request is a bad request.

use crate::fault::Fault;
use crate::services::tags::TagError;

fn bad_request(why: &str) -> Fault {
    Fault::new("BadRequestException", format!("The request is rejected because {why}"))
}

pub(super) fn detector_exists() -> Fault {
    bad_request("a detector already exists for the current account.")
}

pub(super) fn detector_not_found() -> Fault {
    bad_request("the input detectorId is not owned by the current account.")
}

pub(super) fn invalid_token() -> Fault {
    bad_request("an invalid or out-of-range value is specified as an input parameter.")
}

pub(super) fn invalid_arn() -> Fault {
    bad_request("the resource ARN is invalid.")
}

pub(super) fn features_and_data_sources() -> Fault {
    bad_request("both data sources and features were provided. You can provide only one.")
}

pub(super) fn both_runtime_plans() -> Fault {
    bad_request("both EKS_RUNTIME_MONITORING and RUNTIME_MONITORING were provided.")
}

pub(super) fn invalid_tags(error: &TagError) -> Fault {
    Fault::new("BadRequestException", error.to_string())
}
