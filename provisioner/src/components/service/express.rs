//! A service on ECS Express Mode.

use serde_json::json;

use super::{Scaling, Service};
use crate::components::Expansion;

impl Service {
    pub(super) fn declare_express(&self, scope: &mut Expansion<'_>) {
        let name = self.name(scope);
        let log = json!({
            "name": format!("/aws/ecs/{name}"),
            "retention_in_days": self.log_retention_days.unwrap_or(30),
        });
        scope.resource("log", "logs.log_group", log).from("log_retention_days");
        let execution = self.execution_role(scope);
        scope.resource("execution_role", "iam.role", execution).from("secrets");
        let infrastructure = self.infrastructure_role(scope);
        scope.resource("infrastructure_role", "iam.role", infrastructure);
        scope.resource("task_role", "iam.role", self.task_role()).from("policies");
        let (min, max) = Scaling::bounds(self.scaling.as_ref());
        let service = json!({
            "name": name,
            "image": self.image,
            "port": self.port.unwrap_or(8080),
            "environment": self.environment,
            "secrets": self.secret_references(),
            "logs": { "log_group": "${self.log.name}", "stream_prefix": "ecs" },
            "execution_role_arn": "${self.execution_role.arn}",
            "infrastructure_role_arn": "${self.infrastructure_role.arn}",
            "task_role_arn": "${self.task_role.arn}",
            "cpu": self.cpu.unwrap_or(1024),
            "memory": self.memory.unwrap_or(2048),
            "health_check_path": self.health_check.as_ref().map_or("/", |check| &check.path),
            "subnets": self.public_subnets.as_ref().or(self.subnets.as_ref()),
            "security_groups": self.security_groups,
            "rollout": self.rollout,
            "scaling": { "min": min, "max": max, "metric": "AVERAGE_CPU", "target": 60 },
        });
        scope.resource("express", "ecs.express_service", service);
        Self::set_outputs(scope, "express", "task_role");
    }
}
