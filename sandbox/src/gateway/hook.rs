//! A test's hand in every call: to kill a client at the Nth, or to answer in a service's place.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;

use crate::fault::Fault;

/// A call, as a hook sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallInfo {
    /// Which call it is since the sandbox started, from 1.
    pub number: u64,
    /// The service, by the name in its credential scope.
    pub service: String,
    /// The operation, as AWS spells it.
    pub operation: String,
    /// The region.
    pub region: String,
}

/// When a hook is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The request is authentic; nothing was done yet.
    Before,
    /// The operation was executed, its answer is there and not yet sent.
    After,
}

/// What becomes of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Continue,
    /// The connection is closed without an answer.
    Drop,
    /// The client gets this error.
    Fail(Fault),
}

/// Asked before and after every call; the call waits for the verdict.
#[derive(Clone)]
pub struct Hook(Arc<HookFunction>);

type HookFunction = dyn Fn(CallInfo, Phase) -> BoxFuture<'static, Verdict> + Send + Sync;

impl Hook {
    /// A hook from a function.
    pub fn new(
        function: impl Fn(CallInfo, Phase) -> BoxFuture<'static, Verdict> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(function))
    }

    /// Its verdict.
    pub async fn ask(&self, call: CallInfo, phase: Phase) -> Verdict {
        (self.0)(call, phase).await
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}
