//! A service as AWS shows it: what runs, how its deployment fares, and what ECS made around it.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_ecs::types::{
    AccessType, EcsExpressGatewayService, EcsManagedResources, ExpressGatewayContainer,
    ExpressGatewayScalingTarget, ExpressGatewayServiceConfiguration as Configuration,
    ExpressGatewayServiceInclude, ExpressGatewayServiceStatusCode as StatusCode, ServiceDeployment,
    ServiceDeploymentStatus as DeploymentStatus, Tag,
};

use super::{DEFAULT_CLUSTER, ExpressService, Logs, Outputs, Scaling};
use crate::aws::container::Variable;
use crate::aws::read::one_by_one;
use crate::aws::word::from_word;
use crate::aws::{Context, Error, url};
use crate::resource::{Id, Live, Result, Status, Tags};

/// How many deployments or revisions one call describes.
const PAGE: usize = 20;

/// The services one by one, their deployments and revisions in bulk.
pub(super) async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<ExpressService>>>> {
    let services = one_by_one(ids, |arn| describe(cx, arn)).await?;
    let there = || services.iter().flatten();
    let under_way = there().filter_map(|service| service.current_deployment().map(str::to_owned));
    let revisions = there().filter_map(|one| newest(one)?.service_revision_arn.clone());
    let (deployments, managed) =
        futures::try_join!(deployments(cx, under_way.collect()), managed(cx, revisions.collect()))?;
    let lives = services.iter().map(|service| {
        let service = service.as_ref()?;
        let deployment = service.current_deployment().and_then(|arn| deployments.get(arn));
        let revision = newest(service).and_then(|one| one.service_revision_arn());
        let managed = revision.and_then(|arn| managed.get(arn));
        Some(live(service, deployment, managed))
    });
    Ok(lives.collect())
}

/// The service behind an ARN, unless it is gone: ECS shows a deleted one as `INACTIVE` for a while.
pub(super) async fn describe(cx: &Context, arn: &str) -> Result<Option<EcsExpressGatewayService>> {
    let request = cx.clients.ecs().describe_express_gateway_service().service_arn(arn);
    let answer = request.include(ExpressGatewayServiceInclude::Tags).send().await;
    let service = Error::optional(answer.map_err(Error::from))?.and_then(|answer| answer.service);
    Ok(service.filter(|service| status_code(service) != Some(&StatusCode::Inactive)))
}

pub(super) fn status_code(service: &EcsExpressGatewayService) -> Option<&StatusCode> {
    service.status()?.status_code()
}

pub(super) fn tags(tags: &[Tag]) -> Tags {
    tags.iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect()
}

/// Whether the service runs the image that it should, and its last deployment succeeded.
pub(super) async fn confirm(cx: &Context, id: &Id, (wanted, live): (&str, &str)) -> Result<()> {
    let Some(service) = describe(cx, id.as_str()).await? else { return Ok(()) };
    let arn = service.current_deployment().map(str::to_owned);
    let deployments = deployments(cx, arn.into_iter().collect()).await?;
    let deployment = deployments.into_values().next();
    let status = deployment.as_ref().and_then(ServiceDeployment::status);
    if status.is_none_or(|status| *status == DeploymentStatus::Successful) && wanted == live {
        return Ok(());
    }
    let word = status.map_or("nothing", DeploymentStatus::as_str);
    let why = deployment.as_ref().and_then(ServiceDeployment::status_reason);
    let what = match wanted == live {
        true => "the service has its old configuration".to_owned(),
        false => format!("{live} runs, and not {wanted}"),
    };
    let why = why.map(|why| format!("; {why}")).unwrap_or_default();
    let message = format!("ECS took the deployment back ({word}): {what}{why}");
    Err(Error::invalid(message)
        .advise("the release before goes on serving; correct the new one, and run again"))
}

async fn deployments(
    cx: &Context,
    arns: Vec<String>,
) -> Result<HashMap<String, ServiceDeployment>> {
    let mut found = HashMap::new();
    for page in arns.chunks(PAGE) {
        let request = cx.clients.ecs().describe_service_deployments();
        let answer = request.set_service_deployment_arns(Some(page.to_vec())).send().await?;
        for deployment in answer.service_deployments.unwrap_or_default() {
            let arn = deployment.service_deployment_arn.clone().unwrap_or_default();
            found.insert(arn, deployment);
        }
    }
    Ok(found)
}

/// What ECS made around each revision.
async fn managed(cx: &Context, arns: Vec<String>) -> Result<HashMap<String, EcsManagedResources>> {
    let mut found = HashMap::new();
    for page in arns.chunks(PAGE) {
        let request = cx.clients.ecs().describe_service_revisions();
        let answer = request.set_service_revision_arns(Some(page.to_vec())).send().await?;
        for revision in answer.service_revisions.unwrap_or_default() {
            let arn = revision.service_revision_arn.unwrap_or_default();
            if let Some(managed) = revision.ecs_managed_resources {
                found.insert(arn, managed);
            }
        }
    }
    Ok(found)
}

/// The configuration that was made last of those that run.
fn newest(service: &EcsExpressGatewayService) -> Option<&Configuration> {
    let configurations = service.active_configurations().iter();
    configurations.max_by_key(|one| one.created_at().map(|at| (at.secs(), at.subsec_nanos())))
}

/// A service is ready when ECS is done with its deployment, even one that it took back.
fn status(service: &EcsExpressGatewayService, deployment: Option<&ServiceDeployment>) -> Status {
    match status_code(service) {
        Some(StatusCode::Active) => {}
        other => return Status::Working(other.map_or("creating", StatusCode::as_str).to_owned()),
    }
    let Some(deployment) = deployment else { return Status::Ready };
    let word = deployment.status().map_or("PENDING", DeploymentStatus::as_str);
    match deployment.status() {
        Some(DeploymentStatus::Successful) => Status::Ready,
        Some(
            DeploymentStatus::Stopped
            | DeploymentStatus::RollbackFailed
            | DeploymentStatus::RollbackSuccessful,
        ) if !deployment.source_service_revisions().is_empty() => Status::Ready,
        Some(
            DeploymentStatus::Stopped
            | DeploymentStatus::RollbackFailed
            | DeploymentStatus::RollbackSuccessful,
        ) => {
            let why = deployment.status_reason().map(|why| format!(": {why}"));
            Status::Failed(format!("{word}{}", why.unwrap_or_default()))
        }
        _ => Status::Working(word.to_owned()),
    }
}

fn live(
    service: &EcsExpressGatewayService,
    deployment: Option<&ServiceDeployment>,
    managed: Option<&EcsManagedResources>,
) -> Live<ExpressService> {
    let configuration = newest(service);
    let container = configuration.and_then(Configuration::primary_container);
    let network = configuration.and_then(Configuration::network_configuration);
    let text = |text: Option<&str>| text.map(str::to_owned);
    let number = |text: Option<&str>| text.and_then(|text| text.parse().ok());
    let added = managed_groups(managed);
    let own = |group: &&String| !added.contains(group);
    let spec = ExpressService {
        name: text(service.service_name()),
        cluster: Some(cluster(service)),
        image: container.map(|one| one.image.clone()).unwrap_or_default(),
        port: container.and_then(|one| one.container_port()?.try_into().ok()),
        command: container.map(|one| one.command().to_vec()),
        environment: container.map(environment),
        secrets: container.map(secrets),
        logs: container.and_then(|one| one.aws_logs_configuration()).map(|logs| Logs {
            log_group: logs.log_group.clone(),
            stream_prefix: logs.log_stream_prefix.clone(),
        }),
        execution_role_arn: text(configuration.and_then(|one| one.execution_role_arn()))
            .unwrap_or_default(),
        infrastructure_role_arn: text(service.infrastructure_role_arn()).unwrap_or_default(),
        task_role_arn: text(configuration.and_then(|one| one.task_role_arn())),
        cpu: number(configuration.and_then(|one| one.cpu())),
        memory: number(configuration.and_then(|one| one.memory())),
        cpu_architecture: configuration.and_then(|one| from_word(one.cpu_architecture()?.as_str())),
        health_check_path: text(configuration.and_then(|one| one.health_check_path())),
        subnets: network.map(|network| network.subnets().iter().cloned().collect()),
        security_groups: network
            .map(|network| network.security_groups().iter().filter(own).cloned().collect()),
        scaling: configuration.and_then(Configuration::scaling_target).map(Scaling::from_aws),
        rollout: None,
    };
    Live {
        spec,
        outputs: outputs(service, configuration, managed),
        tags: Some(tags(service.tags())),
        status: status(service, deployment),
    }
}

fn environment(container: &ExpressGatewayContainer) -> BTreeMap<String, Variable> {
    let pairs = container.environment().iter();
    pairs
        .filter_map(|pair| {
            Some((pair.name()?.to_owned(), Variable::from(pair.value().unwrap_or_default())))
        })
        .collect()
}

fn secrets(container: &ExpressGatewayContainer) -> BTreeMap<String, String> {
    let secrets = container.secrets().iter();
    secrets.map(|secret| (secret.name.clone(), secret.value_from.clone())).collect()
}

/// ECS gives the cluster's name or its ARN.
fn cluster(service: &EcsExpressGatewayService) -> String {
    let cluster = service.cluster().unwrap_or(DEFAULT_CLUSTER);
    cluster.rsplit('/').next().unwrap_or(cluster).to_owned()
}

impl Scaling {
    fn from_aws(target: &ExpressGatewayScalingTarget) -> Self {
        Self {
            min: target.min_task_count(),
            max: target.max_task_count(),
            metric: target.auto_scaling_metric().and_then(|metric| from_word(metric.as_str())),
            target: target.auto_scaling_target_value(),
        }
    }
}

fn outputs(
    service: &EcsExpressGatewayService,
    configuration: Option<&Configuration>,
    managed: Option<&EcsManagedResources>,
) -> Outputs {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let host = configuration.and_then(host).unwrap_or_default();
    let balancer = managed.and_then(|managed| {
        managed.ingress_paths().iter().find_map(|path| path.load_balancer()?.arn())
    });
    let logs = configuration
        .and_then(|one| one.primary_container()?.aws_logs_configuration())
        .map(|logs| logs.log_group.clone());
    let made = managed.and_then(|one| one.log_groups().first());
    let groups = target_groups(managed);
    Outputs {
        arn: text(service.service_arn()).unwrap_or_default(),
        name: text(service.service_name()).unwrap_or_default(),
        cluster: cluster(service),
        url: url::of_host(&host),
        host,
        status: status_code(service).map(StatusCode::as_str).unwrap_or_default().to_owned(),
        service_revision_arn: text(configuration.and_then(|one| one.service_revision_arn())),
        task_definition_arn: text(configuration.and_then(|one| one.task_definition_arn())),
        log_group: logs.or_else(|| made.map(|group| group.log_group_name.clone())),
        load_balancer: balancer
            .and_then(|arn| arn.split_once("loadbalancer/"))
            .map(|(_, it)| it.to_owned()),
        load_balancer_arn: text(balancer),
        target_group: groups.first().and_then(|arn| arn.rsplit(':').next()).map(str::to_owned),
        target_group_arns: groups,
        managed_security_groups: managed_groups(managed),
    }
}

/// The name of the endpoint that the internet reaches, where there is one, else of the private one.
fn host(configuration: &Configuration) -> Option<String> {
    let paths = configuration.ingress_paths();
    let public = paths.iter().find(|path| path.access_type == AccessType::Public);
    let endpoint = &public.or(paths.first())?.endpoint;
    let host = endpoint.split_once("://").map_or(endpoint.as_str(), |(_, host)| host);
    Some(host.trim_end_matches('/').to_owned())
}

fn target_groups(managed: Option<&EcsManagedResources>) -> Vec<String> {
    let paths = managed.into_iter().flat_map(|managed| managed.ingress_paths());
    let groups = paths.flat_map(|path| path.target_groups());
    groups.filter_map(|group| group.arn().map(str::to_owned)).collect()
}

/// The ids of the groups that ECS made, from their ARNs.
fn managed_groups(managed: Option<&EcsManagedResources>) -> Vec<String> {
    let Some(managed) = managed else { return Vec::new() };
    let balancers = managed.ingress_paths().iter();
    let groups = balancers
        .flat_map(|path| path.load_balancer_security_groups())
        .chain(managed.service_security_groups());
    let ids = groups.filter_map(|group| Some(group.arn()?.rsplit('/').next()?.to_owned()));
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::{ExpressGatewayServiceStatus, ServiceRevisionSummary};

    use super::*;

    fn service(code: StatusCode) -> EcsExpressGatewayService {
        let status = ExpressGatewayServiceStatus::builder().status_code(code).build();
        EcsExpressGatewayService::builder().status(status).build()
    }

    fn deployment(status: DeploymentStatus) -> ServiceDeployment {
        ServiceDeployment::builder().status(status).status_reason("tasks fail").build()
    }

    #[test]
    fn a_service_is_ready_when_its_deployment_is_done() {
        let active = service(StatusCode::Active);
        let of = |deployment: &ServiceDeployment| status(&active, Some(deployment));
        assert_eq!(status(&active, None), Status::Ready);
        assert_eq!(of(&deployment(DeploymentStatus::Successful)), Status::Ready);
        let working = Status::Working("IN_PROGRESS".to_owned());
        assert_eq!(of(&deployment(DeploymentStatus::InProgress)), working);
        let draining = Status::Working("DRAINING".to_owned());
        assert_eq!(status(&service(StatusCode::Draining), None), draining);
    }

    #[test]
    fn a_deployment_that_is_taken_back_leaves_what_was_before_or_nothing() {
        let active = service(StatusCode::Active);
        let mut back = deployment(DeploymentStatus::RollbackSuccessful);
        let failed = Status::Failed("ROLLBACK_SUCCESSFUL: tasks fail".to_owned());
        assert_eq!(status(&active, Some(&back)), failed);
        back.source_service_revisions = Some(vec![ServiceRevisionSummary::builder().build()]);
        assert_eq!(status(&active, Some(&back)), Status::Ready);
    }

    #[test]
    fn the_public_endpoint_comes_first() {
        let path = |access, endpoint: &str| {
            let path = aws_sdk_ecs::types::IngressPathSummary::builder().access_type(access);
            path.endpoint(endpoint).build().unwrap()
        };
        let both = Configuration::builder()
            .ingress_paths(path(AccessType::Private, "in.example.com"))
            .ingress_paths(path(AccessType::Public, "https://out.example.com/"))
            .build();
        assert_eq!(host(&both).as_deref(), Some("out.example.com"));
    }
}
