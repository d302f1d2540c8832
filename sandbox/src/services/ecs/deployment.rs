//! Deployments, described and listed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cluster;
use super::errors::{self, Failure};
use super::listing::{counts, deployment_configuration};
use super::service::Service;
use super::service::deployment::Deployment;
use super::service::status::Outcome;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::{descending, page};

/// How many a list has where nobody says how many.
const PAGE: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    service_deployment_arns: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Description {
    service_deployments: Vec<Value>,
    failures: Vec<Failure>,
}

/// Describes deployments by their ARNs.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<Description, Fault> {
    if request.service_deployment_arns.is_empty() {
        return Err(errors::invalid("serviceDeploymentArns can't be empty."));
    }
    let state = &call.region().ecs;
    let mut answer = Description { service_deployments: Vec::new(), failures: Vec::new() };
    for arn in request.service_deployment_arns {
        let found = state.services.values().find_map(|service| {
            let deployment = service.deployments.iter().find(|one| one.arn == arn)?;
            Some(view(service, deployment))
        });
        match found {
            Some(deployment) => answer.service_deployments.push(deployment),
            None => answer.failures.push(errors::missing(arn)),
        }
    }
    Ok(answer)
}

fn view(service: &Service, deployment: &Deployment) -> Value {
    let outcome = deployment.outcome;
    let went_back = match outcome {
        Outcome::RollbackSuccessful => deployment.source,
        _ => None,
    };
    let failures = usize::from(deployment.failure.is_some()) * 3;
    json!({
        "serviceDeploymentArn": deployment.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": deployment.created,
        "startedAt": deployment.created,
        "finishedAt": deployment.finished,
        "stoppedAt": deployment.finished.filter(|_| outcome == Outcome::Stopped),
        "updatedAt": deployment.updated,
        "sourceServiceRevisions": deployment
            .source
            .and_then(|source| revision(service, source, 0))
            .into_iter()
            .collect::<Vec<_>>(),
        "targetServiceRevision": revision(service, deployment.target, 1),
        "status": outcome,
        "statusReason": deployment.reason,
        "deploymentConfiguration": deployment_configuration(),
        "rollback": went_back.and_then(|source| service.revision(source)).map(|revision| json!({
            "reason": deployment.reason,
            "startedAt": deployment.finished,
            "serviceRevisionArn": revision.arn,
        })),
        "deploymentCircuitBreaker": {
            "status": match (outcome, failures) {
                (Outcome::InProgress, _) => "MONITORING",
                (_, 0) => "MONITORING_COMPLETE",
                _ => "TRIGGERED",
            },
            "failureCount": failures,
            "threshold": 3,
        },
    })
}

/// A revision of a deployment; `wanted` is 1 if its tasks are to be there.
fn revision(service: &Service, generation: u64, wanted: u32) -> Option<Value> {
    let revision = service.revision(generation)?;
    let (running, pending) = counts(service, Some(generation));
    Some(json!({
        "arn": revision.arn,
        "requestedTaskCount": revision.configuration.task_counts().0 * wanted,
        "runningTaskCount": running,
        "pendingTaskCount": pending,
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    service: String,
    cluster: Option<String>,
    #[serde(default)]
    status: Vec<String>,
    created_at: Option<Between>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

#[derive(Deserialize)]
struct Between {
    before: Option<Timestamp>,
    after: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListResponse {
    service_deployments: Vec<Value>,
    next_token: Option<String>,
}

/// Lists a service's deployments, the latest first.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let cluster = cluster::provide(call, request.cluster.as_deref())?.name;
    let service = call.region().ecs.service(Some(&cluster), &request.service);
    let service = service.ok_or_else(errors::service_not_found)?;
    let wanted = |deployment: &Deployment| {
        let word = json!(deployment.outcome);
        let between = request.created_at.as_ref().is_none_or(|between| {
            between.before.is_none_or(|before| deployment.created < before)
                && between.after.is_none_or(|after| deployment.created > after)
        });
        between && (request.status.is_empty() || request.status.iter().any(|it| word == *it))
    };
    let numbered = service.deployments.iter().enumerate().rev().filter(|(_, one)| wanted(one));
    let limit = request.max_results.unwrap_or(PAGE).min(100);
    let page = page(numbered, request.next_token.as_deref(), limit, |(number, _)| {
        descending(&format!("{number:010}"))
    })
    .map_err(errors::invalid_token)?;
    let brief = |(_, deployment): (usize, &Deployment)| {
        json!({
            "serviceDeploymentArn": deployment.arn,
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "startedAt": deployment.created,
            "createdAt": deployment.created,
            "finishedAt": deployment.finished,
            "targetServiceRevisionArn": service.revision(deployment.target).map(|it| &it.arn),
            "status": deployment.outcome,
            "statusReason": deployment.reason,
        })
    };
    let service_deployments = page.items.into_iter().map(brief).collect();
    Ok(ListResponse { service_deployments, next_token: page.next })
}
