//! One revision of a service: what whoever runs services has to run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::configuration::Configuration;
use crate::call::Call;
use crate::services::image::{Identifier, Image};

/// A revision of a service. It never changes: another one is deployed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revision {
    /// Tells it from the service's others, and grows with each deployment.
    pub generation: u64,
    /// With the cluster, the name and a number.
    pub arn: String,
    /// The ARN of the task definition that ECS made for it.
    pub task_definition: String,
    /// When it was made.
    pub created: Timestamp,
    /// What the customer says.
    pub configuration: Configuration,
    /// The image, where it is one of the sandbox's registry.
    pub image: Option<Image>,
}

impl Revision {
    /// The revision that a configuration, which has been checked, describes now.
    pub(super) fn new(
        call: &mut Call<'_>,
        service: &str,
        generation: u64,
        configuration: Configuration,
    ) -> Self {
        let family = service.replace('/', "-");
        let number = call.ids.draw(b"123456789", 19);
        let identifier = Identifier::parse(&configuration.primary_container.image);
        let image = identifier.and_then(|identifier| identifier.resolve(call));
        Self {
            generation,
            arn: call.arn("ecs", &format!("service-revision/{service}/{number}")),
            task_definition: call.arn("ecs", &format!("task-definition/{family}:{generation}")),
            created: call.clock.now,
            configuration,
            image,
        }
    }

    /// Why no task of it will ever start, where that is known.
    pub(super) fn flaw(&self, call: &mut Call<'_>) -> Option<String> {
        let container = &self.configuration.primary_container;
        let image = &container.image;
        let is_of_ecr = Identifier::parse(image).is_some();
        let logs = container.aws_logs_configuration.as_ref().map(|logs| logs.log_group.as_str());
        if is_of_ecr && self.image.is_none() {
            return Some(format!("CannotPullContainerError: {image}: not found"));
        }
        if call.live && self.image.is_none() {
            return Some(format!(
                "CannotPullContainerError: {image}: the sandbox pulls from its own ECR alone"
            ));
        }
        let group = logs.filter(|name| !call.region().logs.group_exists(name))?;
        Some(format!(
            "ResourceInitializationError: failed to validate logger args: The specified log group \
             does not exist: {group}"
        ))
    }
}
