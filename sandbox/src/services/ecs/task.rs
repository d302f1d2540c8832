//! Tasks, described and listed: those of services, for there are no others.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cluster;
use super::errors::{self, Failure};
use super::service::task::{Place, Task};
use super::service::{CONTAINER, Service};
use super::tagging;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::page::page;

const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    cluster: Option<String>,
    family: Option<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
    started_by: Option<String>,
    service_name: Option<String>,
    desired_status: Option<String>,
    launch_type: Option<String>,
    container_instance: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListResponse {
    task_arns: Vec<String>,
    next_token: Option<String>,
}

/// Lists the tasks of a cluster that are to run.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let cluster = cluster::provide(call, request.cluster.as_deref())?.name;
    let state = &call.region().ecs;
    if let Some(name) = &request.service_name
        && state.service(Some(&cluster), name).is_none()
    {
        return Err(errors::service_not_found());
    }
    let is = |wanted: &Option<String>, word: &str| wanted.as_deref().is_none_or(|it| it == word);
    let fits = is(&request.desired_status, "RUNNING")
        && is(&request.launch_type, "FARGATE")
        && request.container_instance.is_none();
    let wanted = |service: &Service| {
        let family = format!("{}-{}", service.cluster, service.name);
        is(&request.service_name, &service.name) && is(&request.family, &family)
    };
    let services = state.services_in(&cluster).filter(|service| fits && wanted(service));
    let tasks = services.flat_map(|service| service.tasks.iter().map(move |it| (service, it)));
    let started = tasks.filter(|(_, task)| is(&request.started_by, &started_by(task)));
    let mut arns: Vec<String> = started.map(|(service, task)| arn(service, task)).collect();
    arns.sort();
    let limit = request.max_results.unwrap_or(PAGE).min(PAGE);
    let page = page(arns, request.next_token.as_deref(), limit, String::clone)
        .map_err(errors::invalid_token)?;
    Ok(ListResponse { task_arns: page.items, next_token: page.next })
}

#[derive(Deserialize)]
pub(super) struct DescribeRequest {
    cluster: Option<String>,
    tasks: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Description {
    tasks: Vec<Value>,
    failures: Vec<Failure>,
}

/// Describes tasks by their ids or ARNs.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<Description, Fault> {
    let cluster = cluster::provide(call, request.cluster.as_deref())?.name;
    let with_tags = request.include.iter().any(|field| field == "TAGS");
    let mut answer = Description { tasks: Vec::new(), failures: Vec::new() };
    for named in request.tasks {
        let id = named.rsplit('/').next().unwrap_or_default();
        let missing = call.arn("ecs", &format!("task/{cluster}/{id}"));
        let found = call.region().ecs.services_in(&cluster).find_map(|service| {
            let task = service.tasks.iter().find(|task| task.id == id)?;
            Some(view(service, task, with_tags))
        });
        match found {
            Some(task) => answer.tasks.push(task),
            None => answer.failures.push(errors::missing(missing)),
        }
    }
    Ok(answer)
}

fn arn(service: &Service, task: &Task) -> String {
    let account = service.arn.split(":service/").next().unwrap_or_default();
    format!("{account}:task/{}/{}", service.cluster, task.id)
}

fn started_by(task: &Task) -> String {
    format!("ecs-svc/{:019}", task.generation)
}

fn view(service: &Service, task: &Task, with_tags: bool) -> Value {
    let revision = service.revision(task.generation);
    let configuration = revision.map(|revision| &revision.configuration);
    let status = if task.started.is_some() { "RUNNING" } else { "PENDING" };
    let arn = arn(service, task);
    let attachment = format!("{}-{}", &task.id[..8], &task.id[8..12]);
    let place = task.place.as_ref();
    json!({
        "attachments": place.map(|place| [interface(&attachment, place)]),
        "attributes": [],
        "availabilityZone": place.map(|place| &place.zone),
        "clusterArn": service.cluster_arn,
        "connectivity": task.started.map(|_| "CONNECTED"),
        "connectivityAt": task.started,
        "containers": [{
            "containerArn": format!("{}/{}", arn.replacen(":task/", ":container/", 1), &task.id[..16]),
            "taskArn": arn,
            "name": CONTAINER,
            "image": configuration.map(|it| &it.primary_container.image),
            "imageDigest": revision.and_then(|it| it.image.as_ref()).map(|image| &image.digest),
            "lastStatus": status,
            "networkBindings": [],
            "networkInterfaces": place.map(|place| [json!({
                "attachmentId": attachment, "privateIpv4Address": place.address,
            })]),
            "healthStatus": "UNKNOWN",
            "cpu": "0",
        }],
        "cpu": configuration.map(|it| &it.cpu),
        "memory": configuration.map(|it| &it.memory),
        "createdAt": task.created,
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": false,
        "group": format!("service:{}", service.name),
        "healthStatus": "UNKNOWN",
        "lastStatus": status,
        "launchType": "FARGATE",
        "overrides": { "containerOverrides": [{ "name": CONTAINER }], "inferenceAcceleratorOverrides": [] },
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "startedAt": task.started,
        "startedBy": started_by(task),
        "tags": with_tags.then(|| tagging::shown(&service.tags)),
        "taskArn": arn,
        "taskDefinitionArn": revision.map(|revision| &revision.task_definition),
        "version": 1,
        "ephemeralStorage": { "sizeInGiB": 20 },
    })
}

fn interface(id: &str, place: &Place) -> Value {
    let details = [
        ("subnetId", place.subnet.clone()),
        ("networkInterfaceId", place.interface.clone()),
        ("privateIPv4Address", place.address.to_string()),
    ];
    json!({
        "id": id,
        "type": "ElasticNetworkInterface",
        "status": "ATTACHED",
        "details": details.map(|(name, value)| json!({ "name": name, "value": value })),
    })
}
