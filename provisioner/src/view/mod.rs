//! What a person or a machine sees. Nothing else in this crate writes to a stream.
//!
//! Data goes to stdout, everything else to stderr; nothing is readable by colour alone.

pub mod diagnostic;
pub mod drift;
mod human;
pub mod json;
pub mod plan;
pub mod progress;
pub mod status;
mod stream;
pub mod value;

pub use human::Human;
pub use json::JsonLines;
pub use stream::{Stream, Streams};

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use crate::aws::Calls;
use crate::definition::{Diagnostics, Sources};
use crate::engine::event::Event;
use crate::engine::execute::Report;
use crate::engine::plan::Plan;

/// The stacks' outputs by stack and name.
pub type Outputs = BTreeMap<String, BTreeMap<String, Json>>;

/// A run as it is shown: to a person, or to a machine.
pub trait View: Send {
    /// A sentence about what goes on.
    fn note(&mut self, text: &str);
    /// Something that went wrong without stopping the run.
    fn warn(&mut self, text: &str, hint: Option<&str>);
    /// What would be done.
    fn plan(&mut self, plan: &Plan);
    /// Something happened to an object.
    fn event(&mut self, event: &Event);
    /// The walk is over.
    fn report(&mut self, report: &Report);
    /// The outputs after the run.
    fn outputs(&mut self, outputs: &Outputs);
    /// Where the time went.
    fn timings(&mut self, timings: &Timings);
    /// What is wrong with the definition.
    fn definition(&mut self, diagnostics: &Diagnostics, sources: &Sources);
    /// The run failed as a whole.
    fn error(&mut self, error: &Failure);
}

/// Where the time of a run went.
#[derive(Debug, Clone, Default)]
pub struct Timings {
    /// Each phase, in order.
    pub phases: Vec<(&'static str, Duration)>,
    /// The calls to AWS by `service:Operation`.
    pub calls: BTreeMap<String, Calls>,
}

/// Why a command failed, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What failed.
    pub message: String,
    /// Its causes, outermost first.
    pub causes: Vec<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a cause below it.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), hint: None }
    }

    /// The failure of an error, with its causes.
    pub fn of(error: &dyn std::error::Error) -> Self {
        let mut causes = Vec::new();
        let mut cause = error.source();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        Self { message: error.to_string(), causes, hint: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
