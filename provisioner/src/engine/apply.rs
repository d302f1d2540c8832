//! One node of the walk: an object made, changed or deleted, with the state kept ahead of AWS.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;

use super::event::{Events, Progress};
use super::owner::owner;
use super::plan::{Action, PlanError};
use super::retry::Attempts;
use super::schedule::{Node, Part};
use super::wait::{Goal, Poller, Request, Waited};
use super::walk::Turn;
use crate::address::Address;
use crate::aws::{Context, Error};
use crate::definition::{Declaration, Program};
use crate::resource::{Id, Kind, Kinds, Observed, Owner, Tags};
use crate::state::{Entry, Status, StoreError, Writer};
use crate::unknown;

mod change;
mod make;
mod record;
mod unmake;
mod watch;

/// The least time that an object is given.
const LEAST_TIMEOUT: Duration = Duration::from_secs(600);
/// How much longer than typical an object may take.
const TIMEOUT_FACTOR: u32 = 6;

/// What a node failed of.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// AWS refused, or did not answer.
    #[error(transparent)]
    Aws(#[from] Error),
    /// AWS gave up on the object.
    #[error("AWS gave up on {id}: {reason}")]
    Failed {
        /// The object.
        id: Id,
        /// AWS's reason.
        reason: String,
    },
    /// It took too long.
    #[error("{id} was not {goal} within {} s; AWS's last word was `{last}`", .timeout.as_secs())]
    TimedOut {
        /// The object.
        id: Id,
        /// `ready` or `gone`.
        goal: &'static str,
        /// The time that it was given.
        timeout: Duration,
        /// AWS's last word.
        last: String,
    },
    /// The properties break a rule.
    #[error("its properties break a rule: {}", .0.problems.iter().map(|problem| format!("{}: {}", problem.path, problem.message)).collect::<Vec<_>>().join("; "))]
    Properties(PlanError),
    /// The state could not be written, so nothing was asked of AWS.
    #[error("the state could not be written")]
    State(#[from] Arc<StoreError>),
    /// The object holds on to something, or something to it.
    #[error("{id} is still needed by {}", .blockers.join(", "))]
    Blocked {
        /// The object.
        id: Id,
        /// What needs it.
        blockers: Vec<String>,
        /// AWS's refusal.
        #[source]
        source: Error,
    },
}

impl ApplyError {
    /// AWS's refusal, where there is one.
    pub fn aws(&self) -> Option<&Error> {
        match self {
            Self::Aws(error) | Self::Blocked { source: error, .. } => Some(error),
            _ => None,
        }
    }

    /// The reason in a word: AWS's code, where AWS gave one.
    pub fn brief(&self) -> String {
        self.aws().map_or_else(|| self.to_string(), |error| error.brief().to_owned())
    }

    /// Whether the caller's credentials have run out: no other call can succeed either.
    pub(super) fn is_expired(&self) -> bool {
        self.aws().is_some_and(Error::is_expired)
    }
}

/// What the nodes of a run share. Cheap to clone.
#[derive(Clone)]
pub(super) struct Apply {
    pub cx: Context,
    pub kinds: Kinds,
    /// `None` when everything goes.
    pub program: Option<Arc<Program>>,
    pub environment: Arc<crate::definition::Environment>,
    pub writer: Writer,
    pub poller: Poller,
    pub events: Events,
    /// Whether to wait until everything is everywhere.
    pub everywhere: bool,
}

/// An object under work.
struct Work<'a> {
    kind: &'a Arc<dyn Kind>,
    address: &'a Address,
    action: Action,
    timeout: Duration,
    /// How far AWS has to be with it.
    goal: Goal,
    /// What was last said of it.
    said: Mutex<String>,
}

impl Apply {
    /// Does what the node says.
    pub(super) async fn node(&self, node: &Node, turn: Turn) -> Result<Option<Id>, ApplyError> {
        match (node.part, node.step.action) {
            (Part::Make, Action::Update | Action::Resume) => {
                self.update(node, turn).await.map(Some)
            }
            (Part::Make, _) => self.create(node, turn).await.map(Some),
            (Part::Unmake, _) => self.unmake(node, turn).await.map(|()| None),
            (Part::Cleanup, _) => self.cleanup(node, turn).await.map(|()| None),
            (Part::Forget, _) => self.forget(node).await.map(|()| None),
        }
    }

    fn declaration(&self, address: &Address) -> Result<&Declaration, Error> {
        let found = self.program.as_ref().and_then(|program| program.declarations.get(address));
        found.ok_or_else(|| Error::invalid(format!("{address} is not declared")))
    }

    /// The declared properties, with the outputs of what was made before.
    fn wanted(&self, declaration: &Declaration) -> Result<Json, ApplyError> {
        let properties = self.writer.read(|state| {
            declaration.properties.evaluate(&|address: &Address, name: &str| {
                state.outputs_of(address).map(|outputs| outputs[name].clone())
            })
        });
        if let Some(origin) = unknown::first(&properties) {
            return Err(Error::invalid(format!("{origin} is not known")).into());
        }
        declaration.kind.normalize(&properties).map_err(|problems| {
            let address = declaration.address.clone();
            ApplyError::Properties(PlanError { address, problems })
        })
    }

    fn owner(&self, address: &Address, tags: &Tags, token: &str) -> Owner {
        let lineage = self.writer.read(|state| state.lineage.clone());
        owner(&self.environment, &lineage, address, tags, token)
    }

    fn work<'a>(&self, declaration: &'a Declaration, node: &Node) -> Work<'a> {
        let typical = declaration.kind.traits().create_time;
        let goal = if self.everywhere || node.hands_over { Goal::Ready } else { Goal::Usable };
        Work {
            goal,
            kind: &declaration.kind,
            address: &declaration.address,
            action: node.step.action,
            timeout: timeout(declaration.timeout, typical),
            said: Mutex::default(),
        }
    }

    fn entry(&self, address: &Address) -> Option<Entry> {
        self.writer.read(|state| state.entries.get(address).cloned())
    }

    async fn ready(&self, work: &Work<'_>, id: &Id) -> Result<Observed, ApplyError> {
        let ready = self.wait(work, id, work.goal).await?;
        ready
            .ok_or_else(|| Error::invalid(format!("{id} went away while it was waited for")).into())
    }

    async fn wait(
        &self,
        work: &Work<'_>,
        id: &Id,
        goal: Goal,
    ) -> Result<Option<Observed>, ApplyError> {
        let (events, address, action) = (self.events.clone(), work.address.clone(), work.action);
        let heard = Box::new(move |word: &str| {
            events.send(&address, action, Progress::Working { status: word.to_owned() });
        });
        let request = Request { id: id.clone(), goal, timeout: work.timeout, heard };
        match self.poller.wait(work.kind, request).await? {
            Waited::Ready(observed) => Ok(Some(observed)),
            Waited::Gone => Ok(None),
            Waited::Failed(reason) => {
                self.writer.record(|state| record::failed(state, work.address, id, &reason));
                Err(ApplyError::Failed { id: id.clone(), reason })
            }
            Waited::TimedOut(last) => Err(ApplyError::TimedOut {
                id: id.clone(),
                goal: if goal == Goal::Gone { "gone" } else { "ready" },
                timeout: work.timeout,
                last,
            }),
        }
    }

    fn settle(&self, declaration: &Declaration, inputs: Json, id: &Id, outputs: Json) {
        let status = Status::Ready { id: id.clone(), outputs };
        let entry = record::entry(declaration, inputs, status);
        self.writer.record(|state| record::settled(state, &declaration.address, entry));
    }

    fn say_again(&self, work: &Work<'_>, attempts: &Attempts, error: &Error) {
        if attempts.go_on(error) {
            self.say(work, &format!("trying again: {}", error.brief()));
        }
    }

    /// Tells how an object fares; once, however often that is found.
    fn say(&self, work: &Work<'_>, status: &str) {
        let mut said = work.said.lock().unwrap_or_else(PoisonError::into_inner);
        if *said == status {
            return;
        }
        status.clone_into(&mut said);
        let progress = Progress::Working { status: status.to_owned() };
        self.events.send(work.address, work.action, progress);
    }
}

fn timeout(own: Option<Duration>, typical: Duration) -> Duration {
    own.unwrap_or_else(|| LEAST_TIMEOUT.max(typical * TIMEOUT_FACTOR))
}

/// The outputs of every object that is ready.
pub(super) fn known_outputs(writer: &Writer) -> BTreeMap<Address, Json> {
    writer.read(|state| {
        let ready = state.entries.iter().filter_map(|(address, entry)| {
            Some((address.clone(), entry.status.outputs()?.clone()))
        });
        ready.collect()
    })
}
