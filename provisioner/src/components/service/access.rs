//! The roles of a service, and no more than each needs.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{Secret, Service, written};
use crate::aws::partition;
use crate::components::Expansion;

/// What ECS needs to put a load balancer around a service; AWS keeps the list.
const INFRASTRUCTURE: &str = "AmazonECSInfrastructureRoleforExpressGatewayServices";

impl Service {
    /// Who may become a role, what it is for, and what it may do.
    fn role(&self, trusted: &str, description: &str, policies: &[(&str, Vec<Json>)]) -> Json {
        let policies = policies.iter().filter(|(_, statements)| !statements.is_empty());
        let inline: serde_json::Map<String, Json> = policies
            .map(|(name, statements)| ((*name).to_owned(), policy(statements.clone())))
            .collect();
        json!({
            "assume_role_policy": policy(vec![json!({
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": { "Service": trusted },
            })]),
            "description": description,
            "inline_policies": inline,
        })
    }

    /// App Runner's role for pulling the image.
    pub(super) fn access_role(&self, scope: &Expansion<'_>) -> Json {
        let description = "Lets App Runner pull the image";
        let pull = self.may_pull(&scope.environment().region);
        self.role("build.apprunner.amazonaws.com", description, &[("pull", pull)])
    }

    /// The role of the program on App Runner, with which it is also given its secrets.
    pub(super) fn instance_role(&self, scope: &Expansion<'_>) -> Json {
        let region = &scope.environment().region;
        let mut policies = self.own_policies();
        policies.push(("secrets", self.may_read_secrets(region)));
        self.role("tasks.apprunner.amazonaws.com", "What the service may do", &policies)
    }

    /// ECS's role for starting the program.
    pub(super) fn execution_role(&self, scope: &Expansion<'_>) -> Json {
        let region = &scope.environment().region;
        let write = json!({
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "${self.log.arn}:*",
        });
        let policies = [
            ("pull", self.may_pull(region)),
            ("secrets", self.may_read_secrets(region)),
            ("logs", vec![write]),
        ];
        let description = "Lets ECS start the service: its image, its secrets, its log";
        self.role("ecs-tasks.amazonaws.com", description, &policies)
    }

    /// The role of the program on ECS.
    pub(super) fn task_role(&self) -> Json {
        self.role("ecs-tasks.amazonaws.com", "What the service may do", &self.own_policies())
    }

    /// ECS's role for what it puts around the service.
    pub(super) fn infrastructure_role(&self, scope: &Expansion<'_>) -> Json {
        let description = "Lets ECS keep a load balancer for the service";
        let mut role = self.role("ecs.amazonaws.com", description, &[]);
        let partition = partition(&scope.environment().region);
        let managed = format!("arn:{partition}:iam::aws:policy/service-role/{INFRASTRUCTURE}");
        role["managed_policies"] = json!([managed]);
        role
    }

    /// The permission to ask for a password of the registry can't be bound to a repository.
    fn may_pull(&self, region: &str) -> Vec<Json> {
        let Some(repository) = self.repository_arn(partition(region)) else { return Vec::new() };
        vec![
            json!({
                "Effect": "Allow",
                "Action": "ecr:GetAuthorizationToken",
                "Resource": "*",
            }),
            json!({
                "Effect": "Allow",
                "Action": [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:DescribeImages",
                    "ecr:GetDownloadUrlForLayer",
                ],
                "Resource": repository,
            }),
        ]
    }

    fn may_read_secrets(&self, region: &str) -> Vec<Json> {
        let mut secrets = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for secret in self.secrets.values() {
            match secret {
                Secret::Whole(arn) => drop(secrets.insert(written(arn))),
                Secret::Part(part) => {
                    secrets.insert(written(&part.secret));
                    keys.extend(part.kms_key.as_ref().map(written));
                }
            }
        }
        let mut statements = Vec::new();
        if !secrets.is_empty() {
            statements.push(json!({
                "Effect": "Allow",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": secrets,
            }));
        }
        if !keys.is_empty() {
            let service = format!("secretsmanager.{region}.amazonaws.com");
            statements.push(json!({
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": keys,
                "Condition": { "StringEquals": { "kms:ViaService": service } },
            }));
        }
        statements
    }

    /// What the program itself may do.
    fn own_policies(&self) -> Vec<(&'static str, Vec<Json>)> {
        let traces = json!({
            "Effect": "Allow",
            "Action": [
                "xray:GetSamplingRules",
                "xray:GetSamplingStatisticSummaries",
                "xray:GetSamplingTargets",
                "xray:PutTelemetryRecords",
                "xray:PutTraceSegments",
            ],
            "Resource": "*",
        });
        let own = self.policies.iter().cloned().map(Json::Object).collect();
        let traces = if self.tracing() { vec![traces] } else { Vec::new() };
        vec![("traces", traces), ("own", own)]
    }
}

fn policy(statements: Vec<Json>) -> Json {
    json!({ "Version": "2012-10-17", "Statement": statements })
}
