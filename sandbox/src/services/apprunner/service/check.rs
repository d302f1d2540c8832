//! What AWS checks about a service's configuration before anything begins.

use super::configuration::{
    Configuration, ImageConfiguration, ImageRepository, ObservabilityChoice,
};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::apprunner::{errors, observability, vpc_connector};
use crate::services::image::Identifier;

const BUILD: &str = "build.apprunner.amazonaws.com";
const TASKS: &str = "tasks.apprunner.amazonaws.com";
/// The memory that goes with so much of a processor:
/// <https://docs.aws.amazon.com/apprunner/latest/dg/architecture.html>
const SIZES: [(&str, &[&str]); 5] = [
    ("256", &["512", "1024"]),
    ("512", &["1024"]),
    ("1024", &["2048", "3072", "4096"]),
    ("2048", &["4096", "6144"]),
    ("4096", &["8192", "10240", "12288"]),
];

/// Checks a configuration, and puts the full ARNs into it of what it names by less.
pub(super) fn check(
    call: &mut Call<'_>,
    mut configuration: Configuration,
) -> Result<Configuration, Fault> {
    source(call, &configuration)?;
    instance(call, &configuration)?;
    network(call, &mut configuration)?;
    if let Some(choice) = &mut configuration.observability {
        observe(call, choice)?;
    }
    Ok(configuration)
}

fn source(call: &mut Call<'_>, configuration: &Configuration) -> Result<(), Fault> {
    let source = &configuration.source;
    if source.code_repository.is_some() {
        return Err(errors::not_built("App Runner services from source code"));
    }
    let image = source.image_repository.as_ref();
    image_repository(image.ok_or_else(|| errors::invalid("An image repository is required."))?)?;
    let authentication = source.authentication_configuration.as_ref();
    let role = authentication.and_then(|it| it.access_role_arn.as_deref()).ok_or_else(|| {
        errors::invalid("AccessRoleArn must be provided for an image repository in ECR.")
    })?;
    match call.global().iam.role_trusts(role, BUILD) {
        true => Ok(()),
        false => Err(errors::role_unusable(role)),
    }
}

fn image_repository(repository: &ImageRepository) -> Result<(), Fault> {
    if repository.image_repository_type != "ECR" {
        return Err(errors::not_built("App Runner services from ECR Public"));
    }
    if Identifier::parse(&repository.image_identifier).is_none() {
        let wrong = &repository.image_identifier;
        return Err(errors::invalid(format!("The image identifier {wrong} is not valid.")));
    }
    repository.image_configuration.as_ref().map_or(Ok(()), image_configuration)
}

fn image_configuration(configuration: &ImageConfiguration) -> Result<(), Fault> {
    let port = configuration.port.as_deref().unwrap_or_default();
    if !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(errors::invalid(format!("The port {port} is not valid.")));
    }
    let variables = configuration.runtime_environment_variables.iter().flat_map(|it| it.keys());
    let secrets = configuration.runtime_environment_secrets.iter().flat_map(|it| it.keys());
    for name in variables.chain(secrets) {
        if name.starts_with("AWSAPPRUNNER") {
            return Err(errors::invalid(format!("The variable {name} is reserved.")));
        }
    }
    Ok(())
}

fn instance(call: &mut Call<'_>, configuration: &Configuration) -> Result<(), Fault> {
    let instance = &configuration.instance;
    let cpu = instance.cpu.as_deref().unwrap_or_default();
    let memory = instance.memory.as_deref().unwrap_or_default();
    if !SIZES.iter().any(|(size, memories)| *size == cpu && memories.contains(&memory)) {
        return Err(errors::invalid(format!(
            "The combination of CPU {cpu} and memory {memory} is not supported."
        )));
    }
    match instance.instance_role_arn.as_deref() {
        Some(role) if !call.global().iam.role_trusts(role, TASKS) => {
            Err(errors::instance_role_unusable(role))
        }
        None if has_secrets(configuration) => Err(errors::invalid(
            "Instance Role have to be provided if passing in RuntimeEnvironmentSecrets.",
        )),
        _ => Ok(()),
    }
}

fn has_secrets(configuration: &Configuration) -> bool {
    let given = configuration.image_configuration();
    let secrets = given.and_then(|given| given.runtime_environment_secrets.as_ref());
    secrets.is_some_and(|secrets| !secrets.is_empty())
}

fn network(call: &mut Call<'_>, configuration: &mut Configuration) -> Result<(), Fault> {
    let Some(egress) = &mut configuration.network.egress_configuration else { return Ok(()) };
    match (egress.egress_type.as_deref(), &egress.vpc_connector_arn) {
        (Some("VPC"), None) => {
            Err(errors::invalid("VpcConnectorArn must be provided if EgressType is VPC."))
        }
        (Some("VPC"), Some(arn)) => {
            let missing = || errors::invalid(format!("VPC connector not found for ARN: {arn}"));
            egress.vpc_connector_arn = Some(vpc_connector::usable(call, arn).ok_or_else(missing)?);
            Ok(())
        }
        (_, Some(_)) => Err(errors::invalid("VpcConnectorArn is only valid if EgressType is VPC.")),
        (_, None) => Ok(()),
    }
}

fn observe(call: &mut Call<'_>, choice: &mut ObservabilityChoice) -> Result<(), Fault> {
    let arn = &mut choice.observability_configuration_arn;
    match (choice.observability_enabled, arn.as_deref()) {
        (true, Some(named)) => {
            *arn = Some(observability::usable(call, named)?);
            Ok(())
        }
        (true, None) => Err(errors::invalid(
            "ObservabilityConfigurationArn must be provided if ObservabilityEnabled is true.",
        )),
        (false, _) => {
            *arn = None;
            Ok(())
        }
    }
}
