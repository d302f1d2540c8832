//! What AWS tells about an Express service.

use serde_json::{Value, json};

use super::Service;
use super::revision::Revision;
use crate::services::ecs::tagging;

/// A service with everything about it. `sandbox` is where the sandbox answers.
pub(in super::super) fn express(service: &Service, sandbox: &str, with_tags: bool) -> Value {
    let active = service.active();
    json!({
        "cluster": service.cluster,
        "serviceName": service.name,
        "serviceArn": service.arn,
        "infrastructureRoleArn": service.infrastructure_role,
        "status": { "statusCode": service.status.word() },
        "currentDeployment": service.deployments.last().map(|deployment| &deployment.arn),
        "activeConfigurations": active
            .into_iter()
            .map(|revision| configuration(service, revision, sandbox))
            .collect::<Vec<_>>(),
        "tags": with_tags.then(|| tagging::shown(&service.tags)),
        "createdAt": service.created,
        "updatedAt": service.updated,
    })
}

/// A service that has just been changed.
pub(super) fn updated(service: &Service, sandbox: &str) -> Value {
    let target = service.revisions.last();
    json!({
        "cluster": service.cluster,
        "serviceName": service.name,
        "serviceArn": service.arn,
        "status": { "statusCode": service.status.word() },
        "targetConfiguration": target.map(|revision| configuration(service, revision, sandbox)),
        "createdAt": service.created,
        "updatedAt": service.updated,
    })
}

/// A revision, with the group that ECS added and the way in.
fn configuration(service: &Service, revision: &Revision, sandbox: &str) -> Value {
    let mut shown = json!(revision.configuration);
    shown["networkConfiguration"]["securityGroups"] =
        json!(service.managed.task_groups(&revision.configuration));
    shown["serviceRevisionArn"] = json!(revision.arn);
    shown["createdAt"] = json!(revision.created);
    shown["ingressPaths"] = json!([{
        "accessType": access(service),
        "endpoint": service.endpoint(sandbox),
    }]);
    shown
}

/// Who reaches a service.
pub(in super::super) fn access(service: &Service) -> &'static str {
    if service.managed.public { "PUBLIC" } else { "PRIVATE" }
}
