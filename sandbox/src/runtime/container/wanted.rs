//! What is wanted of a service, whichever of AWS's it is.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use super::counted::Counted;
use super::image::ImageName;
use crate::gateway::core::Core;

/// A service that ought to run.
#[derive(Debug, Clone)]
pub struct WantedService {
    /// Whose it is.
    pub owner: Owner,
    /// The host names that lead to it, in lower case and without a port.
    pub names: Vec<String>,
    /// As whom its requests are counted.
    pub counted: Counted,
    /// Another one for each deployment.
    pub generation: u64,
    /// What it runs.
    pub image: ImageName,
    /// Instead of the image's own command.
    pub command: Option<Vec<String>>,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// Of its environment, what comes from Secrets Manager: `arn`, or `arn:json-key::`.
    pub secrets: BTreeMap<String, String>,
    /// How much memory an instance may have, in bytes.
    pub memory: u64,
    /// When an instance is well.
    pub health: Health,
    /// How many instances there are.
    pub scaling: Scaling,
    /// Where its instances' words go.
    pub log: Log,
}

/// Whose a service is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// App Runner's.
    AppRunner {
        /// The region.
        region: String,
        /// The service's id.
        id: String,
    },
    /// ECS's.
    Ecs {
        /// The region.
        region: String,
        /// The service's ARN.
        arn: String,
    },
}

/// When an instance is well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The path to ask for; `None` is content with a connection.
    pub path: Option<String>,
    /// How often.
    pub interval: Duration,
    /// How long an answer may take.
    pub timeout: Duration,
    /// After how many good answers it is well.
    pub healthy: u32,
    /// After how many bad ones it is not.
    pub unhealthy: u32,
}

/// How many instances there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scaling {
    /// At least.
    pub min: usize,
    /// At most.
    pub max: usize,
    /// How many requests one answers at once before another is started.
    pub concurrency: usize,
}

/// Where an instance's words go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The region of the log group.
    pub region: String,
    /// The log group of what instances say.
    pub application: String,
    /// What the names of the instances' streams begin with.
    pub stream: String,
    /// The log group of what becomes of the service, where it has one.
    pub service: Option<String>,
}

/// A secret that a service names can't be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret of {name} can't be had: {reason}")]
pub struct SecretError {
    /// The variable.
    pub name: String,
    /// Why not. Never the value.
    pub reason: String,
}

impl WantedService {
    /// Whether nothing is to be done to come from the one to the other.
    pub fn is(&self, other: &Self) -> bool {
        self.generation == other.generation
    }

    /// The environment with the secrets as they are now, and the port that is an instance's own:
    /// instances share the network of this machine, so no two can listen at the same one.
    ///
    /// # Errors
    /// When a secret is gone, or does not have the key.
    pub fn environment(
        &self,
        core: &Core,
        port: u16,
    ) -> Result<BTreeMap<String, String>, SecretError> {
        let mut all = self.environment.clone();
        for (name, reference) in &self.secrets {
            let fail = |reason: &str| SecretError { name: name.clone(), reason: reason.to_owned() };
            all.insert(name.clone(), secret(core, reference).map_err(fail)?);
        }
        all.insert("PORT".to_owned(), port.to_string());
        Ok(all)
    }
}

/// A secret's value, or that of one of its keys:
/// <https://docs.aws.amazon.com/apprunner/latest/dg/env-variable-manage.html>
fn secret(core: &Core, reference: &str) -> Result<String, &'static str> {
    let parts: Vec<&str> = reference.split(':').collect();
    let [_, _, "secretsmanager", region, _, _, _, key @ ..] = parts.as_slice() else {
        return Err("it is no ARN of Secrets Manager");
    };
    let arn = parts[..7].join(":");
    let text = core.with_world(|world| {
        world.region(region).secretsmanager.current_text(&arn).map(str::to_owned)
    });
    let text = text.ok_or("there is no such secret with a text")?;
    match key.first().filter(|key| !key.is_empty()) {
        None => Ok(text),
        Some(key) => {
            let value: Json = serde_json::from_str(&text).map_err(|_| "it is no JSON")?;
            match &value[key] {
                Json::String(text) => Ok(text.clone()),
                Json::Null => Err("it has no such key"),
                other => Ok(other.to_string()),
            }
        }
    }
}
