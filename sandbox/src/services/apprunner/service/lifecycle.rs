//! What can be done to a service as a whole: pause, resume, delete.

use serde::Deserialize;

use super::Service;
use super::create::{Started, keep};
use super::ending::begin;
use super::progress::Kind;
use super::version::Version;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::apprunner::errors;

/// A request that names a service and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct ServiceRequest {
    pub service_arn: String,
}

/// A copy of the service to work on.
pub(super) fn found(call: &mut Call<'_>, arn: &str) -> Result<Service, Fault> {
    call.region().apprunner.service(arn).cloned()
}

/// Begins to take a service's instances away.
pub(in super::super) fn pause(
    call: &mut Call<'_>,
    request: ServiceRequest,
) -> Result<Started, Fault> {
    let mut service = found(call, &request.service_arn)?;
    if service.status() != "RUNNING" {
        return Err(errors::wrong_state("RUNNING", "paused", service.status()));
    }
    let operation = begin(call, &mut service, Kind::PauseService, None);
    Ok(keep(call, service, operation))
}

/// Begins to bring them back: the version that was paused, as a deployment of its own.
pub(in super::super) fn resume(
    call: &mut Call<'_>,
    request: ServiceRequest,
) -> Result<Started, Fault> {
    let mut service = found(call, &request.service_arn)?;
    if service.status() != "PAUSED" {
        return Err(errors::wrong_state("PAUSED", "resumed", service.status()));
    }
    service.generation += 1;
    let generation = service.generation;
    service.deploying = service.serving.take().map(|version| Version { generation, ..version });
    let operation = begin(call, &mut service, Kind::ResumeService, None);
    Ok(keep(call, service, operation))
}

/// Begins to delete a service; its log groups stay.
pub(in super::super) fn delete(
    call: &mut Call<'_>,
    request: ServiceRequest,
) -> Result<Started, Fault> {
    let mut service = found(call, &request.service_arn)?;
    match service.status() {
        "DELETED" => return Err(errors::not_found("Service", &request.service_arn)),
        "OPERATION_IN_PROGRESS" => {
            let wanted = "RUNNING, PAUSED or CREATE_FAILED";
            return Err(errors::wrong_state(wanted, "deleted", service.status()));
        }
        _ => {}
    }
    let operation = begin(call, &mut service, Kind::DeleteService, None);
    Ok(keep(call, service, operation))
}
