//! `apprunner.service`: a program that answers HTTP, from an image, on as many instances as it
//! takes.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_apprunner::types::{self as apprunner, ServiceStatus};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ours, sync_tags, to_tags};
use crate::aws::container::{self, Variable};
use crate::aws::read::one_by_one;
use crate::aws::rollout::Rollout;
use crate::aws::traffic::Counts;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traffic,
    Traits, Watch,
};

mod live;
mod operation;
mod request;

pub use live::log_groups;

/// A service that runs an image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 4, max = 40), regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The image, by its digest:
    /// `123456789012.dkr.ecr.eu-central-1.amazonaws.com/api@sha256:…`. A change is rolled out.
    pub image: String,
    /// Where the image is kept. Default `ECR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_repository_type: Option<RepositoryType>,
    /// The ARN of the role with which App Runner pulls the image. Needed with `ECR`.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_role_arn: Option<String>,
    /// The port that the program listens on. Default 8080.
    #[schemars(range(min = 1, max = 65535))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What is run instead of the image's entry point. Default: that.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_command: Option<String>,
    /// Variables of the environment: these and no others. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<BTreeMap<String, Variable>>,
    /// Variables that App Runner fetches when an instance starts: for each the ARN of a secret, of
    /// one field of a secret that is JSON (`…:secret:db-AbCdEf:password::`), or of a parameter of
    /// Systems Manager. These and no others. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<BTreeMap<String, String>>,
    /// The ARN of the role that the program itself has. Needed with `secrets`.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_role_arn: Option<String>,
    /// How much processor an instance has, in 1024ths of a vCPU. Default 1024.
    #[schemars(extend("enum" = [256, 512, 1024, 2048, 4096]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<i32>,
    /// How much memory an instance has, in MiB; which sizes go depends on `cpu`. Default 2048.
    #[schemars(extend("enum" = [512, 1024, 2048, 3072, 4096, 6144, 8192, 10240, 12288]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<i32>,
    /// The ARN of an auto scaling configuration. Default: the account's own.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_scaling_configuration_arn: Option<String>,
    /// The ARN of the connector through which outgoing connections go. Default: they go out to the
    /// internet, and reach nothing private.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_connector_arn: Option<String>,
    /// Whether it can be reached from the internet. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publicly_accessible: Option<bool>,
    /// Over which protocols it can be reached. Default `IPV4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address_type: Option<IpAddressType>,
    /// How App Runner tells a healthy instance. Default: one that takes TCP connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheck>,
    /// The ARN of the key that encrypts App Runner's copy of the image, and its logs. Default: a
    /// key of App Runner's. A change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
    /// The ARN of an observability configuration. Default: requests are not traced.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observability_configuration_arn: Option<String>,
    /// How a new version is watched once AWS has rolled it out. Default: only AWS's own health
    /// checks look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
}

/// Where an image is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RepositoryType {
    /// A private repository.
    Ecr,
    /// `public.ecr.aws`.
    EcrPublic,
}

/// Over which protocols a service can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IpAddressType {
    /// IPv4.
    Ipv4,
    /// IPv4 and IPv6.
    DualStack,
}

/// How App Runner tells a healthy instance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// Whether a connection is enough, or an answer is needed. Default `TCP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// With `HTTP`: what is asked for. Default `/`.
    #[schemars(length(min = 1), regex(pattern = r"^/"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Every how many seconds, 1 to 20. Default 5.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<i32>,
    /// How many seconds an answer may take, 1 to 20. Default 2.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<i32>,
    /// After how many good answers an instance is healthy, 1 to 20. Default 1.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthy_threshold: Option<i32>,
    /// After how many bad ones it is not, 1 to 20. Default 5.
    #[schemars(range(min = 1, max = 20))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unhealthy_threshold: Option<i32>,
}

/// Whether a connection is enough, or an answer is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Protocol {
    /// A connection is enough.
    Tcp,
    /// An answer of 200 is needed.
    Http,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What AWS calls it, beside its name.
    pub id: String,
    /// Its host name, which CDNs have as an origin.
    pub host: String,
    /// Where it answers.
    pub url: String,
    /// AWS's word for its state, e.g. `RUNNING` or `PAUSED`.
    pub status: String,
    /// The log group with what the program writes.
    pub log_group: String,
    /// The log group with what App Runner says of deployments and health checks.
    pub service_log_group: String,
}

/// Names of variables that begin so are App Runner's own.
const RESERVED: &str = "AWSAPPRUNNER";

impl Resource for Service {
    const KIND: &'static str = "apprunner.service";
    const TRAITS: Traits = Traits {
        immutable: &["name", "kms_key"],
        compare: &[
            ("environment", Compare::Whole),
            ("secrets", Compare::Whole),
            (Rollout::PROPERTY, Compare::WriteOnly),
            ("tags", Compare::WriteOnly),
        ],
        clearable: &[
            "start_command",
            "environment",
            "secrets",
            "vpc_connector_arn",
            "observability_configuration_arn",
        ],
        serves: true,
        create_time: Duration::from_secs(180),
        delete_time: Duration::from_secs(90),
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            container::image_problem("image", &self.image).into_iter().collect();
        problems.extend(self.size_problem());
        if self.access_role_arn.is_none() && self.is_private() {
            let message = "App Runner pulls from a private repository only with a role.";
            problems.push(Problem::at("access_role_arn", message));
        }
        if self.instance_role_arn.is_none()
            && self.secrets.as_ref().is_some_and(|secrets| !secrets.is_empty())
        {
            let message = "Secrets are read with the instances' role, and there is none.";
            problems.push(Problem::at("instance_role_arn", message));
        }
        problems.extend(container::variable_problems(
            self.environment.as_ref(),
            self.secrets.as_ref(),
            RESERVED,
        ));
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        one_by_one(ids, |arn| live::read_one(cx, arn)).await
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let mut arns = Vec::new();
        for service in named(cx, &self.name(owner)).await? {
            let Some(arn) = service.service_arn else { continue };
            let works = service.status == Some(ServiceStatus::OperationInProgress);
            if !works || !operation::is_going(cx, &arn).await? {
                arns.push(arn);
            }
        }
        ours(cx, owner, arns).await
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let request = self.creation(cx, &name)?.set_tags(Some(to_tags(&owner.tags)));
        let answer = match request.send().await.map_err(Error::from) {
            Err(error) if error.is_already_exists() => {
                return Err(self.make_room(cx, owner, error).await?);
            }
            answer => answer?,
        };
        let made =
            answer.service.ok_or_else(|| Error::missing("apprunner:CreateService", "Service"))?;
        Ok(Created::pending(made.service_arn))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if let Some(request) = self.changes(cx, change)? {
            let answer = request.service_arn(id.as_str()).send().await;
            if let Err(error) = answer.map_err(Error::from) {
                return Err(unless_paused(cx, id, error).await?);
            }
        }
        sync_tags(cx, id, &change.tags).await
    }

    /// App Runner goes back to the configuration before when instances of the new one don't become
    /// healthy, and the service is then as `RUNNING` as after a success.
    async fn confirm(&self, cx: &Context, id: &Id, live: &Self) -> Result<()> {
        operation::confirm(cx, id, (&self.image, &live.image)).await
    }

    fn watch(&self, changed: &[String], outputs: &Outputs) -> Option<Watch> {
        let path = self.health_check.as_ref().and_then(|check| check.path.as_deref());
        self.rollout.as_ref()?.watch(changed, &outputs.url, path)
    }

    /// <https://docs.aws.amazon.com/apprunner/latest/dg/monitor-cw.html>
    async fn traffic(cx: &Context, outputs: &Outputs, since: Timestamp) -> Result<Option<Traffic>> {
        let counts = Counts {
            namespace: "AWS/AppRunner",
            dimensions: vec![
                ("ServiceName", outputs.name.clone()),
                ("ServiceID", outputs.id.clone()),
            ],
            requests: "Requests",
            failed: "5xxStatusResponses",
            time: "RequestLatency",
            unit: Duration::from_millis(1),
        };
        counts.since(cx, since).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let answer = cx.clients.apprunner().delete_service().service_arn(id.as_str()).send().await;
        match answer.map_err(Error::from) {
            Ok(_) => Ok(Deleted::Pending),
            Err(error) if error.is_not_found() => Ok(Deleted::Gone),
            // Perhaps because it is being deleted already.
            Err(error) if error.is_busy() => match describe(cx, id.as_str()).await? {
                None => Ok(Deleted::Gone),
                Some(_) if operation::is_going(cx, id.as_str()).await? => Ok(Deleted::Pending),
                Some(_) => Err(error),
            },
            Err(error) => Err(error),
        }
    }
}

impl Service {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(40))
    }

    fn is_private(&self) -> bool {
        self.image_repository_type != Some(RepositoryType::EcrPublic)
    }

    /// <https://docs.aws.amazon.com/apprunner/latest/dg/architecture.html>
    fn size_problem(&self) -> Option<Problem> {
        let (cpu, memory) = (self.cpu.unwrap_or(1024), self.memory.unwrap_or(2048));
        let sizes: &[i32] = match cpu {
            256 => &[512, 1024],
            512 => &[1024],
            1024 => &[2048, 3072, 4096],
            2048 => &[4096, 6144],
            _ => &[8192, 10240, 12288],
        };
        let list = sizes.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
        (!sizes.contains(&memory)).then(|| {
            let message = format!("With cpu {cpu} an instance can't have {memory} MiB of memory.");
            Problem::at("memory", message).hint(format!("write one of {list}"))
        })
    }

    /// What to do about the service that has the name already. One of the owner's own that failed
    /// to come up, and so can never be used, is deleted; until it is gone the name is taken.
    async fn make_room(&self, cx: &Context, owner: &Owner, error: Error) -> Result<Error> {
        for service in named(cx, &self.name(owner)).await? {
            let (Some(arn), Some(status)) = (service.service_arn, service.status) else { continue };
            let ours = !ours(cx, owner, [arn.clone()]).await?.is_empty();
            match status {
                ServiceStatus::CreateFailed if ours => {
                    let request = cx.clients.apprunner().delete_service().service_arn(&arn);
                    Error::optional(request.send().await.map_err(Error::from))?;
                    return Ok(error.passing());
                }
                ServiceStatus::OperationInProgress
                    if ours && operation::is_going(cx, &arn).await? =>
                {
                    return Ok(error.passing());
                }
                _ => {}
            }
        }
        Ok(error)
    }
}

/// Nobody resumes a paused service by waiting for it.
async fn unless_paused(cx: &Context, id: &Id, error: Error) -> Result<Error> {
    if !error.is_busy() {
        return Ok(error);
    }
    let service = describe(cx, id.as_str()).await?;
    let paused = service.is_some_and(|service| service.status == ServiceStatus::Paused);
    Ok(match paused {
        true => error.conclusive().advise(format!(
            "it is paused: resume it with `aws apprunner resume-service --service-arn {id}`, and run again"
        )),
        false => error,
    })
}

/// The service behind an ARN, unless it is deleted.
pub(super) async fn describe(cx: &Context, arn: &str) -> Result<Option<apprunner::Service>> {
    let answer = cx.clients.apprunner().describe_service().service_arn(arn).send().await;
    let service = Error::optional(answer.map_err(Error::from))?.and_then(|answer| answer.service);
    Ok(service.filter(|service| service.status != ServiceStatus::Deleted))
}

/// The services of this name that are not deleted.
async fn named(cx: &Context, name: &str) -> Result<Vec<apprunner::ServiceSummary>> {
    let pages = cx.clients.apprunner().list_services().into_paginator().send();
    let summaries =
        pages.try_collect().await?.into_iter().flat_map(|page| page.service_summary_list);
    let there = |one: &apprunner::ServiceSummary| {
        one.service_name() == Some(name) && one.status() != Some(&ServiceStatus::Deleted)
    };
    Ok(summaries.filter(there).collect())
}

/// What the service's state means.
fn status(service: &apprunner::Service) -> Status {
    match service.status() {
        // A service that somebody paused is as it should be, until it is changed.
        ServiceStatus::Running | ServiceStatus::Paused => Status::Ready,
        failed @ (ServiceStatus::CreateFailed | ServiceStatus::DeleteFailed) => {
            Status::Failed(failed.as_str().to_owned())
        }
        working => Status::Working(working.as_str().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ROLE: &str = "arn:aws:iam::123456789012:role/api";

    fn problems(more: serde_json::Value) -> Vec<String> {
        let digest = "0123456789abcdef".repeat(4);
        let image = format!("123456789012.dkr.ecr.eu-central-1.amazonaws.com/api@sha256:{digest}");
        let mut spec = json!({ "image": image, "access_role_arn": ROLE });
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let service: Service = serde_json::from_value(spec).unwrap();
        service.validate().into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn what_app_runner_refuses_is_refused_before() {
        assert_eq!(problems(json!({})), [""; 0]);
        assert_eq!(problems(json!({ "image": "api:latest" })), ["image"]);
        assert_eq!(problems(json!({ "cpu": 256 })), ["memory"]);
        assert_eq!(problems(json!({ "cpu": 256, "memory": 512 })), [""; 0]);
        assert_eq!(problems(json!({ "access_role_arn": null })), ["access_role_arn"]);
        let public = json!({ "access_role_arn": null, "image_repository_type": "ECR_PUBLIC" });
        assert_eq!(problems(public), [""; 0]);
    }

    #[test]
    fn secrets_are_references_and_need_a_role() {
        let arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:db-AbCdEf:password::";
        let secrets = json!({ "secrets": { "DATABASE_PASSWORD": arn } });
        assert_eq!(problems(secrets), ["instance_role_arn"]);
        let literal =
            json!({ "secrets": { "DATABASE_PASSWORD": "hunter2" }, "instance_role_arn": ROLE });
        assert_eq!(problems(literal), ["secrets.DATABASE_PASSWORD"]);
        let twice = json!({
            "environment": { "A": "1", "AWSAPPRUNNER_X": "2" },
            "secrets": { "A": arn },
            "instance_role_arn": ROLE,
        });
        assert_eq!(problems(twice), ["environment.AWSAPPRUNNER_X", "secrets.A"]);
    }
}
