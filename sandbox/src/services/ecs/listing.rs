//! Services, described and listed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cluster;
use super::errors::{self, Failure};
use super::service::configuration::Configuration;
use super::service::create::Answer;
use super::service::status::Outcome;
use super::service::{CONTAINER, Service, view};
use super::{revision, tagging};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

/// How many a list of services has where nobody says how many.
const PAGE: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExpressRequest {
    service_arn: String,
    #[serde(default)]
    include: Vec<String>,
}

/// Describes an Express service, also one that was deleted not long ago.
pub(super) fn describe_express(
    call: &mut Call<'_>,
    request: ExpressRequest,
) -> Result<Answer, Fault> {
    let endpoint = call.endpoint;
    let service = call.region().ecs.service(None, &request.service_arn);
    let service = service.ok_or_else(|| errors::resource_not_found("service"))?;
    let with_tags = request.include.iter().any(|field| field == "TAGS");
    Ok(Answer { service: view::express(service, endpoint, with_tags) })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    cluster: Option<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
    launch_type: Option<String>,
    scheduling_strategy: Option<String>,
    resource_management_type: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListResponse {
    service_arns: Vec<String>,
    next_token: Option<String>,
}

/// Lists the services of a cluster: all are Express ones, on Fargate.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let cluster = cluster::provide(call, request.cluster.as_deref())?.name;
    let is = |wanted: &Option<String>, word: &str| wanted.as_deref().is_none_or(|it| it == word);
    let fits = is(&request.launch_type, "FARGATE")
        && is(&request.scheduling_strategy, "REPLICA")
        && is(&request.resource_management_type, "ECS");
    let services = call.region().ecs.services_in(&cluster).filter(|_| fits);
    let limit = request.max_results.unwrap_or(PAGE).min(100);
    let page = page(services, request.next_token.as_deref(), limit, |one| one.arn.clone())
        .map_err(errors::invalid_token)?;
    let service_arns = page.items.into_iter().map(|service| service.arn.clone()).collect();
    Ok(ListResponse { service_arns, next_token: page.next })
}

#[derive(Deserialize)]
pub(super) struct DescribeRequest {
    cluster: Option<String>,
    services: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Description {
    services: Vec<Value>,
    failures: Vec<Failure>,
}

/// Describes services as `CreateService` would have made them.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<Description, Fault> {
    let cluster = cluster::provide(call, request.cluster.as_deref())?.name;
    let with_tags = request.include.iter().any(|field| field == "TAGS");
    let mut answer = Description { services: Vec::new(), failures: Vec::new() };
    for named in request.services {
        let arn = match named.starts_with("arn:") {
            true => named.clone(),
            false => call.arn("ecs", &format!("service/{cluster}/{named}")),
        };
        match call.region().ecs.service(Some(&cluster), &named) {
            Some(service) => answer.services.push(service_view(service, with_tags)),
            None => answer.failures.push(errors::missing(arn)),
        }
    }
    Ok(answer)
}

fn service_view(service: &Service, with_tags: bool) -> Value {
    let newest = service.active().pop().or(service.revisions.last());
    let configuration = newest.map(|revision| &revision.configuration);
    let (running, pending) = counts(service, None);
    let desired = configuration.map_or(0, |it| it.task_counts().0);
    json!({
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster_arn,
        "loadBalancers": configuration.map(|it| [balancer(service, it)]),
        "serviceRegistries": [],
        "status": service.status.word(),
        "desiredCount": if service.active().is_empty() { 0 } else { desired },
        "runningCount": running,
        "pendingCount": pending,
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "platformFamily": "Linux",
        "taskDefinition": newest.map(|revision| &revision.task_definition),
        "deploymentConfiguration": deployment_configuration(),
        "deployments": deployments(service),
        "roleArn": service.infrastructure_role,
        "events": service.events.iter().rev().collect::<Vec<_>>(),
        "createdAt": service.created,
        "currentServiceDeployment": service.deployments.last().map(|one| &one.arn),
        "currentServiceRevisions": service.active().into_iter().map(|revision| {
            let (running, pending) = counts(service, Some(revision.generation));
            let requested = revision.configuration.task_counts().0;
            json!({ "arn": revision.arn, "requestedTaskCount": requested,
                "runningTaskCount": running, "pendingTaskCount": pending })
        }).collect::<Vec<_>>(),
        "placementConstraints": [],
        "placementStrategy": [],
        "networkConfiguration": configuration.map(|it| network(service, it)),
        "healthCheckGracePeriodSeconds": 300,
        "schedulingStrategy": "REPLICA",
        "deploymentController": { "type": "ECS" },
        "tags": with_tags.then(|| tagging::shown(&service.tags)),
        "enableECSManagedTags": true,
        "propagateTags": "SERVICE",
        "enableExecuteCommand": false,
        "availabilityZoneRebalancing": "ENABLED",
        "resourceManagementType": "ECS",
    })
}

/// How many tasks run, and how many do not yet: of one revision, or of all.
pub(super) fn counts(service: &Service, generation: Option<u64>) -> (usize, usize) {
    let of = |it: u64| generation.is_none_or(|wanted| wanted == it);
    let (running, pending): (Vec<_>, Vec<_>) =
        service.tasks.iter().filter(|it| of(it.generation)).partition(|it| it.started.is_some());
    (running.len(), pending.len())
}

/// How deployments of all Express services go.
pub(super) fn deployment_configuration() -> Value {
    json!({
        "deploymentCircuitBreaker": { "enable": true, "rollback": true },
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    })
}

/// The load balancer as a service that has one shows it.
pub(super) fn balancer(service: &Service, configuration: &Configuration) -> Value {
    json!({
        "targetGroupArn": revision::target_group(service),
        "containerName": CONTAINER,
        "containerPort": configuration.port(),
    })
}

/// Where tasks are.
pub(super) fn network(service: &Service, configuration: &Configuration) -> Value {
    json!({ "awsvpcConfiguration": {
        "subnets": configuration.subnets(),
        "securityGroups": service.managed.task_groups(configuration),
        "assignPublicIp": if service.managed.public { "ENABLED" } else { "DISABLED" },
    } })
}

/// The one that is primary, and the one that it replaces.
fn deployments(service: &Service) -> Vec<Value> {
    let active = service.active();
    let primary = active.last().map(|revision| revision.generation);
    let each = active.into_iter().rev().filter_map(|revision| {
        let mut all = service.deployments.iter().rev();
        let deployment = all.find(|deployment| deployment.target == revision.generation)?;
        let is_primary = Some(revision.generation) == primary;
        let (running, pending) = counts(service, Some(revision.generation));
        let id = deployment.arn.rsplit('/').next().unwrap_or_default();
        let failed = usize::from(deployment.outcome == Outcome::RollbackFailed);
        Some(json!({
            "id": format!("ecs-svc/{id}"),
            "status": if is_primary { "PRIMARY" } else { "ACTIVE" },
            "taskDefinition": revision.task_definition,
            "desiredCount": revision.configuration.task_counts().0,
            "pendingCount": pending,
            "runningCount": running,
            "failedTasks": failed,
            "createdAt": deployment.created,
            "updatedAt": deployment.updated,
            "launchType": "FARGATE",
            "platformVersion": "1.4.0",
            "platformFamily": "Linux",
            "networkConfiguration": network(service, &revision.configuration),
            "rolloutState": deployment.outcome.rollout_state(),
            "rolloutStateReason": deployment.reason.clone().unwrap_or_else(|| {
                format!("ECS deployment ecs-svc/{id} {}.", match deployment.outcome {
                    Outcome::InProgress => "in progress",
                    _ => "completed",
                })
            }),
        }))
    });
    each.collect()
}
