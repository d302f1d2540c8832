//! A test's hand in the calls of a sandbox that runs already.

use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::BoxFuture;
use sandbox::gateway::hook::{CallInfo, Hook, Phase, Verdict};
use tokio::sync::Semaphore;

use crate::lab::PATIENCE;

type Rule = dyn Fn(CallInfo, Phase) -> BoxFuture<'static, Verdict> + Send + Sync;

/// What is done to calls; nothing until a rule is set.
#[derive(Clone, Default)]
pub struct Rules(Arc<Mutex<Option<Arc<Rule>>>>);

impl Rules {
    /// The sandbox's hook.
    pub fn hook(&self) -> Hook {
        let rules = self.clone();
        Hook::new(move |call, phase| match rules.get() {
            Some(rule) => rule(call, phase),
            None => std::future::ready(Verdict::Continue).boxed(),
        })
    }

    /// Treats calls by this rule from now on.
    pub fn set(
        &self,
        rule: impl Fn(CallInfo, Phase) -> BoxFuture<'static, Verdict> + Send + Sync + 'static,
    ) {
        *self.0.lock().unwrap() = Some(Arc::new(rule));
    }

    /// Lets every call go on.
    pub fn clear(&self) {
        *self.0.lock().unwrap() = None;
    }

    fn get(&self) -> Option<Arc<Rule>> {
        self.0.lock().unwrap().clone()
    }
}

/// Holds calls until it is opened, or dropped.
pub struct Gate {
    reached: Arc<Semaphore>,
    open: Arc<Semaphore>,
}

impl Gate {
    /// A gate for the calls that match, before or after they are carried out.
    pub(crate) fn new(
        rules: &Rules,
        matches: impl Fn(&CallInfo, Phase) -> bool + Send + Sync + 'static,
    ) -> Self {
        let gate = Self { reached: Arc::new(Semaphore::new(0)), open: Arc::new(Semaphore::new(0)) };
        let (reached, open) = (Arc::clone(&gate.reached), Arc::clone(&gate.open));
        rules.set(move |call, phase| {
            if matches(&call, phase) {
                reached.add_permits(1);
                let open = Arc::clone(&open);
                // The gate opens by being closed: nobody waits at it any more.
                async move { open.acquire().await.map_or(Verdict::Continue, |_| Verdict::Drop) }
                    .boxed()
            } else {
                std::future::ready(Verdict::Continue).boxed()
            }
        });
        gate
    }

    /// Waits until one more call stands at the gate.
    ///
    /// # Panics
    /// When none comes.
    pub async fn reached(&self) {
        let reached = tokio::time::timeout(PATIENCE, self.reached.acquire()).await;
        assert!(reached.is_ok(), "no such call came");
        // Used up, so that the next wait is for another call.
        reached.unwrap().unwrap().forget();
    }

    /// Lets all go on.
    pub fn open(&self) {
        self.open.close();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}
