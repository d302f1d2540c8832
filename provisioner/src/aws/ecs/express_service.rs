//! `ecs.express_service`: a program that answers HTTP, from an image, with the load balancer, the
//! certificate and the scaling that ECS Express Mode puts around it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_ecs::types::ExpressGatewayServiceStatusCode as StatusCode;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::container::{self, Variable};
use crate::aws::rollout::Rollout;
use crate::aws::traffic::Counts;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, TagChange,
    Traffic, Traits, Watch,
};

mod live;
mod request;

/// A service of ECS Express Mode.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpressService {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The cluster, by its name. Default `default`, which ECS makes by itself. A change replaces.
    #[schemars(length(min = 1, max = 255), regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The image, by its digest. A change is rolled out.
    pub image: String,
    /// The port that the program listens on. Default 80.
    #[schemars(range(min = 1, max = 65535))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What is run instead of the image's command. Default: that.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// Variables of the environment: these and no others. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<BTreeMap<String, Variable>>,
    /// Variables that ECS fetches when a task starts: for each the ARN of a secret, of one field
    /// of a secret that is JSON (`…:secret:db-AbCdEf:password::`), or of a parameter of Systems
    /// Manager. These and no others. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<BTreeMap<String, String>>,
    /// Where the program's output goes. Default: a log group that ECS makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs: Option<Logs>,
    /// The ARN of the role with which ECS pulls the image, reads the secrets and writes the logs.
    #[schemars(regex(pattern = r"^arn:"))]
    pub execution_role_arn: String,
    /// The ARN of the role with which ECS makes the load balancer and what else belongs to it. A
    /// change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    pub infrastructure_role_arn: String,
    /// The ARN of the role that the program itself has. Default: none.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_role_arn: Option<String>,
    /// How much processor a task has, in 1024ths of a vCPU. Default 256.
    #[schemars(extend("enum" = [256, 512, 1024, 2048, 4096, 8192, 16384]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<i32>,
    /// How much memory a task has, in MiB; which sizes go depends on `cpu`. Default 512.
    #[schemars(range(min = 512, max = 122880))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<i32>,
    /// For which processors the image is. Default `X86_64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_architecture: Option<Architecture>,
    /// What the load balancer asks a task for; 200 is a healthy one's answer. Default `/ping`.
    #[schemars(length(min = 1), regex(pattern = r"^/"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check_path: Option<String>,
    /// The subnets of the tasks and of the load balancer, which is open to the internet in public
    /// ones and closed in private ones. Default: those of the default VPC.
    #[schemars(length(min = 1), inner(regex(pattern = r"^subnet-")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnets: Option<BTreeSet<String>>,
    /// Security groups of the tasks. ECS adds one of its own, which lets the load balancer in.
    /// Default: that alone.
    #[schemars(inner(regex(pattern = r"^sg-")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_groups: Option<BTreeSet<String>>,
    /// Between how many tasks it moves, and why. Default: one task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
    /// How a new version is watched once AWS has rolled it out. Default: only AWS's own health
    /// checks look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
}

/// Where the program's output goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logs {
    /// The name of a log group.
    #[schemars(length(min = 1, max = 512))]
    pub log_group: String,
    /// What the names of its streams begin with, e.g. `ecs`.
    #[schemars(length(min = 1))]
    pub stream_prefix: String,
}

/// For which processors an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Architecture {
    /// Intel's and AMD's.
    #[serde(rename = "X86_64")]
    X86,
    /// Graviton.
    #[serde(rename = "ARM64")]
    Arm,
}

/// Between how many tasks a service moves, and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// The fewest. Default 1.
    #[schemars(range(min = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i32>,
    /// The most. Default 20.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i32>,
    /// What is measured. Default `AVERAGE_CPU`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<Metric>,
    /// What is aimed at: per cent of CPU or memory, or requests a minute of each task. Default 60.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<i32>,
}

/// What decides on the number of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Metric {
    /// How busy the processors are.
    AverageCpu,
    /// How full the memory is.
    AverageMemory,
    /// How many requests a minute come to each task.
    RequestCountPerTarget,
}

/// What others can refer to. What ECS puts around the service by itself stands here, and is not
/// compared with anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The cluster's name.
    pub cluster: String,
    /// Its host name, which CDNs have as an origin.
    pub host: String,
    /// Where it answers.
    pub url: String,
    /// ECS's word for its state, e.g. `ACTIVE`.
    pub status: String,
    /// The ARN of what runs: an image with its configuration.
    pub service_revision_arn: Option<String>,
    /// The ARN of the task definition that ECS made for it.
    pub task_definition_arn: Option<String>,
    /// The log group with what the program writes.
    pub log_group: Option<String>,
    /// The ARN of the load balancer that ECS made, which services may share.
    pub load_balancer_arn: Option<String>,
    /// The load balancer as its metrics name it: `app/…`.
    #[serde(default)]
    pub load_balancer: Option<String>,
    /// The first group of targets as its metrics name it: `targetgroup/…`.
    #[serde(default)]
    pub target_group: Option<String>,
    /// The ARNs of the groups of targets that ECS made.
    #[serde(default)]
    pub target_group_arns: Vec<String>,
    /// The security groups that ECS made, of the load balancer and the tasks.
    pub managed_security_groups: Vec<String>,
}

/// ECS's name for the cluster that is there by itself.
const DEFAULT_CLUSTER: &str = "default";

impl Resource for ExpressService {
    const KIND: &'static str = "ecs.express_service";
    const TRAITS: Traits = Traits {
        immutable: &["name", "cluster", "infrastructure_role_arn"],
        compare: &[
            ("environment", Compare::Whole),
            ("secrets", Compare::Whole),
            ("subnets", Compare::Set),
            ("security_groups", Compare::Set),
            (Rollout::PROPERTY, Compare::WriteOnly),
        ],
        clearable: &["environment", "secrets", "command"],
        serves: true,
        create_time: Duration::from_secs(240),
        delete_time: Duration::from_secs(180),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            container::image_problem("image", &self.image).into_iter().collect();
        problems.extend(self.size_problem());
        let (environment, secrets) = (self.environment.as_ref(), self.secrets.as_ref());
        problems.extend(container::variable_problems(environment, secrets, ""));
        let scaling = self.scaling.clone().unwrap_or_default();
        if scaling.min.unwrap_or(1) > scaling.max.unwrap_or(20) {
            let message = "There can't be more tasks at least than at most.";
            problems.push(Problem::at("scaling.min", message));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        live::read(cx, ids).await
    }

    /// A service's ARN is made of its cluster's name and its own.
    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let cluster = self.cluster.as_deref().unwrap_or(DEFAULT_CLUSTER);
        let arn = cx.arn("ecs", &format!("service/{cluster}/{}", self.name(owner)));
        let service = live::describe(cx, &arn).await?;
        let ours = service.is_some_and(|service| {
            live::status_code(&service) == Some(&StatusCode::Active)
                && owner.owns(&live::tags(service.tags()))
        });
        Ok(ours.then_some(Id(arn)).into_iter().collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let request = self.creation(cx, &self.name(owner))?;
        let answer = request.set_tags(Some(request::to_tags(&owner.tags))).send().await?;
        let arn = answer.service.and_then(|service| service.service_arn).ok_or_else(|| {
            Error::missing("ecs:CreateExpressGatewayService", "service.serviceArn")
        })?;
        Ok(Created::pending(arn))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if let Some(request) = self.changes(cx, change)? {
            request.service_arn(id.as_str()).send().await?;
        }
        sync_tags(cx, id, &change.tags).await
    }

    /// ECS goes back to the revision before when tasks of the new one don't become healthy.
    async fn confirm(&self, cx: &Context, id: &Id, live: &Self) -> Result<()> {
        live::confirm(cx, id, (&self.image, &live.image)).await
    }

    fn watch(&self, changed: &[String], outputs: &Outputs) -> Option<Watch> {
        let path = self.health_check_path.as_deref();
        self.rollout.as_ref()?.watch(changed, &outputs.url, path)
    }

    /// What the load balancer counts: it leads requests to one group of targets, and while it rolls
    /// out to another one.
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html>
    async fn traffic(cx: &Context, outputs: &Outputs, since: Timestamp) -> Result<Option<Traffic>> {
        let arn = outputs.load_balancer_arn.as_deref();
        let balancer = arn.and_then(|arn| arn.split_once(":loadbalancer/"));
        let Some((_, balancer)) = balancer else { return Ok(None) };
        let mut all = None;
        for group in outputs.target_group_arns.iter().filter_map(|arn| arn.rsplit(':').next()) {
            let dimensions =
                vec![("LoadBalancer", balancer.to_owned()), ("TargetGroup", group.to_owned())];
            let counts = Counts {
                namespace: "AWS/ApplicationELB",
                dimensions,
                requests: "RequestCount",
                failed: "HTTPCode_Target_5XX_Count",
                time: "TargetResponseTime",
                unit: Duration::from_secs(1),
            };
            let one = counts.since(cx, since).await?;
            all = one.map(|one| one.and(all.unwrap_or_default())).or(all);
        }
        Ok(all)
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ecs().delete_express_gateway_service().service_arn(id.as_str());
        match request.send().await.map_err(Error::from) {
            Ok(_) => Ok(Deleted::Pending),
            Err(error) if error.is_not_found() => Ok(Deleted::Gone),
            // Perhaps because it is being deleted already.
            Err(error) if error.is_busy() || error.is_refused() => {
                match live::describe(cx, id.as_str()).await? {
                    None => Ok(Deleted::Gone),
                    Some(service) if live::status_code(&service) == Some(&StatusCode::Draining) => {
                        Ok(Deleted::Pending)
                    }
                    Some(_) => Err(error),
                }
            }
            Err(error) => Err(error),
        }
    }
}

impl ExpressService {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(255))
    }

    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>
    fn size_problem(&self) -> Option<Problem> {
        let (cpu, memory) = (self.cpu.unwrap_or(256), self.memory.unwrap_or(512));
        let gib = |gib: i32| gib * 1024;
        let fits = match cpu {
            256 => [512, 1024, 2048].contains(&memory),
            512 => (gib(1)..=gib(4)).contains(&memory) && memory % gib(1) == 0,
            1024 => (gib(2)..=gib(8)).contains(&memory) && memory % gib(1) == 0,
            2048 => (gib(4)..=gib(16)).contains(&memory) && memory % gib(1) == 0,
            4096 => (gib(8)..=gib(30)).contains(&memory) && memory % gib(1) == 0,
            8192 => (gib(16)..=gib(60)).contains(&memory) && memory % gib(4) == 0,
            _ => (gib(32)..=gib(120)).contains(&memory) && memory % gib(8) == 0,
        };
        (!fits).then(|| {
            let message = format!("With cpu {cpu} a task can't have {memory} MiB of memory.");
            let least = if cpu == 256 { 512 } else { cpu * 2 };
            Problem::at("memory", message).hint(format!("with cpu {cpu} the least is {least}"))
        })
    }
}

async fn sync_tags(cx: &Context, id: &Id, change: &TagChange) -> Result<()> {
    let ecs = cx.clients.ecs();
    if !change.set.is_empty() {
        let tags = Some(request::to_tags(&change.set));
        ecs.tag_resource().resource_arn(id.as_str()).set_tags(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys = Some(change.remove.clone());
        ecs.untag_resource().resource_arn(id.as_str()).set_tag_keys(keys).send().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(more: serde_json::Value) -> Vec<String> {
        let role = "arn:aws:iam::123456789012:role/api";
        let image = format!("public.ecr.aws/nginx/nginx@sha256:{}", "0".repeat(64));
        let mut spec = json!({
            "image": image, "execution_role_arn": role, "infrastructure_role_arn": role,
        });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let service: ExpressService = serde_json::from_value(spec).unwrap();
        service.validate().into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn what_ecs_refuses_is_refused_before() {
        assert_eq!(problems(json!({})), [""; 0]);
        assert_eq!(problems(json!({ "image": "nginx:latest" })), ["image"]);
        assert_eq!(problems(json!({ "cpu": 1024 })), ["memory"]);
        assert_eq!(problems(json!({ "cpu": 1024, "memory": 3072 })), [""; 0]);
        assert_eq!(problems(json!({ "cpu": 8192, "memory": 17408 })), ["memory"]);
        assert_eq!(problems(json!({ "scaling": { "min": 3, "max": 2 } })), ["scaling.min"]);
        assert_eq!(problems(json!({ "secrets": { "A": "hunter2" } })), ["secrets.A"]);
    }
}
