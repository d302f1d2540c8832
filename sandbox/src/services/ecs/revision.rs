//! Revisions, described with what ECS has put around the service.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors::{self, Failure};
use super::listing::{balancer, network};
use super::service::revision::Revision;
use super::service::{CONTAINER, Service, view};
use crate::call::Call;
use crate::fault::Fault;

/// What the names of load balancers begin with.
const BALANCER: &str = "ecs-express-gateway-alb";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    service_revision_arns: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Description {
    service_revisions: Vec<Value>,
    failures: Vec<Failure>,
}

/// Describes revisions by their ARNs.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<Description, Fault> {
    if request.service_revision_arns.is_empty() {
        return Err(errors::invalid("serviceRevisionArns can't be empty."));
    }
    let endpoint = call.endpoint;
    let state = &call.region().ecs;
    let mut answer = Description { service_revisions: Vec::new(), failures: Vec::new() };
    for arn in request.service_revision_arns {
        let found = state.services.values().find_map(|service| {
            let revision = service.revisions.iter().find(|one| one.arn == arn)?;
            Some(revision_view(service, revision, endpoint))
        });
        match found {
            Some(revision) => answer.service_revisions.push(revision),
            None => answer.failures.push(errors::missing(arn)),
        }
    }
    Ok(answer)
}

fn revision_view(service: &Service, revision: &Revision, sandbox: &str) -> Value {
    let configuration = &revision.configuration;
    json!({
        "serviceRevisionArn": revision.arn,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": revision.task_definition,
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "loadBalancers": [balancer(service, configuration)],
        "networkConfiguration": network(service, configuration),
        "containerImages": [{
            "containerName": CONTAINER,
            "image": configuration.primary_container.image,
            "imageDigest": revision.image.as_ref().map(|image| &image.digest),
        }],
        "guardDutyEnabled": false,
        "createdAt": revision.created,
        "ecsManagedResources": Made { service, revision, sandbox }.view(),
    })
}

/// The ARN of the group of targets that the load balancer leads to.
pub(super) fn target_group(service: &Service) -> String {
    made(service, "elasticloadbalancing", &format!("targetgroup/ecs-gateway-tg-{}", short(service)))
}

impl Service {
    /// Its load balancer, as metrics name it: `app/NAME/ID`.
    pub fn balancer(&self) -> String {
        format!("app/{BALANCER}-{}/{}", short(self), &self.id[16..])
    }

    /// Its group of targets, as metrics name it: `targetgroup/NAME/ID`.
    pub fn targets(&self) -> String {
        target_group(self).rsplit(':').next().unwrap_or_default().to_owned()
    }
}

/// The ARN of something that ECS made: `name` and an id.
fn made(service: &Service, of: &str, name: &str) -> String {
    let mut parts = service.arn.split(':').skip(3);
    let (region, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("arn:aws:{of}:{region}:{account}:{name}/{}", &service.id[16..])
}

fn short(service: &Service) -> &str {
    &service.id[..12]
}

/// What ECS has put around a service for a revision.
struct Made<'a> {
    service: &'a Service,
    revision: &'a Revision,
    sandbox: &'a str,
}

impl Made<'_> {
    fn view(&self) -> Value {
        let managed = &self.service.managed;
        let configuration = &self.revision.configuration;
        let logs = &configuration.primary_container.aws_logs_configuration;
        let own = logs.iter().filter(|logs| logs.log_group == self.service.log_group);
        json!({
            "ingressPaths": [self.ingress()],
            "autoScaling": self.scaling(),
            "metricAlarms": [self.resource(&self.arn(
                "cloudwatch", "alarm:ecs-express-rollback",
            ))],
            "serviceSecurityGroups": [self.group(&managed.service_group)],
            "logGroups": own.map(|logs| self.with(
                &self.arn("logs", &format!("log-group:{}", logs.log_group)),
                &json!({ "logGroupName": logs.log_group }),
            )).collect::<Vec<_>>(),
        })
    }

    fn ingress(&self) -> Value {
        let (service, managed) = (self.service, &self.service.managed);
        let configuration = &self.revision.configuration;
        let elb = |kind: &str| {
            let name = format!("{kind}/app/{BALANCER}-{}", short(service));
            made(service, "elasticloadbalancing", &name)
        };
        json!({
            "accessType": view::access(service),
            "endpoint": service.endpoint(self.sandbox),
            "loadBalancer": self.with(&elb("loadbalancer"), &json!({
                "scheme": if managed.public { "internet-facing" } else { "internal" },
                "subnetIds": managed.subnets,
                "securityGroupIds": [managed.balancer_group],
            })),
            "loadBalancerSecurityGroups": [self.group(&managed.balancer_group)],
            "certificate": self.with(
                &made(service, "acm", "certificate"),
                &json!({ "domainName": service.host }),
            ),
            "listener": self.resource(&elb("listener")),
            "rule": self.resource(&elb("listener-rule")),
            "targetGroups": [self.with(&target_group(service), &json!({
                "healthCheckPath": configuration.health_check_path,
                "healthCheckPort": configuration.port(),
                "port": configuration.port(),
            }))],
        })
    }

    fn scaling(&self) -> Value {
        let configuration = &self.revision.configuration;
        let (least, most) = configuration.task_counts();
        let target = &configuration.scaling_target;
        json!({
            "scalableTarget": self.with(
                &self.arn("application-autoscaling", "scalable-target"),
                &json!({ "minCapacity": least, "maxCapacity": most }),
            ),
            "applicationAutoScalingPolicies": [self.with(
                &self.arn("autoscaling", "scalingPolicy"),
                &json!({
                    "policyType": "TargetTrackingScaling",
                    "targetValue": target.auto_scaling_target_value.unwrap_or(60),
                    "metric": target.auto_scaling_metric,
                }),
            )],
        })
    }

    fn arn(&self, of: &str, name: &str) -> String {
        made(self.service, of, name)
    }

    fn group(&self, id: &str) -> Value {
        let mut parts = self.service.arn.split(':').skip(3);
        let (region, account) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        self.resource(&format!("arn:aws:ec2:{region}:{account}:security-group/{id}"))
    }

    fn resource(&self, arn: &str) -> Value {
        self.with(arn, &json!({}))
    }

    /// A resource with members of its own kind.
    fn with(&self, arn: &str, own: &Value) -> Value {
        let (status, at) = self.status();
        let mut all = json!({ "arn": arn, "status": status, "updatedAt": at });
        if let (Some(all), Some(own)) = (all.as_object_mut(), own.as_object()) {
            all.extend(own.clone());
        }
        all
    }

    fn status(&self) -> (&'static str, Timestamp) {
        use super::service::status::Status;
        let service = self.service;
        match service.status {
            Status::Active if service.serving().is_none() && service.deploying().is_some() => {
                ("PROVISIONING", service.updated)
            }
            Status::Active => ("ACTIVE", service.updated),
            Status::Draining => ("DEPROVISIONING", service.updated),
            Status::Inactive => ("DELETED", service.updated),
        }
    }
}
