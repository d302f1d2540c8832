//! The services of the world that ought to run, in the runtime's words.

use std::time::Duration;

use super::container::{Health, ImageName, Log, Owner, Scaling, WantedService};
use crate::services::apprunner::service::Service;
use crate::services::apprunner::service::version::{HealthCheck, Version};
use crate::world::World;

/// Every service of every region.
pub fn wanted(world: &World) -> Vec<WantedService> {
    let regions = world.regions();
    let services =
        regions.flat_map(|(name, region)| region.apprunner.services().map(move |one| (name, one)));
    services.filter_map(|(region, service)| app_runner(region, service)).collect()
}

/// The version that is on its way, else the one that serves; a service that is paused, or has
/// never answered, runs nothing.
fn app_runner(region: &str, service: &Service) -> Option<WantedService> {
    let version = service.deploying().or(service.serving())?;
    Some(WantedService {
        owner: Owner::AppRunner { region: region.to_owned(), id: service.id.clone() },
        names: service.names().collect(),
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
            service: service.service_log.clone(),
        },
    })
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
