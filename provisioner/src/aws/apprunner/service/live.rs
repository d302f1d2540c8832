//! A service as AWS shows it, in the shape of its definition.

use aws_sdk_apprunner::types::{self as apprunner, ServiceStatus};

use super::{HealthCheck, Outputs, Service, describe, operation, status};
use crate::aws::apprunner::{connector_of, owned};
use crate::aws::container::Variable;
use crate::aws::word::from_word;
use crate::aws::{Context, url};
use crate::resource::{Live, Result, Status};

pub(super) async fn read_one(cx: &Context, arn: &str) -> Result<Option<Live<Service>>> {
    let Some(service) = describe(cx, arn).await? else { return Ok(None) };
    let mut live = live(&service);
    if service.status == ServiceStatus::CreateFailed {
        let said = operation::last_words(cx, &live.outputs).await;
        live.status = Status::Failed(format!("CREATE_FAILED{said}"));
    }
    Ok(Some(live))
}

fn live(service: &apprunner::Service) -> Live<Service> {
    let repository = service.source_configuration().and_then(|source| source.image_repository());
    let image = repository.and_then(|repository| repository.image_configuration());
    let instance = service.instance_configuration();
    let network = service.network_configuration();
    let scaling = service.auto_scaling_configuration_summary();
    let roles = service.source_configuration().and_then(|one| one.authentication_configuration());
    let variables = image.and_then(|image| image.runtime_environment_variables());
    let secrets = image.and_then(|image| image.runtime_environment_secrets());
    let spec = Service {
        name: Some(service.service_name.clone()),
        image: repository.map(|one| one.image_identifier.clone()).unwrap_or_default(),
        image_repository_type: repository
            .and_then(|one| from_word(one.image_repository_type.as_str())),
        access_role_arn: owned(roles.and_then(|roles| roles.access_role_arn())),
        port: image.and_then(|image| image.port()?.parse().ok()),
        start_command: owned(image.and_then(|image| image.start_command())),
        environment: Some(
            variables
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), Variable::from(value.as_str())))
                .collect(),
        ),
        secrets: Some(secrets.cloned().unwrap_or_default().into_iter().collect()),
        instance_role_arn: owned(instance.and_then(|instance| instance.instance_role_arn())),
        cpu: instance.and_then(|instance| units(instance.cpu()?, "vCPU")),
        memory: instance.and_then(|instance| units(instance.memory()?, "GB")),
        auto_scaling_configuration_arn: owned(
            scaling.and_then(|scaling| scaling.auto_scaling_configuration_arn()),
        ),
        vpc_connector_arn: owned(connector_of(network)),
        publicly_accessible: network
            .and_then(|network| network.ingress_configuration())
            .map(|ingress| ingress.is_publicly_accessible),
        ip_address_type: network.and_then(|network| from_word(network.ip_address_type()?.as_str())),
        health_check: service.health_check_configuration().map(HealthCheck::from_aws),
        kms_key: service.encryption_configuration().map(|one| one.kms_key.clone()),
        observability_configuration_arn: service
            .observability_configuration()
            .filter(|one| one.observability_enabled)
            .and_then(|one| owned(one.observability_configuration_arn())),
        rollout: None,
    };
    Live { spec, outputs: outputs(service), tags: None, status: status(service) }
}

/// `1024`, which AWS also writes as `1 vCPU`, or `2048` and `2 GB`.
fn units(text: &str, unit: &str) -> Option<i32> {
    match text.strip_suffix(unit) {
        Some(whole) => whole.trim().parse::<f64>().ok().map(|whole| (whole * 1024.0) as i32),
        None => text.trim().parse().ok(),
    }
}

pub(super) fn outputs(service: &apprunner::Service) -> Outputs {
    let host = owned(service.service_url()).unwrap_or_default();
    let [log_group, service_log_group] = named(&service.service_name, &service.service_id);
    Outputs {
        name: service.service_name.clone(),
        arn: service.service_arn.clone(),
        id: service.service_id.clone(),
        url: url::of_host(&host),
        host,
        status: service.status.as_str().to_owned(),
        log_group,
        service_log_group,
    }
}

/// The log groups of the service of an ARN, `arn:aws:apprunner:REGION:ACCOUNT:service/NAME/ID`:
/// what the program writes, and what App Runner says of it.
pub fn log_groups(arn: &str) -> Option<[String; 2]> {
    let mut parts = arn.split('/').skip(1);
    Some(named(parts.next()?, parts.next()?))
}

fn named(name: &str, id: &str) -> [String; 2] {
    ["application", "service"].map(|of| format!("/aws/apprunner/{name}/{id}/{of}"))
}

impl HealthCheck {
    fn from_aws(check: &apprunner::HealthCheckConfiguration) -> Self {
        Self {
            protocol: check.protocol().and_then(|protocol| from_word(protocol.as_str())),
            path: owned(check.path()),
            interval: check.interval(),
            timeout: check.timeout(),
            healthy_threshold: check.healthy_threshold(),
            unhealthy_threshold: check.unhealthy_threshold(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_either_form() {
        assert_eq!(units("1024", "vCPU"), Some(1024));
        assert_eq!(units("0.25 vCPU", "vCPU"), Some(256));
        assert_eq!(units("2 GB", "GB"), Some(2048));
        assert_eq!(units("much", "GB"), None);
    }
}
