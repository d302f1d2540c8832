//! Changes of a service.

use serde::Deserialize;

use super::configuration::Wishes;
use super::create::{Answer, provide_log_group};
use super::deployment::begin;
use super::revision::Revision;
use super::status::Status;
use super::{Service, check, view};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::ecs::errors;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct UpdateRequest {
    service_arn: String,
    #[serde(flatten)]
    wishes: Wishes,
}

/// A copy of an active service to work on.
pub(super) fn found(call: &mut Call<'_>, arn: &str) -> Result<Service, Fault> {
    let service = call.region().ecs.service(None, arn).cloned();
    let service = service.ok_or_else(errors::service_not_found)?;
    match service.status {
        Status::Active => Ok(service),
        Status::Draining | Status::Inactive => Err(errors::service_not_active()),
    }
}

/// Begins to deploy another configuration. If its tasks don't become healthy, the service goes on
/// with what it had.
pub(in super::super) fn update(
    call: &mut Call<'_>,
    request: UpdateRequest,
) -> Result<Answer, Fault> {
    let mut service = found(call, &request.service_arn)?;
    let before = service.latest().ok_or_else(errors::service_not_active)?.configuration.clone();
    let configuration = before.with(request.wishes, &service.log_group);
    check::configuration(call, &configuration)?;
    provide_log_group(call, &configuration, &service.log_group);
    let generation = service.revisions.last().map_or(1, |last| last.generation + 1);
    let path = format!("{}/{}", service.cluster, service.name);
    let revision = Revision::new(call, &path, generation, configuration);
    let flaw = revision.flaw(call);
    begin(call, &mut service, revision, flaw);
    let shown = view::updated(&service, call.endpoint);
    call.region().ecs.services.insert(service.arn.clone(), service);
    Ok(Answer { service: shown })
}
