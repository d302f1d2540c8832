//! Express services: what runs, what is deployed, and what ECS has put around it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod check;
pub mod configuration;
pub(super) mod create;
pub(super) mod delete;
pub mod deployment;
pub mod managed;
pub mod revision;
pub mod status;
pub mod task;
pub(super) mod update;
pub(super) mod view;

use self::deployment::Deployment;
use self::managed::Managed;
use self::revision::Revision;
use self::status::{Outcome, Status};
use self::task::Task;
use crate::services::tags::Tags;

/// What the names of all services end in, after their region.
pub const DOMAIN: &str = ".on-aws.localhost";
/// The name of the container that answers.
pub const CONTAINER: &str = "Main";
/// How many events a service keeps, as AWS does.
const MOST_EVENTS: usize = 100;

/// A service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Service {
    /// With the cluster and the name.
    pub arn: String,
    /// The customer's name for it.
    pub name: String,
    /// The cluster's name.
    pub cluster: String,
    /// The cluster's ARN.
    pub cluster_arn: String,
    /// Thirty-two hexadecimal digits, from which come the names of what ECS puts around it.
    pub id: String,
    /// The name under which it answers, without a port.
    pub host: String,
    /// What it is.
    pub status: Status,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
    /// The customer's tags.
    pub tags: Tags,
    /// The role with which ECS puts things around it.
    pub infrastructure_role: String,
    /// The log group of a container of which the customer has said none.
    pub log_group: String,
    /// The revisions, the oldest first.
    pub revisions: Vec<Revision>,
    /// The deployments, the oldest first.
    pub deployments: Vec<Deployment>,
    /// The tasks that are there.
    pub tasks: Vec<Task>,
    /// What has happened, the latest last.
    pub events: Vec<Event>,
    /// What ECS has put around it.
    pub managed: Managed,
    /// The revision that requests go to.
    pub(super) serving: Option<u64>,
    /// When what is going on with the service as a whole is over.
    pub(super) due: Option<Timestamp>,
}

/// Something that has happened to a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// A UUID.
    pub id: String,
    /// When.
    pub created_at: Timestamp,
    /// What.
    pub message: String,
}

impl Service {
    /// The revision that requests go to; none before the first deployment, and while the service
    /// goes away.
    pub fn serving(&self) -> Option<&Revision> {
        let generation = self.serving.filter(|_| self.status == Status::Active)?;
        self.revision(generation)
    }

    /// The revision that is to come up and take over. Whoever runs services says with
    /// [`State::deployed`](super::State::deployed) that it has, or with
    /// [`State::deployment_failed`](super::State::deployment_failed) that it will not.
    pub fn deploying(&self) -> Option<&Revision> {
        let last = self.deployments.last().filter(|_| self.status == Status::Active)?;
        let under_way = last.outcome == Outcome::InProgress && last.failure.is_none();
        under_way.then(|| self.revision(last.target))?
    }

    /// The revisions that are in use, the newest last: what serves and what is deployed, else what
    /// could not be.
    pub(super) fn active(&self) -> Vec<&Revision> {
        if self.status != Status::Active {
            return Vec::new();
        }
        let target = self.deployments.last().filter(|one| one.outcome == Outcome::InProgress);
        let target = target.map(|one| one.target).filter(|target| Some(*target) != self.serving);
        let both: Vec<&Revision> =
            self.serving.into_iter().chain(target).filter_map(|it| self.revision(it)).collect();
        if both.is_empty() { self.revisions.last().into_iter().collect() } else { both }
    }

    pub(super) fn revision(&self, generation: u64) -> Option<&Revision> {
        self.revisions.iter().find(|revision| revision.generation == generation)
    }

    /// The configuration that an update starts from: what was asked for last and has not failed.
    pub(super) fn latest(&self) -> Option<&Revision> {
        self.active().pop()
    }

    /// The name under which it answers, with the port of the sandbox.
    pub(super) fn endpoint(&self, sandbox: &str) -> String {
        let port = sandbox.rsplit_once(':').map_or("80", |(_, port)| port);
        format!("{}:{port}", self.host)
    }

    /// Writes down what happens.
    pub(super) fn tell(&mut self, text: &str, now: Timestamp) {
        let message = format!("(service {}) {text}", self.name);
        let id = uuid::Uuid::new_v5(
            &uuid::Uuid::NAMESPACE_OID,
            format!("{}{}{message}{now}", self.arn, self.events.len()).as_bytes(),
        );
        self.events.push(Event { id: id.to_string(), created_at: now, message });
        let surplus = self.events.len().saturating_sub(MOST_EVENTS);
        self.events.drain(..surplus);
    }
}
