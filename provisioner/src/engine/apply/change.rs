//! A live object brought to what is wanted.

use serde_json::Value as Json;

use super::watch::Rollout;
use super::{Apply, ApplyError, Work, record};
use crate::aws::Error;
use crate::engine::diff;
use crate::engine::retry::{Attempts, Patience};
use crate::engine::schedule::Node;
use crate::engine::walk::Turn;
use crate::resource::{ErasedChange, Id, Observed, Status as Condition, Tags};

/// What an object should be, and what is known of how it came to be.
pub(super) struct Aim<'a> {
    pub wanted: &'a Json,
    pub applied: &'a Json,
    pub tags: &'a Tags,
    pub applied_tags: &'a Tags,
    /// Its creation may have ended half-way.
    pub unfinished: bool,
}

/// What was changed of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Synced {
    Nothing,
    /// Its tags alone.
    Tags,
    /// These top-level properties.
    Properties(Vec<String>),
}

impl Apply {
    pub(super) async fn update(&self, node: &Node, turn: Turn) -> Result<Id, ApplyError> {
        let declaration = self.declaration(&node.step.address)?;
        let work = self.work(declaration, node);
        let id = node.step.id.clone().ok_or_else(|| Error::invalid("the plan has no id"))?;
        let wanted = self.wanted(declaration)?;
        let entry = self.entry(work.address).ok_or_else(|| Error::invalid("it is not known"))?;
        let applied = diff::applied(&entry, work.kind.traits()).into_owned();
        self.writer.commit(|state| record::begun(state, work.address, &id)).await?;
        let mut observed = self.observe(&work, &id).await?;
        if !matches!(observed.status, Condition::Ready | Condition::Spreading(_)) {
            observed = self.ready(&work, &id).await?;
        }
        let tags = self.owner(work.address, &declaration.tags, "").tags;
        let aim = Aim {
            wanted: &wanted,
            applied: &applied,
            tags: &tags,
            applied_tags: &entry.tags,
            unfinished: diff::is_unfinished(&entry, &wanted),
        };
        let synced = self.sync(&work, &id, &aim, &observed).await?;
        drop(turn);
        let before = observed.properties.clone();
        let outputs = self.settled(&work, &id, (&synced, &wanted), observed).await?;
        if let Synced::Properties(changed) = &synced {
            let (wanted, outputs, before) = (&wanted, &outputs, &before);
            self.watch(&work, &id, &Rollout { wanted, changed, outputs, before }).await?;
        }
        self.settle(declaration, wanted, &id, outputs);
        Ok(id)
    }

    /// The outputs of an object once it is ready with what it was brought to.
    pub(super) async fn settled(
        &self,
        work: &Work<'_>,
        id: &Id,
        (synced, wanted): (&Synced, &Json),
        before: Observed,
    ) -> Result<Json, ApplyError> {
        if *synced == Synced::Nothing {
            return Ok(before.outputs);
        }
        let live = self.ready(work, id).await?;
        if let Synced::Properties(_) = synced {
            let mut attempts = Attempts::new(Patience::within(work.timeout));
            while let Err(error) = work.kind.confirm(&self.cx, id, wanted, &live.properties).await {
                attempts.again(error).await?;
            }
        }
        Ok(live.outputs)
    }

    /// Brings a live object to what is wanted; makes no call when nothing differs.
    pub(super) async fn sync(
        &self,
        work: &Work<'_>,
        id: &Id,
        aim: &Aim<'_>,
        live: &Observed,
    ) -> Result<Synced, Error> {
        let (traits, wanted) = (work.kind.traits(), aim.wanted);
        let mut changes = diff::properties(wanted, &live.properties, Some(aim.applied), traits);
        if aim.unfinished {
            diff::finish(&mut changes);
        }
        if let Some(moved) = changes.iter().find(|change| change.replaces) {
            return Err(Error::invalid(format!(
                "`{}` of {id} is not what was planned with, and only a replacement can change it: plan again",
                moved.path
            )));
        }
        let mut properties: Vec<String> =
            changes.iter().map(|change| change.property().to_owned()).collect();
        properties.dedup();
        let tags = diff::tags(aim.tags, live.tags.as_ref(), aim.applied_tags, traits);
        let change = ErasedChange { before: live.properties.clone(), properties, tags };
        if change.properties.is_empty() && change.tags.is_empty() {
            return Ok(Synced::Nothing);
        }
        let mut attempts = Attempts::new(Patience::within(work.timeout));
        while let Err(error) = work.kind.update(&self.cx, id, wanted, &change).await {
            self.say_again(work, &attempts, &error);
            attempts.again(error).await?;
        }
        Ok(match change.properties {
            none if none.is_empty() => Synced::Tags,
            properties => Synced::Properties(properties),
        })
    }

    /// One look, without waiting.
    pub(super) async fn observe(&self, work: &Work<'_>, id: &Id) -> Result<Observed, Error> {
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
}
