//! What AWS tells about a service.

use jiff::Timestamp;
use serde::Serialize;

use super::Service;
use super::configuration::{
    HealthCheckConfiguration, InstanceConfiguration, NetworkConfiguration, ObservabilityChoice,
    SourceConfiguration,
};
use crate::services::apprunner::state::State;

/// A service with everything about it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct View {
    #[serde(flatten)]
    summary: Summary,
    deleted_at: Option<Timestamp>,
    source_configuration: SourceConfiguration,
    instance_configuration: InstanceConfiguration,
    encryption_configuration: Option<Encryption>,
    health_check_configuration: HealthCheckConfiguration,
    auto_scaling_configuration_summary: Scaling,
    network_configuration: NetworkConfiguration,
    observability_configuration: Option<ObservabilityChoice>,
}

/// What lists have of a service.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in super::super) struct Summary {
    service_name: String,
    service_id: String,
    service_arn: String,
    service_url: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Encryption {
    kms_key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Scaling {
    auto_scaling_configuration_arn: String,
    auto_scaling_configuration_name: Option<String>,
    auto_scaling_configuration_revision: Option<u32>,
}

/// Everything about a service. `endpoint` is where the sandbox answers.
pub(super) fn view(state: &State, service: &Service, endpoint: &str) -> View {
    let configuration = service.configuration.clone();
    let scaling = state.scaling.find(&configuration.scaling);
    View {
        summary: summary(service, endpoint),
        deleted_at: service.deleted,
        source_configuration: configuration.source,
        instance_configuration: configuration.instance,
        encryption_configuration: service.kms_key.clone().map(|kms_key| Encryption { kms_key }),
        health_check_configuration: configuration.health_check,
        auto_scaling_configuration_summary: Scaling {
            auto_scaling_configuration_name: scaling.map(|revision| revision.name.clone()),
            auto_scaling_configuration_revision: scaling.map(|revision| revision.number),
            auto_scaling_configuration_arn: configuration.scaling,
        },
        network_configuration: configuration.network,
        observability_configuration: configuration.observability,
    }
}

pub(super) fn summary(service: &Service, endpoint: &str) -> Summary {
    Summary {
        service_name: service.name.clone(),
        service_id: service.id.clone(),
        service_arn: service.arn.clone(),
        service_url: service.url(endpoint),
        created_at: service.created,
        updated_at: service.updated,
        status: service.status(),
    }
}
