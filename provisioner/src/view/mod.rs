//! What a person or a machine sees. Nothing else in this crate writes to a stream.
//!
//! Data goes to stdout, everything else to stderr; nothing is readable by colour alone.

pub mod audit;
mod board;
mod change;
pub mod check;
pub mod diagnostic;
pub mod drift;
mod failure;
pub mod graph;
pub mod history;
mod human;
pub mod json;
mod layout;
mod live;
pub mod logs;
mod markdown;
pub mod plan;
mod progress;
pub mod sandbox;
pub mod sarif;
pub mod status;
mod stream;
mod svg;
pub mod value;

pub use failure::{Answer, Declared, Failure, root};
pub use human::Human;
pub use json::JsonLines;
pub use markdown::markdown;
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

/// Why a plan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It is what was asked for: data.
    Show,
    /// Somebody has to agree to it.
    Confirm,
    /// It is about to be carried out.
    Announce,
}

/// A run as it is shown: to a person, or to a machine.
pub trait View: Send {
    /// A sentence about what goes on.
    fn note(&mut self, text: &str);
    /// Something takes a while, until the next call with `None`.
    fn wait(&mut self, what: Option<&str>);
    /// Something that went wrong without stopping the run.
    fn warn(&mut self, text: &str, hint: Option<&str>);
    /// What would be done.
    fn plan(&mut self, plan: &Plan, purpose: Purpose);
    /// The walk begins; `expected` is how long AWS typically takes.
    fn start(&mut self, plan: &Plan, expected: Duration);
    /// Something happened to an object.
    fn event(&mut self, event: &Event);
    /// Some time has passed; called a few times a second while the walk goes on.
    fn tick(&mut self);
    /// The walk is over.
    fn report(&mut self, report: &Report, declared: &Declared);
    /// The outputs after the run.
    fn outputs(&mut self, outputs: &Outputs);
    /// Where the time went.
    fn timings(&mut self, timings: &Timings);
    /// What is wrong with the definition.
    fn definition(&mut self, diagnostics: &Diagnostics, sources: &Sources);
    /// The run failed as a whole; `sources` has the line that it is about.
    fn error(&mut self, error: &Failure, sources: &Sources);
}

/// Where the time of a run went.
#[derive(Debug, Clone, Default)]
pub struct Timings {
    /// Each phase, in order.
    pub phases: Vec<(&'static str, Duration)>,
    /// The calls to AWS by `service:Operation`.
    pub calls: BTreeMap<String, Calls>,
}
