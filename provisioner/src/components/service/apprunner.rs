//! A service on App Runner.

use serde_json::{Value as Json, json};

use super::{HealthCheck, Scaling, Service};
use crate::components::Expansion;
use crate::components::without_nulls;

impl Service {
    pub(super) fn declare_app_runner(&self, scope: &mut Expansion<'_>) {
        let private = !self.is_public();
        if private {
            let role = self.access_role(scope);
            scope.resource("access_role", "iam.role", role).from("repository");
        }
        let role = self.instance_role(scope);
        scope.resource("instance_role", "iam.role", role).from("policies");
        self.declare_scaling(scope);
        if self.subnets.is_some() {
            let connector =
                json!({ "subnets": self.subnets, "security_groups": self.security_groups });
            scope.resource("connector", "apprunner.vpc_connector", connector).from("subnets");
        }
        if self.tracing() {
            let vendor = json!({ "trace_vendor": "AWSXRAY" });
            let kind = "apprunner.observability_configuration";
            scope.resource("tracing", kind, vendor).from("tracing");
        }
        let service = json!({
            "name": self.name(scope),
            "image": self.image,
            "image_repository_type": if private { "ECR" } else { "ECR_PUBLIC" },
            "access_role_arn": private.then_some("${self.access_role.arn}"),
            "port": self.port.unwrap_or(8080),
            "environment": self.environment,
            "secrets": self.secret_references(),
            "instance_role_arn": "${self.instance_role.arn}",
            "cpu": self.cpu.unwrap_or(1024),
            "memory": self.memory.unwrap_or(2048),
            "auto_scaling_configuration_arn": "${self.scaling.arn}",
            "vpc_connector_arn": self.subnets.is_some().then_some("${self.connector.arn}"),
            "health_check": self.health_check.as_ref().map_or_else(
                || json!({ "protocol": "TCP" }),
                HealthCheck::for_app_runner,
            ),
            "rollout": self.rollout,
            "observability_configuration_arn": self.tracing().then_some("${self.tracing.arn}"),
        });
        scope.resource("apprunner", "apprunner.service", service);
        Self::set_outputs(scope, "apprunner", "instance_role");
        self.declare_domain(scope);
    }

    fn declare_domain(&self, scope: &mut Expansion<'_>) {
        let Some(domain) = &self.domain else { return };
        let domain = json!({ "service_arn": "${self.apprunner.arn}", "domain_name": domain });
        scope.resource("domain", "apprunner.custom_domain", domain).from("domain");
        scope.output("domain_records", json!("${self.domain.validation_records}"));
    }

    fn declare_scaling(&self, scope: &mut Expansion<'_>) {
        let (min, max) = Scaling::bounds(self.scaling.as_ref());
        let concurrency = self.scaling.as_ref().and_then(|scaling| scaling.concurrency);
        let scaling = json!({
            "min_size": min,
            "max_size": max,
            "max_concurrency": concurrency.unwrap_or(100),
        });
        let kind = "apprunner.auto_scaling_configuration";
        scope.resource("scaling", kind, scaling).from("scaling");
    }
}

impl HealthCheck {
    fn for_app_runner(&self) -> Json {
        let mut check = without_nulls(json!(self));
        check["protocol"] = json!("HTTP");
        check
    }
}
