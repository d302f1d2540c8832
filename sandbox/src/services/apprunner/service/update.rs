//! Changes of a service, and new deployments of what has not changed.

use serde::{Deserialize, Serialize};

use super::Service;
use super::configuration::Wishes;
use super::create::{Started, keep, plan, version};
use super::ending::begin;
use super::lifecycle::{ServiceRequest, found};
use super::progress::Kind;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::apprunner::errors;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct UpdateRequest {
    service_arn: String,
    #[serde(flatten)]
    wishes: Wishes,
}

/// Begins to give a service another configuration; blocks that the request does not have stay as
/// they are. If the new version does not come up, the former configuration comes back.
pub(in super::super) fn update(
    call: &mut Call<'_>,
    request: UpdateRequest,
) -> Result<Started, Fault> {
    let mut service = found(call, &request.service_arn)?;
    if !matches!(service.status(), "RUNNING" | "PAUSED") {
        return Err(errors::wrong_state("RUNNING or PAUSED", "updated", service.status()));
    }
    let former = service.configuration.clone();
    let generation = service.generation + 1;
    let (configuration, deploying, failure) =
        plan(call, former.clone(), request.wishes, generation)?;
    service.former = Some(Box::new(former));
    service.configuration = configuration;
    service.deploying = deploying;
    service.generation = generation;
    let operation = begin(call, &mut service, Kind::UpdateService, failure);
    Ok(keep(call, service, operation))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct Deployment {
    operation_id: String,
}

/// Begins to deploy what the service's tag means now.
pub(in super::super) fn deploy(
    call: &mut Call<'_>,
    request: ServiceRequest,
) -> Result<Deployment, Fault> {
    let service = found(call, &request.service_arn)?;
    if service.status() != "RUNNING" {
        return Err(errors::wrong_state("RUNNING", "deployed to", service.status()));
    }
    Ok(Deployment { operation_id: redeploy(call, service) })
}

fn redeploy(call: &mut Call<'_>, mut service: Service) -> String {
    service.generation += 1;
    service.deploying = version(call, &service.configuration, service.generation);
    let failure = match service.deploying {
        Some(_) => None,
        None => Some("Failed to copy the image from ECR".to_owned()),
    };
    let operation = begin(call, &mut service, Kind::StartDeployment, failure);
    keep(call, service, operation).operation_id
}

/// Begins to deploy an image that was pushed to the services that follow its tag.
pub(crate) fn follow(call: &mut Call<'_>, uri: &str, tag: &str) {
    let identifier = format!("{uri}:{tag}");
    let following = call.region().apprunner.services().filter(|service| {
        let source = &service.configuration.source;
        let named = source.image_repository.as_ref().map(|it| it.image_identifier.as_str());
        named == Some(&identifier)
            && source.auto_deployments_enabled == Some(true)
            && service.status() == "RUNNING"
    });
    for service in following.cloned().collect::<Vec<_>>() {
        redeploy(call, service);
    }
}
