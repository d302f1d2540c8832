//! What a customer says about a service, in the members that requests and answers share.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What can be changed about a service, with AWS's defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// Which image, and what it is given.
    pub source: SourceConfiguration,
    /// How big an instance is, and its role.
    pub instance: InstanceConfiguration,
    /// When an instance is well.
    pub health_check: HealthCheckConfiguration,
    /// The ARN of a revision of an auto scaling configuration.
    pub scaling: String,
    /// What it can reach, and who can reach it.
    pub network: NetworkConfiguration,
    /// Where traces go, if the customer has ever said.
    pub observability: Option<ObservabilityChoice>,
}

/// Where a service comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SourceConfiguration {
    /// Not built: services come from images.
    #[serde(skip_serializing)]
    pub(super) code_repository: Option<serde_json::Value>,
    /// The image, and what it is given.
    pub image_repository: Option<ImageRepository>,
    /// Whether a new image under the same tag is deployed at once.
    pub auto_deployments_enabled: Option<bool>,
    /// The access role.
    pub authentication_configuration: Option<AuthenticationConfiguration>,
}

/// An image, and what it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ImageRepository {
    /// `ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY`, `:TAG` or `@DIGEST`.
    pub image_identifier: String,
    /// What it is given.
    pub image_configuration: Option<ImageConfiguration>,
    /// `ECR`
    pub image_repository_type: String,
}

/// What an image is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ImageConfiguration {
    /// Environment variables.
    pub runtime_environment_variables: Option<BTreeMap<String, String>>,
    /// A command in place of the image's own.
    pub start_command: Option<String>,
    /// Where it listens.
    pub port: Option<String>,
    /// Environment variables whose values are secrets: ARNs of Secrets Manager or of parameters.
    pub runtime_environment_secrets: Option<BTreeMap<String, String>>,
}

/// With which roles the source is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AuthenticationConfiguration {
    /// For code repositories.
    pub connection_arn: Option<String>,
    /// For ECR; trusts `build.apprunner.amazonaws.com`.
    pub access_role_arn: Option<String>,
}

/// How big an instance is, and its role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceConfiguration {
    /// `1024` is one virtual CPU.
    pub cpu: Option<String>,
    /// In MiB.
    pub memory: Option<String>,
    /// Trusts `tasks.apprunner.amazonaws.com`.
    pub instance_role_arn: Option<String>,
}

/// When an instance is well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct HealthCheckConfiguration {
    /// `TCP` or `HTTP`.
    pub protocol: Option<String>,
    /// What is asked for by HTTP.
    pub path: Option<String>,
    /// Seconds between checks.
    pub interval: Option<u32>,
    /// Seconds until a check counts as failed.
    pub timeout: Option<u32>,
    /// How many good checks make an instance healthy.
    pub healthy_threshold: Option<u32>,
    /// How many bad ones make it unhealthy.
    pub unhealthy_threshold: Option<u32>,
}

/// What a service can reach, and who can reach it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct NetworkConfiguration {
    /// What it can reach.
    pub egress_configuration: Option<EgressConfiguration>,
    /// Who can reach it.
    pub ingress_configuration: Option<IngressConfiguration>,
    /// `IPV4` or `DUAL_STACK`.
    pub ip_address_type: Option<String>,
}

/// What a service can reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct EgressConfiguration {
    /// `DEFAULT` for public networks, `VPC` for a connector's.
    pub egress_type: Option<String>,
    /// With `VPC` only.
    pub vpc_connector_arn: Option<String>,
}

/// Who can reach a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct IngressConfiguration {
    /// Everybody, or only VPCs.
    pub is_publicly_accessible: Option<bool>,
}

/// Whether and where a service's traces go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ObservabilityChoice {
    /// Whether there is one.
    pub observability_enabled: bool,
    /// The ARN of a revision of an observability configuration.
    pub observability_configuration_arn: Option<String>,
}

/// What a customer asks for: blocks that stay as they are where the request has none.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Wishes {
    source_configuration: Option<SourceConfiguration>,
    instance_configuration: Option<InstanceConfiguration>,
    health_check_configuration: Option<HealthCheckConfiguration>,
    pub auto_scaling_configuration_arn: Option<String>,
    network_configuration: Option<NetworkConfiguration>,
    observability_configuration: Option<ObservabilityChoice>,
}

impl Configuration {
    /// What a service has of which the customer has said nothing.
    pub(super) fn of_nobody() -> Self {
        let text = |text: &str| Some(text.to_owned());
        Self {
            source: SourceConfiguration::default(),
            instance: InstanceConfiguration {
                cpu: text("1024"),
                memory: text("2048"),
                instance_role_arn: None,
            },
            health_check: HealthCheckConfiguration {
                protocol: text("TCP"),
                path: text("/"),
                interval: Some(5),
                timeout: Some(2),
                healthy_threshold: Some(1),
                unhealthy_threshold: Some(5),
            },
            scaling: String::new(),
            network: NetworkConfiguration {
                egress_configuration: Some(EgressConfiguration {
                    egress_type: text("DEFAULT"),
                    vpc_connector_arn: None,
                }),
                ingress_configuration: Some(IngressConfiguration {
                    is_publicly_accessible: Some(true),
                }),
                ip_address_type: text("IPV4"),
            },
            observability: None,
        }
    }

    /// The same with what a customer asks for.
    pub(super) fn with(self, wishes: Wishes) -> Self {
        Self {
            source: self.source.with(wishes.source_configuration.unwrap_or_default()),
            instance: self.instance.with(wishes.instance_configuration.unwrap_or_default()),
            health_check: self
                .health_check
                .with(wishes.health_check_configuration.unwrap_or_default()),
            scaling: wishes.auto_scaling_configuration_arn.unwrap_or(self.scaling),
            network: self.network.with(wishes.network_configuration.unwrap_or_default()),
            observability: wishes.observability_configuration.or(self.observability),
        }
    }

    /// The connector through which it reaches a VPC.
    pub fn connector(&self) -> Option<&str> {
        let egress = self.network.egress_configuration.as_ref()?;
        egress.vpc_connector_arn.as_deref()
    }

    /// Where its traces go.
    pub fn observability_arn(&self) -> Option<&str> {
        self.observability.as_ref()?.observability_configuration_arn.as_deref()
    }

    /// What its image is given.
    pub(super) fn image_configuration(&self) -> Option<&ImageConfiguration> {
        self.source.image_repository.as_ref()?.image_configuration.as_ref()
    }
}

impl SourceConfiguration {
    fn with(self, wished: Self) -> Self {
        Self {
            code_repository: wished.code_repository,
            image_repository: wished
                .image_repository
                .map(ImageRepository::completed)
                .or(self.image_repository),
            // An image of ECR is followed unless somebody says otherwise.
            auto_deployments_enabled: wished
                .auto_deployments_enabled
                .or(self.auto_deployments_enabled)
                .or(Some(true)),
            authentication_configuration: wished
                .authentication_configuration
                .or(self.authentication_configuration),
        }
    }
}

impl ImageRepository {
    fn completed(mut self) -> Self {
        if let Some(configuration) = &mut self.image_configuration {
            configuration.port.get_or_insert_with(|| super::version::DEFAULT_PORT.to_string());
        }
        self
    }
}

impl InstanceConfiguration {
    fn with(self, wished: Self) -> Self {
        Self {
            cpu: wished.cpu.map(|cpu| units(&cpu, " vCPU")).or(self.cpu),
            memory: wished.memory.map(|memory| units(&memory, " GB")).or(self.memory),
            instance_role_arn: wished.instance_role_arn.or(self.instance_role_arn),
        }
    }
}

/// `0.25 vCPU` as `256`, `2 GB` as `2048`; what has no unit stays.
fn units(text: &str, unit: &str) -> String {
    let number = text.strip_suffix(unit).and_then(|number| number.parse::<f64>().ok());
    number.map_or_else(|| text.to_owned(), |number| format!("{:.0}", number * 1024.0))
}

impl HealthCheckConfiguration {
    fn with(self, wished: Self) -> Self {
        Self {
            protocol: wished.protocol.or(self.protocol),
            path: wished.path.or(self.path),
            interval: wished.interval.or(self.interval),
            timeout: wished.timeout.or(self.timeout),
            healthy_threshold: wished.healthy_threshold.or(self.healthy_threshold),
            unhealthy_threshold: wished.unhealthy_threshold.or(self.unhealthy_threshold),
        }
    }
}

impl NetworkConfiguration {
    fn with(self, wished: Self) -> Self {
        Self {
            egress_configuration: wished.egress_configuration.or(self.egress_configuration),
            ingress_configuration: wished.ingress_configuration.or(self.ingress_configuration),
            ip_address_type: wished.ip_address_type.or(self.ip_address_type),
        }
    }
}
