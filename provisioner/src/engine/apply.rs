//! One node of the walk: an object made, changed or deleted, with the state kept ahead of AWS.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use super::diff;
use super::event::{Events, Progress};
use super::owner::owner;
use super::plan::{Action, PlanError};
use super::refresh::unclaimed;
use super::retry::{Attempts, Patience};
use super::schedule::{Node, Part};
use super::wait::{Goal, Poller, Request, Waited};
use super::walk::Turn;
use crate::address::Address;
use crate::aws::{Context, Error};
use crate::definition::{Declaration, Program};
use crate::resource::{Deleted, ErasedChange, Id, Kind, Kinds, Observed, Owner, Tags};
use crate::state::{Deposed, Entry, Status, StoreError, Writer};

/// The least time that an object is given.
const LEAST_TIMEOUT: Duration = Duration::from_secs(600);
/// How much longer than typical an object may take.
const TIMEOUT_FACTOR: u32 = 6;

/// What a node failed of.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// AWS refused, or did not answer.
    #[error("AWS did not do it")]
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
}

/// An object under work.
struct Work<'a> {
    kind: &'a Arc<dyn Kind>,
    address: &'a Address,
    action: Action,
    timeout: Duration,
}

impl Apply {
    /// Does what the node says.
    pub(super) async fn node(&self, node: &Node, turn: Turn) -> Result<Option<Id>, ApplyError> {
        let address = &node.step.address;
        match (node.part, node.step.action) {
            (Part::Make, Action::Update | Action::Resume) => {
                self.update(node, turn).await.map(Some)
            }
            (Part::Make, _) => self.create(node, turn).await.map(Some),
            (Part::Unmake, action) => self.unmake(node, action, turn).await.map(|()| None),
            (Part::Cleanup, _) => self.cleanup(node, turn).await.map(|()| None),
            (Part::Forget, _) => {
                self.writer.commit(|state| drop(state.entries.remove(address))).await?;
                Ok(None)
            }
        }
    }

    fn kind_of(&self, kind: &str) -> Result<Arc<dyn Kind>, Error> {
        let found = self.kinds.get(kind).cloned();
        found.ok_or_else(|| Error::invalid(format!("there is no kind `{kind}`")))
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
        declaration.kind.normalize(&properties).map_err(|problems| {
            let address = declaration.address.clone();
            ApplyError::Properties(PlanError { address, problems })
        })
    }

    fn owner(&self, address: &Address, tags: &Tags, token: &str) -> Owner {
        let lineage = self.writer.read(|state| state.lineage.clone());
        owner(&self.environment, &lineage, address, tags, token)
    }

    async fn create(&self, node: &Node, turn: Turn) -> Result<Id, ApplyError> {
        let declaration = self.declaration(&node.step.address)?;
        let wanted = self.wanted(declaration)?;
        let work = Work {
            kind: &declaration.kind,
            address: &declaration.address,
            action: node.step.action,
            timeout: timeout(declaration.timeout, declaration.kind.traits().create_time),
        };
        let token = uuid::Uuid::new_v4().to_string();
        self.intend(declaration, &wanted, &token).await?;
        let owner = self.owner(work.address, &declaration.tags, &token);
        let made = match self.make(&work, &wanted, &owner).await {
            Ok(made) => made,
            Err(error) => {
                self.nothing_was_made(work.address, &error).await;
                return Err(error.into());
            }
        };
        self.writer.record(|state| set_id(state, work.address, &made.id));
        let outputs = match made.outputs {
            Some(outputs) => outputs,
            None => {
                let mut observed = self.ready(&work, &made.id, turn).await?;
                let whole = (&wanted, &owner.tags, None);
                if made.found && self.sync(&work, &made.id, whole, &observed).await? {
                    observed = self.ready_again(&work, &made.id).await?;
                }
                observed.outputs
            }
        };
        self.settle(declaration, wanted, &made.id, outputs);
        Ok(made.id)
    }

    /// The intent stands in the store before the call leaves. What it replaces is kept as deposed.
    async fn intend(
        &self,
        declaration: &Declaration,
        wanted: &Json,
        token: &str,
    ) -> Result<(), Arc<StoreError>> {
        let status = Status::Creating { token: token.to_owned(), id: None };
        let mut entry = entry(declaration, wanted.clone(), status);
        self.writer
            .commit(|state| {
                if let Some(old) = state.entries.remove(&declaration.address) {
                    entry.deposed = deposed(old);
                }
                state.entries.insert(declaration.address.clone(), entry);
            })
            .await
    }

    /// Asks AWS for the object. After an answer that leaves open whether it was made, and after
    /// "exists already", looks for it before asking again.
    async fn make(&self, work: &Work<'_>, wanted: &Json, owner: &Owner) -> Result<Made, Error> {
        let mut attempts = Attempts::new(Patience::within(work.timeout));
        loop {
            let error = match work.kind.create(&self.cx, wanted, owner).await {
                Ok(made) => {
                    let found = made.unfinished;
                    return Ok(Made { id: made.id, outputs: made.outputs, found });
                }
                Err(error) => error,
            };
            if error.is_ambiguous() || error.is_already_exists() {
                let found = work.kind.find(&self.cx, wanted, owner).await?;
                let entry = self.writer.read(|state| state.entries.get(work.address).cloned());
                let found = entry.map_or(Vec::new(), |entry| unclaimed(&entry, found));
                if let Some(id) = found.into_iter().next() {
                    return Ok(Made { id, outputs: None, found: true });
                }
            }
            self.say(work, &error.to_string());
            attempts.again(error).await?;
        }
    }

    /// Takes the intent back when AWS clearly refused; keeps it when something may exist.
    async fn nothing_was_made(&self, address: &Address, error: &Error) {
        if error.is_ambiguous() {
            return;
        }
        self.writer.record(|state| {
            let Some(entry) = state.entries.get_mut(address) else { return };
            match entry.deposed.pop() {
                Some(old) => {
                    entry.inputs = old.inputs;
                    entry.status = Status::Ready { id: old.id, outputs: old.outputs };
                }
                None => drop(state.entries.remove(address)),
            }
        });
    }

    async fn update(&self, node: &Node, turn: Turn) -> Result<Id, ApplyError> {
        let declaration = self.declaration(&node.step.address)?;
        let work = Work {
            kind: &declaration.kind,
            address: &declaration.address,
            action: node.step.action,
            timeout: timeout(declaration.timeout, declaration.kind.traits().create_time),
        };
        let id = node.step.id.clone().ok_or_else(|| Error::invalid("the plan has no id"))?;
        let wanted = self.wanted(declaration)?;
        let applied = self.writer.read(|state| state.entries.get(work.address).cloned());
        self.writer
            .commit(|state| {
                if let Some(entry) = state.entries.get_mut(work.address) {
                    entry.status = begun(&entry.status, &id);
                }
            })
            .await?;
        let observed = match work.action {
            Action::Resume => self.ready(&work, &id, turn).await?,
            _ => self.observe(&work, &id).await?,
        };
        let tags = self.owner(work.address, &declaration.tags, "").tags;
        let changed = self.sync(&work, &id, (&wanted, &tags, applied.as_ref()), &observed).await?;
        let outputs = match changed {
            true => self.ready_again(&work, &id).await?.outputs,
            false => observed.outputs,
        };
        self.settle(declaration, wanted, &id, outputs);
        Ok(id)
    }

    /// Brings a live object to what is wanted; makes no call when nothing differs.
    async fn sync(
        &self,
        work: &Work<'_>,
        id: &Id,
        (wanted, tags, applied): (&Json, &Tags, Option<&Entry>),
        live: &Observed,
    ) -> Result<bool, Error> {
        let none = Tags::new();
        let inputs = applied.map(|entry| &entry.inputs);
        let changes = diff::properties(wanted, &live.properties, inputs, work.kind.traits());
        let applied_tags = applied.map_or(&none, |entry| &entry.tags);
        let mut names: Vec<String> =
            changes.iter().map(|change| change.property().to_owned()).collect();
        names.dedup();
        let change = ErasedChange {
            before: live.properties.clone(),
            properties: names,
            tags: diff::tags(tags, live.tags.as_ref(), applied_tags, work.kind.traits()),
        };
        if change.properties.is_empty() && change.tags.is_empty() {
            return Ok(false);
        }
        let mut attempts = Attempts::new(Patience::within(work.timeout));
        while let Err(error) = work.kind.update(&self.cx, id, wanted, &change).await {
            self.say(work, &error.to_string());
            attempts.again(error).await?;
        }
        Ok(true)
    }

    async fn unmake(&self, node: &Node, action: Action, turn: Turn) -> Result<(), ApplyError> {
        let address = &node.step.address;
        let Some(entry) = self.writer.read(|state| state.entries.get(address).cloned()) else {
            return Ok(());
        };
        let Some(id) = node.step.id.clone() else { return Ok(()) };
        let began = Status::Deleting { id: id.clone() };
        self.writer
            .commit(|state| {
                if let Some(entry) = state.entries.get_mut(address) {
                    entry.status = began;
                }
            })
            .await?;
        self.delete(address, action, &entry, (&id, &entry.inputs), turn).await?;
        self.writer.record(|state| {
            // What an earlier replacement left is still there, and must stay known.
            let keep = state.entries.get_mut(address).filter(|entry| !entry.deposed.is_empty());
            match keep.and_then(|entry| Some((entry.deposed.pop()?, entry))) {
                Some((old, entry)) => {
                    entry.inputs = old.inputs;
                    entry.status = Status::Deleting { id: old.id };
                }
                None => drop(state.entries.remove(address)),
            }
        });
        Ok(())
    }

    async fn cleanup(&self, node: &Node, turn: Turn) -> Result<(), ApplyError> {
        let address = &node.step.address;
        let Some(entry) = self.writer.read(|state| state.entries.get(address).cloned()) else {
            return Ok(());
        };
        let Some(old) = entry.deposed.iter().find(|old| Some(&old.id) == node.step.id.as_ref())
        else {
            return Ok(());
        };
        self.delete(address, node.step.action, &entry, (&old.id, &old.inputs), turn).await?;
        self.writer.record(|state| {
            if let Some(entry) = state.entries.get_mut(address) {
                entry.deposed.retain(|deposed| deposed.id != old.id);
            }
        });
        Ok(())
    }

    async fn delete(
        &self,
        address: &Address,
        action: Action,
        entry: &Entry,
        (id, inputs): (&Id, &Json),
        turn: Turn,
    ) -> Result<(), ApplyError> {
        let kind = self.kind_of(&entry.kind)?;
        let own = self.declaration(address).ok().and_then(|declared| declared.timeout);
        let timeout = timeout(own, kind.traits().delete_time);
        let work = Work { kind: &kind, address, action, timeout };
        let mut attempts = Attempts::new(Patience::deleting(timeout));
        let deleted = loop {
            match kind.delete(&self.cx, id, inputs).await {
                Ok(deleted) => break deleted,
                Err(error) => self.blocked(&work, id, error, &mut attempts).await?,
            }
        };
        match deleted {
            Deleted::Gone => Ok(()),
            Deleted::Pending => self.gone(&work, id, turn).await,
        }
    }

    /// Names what stands in the way of a deletion, and waits for it to go.
    async fn blocked(
        &self,
        work: &Work<'_>,
        id: &Id,
        error: Error,
        attempts: &mut Attempts,
    ) -> Result<(), ApplyError> {
        if !error.is_dependency_violation() {
            self.say(work, &error.to_string());
            return Ok(attempts.again(error).await?);
        }
        // The refusal itself is what matters; that its reason can't be read changes nothing.
        let blockers = work.kind.blockers(&self.cx, id).await.unwrap_or_default();
        let word = match blockers.as_slice() {
            [] => error.to_string(),
            _ => format!("waiting for {}", blockers.join(", ")),
        };
        self.say(work, &word);
        attempts.again(error).await.map_err(|source| match blockers.is_empty() {
            true => source.into(),
            false => ApplyError::Blocked { id: id.clone(), blockers, source },
        })
    }

    /// One look, without waiting.
    async fn observe(&self, work: &Work<'_>, id: &Id) -> Result<Observed, Error> {
        let mut attempts = Attempts::new(Patience::within(work.timeout));
        loop {
            match work.kind.read(&self.cx, std::slice::from_ref(id)).await {
                Ok(mut objects) => {
                    let found = objects.pop().flatten();
                    return found.ok_or_else(|| Error::invalid(format!("{id} is gone")));
                }
                Err(error) => attempts.again(error).await?,
            }
        }
    }

    async fn ready_again(&self, work: &Work<'_>, id: &Id) -> Result<Observed, ApplyError> {
        self.wait(work, id, Goal::Ready)
            .await?
            .ok_or_else(|| Error::invalid(format!("{id} went away while it was changed")).into())
    }

    async fn ready(&self, work: &Work<'_>, id: &Id, turn: Turn) -> Result<Observed, ApplyError> {
        drop(turn);
        self.ready_again(work, id).await
    }

    async fn gone(&self, work: &Work<'_>, id: &Id, turn: Turn) -> Result<(), ApplyError> {
        drop(turn);
        self.wait(work, id, Goal::Gone).await.map(|_| ())
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
                let status = Status::Failed { id: id.clone(), reason: reason.clone() };
                self.writer.record(|state| {
                    if let Some(entry) = state.entries.get_mut(work.address) {
                        entry.status = status;
                    }
                });
                Err(ApplyError::Failed { id: id.clone(), reason })
            }
            Waited::TimedOut(last) => Err(ApplyError::TimedOut {
                id: id.clone(),
                goal: if goal == Goal::Ready { "ready" } else { "gone" },
                timeout: work.timeout,
                last,
            }),
        }
    }

    fn settle(&self, declaration: &Declaration, inputs: Json, id: &Id, outputs: Json) {
        let status = Status::Ready { id: id.clone(), outputs };
        let mut entry = entry(declaration, inputs, status);
        self.writer.record(|state| {
            if let Some(old) = state.entries.remove(&declaration.address) {
                entry.deposed = old.deposed;
            }
            state.entries.insert(declaration.address.clone(), entry);
        });
    }

    fn say(&self, work: &Work<'_>, status: &str) {
        let progress = Progress::Working { status: status.to_owned() };
        self.events.send(work.address, work.action, progress);
    }
}

/// What a creation gave.
struct Made {
    id: Id,
    outputs: Option<Json>,
    /// It may differ from what is wanted: an earlier attempt's object was found instead, or AWS
    /// takes the rest only now.
    found: bool,
}

fn timeout(own: Option<Duration>, typical: Duration) -> Duration {
    own.unwrap_or_else(|| LEAST_TIMEOUT.max(typical * TIMEOUT_FACTOR))
}

fn entry(declaration: &Declaration, inputs: Json, status: Status) -> Entry {
    Entry {
        kind: declaration.kind.name().to_owned(),
        inputs,
        tags: declaration.tags.clone(),
        depends_on: declaration.depends_on.clone(),
        protect: declaration.protect,
        retain: declaration.retain,
        status,
        deposed: Vec::new(),
    }
}

/// What an entry leaves behind when another object takes its address.
fn deposed(old: Entry) -> Vec<Deposed> {
    let mut left = old.deposed;
    if let Status::Ready { id, outputs } | Status::Updating { id, outputs } = old.status {
        left.push(Deposed { id, inputs: old.inputs, outputs });
    }
    left
}

/// The status of an object about to be changed, from what it was.
fn begun(before: &Status, id: &Id) -> Status {
    match before {
        Status::Ready { outputs, .. } | Status::Updating { outputs, .. } => {
            Status::Updating { id: id.clone(), outputs: outputs.clone() }
        }
        Status::Creating { token, .. } => {
            Status::Creating { token: token.clone(), id: Some(id.clone()) }
        }
        other => other.clone(),
    }
}

fn set_id(state: &mut crate::state::State, address: &Address, id: &Id) {
    if let Some(entry) = state.entries.get_mut(address) {
        entry.status = begun(&entry.status, id);
    }
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
