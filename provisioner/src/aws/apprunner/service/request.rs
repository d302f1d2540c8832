//! What is asked of App Runner: a service as a whole, or the blocks of it that change.

use aws_sdk_apprunner::operation::create_service::builders::CreateServiceFluentBuilder;
use aws_sdk_apprunner::operation::update_service::builders::UpdateServiceFluentBuilder;
use aws_sdk_apprunner::types as apprunner;
use aws_sdk_apprunner::types::EgressType;

use super::{HealthCheck, RepositoryType, Service};
use crate::aws::Context;
use crate::aws::container::Variable;
use crate::aws::rollout::Rollout;
use crate::aws::word::word;
use crate::resource::{Change, Result};

/// The properties in each block of a request, which App Runner takes as a whole.
const SOURCE: [&str; 7] = [
    "image",
    "image_repository_type",
    "access_role_arn",
    "port",
    "start_command",
    "environment",
    "secrets",
];
const INSTANCE: [&str; 3] = ["cpu", "memory", "instance_role_arn"];
const NETWORK: [&str; 3] = ["vpc_connector_arn", "publicly_accessible", "ip_address_type"];

impl Service {
    /// The request that makes it.
    pub(super) fn creation(&self, cx: &Context, name: &str) -> Result<CreateServiceFluentBuilder> {
        let key = self
            .kms_key
            .as_ref()
            .map(|key| apprunner::EncryptionConfiguration::builder().kms_key(key).build());
        let scaling = self.auto_scaling_configuration_arn.clone();
        let observability = self.observability_configuration_arn.is_some();
        Ok(cx
            .clients
            .apprunner()
            .create_service()
            .service_name(name)
            .source_configuration(self.source()?)
            .instance_configuration(self.instance())
            .network_configuration(self.network())
            .set_auto_scaling_configuration_arn(scaling)
            .set_health_check_configuration(self.health_check.as_ref().map(HealthCheck::to_aws))
            .set_encryption_configuration(key.transpose()?)
            .set_observability_configuration(observability.then(|| self.observability())))
    }

    /// The request that changes it, with the blocks that differ and no others; `None` where none
    /// does.
    pub(super) fn changes(
        &self,
        cx: &Context,
        change: &Change<Self>,
    ) -> Result<Option<UpdateServiceFluentBuilder>> {
        if change.properties.iter().all(|property| property == Rollout::PROPERTY) {
            return Ok(None);
        }
        let wanted = self.completed(change);
        let source = change.has_any(&SOURCE).then(|| wanted.source()).transpose()?;
        let scaling = self.auto_scaling_configuration_arn.clone();
        let health = wanted.health_check.as_ref().filter(|_| change.has("health_check"));
        let observability = change.has("observability_configuration_arn");
        let request = cx
            .clients
            .apprunner()
            .update_service()
            .set_source_configuration(source)
            .set_instance_configuration(change.has_any(&INSTANCE).then(|| wanted.instance()))
            .set_network_configuration(change.has_any(&NETWORK).then(|| wanted.network()))
            .set_auto_scaling_configuration_arn(
                scaling.filter(|_| change.has("auto_scaling_configuration_arn")),
            )
            .set_health_check_configuration(health.map(HealthCheck::to_aws))
            .set_observability_configuration(observability.then(|| self.observability()));
        Ok(Some(request))
    }

    /// The definition with what it leaves open as it is on AWS: a block that is sent replaces the
    /// live one as a whole.
    fn completed(&self, change: &Change<Self>) -> Self {
        fn or<T: Clone>(
            change: &Change<Service>,
            name: &str,
            wanted: &Option<T>,
            live: &Option<T>,
        ) -> Option<T> {
            // A property that changes to nothing is taken away.
            if change.has(name) { wanted.clone() } else { wanted.clone().or_else(|| live.clone()) }
        }
        let live = &change.before;
        macro_rules! completed {
            ($($field:ident),*) => {
                Self {
                    image: self.image.clone(),
                    rollout: None,
                    health_check: self.health_check.as_ref().map(|check| {
                        check.over(live.health_check.as_ref())
                    }),
                    $($field: or(change, stringify!($field), &self.$field, &live.$field),)*
                }
            };
        }
        completed!(
            name,
            image_repository_type,
            access_role_arn,
            port,
            start_command,
            environment,
            secrets,
            instance_role_arn,
            cpu,
            memory,
            auto_scaling_configuration_arn,
            vpc_connector_arn,
            publicly_accessible,
            ip_address_type,
            kms_key,
            observability_configuration_arn
        )
    }

    /// An image by digest has no later version that App Runner could deploy by itself.
    fn source(&self) -> Result<apprunner::SourceConfiguration> {
        let variables = self.environment.as_ref().map(|variables| {
            let pair =
                |(name, value): (&String, &Variable)| (name.clone(), value.as_str().to_owned());
            variables.iter().map(pair).collect()
        });
        let secrets = self.secrets.clone().map(|secrets| secrets.into_iter().collect());
        let image = apprunner::ImageConfiguration::builder()
            .set_port(self.port.map(|port| port.to_string()))
            .set_start_command(self.start_command.clone())
            .set_runtime_environment_variables(variables)
            .set_runtime_environment_secrets(secrets)
            .build();
        let kind = self.image_repository_type.unwrap_or(RepositoryType::Ecr);
        let repository = apprunner::ImageRepository::builder()
            .image_identifier(&self.image)
            .image_repository_type(word(&kind).as_str().into())
            .image_configuration(image)
            .build()?;
        let role = self.access_role_arn.as_ref().map(|role| {
            apprunner::AuthenticationConfiguration::builder().access_role_arn(role).build()
        });
        Ok(apprunner::SourceConfiguration::builder()
            .image_repository(repository)
            .auto_deployments_enabled(false)
            .set_authentication_configuration(role)
            .build())
    }

    fn instance(&self) -> apprunner::InstanceConfiguration {
        apprunner::InstanceConfiguration::builder()
            .set_cpu(self.cpu.map(|cpu| cpu.to_string()))
            .set_memory(self.memory.map(|memory| memory.to_string()))
            .set_instance_role_arn(self.instance_role_arn.clone())
            .build()
    }

    fn network(&self) -> apprunner::NetworkConfiguration {
        let egress = match &self.vpc_connector_arn {
            Some(_) => EgressType::Vpc,
            None => EgressType::Default,
        };
        let egress = apprunner::EgressConfiguration::builder()
            .egress_type(egress)
            .set_vpc_connector_arn(self.vpc_connector_arn.clone())
            .build();
        let ingress = apprunner::IngressConfiguration::builder()
            .is_publicly_accessible(self.publicly_accessible.unwrap_or(true))
            .build();
        apprunner::NetworkConfiguration::builder()
            .egress_configuration(egress)
            .ingress_configuration(ingress)
            .set_ip_address_type(self.ip_address_type.map(|kind| word(&kind).as_str().into()))
            .build()
    }

    fn observability(&self) -> apprunner::ServiceObservabilityConfiguration {
        let arn = self.observability_configuration_arn.clone();
        apprunner::ServiceObservabilityConfiguration::builder()
            .observability_enabled(arn.is_some())
            .set_observability_configuration_arn(arn)
            .build()
    }
}

impl HealthCheck {
    fn to_aws(&self) -> apprunner::HealthCheckConfiguration {
        apprunner::HealthCheckConfiguration::builder()
            .set_protocol(self.protocol.map(|protocol| word(&protocol).as_str().into()))
            .set_path(self.path.clone())
            .set_interval(self.interval)
            .set_timeout(self.timeout)
            .set_healthy_threshold(self.healthy_threshold)
            .set_unhealthy_threshold(self.unhealthy_threshold)
            .build()
    }

    fn over(&self, live: Option<&Self>) -> Self {
        let live = live.cloned().unwrap_or_default();
        Self {
            protocol: self.protocol.or(live.protocol),
            path: self.path.clone().or(live.path),
            interval: self.interval.or(live.interval),
            timeout: self.timeout.or(live.timeout),
            healthy_threshold: self.healthy_threshold.or(live.healthy_threshold),
            unhealthy_threshold: self.unhealthy_threshold.or(live.unhealthy_threshold),
        }
    }
}
