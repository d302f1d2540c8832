//! One version of a service: what whoever runs services has to run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::configuration::Configuration;
use crate::services::apprunner::auto_scaling::AutoScaling;
use crate::services::image::Image;

/// Where a container listens of which the customer has not said it.
pub const DEFAULT_PORT: u16 = 8080;

/// A version of a service. It never changes: another one is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Tells it from the service's others, and grows with each deployment.
    pub generation: u64,
    /// What runs.
    pub image: Image,
    /// Where it listens.
    pub port: u16,
    /// A command in place of the image's own, as one text.
    pub start_command: Option<String>,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// Of its environment, what comes from Secrets Manager (`arn`, or `arn:json-key::`) or the
    /// parameter store, by the variable's name.
    pub secrets: BTreeMap<String, String>,
    /// How much of a processor an instance may have; 1024 is one.
    pub cpu: u32,
    /// How much memory an instance may have, in MiB.
    pub memory: u32,
    /// When an instance is well.
    pub health_check: HealthCheck,
    /// How many instances there are.
    pub scaling: AutoScaling,
    /// The ARN of the role that its code acts with.
    pub instance_role: Option<String>,
}

/// When an instance is well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// What is asked for by HTTP; `None` is content with a TCP connection.
    pub path: Option<String>,
    /// Seconds between checks.
    pub interval: u32,
    /// Seconds until a check counts as failed.
    pub timeout: u32,
    /// How many good checks make an instance healthy.
    pub healthy: u32,
    /// How many bad ones make it unhealthy.
    pub unhealthy: u32,
}

impl Version {
    /// The version that a configuration, which has been checked, describes.
    pub(super) fn new(
        configuration: &Configuration,
        image: Image,
        scaling: AutoScaling,
        generation: u64,
    ) -> Self {
        let given = configuration.image_configuration().cloned().unwrap_or_default();
        let instance = &configuration.instance;
        Self {
            generation,
            image,
            port: number(given.port.as_deref()).unwrap_or(DEFAULT_PORT),
            start_command: given.start_command,
            environment: given.runtime_environment_variables.unwrap_or_default(),
            secrets: given.runtime_environment_secrets.unwrap_or_default(),
            cpu: number(instance.cpu.as_deref()).unwrap_or(1024),
            memory: number(instance.memory.as_deref()).unwrap_or(2048),
            health_check: health_check(configuration),
            scaling,
            instance_role: instance.instance_role_arn.clone(),
        }
    }
}

fn number<T: std::str::FromStr>(text: Option<&str>) -> Option<T> {
    text.and_then(|text| text.parse().ok())
}

fn health_check(configuration: &Configuration) -> HealthCheck {
    let check = &configuration.health_check;
    let is_http = check.protocol.as_deref() == Some("HTTP");
    HealthCheck {
        path: check.path.clone().filter(|_| is_http),
        interval: check.interval.unwrap_or(5),
        timeout: check.timeout.unwrap_or(2),
        healthy: check.healthy_threshold.unwrap_or(1),
        unhealthy: check.unhealthy_threshold.unwrap_or(5),
    }
}
