//! A new version under watch, and taken back when it fails its users.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value as Json;
use tokio::time::{Instant, sleep};

use super::{Apply, ApplyError, Work};
use crate::aws::Error;
use crate::engine::diff;
use crate::engine::retry::{Attempts, Patience};
use crate::engine::watch::{Visitor, fault};
use crate::resource::{ErasedChange, Id, TagChange, Watch};

/// How often AWS is asked for its counts, which it makes by the minute.
const LOOK: Duration = Duration::from_secs(15);
/// How often somebody who can visit nothing looks at the clock.
const IDLE: Duration = Duration::from_secs(1);

/// A change that AWS has made.
pub(super) struct Rollout<'a> {
    pub wanted: &'a Json,
    /// The top-level properties that changed.
    pub changed: &'a [String],
    pub outputs: &'a Json,
    /// What the object was before.
    pub before: &'a Json,
}

impl Apply {
    /// Watches a change as its kind says, and takes it back when what it must hold to does not.
    pub(super) async fn watch(
        &self,
        work: &Work<'_>,
        id: &Id,
        rollout: &Rollout<'_>,
    ) -> Result<(), ApplyError> {
        let Rollout { wanted, changed, outputs, .. } = *rollout;
        let Some(watch) = work.kind.watch(wanted, changed, outputs) else { return Ok(()) };
        self.say(work, &format!("watching it for {} s", watch.time.as_secs()));
        let Some(fault) = self.fault(work, &watch, outputs).await else { return Ok(()) };
        self.say(work, &format!("taking it back: {fault}"));
        let message = match self.take_back(work, id, rollout).await {
            Ok(()) => format!("the new version of {id} was taken back: {fault}"),
            Err(error) => {
                format!(
                    "the new version of {id} fails, and could not be taken back: {fault}; {error}"
                )
            }
        };
        let advice = "see its log with `provision logs`; correct the new version, and run again";
        Err(Error::invalid(message).advise(advice).into())
    }

    /// What is wrong with a new version, if that shows while it is watched.
    async fn fault(&self, work: &Work<'_>, watch: &Watch, outputs: &Json) -> Option<String> {
        let (since, began) = (Timestamp::now(), Instant::now());
        let (mut visitor, mut look) = (Visitor::new(watch), LOOK);
        loop {
            let visited = match &mut visitor {
                Some(visitor) => visitor.visit(watch).await,
                None => {
                    sleep(IDLE.min(watch.time)).await;
                    None
                }
            };
            if visited.is_some() {
                return visited;
            }
            let over = began.elapsed() >= watch.time;
            if over || began.elapsed() >= look {
                look += LOOK;
                if let Some(visitor) = &visitor {
                    self.say(work, &format!("watching it: {}", visitor.summary()));
                }
                let counted = self.counted(work, watch, outputs, since).await;
                if over || counted.is_some() {
                    return counted;
                }
            }
        }
    }

    /// What is wrong with what AWS has counted since.
    async fn counted(
        &self,
        work: &Work<'_>,
        watch: &Watch,
        outputs: &Json,
        since: Timestamp,
    ) -> Option<String> {
        match work.kind.traffic(&self.cx, outputs, since).await {
            Ok(traffic) => fault(&traffic?, watch),
            // Who may not read metrics can still release; that nobody looked is said.
            Err(error) => {
                self.say(work, &format!("its metrics can't be read: {}", error.brief()));
                None
            }
        }
    }

    /// Brings the object back to what it was before.
    async fn take_back(
        &self,
        work: &Work<'_>,
        id: &Id,
        rollout: &Rollout<'_>,
    ) -> Result<(), ApplyError> {
        let live = self.observe(work, id).await?.properties;
        let traits = work.kind.traits();
        let changes = diff::properties(rollout.before, &live, Some(rollout.wanted), traits);
        let mut properties: Vec<String> =
            changes.iter().map(|change| change.property().to_owned()).collect();
        properties.dedup();
        let change = ErasedChange { before: live, properties, tags: TagChange::default() };
        let mut attempts = Attempts::new(Patience::within(work.timeout));
        while let Err(error) = work.kind.update(&self.cx, id, rollout.before, &change).await {
            attempts.again(error).await?;
        }
        let live = self.ready(work, id).await?;
        Ok(work.kind.confirm(&self.cx, id, rollout.before, &live.properties).await?)
    }
}
