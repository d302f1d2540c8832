//! Deployments: how a revision comes to serve, or does not.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Service;
use super::revision::Revision;
use super::status::{Outcome, Status};
use super::task;
use crate::call::Call;
use crate::services::ec2;

/// How long AWS takes, as a rule, for a service that is new.
const FIRST: Duration = Duration::from_secs(240);
/// And for one that is there.
const NEXT: Duration = Duration::from_secs(180);
/// How long AWS still describes a service that was deleted.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// A deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Deployment {
    /// With the cluster, the name and an id.
    pub arn: String,
    /// The revision that is to serve.
    pub target: u64,
    /// The one that served when it began.
    pub source: Option<u64>,
    /// What has become of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<String>,
    /// When it began.
    pub created: Timestamp,
    /// When it last got further.
    pub updated: Timestamp,
    /// When it was over.
    pub finished: Option<Timestamp>,
    /// Why it will not succeed, where that is known already.
    pub(in super::super) failure: Option<String>,
    until: Timestamp,
    /// Whether something that really happens has to come to its end as well.
    awaits: bool,
}

/// Begins to deploy a revision. `flaw` is why it will not succeed. What really comes up here is
/// waited for.
pub(super) fn begin(
    call: &mut Call<'_>,
    service: &mut Service,
    revision: Revision,
    flaw: Option<String>,
) {
    let now = call.clock.now;
    service.supersede(now);
    let id = call.ids.mixed(21);
    let path = format!("service-deployment/{}/{}/{id}", service.cluster, service.name);
    let typical = if service.serving.is_some() { NEXT } else { FIRST };
    task::place(call, service, &revision);
    service.deployments.push(Deployment {
        arn: call.arn("ecs", &path),
        target: revision.generation,
        source: service.serving,
        outcome: Outcome::InProgress,
        reason: None,
        created: now,
        updated: now,
        finished: None,
        awaits: call.live && flaw.is_none(),
        failure: flaw,
        until: call.clock.after(typical),
    });
    let count = service.tasks.iter().filter(|it| it.generation == revision.generation).count();
    service.revisions.push(revision);
    service.updated = now;
    service.tell(&format!("has started {count} tasks of a new deployment."), now);
}

impl Service {
    /// Ends what is over by `now`.
    pub(in super::super) fn settle(&mut self, now: Timestamp, ec2: &mut ec2::State) {
        match self.status {
            Status::Active => self.settle_deployment(now, ec2),
            Status::Draining if self.due.is_some_and(|due| due <= now) => {
                self.end_tasks_but(None, ec2);
                self.managed.remove(ec2);
                self.status = Status::Inactive;
                self.updated = now;
                self.due = now.checked_add(REMEMBERED).ok();
            }
            Status::Draining | Status::Inactive => {}
        }
    }

    /// Whether it was deleted so long ago that AWS does not know it any more.
    pub(in super::super) fn is_forgotten(&self, now: Timestamp) -> bool {
        self.status == Status::Inactive && self.due.is_none_or(|due| due <= now)
    }

    /// Tasks of a generation answer.
    pub(in super::super) fn arrive(&mut self, generation: u64) {
        if let Some(deployment) = self.under_way(generation) {
            deployment.awaits = false;
        }
    }

    /// Tasks of a generation will not answer.
    pub(in super::super) fn give_up(&mut self, generation: u64, reason: &str) {
        if let Some(deployment) = self.under_way(generation) {
            deployment.awaits = false;
            deployment.failure = Some(reason.to_owned());
        }
    }

    fn under_way(&mut self, generation: u64) -> Option<&mut Deployment> {
        let last = self.deployments.last_mut()?;
        (last.target == generation && last.outcome == Outcome::InProgress).then_some(last)
    }

    /// Stops the deployment that is under way, if one is.
    pub(super) fn supersede(&mut self, now: Timestamp) {
        let Some(last) = self.deployments.last_mut() else { return };
        if last.outcome == Outcome::InProgress {
            last.end(Outcome::Stopped, Some("The deployment was replaced.".to_owned()), now);
        }
    }

    fn settle_deployment(&mut self, now: Timestamp, ec2: &mut ec2::State) {
        let Some(last) = self.deployments.last_mut() else { return };
        if last.outcome != Outcome::InProgress || last.awaits || last.until > now {
            return;
        }
        let (target, source, failure) = (last.target, last.source, last.failure.clone());
        let (outcome, serving) = match (&failure, source) {
            (None, _) => (Outcome::Successful, Some(target)),
            (Some(_), Some(source)) => (Outcome::RollbackSuccessful, Some(source)),
            (Some(_), None) => (Outcome::RollbackFailed, None),
        };
        let said = match &failure {
            None => "has reached a steady state.".to_owned(),
            Some(reason) => format!("deployment failed: {reason}"),
        };
        last.end(outcome, failure, now);
        self.serving = serving;
        self.updated = now;
        self.end_tasks_but(serving, ec2);
        for task in &mut self.tasks {
            task.started.get_or_insert(now);
        }
        self.tell(&said, now);
    }
}

impl Deployment {
    fn end(&mut self, outcome: Outcome, failure: Option<String>, now: Timestamp) {
        self.outcome = outcome;
        self.reason = failure.map(|why| match outcome {
            Outcome::Stopped => why,
            _ => format!("Service deployment rolled back because the circuit breaker threshold was exceeded: {why}"),
        });
        self.updated = now;
        self.finished = Some(now);
    }
}
