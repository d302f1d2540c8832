//! What a customer says about a service, in the members that requests and answers share.

use serde::{Deserialize, Serialize};

/// What can be changed about a service, with AWS's defaults filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Configuration {
    /// The role that pulls the image, reads secrets and writes logs.
    pub execution_role_arn: String,
    /// The role of the program itself.
    pub task_role_arn: Option<String>,
    /// `1024` is one virtual CPU.
    pub cpu: String,
    /// In MiB.
    pub memory: String,
    /// Where tasks are.
    pub network_configuration: Network,
    /// What the load balancer asks a task for.
    pub health_check_path: String,
    /// What a task runs.
    pub primary_container: Container,
    /// How many tasks there are.
    pub scaling_target: Scaling,
}

/// Where tasks are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The customer's own; ECS adds one.
    pub security_groups: Option<Vec<String>>,
    /// Of one VPC.
    pub subnets: Option<Vec<String>>,
}

/// What a task runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// The image.
    pub image: String,
    /// Where it listens.
    pub container_port: Option<u16>,
    /// Where its output goes.
    pub aws_logs_configuration: Option<Logs>,
    /// How an image of another registry is pulled.
    pub repository_credentials: Option<Credentials>,
    /// In place of the image's own command.
    pub command: Option<Vec<String>>,
    /// Its environment.
    pub environment: Option<Vec<Variable>>,
    /// Of its environment, what ECS fetches when a task starts.
    pub secrets: Option<Vec<Secret>>,
}

/// Where output goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Logs {
    /// A log group's name.
    pub log_group: String,
    /// What its streams' names begin with.
    pub log_stream_prefix: String,
}

/// How an image of another registry is pulled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// The ARN of a secret.
    pub credentials_parameter: Option<String>,
}

/// A variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variable {
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// A variable whose value is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// An ARN of Secrets Manager (`arn`, or `arn:json-key::`) or of a parameter.
    pub value_from: String,
}

/// How many tasks there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scaling {
    /// At least; 1 if nobody says so.
    pub min_task_count: Option<u32>,
    /// At most; 20 if nobody says so.
    pub max_task_count: Option<u32>,
    /// `AVERAGE_CPU`, `AVERAGE_MEMORY` or `REQUEST_COUNT_PER_TARGET`.
    pub auto_scaling_metric: Option<String>,
    /// What is aimed at; 60 if nobody says so.
    pub auto_scaling_target_value: Option<u32>,
}

/// What a customer asks for: what the request does not have stays as it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Wishes {
    execution_role_arn: Option<String>,
    task_role_arn: Option<String>,
    cpu: Option<String>,
    memory: Option<String>,
    network_configuration: Option<Network>,
    health_check_path: Option<String>,
    primary_container: Option<Container>,
    scaling_target: Option<Scaling>,
}

impl Configuration {
    /// What a service has of which the customer has said nothing; the logs go to this group.
    pub(super) fn of_nobody(log_group: &str) -> Self {
        let empty = Container {
            image: String::new(),
            container_port: None,
            aws_logs_configuration: None,
            repository_credentials: None,
            command: None,
            environment: None,
            secrets: None,
        };
        Self {
            execution_role_arn: String::new(),
            task_role_arn: None,
            cpu: "256".to_owned(),
            memory: "512".to_owned(),
            network_configuration: Network::default(),
            health_check_path: "/ping".to_owned(),
            primary_container: empty.completed(log_group),
            scaling_target: Scaling {
                min_task_count: Some(1),
                max_task_count: Some(20),
                auto_scaling_metric: Some("AVERAGE_CPU".to_owned()),
                auto_scaling_target_value: Some(60),
            },
        }
    }

    /// The same with what a customer asks for. A container is replaced as a whole.
    pub(super) fn with(self, wishes: Wishes, log_group: &str) -> Self {
        let container = wishes.primary_container.map(|container| container.completed(log_group));
        Self {
            execution_role_arn: wishes.execution_role_arn.unwrap_or(self.execution_role_arn),
            task_role_arn: wishes.task_role_arn.or(self.task_role_arn),
            cpu: wishes.cpu.unwrap_or(self.cpu),
            memory: wishes.memory.unwrap_or(self.memory),
            network_configuration: self
                .network_configuration
                .with(wishes.network_configuration.unwrap_or_default()),
            health_check_path: wishes.health_check_path.unwrap_or(self.health_check_path),
            primary_container: container.unwrap_or(self.primary_container),
            scaling_target: self.scaling_target.with(wishes.scaling_target.unwrap_or_default()),
        }
    }

    /// The subnets of the tasks.
    pub fn subnets(&self) -> &[String] {
        self.network_configuration.subnets.as_deref().unwrap_or_default()
    }

    /// The customer's security groups.
    pub fn security_groups(&self) -> &[String] {
        self.network_configuration.security_groups.as_deref().unwrap_or_default()
    }

    /// Where the container listens.
    pub fn port(&self) -> u16 {
        self.primary_container.container_port.unwrap_or(80)
    }

    /// How many tasks there are at least, and at most.
    pub fn task_counts(&self) -> (u32, u32) {
        let scaling = &self.scaling_target;
        (scaling.min_task_count.unwrap_or(1), scaling.max_task_count.unwrap_or(20))
    }
}

impl Container {
    fn completed(mut self, log_group: &str) -> Self {
        self.container_port.get_or_insert(80);
        self.aws_logs_configuration.get_or_insert_with(|| Logs {
            log_group: log_group.to_owned(),
            log_stream_prefix: "ecs".to_owned(),
        });
        self
    }
}

impl Network {
    fn with(self, wished: Self) -> Self {
        Self {
            security_groups: wished.security_groups.or(self.security_groups),
            subnets: wished.subnets.or(self.subnets),
        }
    }
}

impl Scaling {
    fn with(self, wished: Self) -> Self {
        Self {
            min_task_count: wished.min_task_count.or(self.min_task_count),
            max_task_count: wished.max_task_count.or(self.max_task_count),
            auto_scaling_metric: wished.auto_scaling_metric.or(self.auto_scaling_metric),
            auto_scaling_target_value: wished
                .auto_scaling_target_value
                .or(self.auto_scaling_target_value),
        }
    }
}
