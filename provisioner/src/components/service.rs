//! `service`: a program from an image that answers HTTP, on App Runner or on ECS Express Mode.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::{Component, Expansion, Input};
use crate::aws::container::{Variable, image_problem};
use crate::aws::rollout::Rollout;
use crate::resource::{Problem, default_name};

mod access;
mod apprunner;
mod express;
#[cfg(test)]
mod tests;

/// The longest name of a service of either runtime.
const NAME_LIMIT: usize = 40;

/// A program from an image that answers HTTP: with a role that may pull this image, one that may
/// read these secrets, scaling, health checks, logs, and a way into the VPC.
///
/// What it says holds for either runtime. Where `runtime` changes, the new service is made and
/// healthy before what refers to the old one is changed, and the old one goes after that.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// What runs it. Default `apprunner`, which takes no customers that are new since 30 April
    /// 2026.
    #[serde(default)]
    pub runtime: Option<Runtime>,
    /// The service's name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 4, max = 40), regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"))]
    #[serde(default)]
    pub name: Option<String>,
    /// The image, by its digest: `…/name@sha256:…`.
    pub image: Input<String>,
    /// The ARN of the ECR repository that the image is in: the service may pull from this one
    /// alone. Needed unless the image is written out, or a public one.
    #[serde(default)]
    pub repository: Option<Input<String>>,
    /// The port that the program listens on. Default 8080.
    #[serde(default)]
    pub port: Option<u16>,
    /// How much processor an instance has, in 1024ths of a vCPU. Default 1024.
    #[schemars(extend("enum" = [256, 512, 1024, 2048, 4096]))]
    #[serde(default)]
    pub cpu: Option<i32>,
    /// How much memory an instance has, in MiB. Default 2048.
    #[schemars(extend("enum" = [512, 1024, 2048, 3072, 4096, 6144, 8192, 10240, 12288]))]
    #[serde(default)]
    pub memory: Option<i32>,
    /// Between how many instances it moves. Default: one.
    #[serde(default)]
    pub scaling: Option<Scaling>,
    /// Variables of the environment.
    #[serde(default)]
    pub environment: BTreeMap<String, Input<Variable>>,
    /// Variables that are fetched from Secrets Manager when an instance starts: the secret's ARN,
    /// or `{ secret: ARN, key: password }` for one field of a secret that is JSON.
    #[serde(default)]
    pub secrets: BTreeMap<String, Secret>,
    /// The subnets that its connections go out through. Default: none; it reaches the internet, and
    /// nothing private.
    #[serde(default)]
    pub subnets: Option<Input<Vec<Input<String>>>>,
    /// With `ecs_express`: the public subnets of the load balancer and the tasks, in which the
    /// service can be reached from the internet. Default: `subnets`.
    #[serde(default)]
    pub public_subnets: Option<Input<Vec<Input<String>>>>,
    /// The security groups of its instances.
    #[serde(default)]
    pub security_groups: Option<Input<Vec<Input<String>>>>,
    /// How a healthy instance is told. Default: it takes connections.
    #[serde(default)]
    pub health_check: Option<HealthCheck>,
    /// How a new version is watched once it is healthy, and taken back when it fails its users.
    /// Default: only the health check looks at it.
    #[serde(default)]
    pub rollout: Option<Rollout>,
    /// Whether it may send traces to X-Ray; App Runner then runs a collector beside each instance.
    /// Default `false`.
    #[serde(default)]
    pub tracing: Option<bool>,
    /// With `apprunner`: a name of one's own under which it answers, e.g. `api.example.com`. The
    /// output `domain_records` says what has to be in the DNS. Default: only App Runner's name.
    #[serde(default)]
    pub domain: Option<Input<String>>,
    /// What else the program may do on AWS: statements of a policy.
    #[serde(default)]
    pub policies: Vec<Map<String, Json>>,
    /// With `ecs_express`: for how many days its log is kept. Default 30. App Runner makes its log
    /// groups itself.
    #[serde(default)]
    pub log_retention_days: Option<i32>,
}

/// What runs a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    /// AWS App Runner.
    #[serde(rename = "apprunner")]
    AppRunner,
    /// Amazon ECS Express Mode: tasks on Fargate behind a load balancer.
    EcsExpress,
}

/// Between how many instances a service moves.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// The fewest, 1 (the default) to 25.
    #[schemars(range(min = 1, max = 25))]
    #[serde(default)]
    pub min: Option<i32>,
    /// The most, 1 to 25. Default: the fewest.
    #[schemars(range(min = 1, max = 25))]
    #[serde(default)]
    pub max: Option<i32>,
    /// How many requests an instance works on at once before there is another, 1 to 200. Default
    /// 100. ECS Express goes by the processors instead: another comes when they are busy for 60 %.
    #[schemars(range(min = 1, max = 200))]
    #[serde(default)]
    pub concurrency: Option<i32>,
}

/// Where the value of a variable is kept.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Secret {
    /// The whole of a secret, by its ARN.
    Whole(Input<String>),
    /// A part of a secret.
    Part(SecretPart),
}

/// A part of a secret.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretPart {
    /// The secret's ARN.
    pub secret: Input<String>,
    /// The field of the JSON that the secret is. Default: all of it.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub key: Option<String>,
    /// The ARN of the key that encrypts the secret, where it is not AWS's own.
    #[serde(default)]
    pub kms_key: Option<Input<String>>,
}

/// How a healthy instance is told.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// What is asked for: an answer of 200 is a healthy one.
    #[schemars(length(min = 1), regex(pattern = r"^/"))]
    pub path: String,
    /// Every how many seconds, 1 to 20. Default 5. ECS Express has a pace of its own, here and in
    /// the rest.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default)]
    pub interval: Option<i32>,
    /// How many seconds an answer may take, 1 to 20. Default 2.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default)]
    pub timeout: Option<i32>,
    /// After how many good answers an instance is healthy, 1 to 20. Default 1.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default)]
    pub healthy_threshold: Option<i32>,
    /// After how many bad ones it is not, 1 to 20. Default 5.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default)]
    pub unhealthy_threshold: Option<i32>,
}

impl Component for Service {
    const TYPE: &'static str = "service";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("arn", "The service's ARN."),
        ("name", "The service's name."),
        ("id", "With `apprunner`: the service's id, else nothing."),
        ("cluster", "With `ecs_express`: the cluster's name, else nothing."),
        (
            "load_balancer",
            "With `ecs_express`: the load balancer as metrics name it, else nothing.",
        ),
        ("target_group", "With `ecs_express`: its targets as metrics name them, else nothing."),
        ("host", "Its host name, which a CDN has as an origin."),
        ("url", "Where it answers."),
        ("log_group", "The log group with what the program writes."),
        ("role_arn", "The ARN of the role that the program has."),
        ("domain_records", "With `domain`: the records that its DNS has to have, else nothing."),
    ];

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let scaling = self.scaling.clone().unwrap_or_default();
        if scaling.max.is_some_and(|max| scaling.min.unwrap_or(1) > max) {
            let message = "There can't be more instances at least than at most.";
            problems.push(Problem::at("scaling.min", message));
        }
        problems.extend(self.image.literal().and_then(|image| image_problem("image", image)));
        if self.repository_arn("").is_none() && !self.is_public() {
            let message = "Which repository the image is in is known only when it is pushed, and \
                           the service may pull from none but that.";
            problems.push(
                Problem::at("repository", message)
                    .hint("write e.g. repository: ${stack.registry.arn}"),
            );
        }
        if self.domain.is_some() && self.runtime == Some(Runtime::EcsExpress) {
            let message = "ECS Express Mode gives its services names of its own alone.";
            problems.push(
                Problem::at("domain", message)
                    .hint("give the CDN before it the domain, or write runtime: apprunner"),
            );
        }
        for name in self.secrets.keys().filter(|name| self.environment.contains_key(*name)) {
            let message = format!("`{name}` is in the environment as well.");
            problems.push(Problem::at(format!("secrets.{name}"), message));
        }
        problems
    }

    fn expand(&self, scope: &mut Expansion<'_>) {
        match self.runtime.unwrap_or(Runtime::AppRunner) {
            Runtime::AppRunner => self.declare_app_runner(scope),
            Runtime::EcsExpress => self.declare_express(scope),
        }
    }
}

impl Service {
    fn name(&self, scope: &Expansion<'_>) -> String {
        let prefix = &scope.environment().prefix;
        self.name.clone().unwrap_or_else(|| default_name(prefix, scope.address(), NAME_LIMIT))
    }

    /// Whether the image is one that everybody may pull.
    fn is_public(&self) -> bool {
        self.image.literal().is_some_and(|image| !image.contains(".dkr.ecr."))
    }

    /// The repository that the image is in: as given, else by the image's own name,
    /// `123456789012.dkr.ecr.eu-central-1.amazonaws.com/api@sha256:…`.
    fn repository_arn(&self, partition: &str) -> Option<Json> {
        if let Some(repository) = &self.repository {
            return Some(json!(repository));
        }
        let (registry, image) = self.image.literal()?.split_once('/')?;
        let mut parts = registry.split('.');
        let account = parts.next()?;
        let region = registry.split(".dkr.ecr.").nth(1)?.split('.').next()?;
        let name = image.split(['@', ':']).next()?;
        Some(json!(format!("arn:{partition}:ecr:{region}:{account}:repository/{name}")))
    }

    /// What each variable is fetched from, as both runtimes take it: `ARN` or `ARN:key::`.
    fn secret_references(&self) -> Json {
        let reference = |secret: &Secret| {
            let (arn, key) = match secret {
                Secret::Whole(arn) => (arn, None),
                Secret::Part(part) => (&part.secret, part.key.as_deref()),
            };
            match (written(arn), key) {
                (arn, Some(key)) => format!("{arn}:{}::", key.replace("${", "$${")),
                (arn, None) => arn,
            }
        };
        let references =
            self.secrets.iter().map(|(name, secret)| (name.clone(), json!(reference(secret))));
        Json::Object(references.collect())
    }

    fn tracing(&self) -> bool {
        self.tracing == Some(true)
    }

    fn set_outputs(scope: &mut Expansion<'_>, child: &str, role: &str) {
        for output in ["arn", "name", "host", "url", "log_group"] {
            scope.output(output, json!(format!("${{self.{child}.{output}}}")));
        }
        scope.output("role_arn", json!(format!("${{self.{role}.arn}}")));
        let own: &[&str] = match child {
            "express" => &["cluster", "load_balancer", "target_group"],
            _ => &["id"],
        };
        for output in own {
            scope.output(*output, json!(format!("${{self.{child}.{output}}}")));
        }
        scope.output("domain_records", Json::Null);
    }
}

impl Scaling {
    /// The fewest and the most instances.
    fn bounds(scaling: Option<&Self>) -> (i32, i32) {
        let min = scaling.and_then(|scaling| scaling.min).unwrap_or(1);
        (min, scaling.and_then(|scaling| scaling.max).unwrap_or(min))
    }
}

/// The text of an input, to stand in a longer text.
fn written(input: &Input<String>) -> String {
    match input {
        Input::Literal(text) | Input::Expression(text) => text.clone(),
    }
}
