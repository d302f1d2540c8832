//! What a run tells while it goes on. Views render it; the engine never prints.

use std::time::Duration;

use tokio::sync::mpsc;

use super::plan::Action;
use crate::address::Address;

/// Something that happened to one object.
#[derive(Debug, Clone)]
pub struct Event {
    /// The object.
    pub address: Address,
    /// What is done to it.
    pub action: Action,
    /// How far that is.
    pub progress: Progress,
}

/// How far an action is.
#[derive(Debug, Clone)]
pub enum Progress {
    /// It began; `expected` is how long AWS typically takes.
    Started {
        /// AWS's typical time.
        expected: Duration,
    },
    /// Still under way, in AWS's own word, or what it waits for.
    Working {
        /// E.g. `modifying`, or the objects that block a deletion.
        status: String,
    },
    /// Done.
    Finished {
        /// How long it took.
        elapsed: Duration,
        /// The object's id, where it has one now.
        id: Option<String>,
    },
    /// It failed.
    Failed {
        /// How long it took.
        elapsed: Duration,
        /// The reason in a word: AWS's code, where AWS gave one.
        brief: String,
        /// The error and its causes.
        error: String,
    },
    /// Not begun, because of another.
    Skipped {
        /// The object that failed, or `None` when the run was interrupted.
        because: Option<Address>,
    },
}

/// Where events go. Cheap to clone; events of a run that nobody watches are dropped.
#[derive(Debug, Clone, Default)]
pub struct Events(Option<mpsc::UnboundedSender<Event>>);

impl Events {
    /// A channel: its end is for a view.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(Some(sender)), receiver)
    }

    pub(super) fn send(&self, address: &Address, action: Action, progress: Progress) {
        if let Some(sender) = &self.0 {
            // A view that has gone away must not stop the run.
            let _ = sender.send(Event { address: address.clone(), action, progress });
        }
    }
}
