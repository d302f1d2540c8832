//! The task definitions that ECS makes for the revisions of services.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::service::revision::Revision;
use super::service::{CONTAINER, Service};
use super::tagging::{self, EcsTag};
use crate::call::Call;
use crate::fault::Fault;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    task_definition: String,
    #[serde(default)]
    include: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Description {
    task_definition: Value,
    tags: Vec<EcsTag>,
}

/// Describes one by its ARN, `family:revision`, or its family, which means the last.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<Description, Fault> {
    let named = request.task_definition.as_str();
    let named = named.rsplit_once('/').map_or(named, |(_, name)| name);
    let is = |revision: &Revision| {
        let (family, number) = parts(revision);
        named == family || named.rsplit_once(':') == Some((family, number))
    };
    let found = call.region().ecs.services.values().find_map(|service| {
        let revision = service.revisions.iter().rev().find(|revision| is(revision))?;
        Some((service, revision))
    });
    let (service, revision) = found.ok_or_else(errors::task_definition_not_found)?;
    let with_tags = request.include.iter().any(|field| field == "TAGS");
    let tags = if with_tags { tagging::shown(&service.tags) } else { Vec::new() };
    Ok(Description { task_definition: view(service, revision), tags })
}

/// The family and the number.
fn parts(revision: &Revision) -> (&str, &str) {
    let name = revision.task_definition.rsplit('/').next().unwrap_or_default();
    name.rsplit_once(':').unwrap_or((name, "1"))
}

fn view(service: &Service, revision: &Revision) -> Value {
    let configuration = &revision.configuration;
    let (family, number) = parts(revision);
    json!({
        "taskDefinitionArn": revision.task_definition,
        "containerDefinitions": [container(service, revision)],
        "family": family,
        "taskRoleArn": configuration.task_role_arn,
        "executionRoleArn": configuration.execution_role_arn,
        "networkMode": "awsvpc",
        "revision": number.parse::<u64>().unwrap_or(1),
        "volumes": [],
        "status": "ACTIVE",
        "placementConstraints": [],
        "compatibilities": ["EC2", "FARGATE"],
        "requiresCompatibilities": ["FARGATE"],
        "cpu": configuration.cpu,
        "memory": configuration.memory,
        "registeredAt": revision.created,
        "registeredBy": service.infrastructure_role,
    })
}

fn container(service: &Service, revision: &Revision) -> Value {
    let container = &revision.configuration.primary_container;
    let region = service.arn.split(':').nth(3);
    let port = revision.configuration.port();
    json!({
        "name": CONTAINER,
        "image": container.image,
        "repositoryCredentials": container.repository_credentials,
        "cpu": 0,
        "portMappings": [{ "containerPort": port, "hostPort": port, "protocol": "tcp" }],
        "essential": true,
        "command": container.command,
        "environment": container.environment.clone().unwrap_or_default(),
        "mountPoints": [],
        "volumesFrom": [],
        "secrets": container.secrets,
        "logConfiguration": container.aws_logs_configuration.as_ref().map(|logs| json!({
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": logs.log_group,
                "awslogs-region": region,
                "awslogs-stream-prefix": logs.log_stream_prefix,
            },
        })),
        "systemControls": [],
    })
}
