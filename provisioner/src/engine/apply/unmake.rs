//! An object deleted, or left alone.

use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

use super::{Apply, ApplyError, Work, record, timeout};
use crate::address::Address;
use crate::aws::Error;
use crate::engine::loss;
use crate::engine::plan::Action;
use crate::engine::retry::{Attempts, Patience};
use crate::engine::schedule::Node;
use crate::engine::wait::Goal;
use crate::engine::walk::Turn;
use crate::resource::{Deleted, Id, Kind};

/// What to delete.
struct Doomed<'a> {
    kind: &'a str,
    id: &'a Id,
    /// What was last applied.
    inputs: &'a Json,
}

impl Apply {
    pub(super) async fn unmake(&self, node: &Node, turn: Turn) -> Result<(), ApplyError> {
        let (address, action) = (&node.step.address, node.step.action);
        let (Some(entry), Some(id)) = (self.entry(address), &node.step.id) else { return Ok(()) };
        self.writer.commit(|state| record::going(state, address, id)).await?;
        let doomed = Doomed { kind: &entry.kind, id, inputs: &entry.inputs };
        self.delete(address, action, doomed, turn).await?;
        self.writer.record(|state| record::gone(state, address));
        Ok(())
    }

    pub(super) async fn cleanup(&self, node: &Node, turn: Turn) -> Result<(), ApplyError> {
        let (address, action) = (&node.step.address, node.step.action);
        let (Some(entry), Some(id)) = (self.entry(address), &node.step.id) else { return Ok(()) };
        // A replacement's step has the kind and id of what it replaces, as a clean-up has.
        let Some(old) = entry.deposed.iter().find(|old| old.id == *id) else { return Ok(()) };
        let doomed = Doomed { kind: &old.kind, id, inputs: &old.inputs };
        self.delete(address, action, doomed, turn).await?;
        self.writer.record(|state| record::cleaned(state, address, &old.kind, id));
        Ok(())
    }

    /// Leaves the object on AWS. What it had replaced stays known until that is deleted.
    pub(super) async fn forget(&self, node: &Node) -> Result<(), ApplyError> {
        Ok(self.writer.commit(|state| record::gone(state, &node.step.address)).await?)
    }

    fn kind_of(&self, kind: &str) -> Result<Arc<dyn Kind>, Error> {
        let found = self.kinds.get(kind).cloned();
        found.ok_or_else(|| Error::invalid(format!("there is no kind `{kind}`")))
    }

    async fn delete(
        &self,
        address: &Address,
        action: Action,
        doomed: Doomed<'_>,
        turn: Turn,
    ) -> Result<(), ApplyError> {
        let kind = self.kind_of(doomed.kind)?;
        let declaration = self.declaration(address).ok();
        let own = declaration.and_then(|declared| declared.timeout);
        let inputs = loss::as_declared(&*kind, doomed.inputs, declaration);
        let timeout = timeout(own, kind.traits().delete_time);
        let goal = Goal::Gone;
        let work = Work { kind: &kind, address, action, timeout, goal, said: Mutex::default() };
        let mut attempts = Attempts::new(Patience::deleting(timeout));
        let deleted = loop {
            match kind.delete(&self.cx, doomed.id, &inputs).await {
                Ok(deleted) => break deleted,
                Err(error) => self.blocked(&work, doomed.id, error, &mut attempts).await?,
            }
        };
        drop(turn);
        match deleted {
            Deleted::Gone => Ok(()),
            Deleted::Pending => self.wait(&work, doomed.id, Goal::Gone).await.map(|_| ()),
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
            self.say_again(work, attempts, &error);
            return Ok(attempts.again(error).await?);
        }
        // The refusal itself is what matters; that its reason can't be read changes nothing.
        let blockers = work.kind.blockers(&self.cx, id).await.unwrap_or_default();
        let word = match blockers.as_slice() {
            [] => format!("trying again: {}", error.brief()),
            _ => format!("waiting for {}", blockers.join(", ")),
        };
        self.say(work, &word);
        attempts.again(error).await.map_err(|source| match blockers.is_empty() {
            true => source.into(),
            false => ApplyError::Blocked { id: id.clone(), blockers, source },
        })
    }
}
