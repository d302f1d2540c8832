//! The creation of a service.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::configuration::{Configuration, Wishes};
use super::deployment::begin;
use super::managed::Managed;
use super::revision::Revision;
use super::status::Status;
use super::{DOMAIN, Service, check, view};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::ecs::tagging::{self, EcsTag};
use crate::services::ecs::{cluster, errors};

/// How much of a service's name its host has; a label of DNS has 63 characters at most.
const LABEL: usize = 40;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct CreateRequest {
    service_name: Option<String>,
    cluster: Option<String>,
    infrastructure_role_arn: String,
    #[serde(flatten)]
    wishes: Wishes,
    #[serde(default)]
    tags: Vec<EcsTag>,
}

/// What an operation on a service answers.
#[derive(Serialize)]
pub(in super::super) struct Answer {
    pub service: Value,
}

/// Begins to make a service. An image that is not there lets its first deployment fail.
pub(in super::super) fn create(
    call: &mut Call<'_>,
    request: CreateRequest,
) -> Result<Answer, Fault> {
    let tags = tagging::tags(request.tags)?;
    let cluster = cluster::provide(call, request.cluster.as_deref())?;
    let id = call.ids.hex(32);
    let name = request.service_name.unwrap_or_else(|| format!("express-{}", &id[..8]));
    let path = format!("{}/{name}", cluster.name);
    let arn = call.arn("ecs", &format!("service/{path}"));
    check_name(call, &name, &arn)?;
    check::infrastructure_role(call, &request.infrastructure_role_arn)?;
    let log_group = format!("/aws/ecs/{path}-{}", &id[..4]);
    let configuration = Configuration::of_nobody(&log_group).with(request.wishes, &log_group);
    let vpc = check::configuration(call, &configuration)?;
    provide_log_group(call, &configuration, &log_group);
    let mut service = Service {
        arn,
        cluster: cluster.name,
        cluster_arn: cluster.arn,
        host: host(&name, &id, call.region),
        status: Status::Active,
        created: call.clock.now,
        updated: call.clock.now,
        tags,
        infrastructure_role: request.infrastructure_role_arn,
        log_group,
        revisions: Vec::new(),
        deployments: Vec::new(),
        tasks: Vec::new(),
        events: Vec::new(),
        managed: Managed::provide(call, &id, &vpc, &configuration),
        serving: None,
        due: None,
        id,
        name,
    };
    let revision = Revision::new(call, &path, 1, configuration);
    let flaw = revision.flaw(call);
    begin(call, &mut service, revision, flaw);
    let shown = view::express(&service, call.endpoint, true);
    call.region().ecs.services.insert(service.arn.clone(), service);
    Ok(Answer { service: shown })
}

fn check_name(call: &mut Call<'_>, name: &str, arn: &str) -> Result<(), Fault> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !(1..=255).contains(&name.len()) || !name.bytes().all(fits) {
        return Err(errors::invalid("Invalid service name."));
    }
    match call.region().ecs.service(None, arn).map(|service| service.status) {
        Some(Status::Active) => Err(errors::service_exists()),
        Some(Status::Draining) => Err(errors::service_drains()),
        Some(Status::Inactive) | None => Ok(()),
    }
}

/// ECS makes the log group of whoever names none.
pub(super) fn provide_log_group(call: &mut Call<'_>, configuration: &Configuration, own: &str) {
    let logs = configuration.primary_container.aws_logs_configuration.as_ref();
    if logs.is_some_and(|logs| logs.log_group == own) {
        let (arn, now) = (call.arn("logs", &format!("log-group:{own}")), call.clock.now);
        call.region().logs.provide_group(own, arn, now);
    }
}

fn host(name: &str, id: &str, region: &str) -> String {
    let label: String = name.chars().take(LABEL).collect();
    let label = label.to_ascii_lowercase().replace('_', "-");
    let label = label.trim_matches('-');
    let hash = &id[..12];
    match label.is_empty() {
        true => format!("{hash}.ecs.{region}{DOMAIN}"),
        false => format!("{label}-{hash}.ecs.{region}{DOMAIN}"),
    }
}
