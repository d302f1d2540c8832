//! How operations on services begin and end.

use jiff::Timestamp;

use super::progress::{Kind, Operation, Outcome, Progress};
use super::{Rest, Service};
use crate::call::Call;
use crate::services::logs;

/// The stream of what becomes of a service.
const EVENTS: &str = "events";

/// Why a creation fails that was told to.
const INJECTED: &str = "Failed to provision the service's instances (an injected fault)";

/// Begins an operation on a service and gives its id. `failure` is why it will not succeed, where
/// that is known already. What really comes up here is waited for.
pub(super) fn begin(
    call: &mut Call<'_>,
    service: &mut Service,
    kind: Kind,
    failure: Option<String>,
) -> String {
    let now = call.clock.now;
    let id = call.ids.uuid();
    let deploys = service.deploying.is_some();
    service.updated = now;
    let until = call.after(kind.typical(), call.faults.stuck_service());
    let is_to_fail = kind == Kind::CreateService && call.faults.fails_creation();
    if is_to_fail {
        service.deploying = None;
    }
    let failure = failure.or(is_to_fail.then(|| INJECTED.to_owned()));
    let progress = Progress { kind, until, awaits: false, failure };
    service.progress = Some(progress.clone());
    // Whether the service runs depends on what is being done to it.
    let awaits = call.live && service.deploying().is_some();
    service.progress = Some(Progress { awaits, ..progress });
    service.operations.push(Operation {
        id: id.clone(),
        kind,
        status: Outcome::InProgress,
        target_arn: service.arn.clone(),
        started_at: now,
        ended_at: None,
        updated_at: now,
    });
    let mut lines = vec![kind.beginning().to_owned(), service.status_line()];
    if deploys {
        lines.push("Successfully pulled your application image from ECR.".to_owned());
        lines.push("Provisioning instances and deploying image for service.".to_owned());
    }
    service.write(&mut call.region().logs, lines, now);
    id
}

impl Service {
    /// Ends the operation that is over by `now`, and gets the custom domains further.
    pub(in super::super) fn settle(&mut self, now: Timestamp, logs: &mut logs::State) {
        self.domains.retain(|_, domain| !domain.is_gone(now));
        self.domains.values_mut().for_each(|domain| domain.settle(now));
        let Some(progress) = self.progress.take_if(|progress| progress.is_due(now)) else {
            return;
        };
        self.updated = now;
        let (outcome, line) = match progress.failure {
            None => (self.succeed(progress.kind, now), progress.kind.success().to_owned()),
            Some(reason) => self.fail(progress.kind, &reason),
        };
        if let Some(operation) = self.operations.last_mut() {
            operation.status = outcome;
            operation.updated_at = now;
            operation.ended_at = Some(now);
        }
        let lines = vec![line, self.status_line()];
        self.write(logs, lines, now);
    }

    fn succeed(&mut self, kind: Kind, now: Timestamp) -> Outcome {
        self.former = None;
        self.take_over();
        match kind {
            Kind::CreateService | Kind::StartDeployment | Kind::ResumeService => {
                self.rest = Rest::Running;
            }
            Kind::UpdateService => {}
            Kind::PauseService => self.rest = Rest::Paused,
            Kind::DeleteService => {
                self.rest = Rest::Deleted;
                self.deleted = Some(now);
                self.serving = None;
                self.domains.clear();
            }
        }
        Outcome::Succeeded
    }

    fn fail(&mut self, kind: Kind, reason: &str) -> (Outcome, String) {
        self.abandon(kind);
        if let Some(former) = self.former.take() {
            self.configuration = *former;
        }
        let id = self.operations.last().map_or("", |operation| &operation.id);
        let line = format!("Deployment with ID : {id} failed. Failure reason : {reason}");
        let outcome = match kind {
            Kind::UpdateService | Kind::StartDeployment => Outcome::RollbackSucceeded,
            _ => Outcome::Failed,
        };
        (outcome, line)
    }

    /// The version on its way is there: requests go to it from now on.
    fn take_over(&mut self) {
        if let Some(version) = self.deploying.take() {
            self.serving = Some(version);
        }
    }

    /// The version of a generation answers; only time is left to pass.
    pub(in super::super) fn arrive(&mut self, generation: u64) {
        if self.is_on_its_way(generation) {
            self.take_over();
            if let Some(progress) = &mut self.progress {
                progress.awaits = false;
            }
        }
    }

    /// The version of a generation will not answer; the former one stays.
    pub(in super::super) fn give_up(&mut self, generation: u64, reason: &str) {
        if self.is_on_its_way(generation) {
            let Some(progress) = &mut self.progress else { return };
            progress.awaits = false;
            progress.failure = Some(reason.to_owned());
            let kind = progress.kind;
            self.abandon(kind);
        }
    }

    /// The version on its way does not come; one that was to be resumed can be later.
    fn abandon(&mut self, kind: Kind) {
        let version = self.deploying.take();
        if kind == Kind::ResumeService && version.is_some() {
            self.serving = version;
        }
    }

    fn is_on_its_way(&self, generation: u64) -> bool {
        self.deploying.as_ref().is_some_and(|version| version.generation == generation)
    }

    fn status_line(&self) -> String {
        format!("Service status is set to {}.", self.status())
    }

    fn write(&self, logs: &mut logs::State, lines: Vec<String>, now: Timestamp) {
        let lines = lines.into_iter().map(|line| format!("[AppRunner] {line}")).collect();
        logs.append(&self.service_log, EVENTS, lines, now);
    }
}
