//! An object made, with the intent in the store before the call leaves.

use std::sync::Arc;

use serde_json::Value as Json;

use super::change::{Aim, Synced};
use super::{Apply, ApplyError, Work, record};
use crate::aws::Error;
use crate::definition::Declaration;
use crate::engine::diff;
use crate::engine::plan::{Action, Step};
use crate::engine::refresh::unclaimed;
use crate::engine::retry::{Attempts, Patience};
use crate::engine::schedule::Node;
use crate::engine::walk::Turn;
use crate::resource::{Id, Owner};
use crate::state::{Status, StoreError};

/// What a creation gave.
struct Made {
    id: Id,
    outputs: Option<Json>,
    /// It may differ from what is wanted: an earlier attempt's object was found instead, or AWS
    /// takes the rest only now.
    unfinished: bool,
}

/// A creation that did not succeed.
struct NotMade {
    error: Error,
    /// Whether an object may exist all the same.
    in_doubt: bool,
}

/// What stands in the store before the call leaves.
struct Intent {
    token: String,
    /// Whether an earlier run had the intent, and may have got as far as the call.
    resumed: bool,
    /// Whether that run wanted other properties.
    changed: bool,
}

impl Apply {
    pub(super) async fn create(&self, node: &Node, turn: Turn) -> Result<Id, ApplyError> {
        let declaration = self.declaration(&node.step.address)?;
        let work = self.work(declaration, node);
        let wanted = self.wanted(declaration)?;
        let intent = self.intend(declaration, &wanted, &node.step).await?;
        let owner = self.owner(work.address, &declaration.tags, &intent.token);
        let made = match self.make(&work, &wanted, &owner, &intent).await {
            Ok(made) => made,
            Err(NotMade { error, in_doubt }) => {
                if !in_doubt {
                    self.writer.record(|state| record::refused(state, work.address));
                }
                return Err(error.into());
            }
        };
        self.writer.record(|state| record::made(state, work.address, &made.id));
        drop(turn);
        let (id, unfinished) = (made.id, made.unfinished);
        let outputs = match made.outputs {
            Some(outputs) if !unfinished => outputs,
            _ => {
                let observed = self.ready(&work, &id).await?;
                let given = diff::beyond_doubt(&wanted, work.kind.traits());
                let aim = Aim {
                    wanted: &wanted,
                    applied: &given,
                    tags: &owner.tags,
                    applied_tags: &Default::default(),
                    unfinished,
                };
                let synced = match unfinished {
                    true => self.sync(&work, &id, &aim, &observed).await?,
                    false => Synced::Nothing,
                };
                self.settled(&work, &id, (&synced, &wanted), observed).await?
            }
        };
        self.settle(declaration, wanted, &id, outputs);
        Ok(id)
    }

    /// Writes the intent. What it replaces is kept as deposed. An earlier run's intent that nothing
    /// was found of keeps its token, so that AWS tells of the object that cannot be seen yet.
    async fn intend(
        &self,
        declaration: &Declaration,
        wanted: &Json,
        step: &Step,
    ) -> Result<Intent, Arc<StoreError>> {
        let old = self.entry(&declaration.address);
        let earlier = old.as_ref().and_then(|old| match &old.status {
            Status::Creating { token, id: None }
                if step.id.is_none() && old.kind == declaration.kind.name() =>
            {
                Some((token.clone(), old.inputs != *wanted))
            }
            _ => None,
        });
        let resumed = earlier.is_some();
        let (token, changed) = earlier.unwrap_or_else(|| (uuid::Uuid::new_v4().to_string(), false));
        let status = Status::Creating { token: token.clone(), id: None };
        let mut entry = record::entry(declaration, wanted.clone(), status);
        let replaced = step.id.as_ref().filter(|_| step.action == Action::ReplaceCreateFirst);
        entry.deposed = old.map_or_else(Vec::new, |old| record::left_behind(old, replaced));
        let address = declaration.address.clone();
        self.writer.commit(|state| drop(state.entries.insert(address, entry))).await?;
        Ok(Intent { token, resumed, changed })
    }

    /// Asks AWS for the object. After an answer that leaves open whether it was made, and after
    /// "exists already", looks for it before asking again.
    async fn make(
        &self,
        work: &Work<'_>,
        wanted: &Json,
        owner: &Owner,
        intent: &Intent,
    ) -> Result<Made, NotMade> {
        let mut attempts = Attempts::new(Patience::within(work.timeout));
        let mut unanswered = false;
        loop {
            let mut error = match work.kind.create(&self.cx, wanted, owner).await {
                Ok(made) => {
                    let unfinished = made.unfinished || intent.changed;
                    return Ok(Made { id: made.id, outputs: made.outputs, unfinished });
                }
                Err(error) => error,
            };
            unanswered |= error.is_ambiguous();
            let in_doubt = (intent.resumed || unanswered) && !error.is_spent_token();
            if error.is_ambiguous() || error.is_already_exists() {
                match self.look_for(work, wanted, owner).await {
                    Ok(Some(id)) => return Ok(Made { id, outputs: None, unfinished: true }),
                    // What stands in the way is most likely what the unanswered call made, and
                    // can't be seen yet.
                    Ok(None) if unanswered || error.is_spent_token() => {
                        error = error.after_creation();
                    }
                    Ok(None) => {}
                    Err(error) => return Err(NotMade { error, in_doubt }),
                }
            }
            self.say_again(work, &attempts, &error);
            attempts.again(error).await.map_err(|error| NotMade { error, in_doubt })?;
        }
    }

    /// What an attempt at the creation has made.
    async fn look_for(
        &self,
        work: &Work<'_>,
        wanted: &Json,
        owner: &Owner,
    ) -> Result<Option<Id>, Error> {
        let mut attempts = Attempts::new(Patience::within(work.timeout));
        let found = loop {
            match work.kind.find(&self.cx, wanted, owner).await {
                Ok(found) => break found,
                Err(error) => attempts.again(error).await?,
            }
        };
        let known = self.entry(work.address);
        let mut found = known.map_or_else(Vec::new, |entry| unclaimed(&entry, found));
        match found.len() {
            0 | 1 => Ok(found.pop()),
            count => Err(Error::invalid(format!("{count} objects bear its tags"))),
        }
    }
}
