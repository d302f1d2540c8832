//! What AWS checks about a service before anything begins.

use std::collections::BTreeSet;

use super::configuration::Configuration;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::ecs::errors;

const SERVICE: &str = "ecs.amazonaws.com";
const TASKS: &str = "ecs-tasks.amazonaws.com";
const GIB: u32 = 1024;

/// Checks that ECS can act with the infrastructure role.
pub(super) fn infrastructure_role(call: &mut Call<'_>, role: &str) -> Result<(), Fault> {
    trusted(call, role, SERVICE)
}

/// Checks a configuration, and gives the VPC that it is in.
pub(super) fn configuration(
    call: &mut Call<'_>,
    configuration: &Configuration,
) -> Result<String, Fault> {
    trusted(call, &configuration.execution_role_arn, TASKS)?;
    if let Some(role) = &configuration.task_role_arn {
        trusted(call, role, TASKS)?;
    }
    size(configuration)?;
    container(configuration)?;
    scaling(configuration)?;
    network(call, configuration)
}

fn trusted(call: &mut Call<'_>, role: &str, principal: &str) -> Result<(), Fault> {
    match call.global().iam.role_trusts(role, principal) {
        true => Ok(()),
        false => Err(errors::role_unusable(role)),
    }
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html>
fn size(configuration: &Configuration) -> Result<(), Fault> {
    let (cpu, memory) = (configuration.cpu.as_str(), configuration.memory.as_str());
    let fits = memory.parse::<u32>().is_ok_and(|mebibytes| {
        let between = |from: u32, to: u32, step: u32| {
            (from * GIB..=to * GIB).contains(&mebibytes) && mebibytes % (step * GIB) == 0
        };
        match cpu {
            "256" => mebibytes == 512 || between(1, 2, 1),
            "512" => between(1, 4, 1),
            "1024" => between(2, 8, 1),
            "2048" => between(4, 16, 1),
            "4096" => between(8, 30, 1),
            "8192" => between(16, 60, 4),
            "16384" => between(32, 120, 8),
            _ => false,
        }
    });
    if fits { Ok(()) } else { Err(errors::no_such_size(cpu, memory)) }
}

fn container(configuration: &Configuration) -> Result<(), Fault> {
    let container = &configuration.primary_container;
    if container.image.trim().is_empty() {
        return Err(errors::invalid("Container.image should not be null or empty."));
    }
    if container.container_port == Some(0) {
        return Err(errors::invalid("Invalid containerPort."));
    }
    if !configuration.health_check_path.starts_with('/') {
        return Err(errors::invalid("healthCheckPath must begin with '/'."));
    }
    let variables = container.environment.iter().flatten().map(|one| one.name.as_str());
    let secrets = container.secrets.iter().flatten().map(|one| one.name.as_str());
    let mut names = BTreeSet::new();
    match variables.clone().chain(secrets).find(|name| !names.insert(*name)) {
        Some(twice) if !variables.clone().any(|name| name == twice) => {
            Err(errors::invalid(format!("The secret {twice} is there twice.")))
        }
        Some(twice) => Err(errors::invalid(format!(
            "The secret name must be unique and not shared with any new or existing environment \
             variables set on the container, such as '{twice}'."
        ))),
        None => Ok(()),
    }
}

fn scaling(configuration: &Configuration) -> Result<(), Fault> {
    let (least, most) = configuration.task_counts();
    if most == 0 || least > most {
        return Err(errors::invalid(format!(
            "minTaskCount ({least}) must not be greater than maxTaskCount ({most})."
        )));
    }
    Ok(())
}

/// A load balancer is in two zones at least. There is no default VPC to fall back on: a region of
/// the sandbox starts without.
fn network(call: &mut Call<'_>, configuration: &Configuration) -> Result<String, Fault> {
    let ec2 = &call.region().ec2;
    let mut zones = BTreeSet::new();
    let mut vpcs = BTreeSet::new();
    for id in configuration.subnets() {
        let subnet = ec2.subnet(id);
        let missing = || errors::invalid(format!("The subnet ID '{id}' does not exist"));
        let subnet = subnet.ok_or_else(missing)?;
        zones.insert(subnet.availability_zone.as_str());
        vpcs.insert(subnet.vpc_id.as_str());
    }
    for id in configuration.security_groups() {
        let group = ec2.security_group(id);
        let missing = || errors::invalid(format!("The security group '{id}' does not exist"));
        vpcs.insert(group.ok_or_else(missing)?.vpc_id.as_str());
    }
    match (vpcs.len(), vpcs.first(), zones.len()) {
        (0, ..) | (_, None, _) | (_, _, 0) => Err(errors::invalid(
            "No subnets were given, and there is no default VPC in this Region.",
        )),
        (2.., ..) => Err(errors::invalid("Subnets and security groups must be in the same VPC.")),
        (.., 1) => {
            Err(errors::invalid("Subnets of at least two different Availability Zones are needed."))
        }
        (_, Some(vpc), _) => Ok((*vpc).to_owned()),
    }
}
