//! What is asked of ECS: a service as a whole, or the parts of it that change.

use aws_sdk_ecs::operation::create_express_gateway_service::builders::CreateExpressGatewayServiceFluentBuilder as Creation;
use aws_sdk_ecs::operation::update_express_gateway_service::builders::UpdateExpressGatewayServiceFluentBuilder as Update;
use aws_sdk_ecs::types::{
    ExpressGatewayContainer, ExpressGatewayScalingTarget,
    ExpressGatewayServiceAwsLogsConfiguration, ExpressGatewayServiceNetworkConfiguration,
    KeyValuePair, Secret, Tag,
};

use super::{ExpressService, Scaling};
use crate::aws::Context;
use crate::aws::container::Variable;
use crate::aws::rollout::Rollout;
use crate::aws::word::word;
use crate::resource::{Change, Result, Tags};

/// The properties of the container, which ECS takes as a whole.
const CONTAINER: [&str; 6] = ["image", "port", "command", "environment", "secrets", "logs"];
/// Those of the network.
const NETWORK: [&str; 2] = ["subnets", "security_groups"];

impl ExpressService {
    /// The request that makes it.
    pub(super) fn creation(&self, cx: &Context, name: &str) -> Result<Creation> {
        Ok(cx
            .clients
            .ecs()
            .create_express_gateway_service()
            .service_name(name)
            .set_cluster(self.cluster.clone())
            .execution_role_arn(&self.execution_role_arn)
            .infrastructure_role_arn(&self.infrastructure_role_arn)
            .set_task_role_arn(self.task_role_arn.clone())
            .primary_container(self.container()?)
            .set_cpu(self.cpu.map(|cpu| cpu.to_string()))
            .set_memory(self.memory.map(|memory| memory.to_string()))
            .set_cpu_architecture(self.architecture())
            .set_health_check_path(self.health_check_path.clone())
            .set_network_configuration(self.network())
            .set_scaling_target(self.scaling.as_ref().map(Scaling::to_aws)))
    }

    /// The request that changes it, with what differs and nothing else; `None` where nothing does.
    pub(super) fn changes(&self, cx: &Context, change: &Change<Self>) -> Result<Option<Update>> {
        if change.properties.iter().all(|property| property == Rollout::PROPERTY) {
            return Ok(None);
        }
        let wanted = self.completed(change);
        let container = change.has_any(&CONTAINER).then(|| wanted.container()).transpose()?;
        let scaling = wanted.scaling.as_ref().filter(|_| change.has("scaling"));
        let text = |name: &str, value: Option<String>| value.filter(|_| change.has(name));
        let request = cx
            .clients
            .ecs()
            .update_express_gateway_service()
            .set_execution_role_arn(text(
                "execution_role_arn",
                Some(self.execution_role_arn.clone()),
            ))
            .set_task_role_arn(text("task_role_arn", self.task_role_arn.clone()))
            .set_primary_container(container)
            .set_cpu(text("cpu", self.cpu.map(|cpu| cpu.to_string())))
            .set_memory(text("memory", self.memory.map(|memory| memory.to_string())))
            .set_cpu_architecture(self.architecture().filter(|_| change.has("cpu_architecture")))
            .set_health_check_path(text("health_check_path", self.health_check_path.clone()))
            .set_network_configuration(wanted.network().filter(|_| change.has_any(&NETWORK)))
            .set_scaling_target(scaling.map(Scaling::to_aws));
        Ok(Some(request))
    }

    /// The definition with what it leaves open as it is on AWS: a block that is sent replaces the
    /// live one as a whole.
    fn completed(&self, change: &Change<Self>) -> Self {
        let (mut all, live) = (self.clone(), &change.before);
        let kept = |name: &str| !change.has(name);
        all.port = all.port.or(live.port);
        all.logs = all.logs.or_else(|| live.logs.clone());
        all.subnets = all.subnets.or_else(|| live.subnets.clone());
        all.security_groups = all.security_groups.or_else(|| live.security_groups.clone());
        all.command = all.command.or_else(|| live.command.clone().filter(|_| kept("command")));
        all.environment =
            all.environment.or_else(|| live.environment.clone().filter(|_| kept("environment")));
        all.secrets = all.secrets.or_else(|| live.secrets.clone().filter(|_| kept("secrets")));
        all.scaling = all.scaling.map(|scaling| scaling.over(live.scaling.as_ref()));
        all
    }

    fn architecture(&self) -> Option<aws_sdk_ecs::types::ExpressCpuArchitecture> {
        self.cpu_architecture.map(|architecture| word(&architecture).as_str().into())
    }

    fn container(&self) -> Result<ExpressGatewayContainer> {
        let pairs = self.environment.as_ref().map(|variables| {
            let pair = |(name, value): (&String, &Variable)| {
                KeyValuePair::builder().name(name).value(value.as_str()).build()
            };
            variables.iter().map(pair).collect()
        });
        let secret = |(name, from)| Secret::builder().name(name).value_from(from).build();
        let secrets = self
            .secrets
            .as_ref()
            .map(|secrets| secrets.iter().map(secret).collect::<std::result::Result<Vec<_>, _>>());
        let logs = self.logs.as_ref().map(|logs| {
            ExpressGatewayServiceAwsLogsConfiguration::builder()
                .log_group(&logs.log_group)
                .log_stream_prefix(&logs.stream_prefix)
                .build()
        });
        Ok(ExpressGatewayContainer::builder()
            .image(&self.image)
            .set_container_port(self.port.map(i32::from))
            .set_command(self.command.clone())
            .set_environment(pairs)
            .set_secrets(secrets.transpose()?)
            .set_aws_logs_configuration(logs.transpose()?)
            .build()?)
    }

    fn network(&self) -> Option<ExpressGatewayServiceNetworkConfiguration> {
        let list = |set: &std::collections::BTreeSet<String>| set.iter().cloned().collect();
        if self.subnets.is_none() && self.security_groups.is_none() {
            return None;
        }
        Some(
            ExpressGatewayServiceNetworkConfiguration::builder()
                .set_subnets(self.subnets.as_ref().map(list))
                .set_security_groups(self.security_groups.as_ref().map(list))
                .build(),
        )
    }
}

impl Scaling {
    fn to_aws(&self) -> ExpressGatewayScalingTarget {
        ExpressGatewayScalingTarget::builder()
            .set_min_task_count(self.min)
            .set_max_task_count(self.max)
            .set_auto_scaling_metric(self.metric.map(|metric| word(&metric).as_str().into()))
            .set_auto_scaling_target_value(self.target)
            .build()
    }

    fn over(&self, live: Option<&Self>) -> Self {
        let live = live.cloned().unwrap_or_default();
        Self {
            min: self.min.or(live.min),
            max: self.max.or(live.max),
            metric: self.metric.or(live.metric),
            target: self.target.or(live.target),
        }
    }
}

pub(super) fn to_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
