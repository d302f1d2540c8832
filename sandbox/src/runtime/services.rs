//! The services of the world that ought to run, in the runtime's words.

use std::time::Duration;

use super::container::{Counted, Health, ImageName, Log, Owner, Scaling, WantedService};
use crate::meter::Source;
use crate::services::apprunner::service::Service;
use crate::services::apprunner::service::version::{HealthCheck, Version};
use crate::services::ecs;
use crate::services::ecs::service::CONTAINER;
use crate::world::{Region, World};

/// How many requests a task of an Express service answers at once before there is another: what the
/// sandbox goes by instead of the processors and the memory.
const CONCURRENCY: usize = 100;

/// Every service of every region.
pub fn wanted(world: &World) -> Vec<WantedService> {
    let of = |(name, region): (&str, &Region)| {
        let runner = region.apprunner.services().filter_map(|service| app_runner(name, service));
        let express = region.ecs.services().filter_map(|service| express(name, service));
        runner.chain(express).collect::<Vec<_>>()
    };
    world.regions().flat_map(of).collect()
}

/// The version that is on its way, else the one that serves; a service that is paused, or has
/// never answered, runs nothing.
fn app_runner(region: &str, service: &Service) -> Option<WantedService> {
    let version = service.deploying().or(service.serving())?;
    Some(WantedService {
        owner: Owner::AppRunner { region: region.to_owned(), id: service.id.clone() },
        names: service.names().collect(),
        counted: Counted::AppRunner(Source {
            region: region.to_owned(),
            namespace: "AWS/AppRunner",
            dimensions: vec![
                ("ServiceName", service.name.clone()),
                ("ServiceID", service.id.clone()),
            ],
        }),
        generation: version.generation,
        image: ImageName {
            region: version.image.region.clone(),
            repository: version.image.repository.clone(),
            reference: version.image.digest.clone(),
        },
        command: version.start_command.as_deref().map(words),
        environment: version.environment.clone(),
        secrets: version.secrets.clone(),
        memory: u64::from(version.memory) << 20,
        health: health(&version.health_check),
        scaling: scaling(version),
        log: Log {
            region: region.to_owned(),
            application: service.application_log.clone(),
            stream: "instance".to_owned(),
            service: Some(service.service_log.clone()),
        },
    })
}

/// The revision that is on its way, else the one that serves. Whoever has an image of another
/// registry than the sandbox's runs nothing.
fn express(region: &str, service: &ecs::Service) -> Option<WantedService> {
    let revision = service.deploying().or(service.serving())?;
    let configuration = &revision.configuration;
    let container = &configuration.primary_container;
    let image = revision.image.as_ref()?;
    let logs = container.aws_logs_configuration.as_ref()?;
    let variables = container.environment.iter().flatten();
    let secrets = container.secrets.iter().flatten();
    let (least, most) = configuration.task_counts();
    let balancer = Source {
        region: region.to_owned(),
        namespace: "AWS/ApplicationELB",
        dimensions: vec![("LoadBalancer", service.balancer())],
    };
    Some(WantedService {
        owner: Owner::Ecs { region: region.to_owned(), arn: service.arn.clone() },
        names: vec![service.host.clone()],
        counted: Counted::Balancer([
            balancer.clone(),
            balancer.with("TargetGroup", service.targets()),
        ]),
        generation: revision.generation,
        image: ImageName {
            region: image.region.clone(),
            repository: image.repository.clone(),
            reference: image.digest.clone(),
        },
        command: container.command.clone().filter(|command| !command.is_empty()),
        environment: variables.map(|one| (one.name.clone(), one.value.clone())).collect(),
        secrets: secrets.map(|one| (one.name.clone(), one.value_from.clone())).collect(),
        memory: configuration.memory.parse::<u64>().ok()? << 20,
        health: target_health(&configuration.health_check_path),
        scaling: Scaling { min: least as usize, max: most as usize, concurrency: CONCURRENCY },
        log: Log {
            region: region.to_owned(),
            application: logs.log_group.clone(),
            stream: format!("{}/{CONTAINER}", logs.log_stream_prefix),
            service: None,
        },
    })
}

/// How the load balancer asks a task, which is not the customer's to say.
fn target_health(path: &str) -> Health {
    Health {
        path: Some(path.to_owned()),
        interval: Duration::from_secs(5),
        timeout: Duration::from_secs(4),
        healthy: 1,
        unhealthy: 2,
    }
}

/// A command as one text has no quoting here: App Runner's own is not documented.
fn words(command: &str) -> Vec<String> {
    command.split_whitespace().map(str::to_owned).collect()
}

fn health(check: &HealthCheck) -> Health {
    Health {
        path: check.path.clone(),
        interval: Duration::from_secs(check.interval.into()),
        timeout: Duration::from_secs(check.timeout.into()),
        healthy: check.healthy,
        unhealthy: check.unhealthy,
    }
}

fn scaling(version: &Version) -> Scaling {
    Scaling {
        min: version.scaling.min as usize,
        max: version.scaling.max as usize,
        concurrency: version.scaling.concurrency as usize,
    }
}
