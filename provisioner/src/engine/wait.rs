//! Noticing that AWS is done: one poller a kind, which reads all that wait in one call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::refresh::BATCH;
use crate::aws::{Context, Error};
use crate::resource::{Id, Kind, Observed, Status};

/// The first look comes this soon: some objects are ready as soon as they exist.
const FIRST: Duration = Duration::from_millis(15);
/// Looks come at least this far apart once the first half-second is over.
const LEAST: Duration = Duration::from_millis(250);
/// An interval's share of the time waited so far: on average half of it is spent not noticing.
const SHARE: f64 = 0.06;
/// How far an interval strays, so that many waits do not beat in time.
const JITTER: f64 = 0.1;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// It can be used.
    Usable,
    /// It can be used everywhere.
    Ready,
    Gone,
}

/// How a wait ended.
#[derive(Debug)]
pub(super) enum Waited {
    Ready(Observed),
    Gone,
    /// AWS gave up; its reason.
    Failed(String),
    /// The time is up; AWS's last word.
    TimedOut(String),
}

/// Polls. Cheap to clone.
#[derive(Clone)]
pub(super) struct Poller {
    cx: Context,
    kinds: Arc<Mutex<HashMap<&'static str, mpsc::UnboundedSender<Wait>>>>,
}

/// One wait.
pub(super) struct Request {
    pub id: Id,
    pub goal: Goal,
    pub timeout: Duration,
    /// Called with AWS's word whenever it changes.
    pub heard: Box<dyn Fn(&str) + Send>,
}

struct Wait {
    request: Request,
    began: Instant,
    next: Instant,
    last: String,
    answer: oneshot::Sender<Result<Waited, Error>>,
}

impl Poller {
    pub(super) fn new(cx: Context) -> Self {
        Self { cx, kinds: Arc::default() }
    }

    /// Waits for an object.
    ///
    /// # Errors
    /// When AWS can't be asked.
    pub(super) async fn wait(
        &self,
        kind: &Arc<dyn Kind>,
        request: Request,
    ) -> Result<Waited, Error> {
        let (answer, result) = oneshot::channel();
        let now = Instant::now();
        let wait = Wait { request, began: now, next: now + FIRST, last: String::new(), answer };
        self.send(kind, wait);
        match result.await {
            Ok(result) => result,
            Err(_) => Err(Error::invalid("the poller ended before the object was ready")),
        }
    }

    fn send(&self, kind: &Arc<dyn Kind>, wait: Wait) {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = kinds.entry(kind.name()).or_insert_with(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            tokio::spawn(poll(self.cx.clone(), Arc::clone(kind), receiver));
            sender
        });
        // The task lives as long as the sender; if it died, the wait's own channel says so.
        let _ = sender.send(wait);
    }
}

async fn poll(cx: Context, kind: Arc<dyn Kind>, mut incoming: mpsc::UnboundedReceiver<Wait>) {
    let mut waits: Vec<Wait> = Vec::new();
    loop {
        let next = waits.iter().map(|wait| wait.next).min();
        tokio::select! {
            wait = incoming.recv() => match wait {
                Some(wait) => waits.push(wait),
                None if waits.is_empty() => return,
                None => look(&cx, &kind, &mut waits).await,
            },
            () = until(next), if next.is_some() => look(&cx, &kind, &mut waits).await,
        }
    }
}

async fn until(moment: Option<Instant>) {
    if let Some(moment) = moment {
        tokio::time::sleep_until(moment).await;
    }
}

/// Reads all that wait, not only what is due: the others come for free in the same call.
async fn look(cx: &Context, kind: &Arc<dyn Kind>, waits: &mut Vec<Wait>) {
    waits.retain(|wait| !wait.answer.is_closed());
    let mut rest = std::mem::take(waits);
    while !rest.is_empty() {
        let batch: Vec<Wait> = rest.drain(..rest.len().min(BATCH)).collect();
        waits.extend(look_at(cx, kind, batch).await);
    }
}

/// The waits that go on after a look.
async fn look_at(cx: &Context, kind: &Arc<dyn Kind>, batch: Vec<Wait>) -> Vec<Wait> {
    let ids: Vec<Id> = batch.iter().map(|wait| wait.request.id.clone()).collect();
    match kind.read(cx, &ids).await {
        Ok(objects) => {
            batch.into_iter().zip(objects).filter_map(|(wait, object)| wait.saw(object)).collect()
        }
        Err(error) if error.is_transient() => batch.into_iter().filter_map(Wait::goes_on).collect(),
        Err(error) => {
            for wait in batch {
                // Who waits no more need not hear.
                let _ = wait.answer.send(Err(error.clone()));
            }
            Vec::new()
        }
    }
}

impl Wait {
    /// Ends the wait, or gives it back with the time of the next look.
    fn saw(self, object: Option<Observed>) -> Option<Self> {
        let waited = match (self.request.goal, object) {
            (Goal::Gone, None) => Waited::Gone,
            (Goal::Usable | Goal::Ready, None) => {
                return self.heard("not visible yet").goes_on();
            }
            (goal @ (Goal::Usable | Goal::Ready), Some(object)) => match &object.status {
                Status::Ready => Waited::Ready(object),
                Status::Spreading(_) if goal == Goal::Usable => Waited::Ready(object),
                Status::Failed(reason) => Waited::Failed(reason.clone()),
                Status::Spreading(word) | Status::Working(word) => {
                    return self.heard(word).goes_on();
                }
            },
            (Goal::Gone, Some(object)) => {
                let word = match &object.status {
                    Status::Spreading(word) | Status::Working(word) | Status::Failed(word) => {
                        word.as_str()
                    }
                    Status::Ready => "still there",
                };
                return self.heard(word).goes_on();
            }
        };
        let _ = self.answer.send(Ok(waited));
        None
    }

    /// Passes AWS's word on when it is a new one.
    fn heard(mut self, word: &str) -> Self {
        if self.last != word {
            (self.request.heard)(word);
            word.clone_into(&mut self.last);
        }
        self
    }

    fn goes_on(mut self) -> Option<Self> {
        let elapsed = self.began.elapsed();
        if elapsed >= self.request.timeout {
            let _ = self.answer.send(Ok(Waited::TimedOut(self.last)));
            return None;
        }
        self.next = Instant::now() + interval(elapsed);
        Some(self)
    }
}

/// How long to wait for the next look, by the time waited so far.
fn interval(elapsed: Duration) -> Duration {
    let plain = if elapsed < Duration::from_millis(500) {
        elapsed.max(FIRST)
    } else {
        elapsed.mul_f64(SHARE).max(LEAST)
    };
    plain.mul_f64(1.0 + JITTER * (2.0 * rand::random::<f64>() - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time from the end of a creation to the look that notices it, as a share of the whole.
    fn lateness(creation: Duration) -> f64 {
        let mut now = FIRST;
        while now < creation {
            now += interval(now);
        }
        (now - creation).as_secs_f64() / creation.as_secs_f64()
    }

    #[test]
    fn little_of_a_creation_is_spent_not_noticing() {
        let creations: Vec<Duration> = (10..600).map(Duration::from_secs).collect();
        let mean = creations.iter().map(|creation| lateness(*creation)).sum::<f64>()
            / creations.len() as f64;
        assert!(mean < 0.05, "{mean}");
    }

    #[test]
    fn a_long_creation_costs_a_bounded_number_of_looks() {
        let (mut now, mut looks) = (FIRST, 0);
        while now < Duration::from_secs(300) {
            now += interval(now);
            looks += 1;
        }
        assert!(looks < 110, "{looks}");
    }
}
