//! What the whole-system stories share: a project in a folder of its own, something that speaks
//! like AWS, and the program `provision` as a child that can be held, interrupted and killed at
//! any call.

#![expect(clippy::unwrap_used, reason = "this crate is tests: what goes wrong here fails one")]

mod client;
mod gate;
mod lab;
mod moto;
mod place;
mod project;
mod run;

pub use client::client;
pub use gate::Gate;
pub use lab::{Lab, Objects, difference};
pub use moto::Moto;
pub use place::{Kept, Place};
pub use project::{Project, program};
pub use run::{Ended, Run};
pub use rustix::process::Signal;

/// The environment that a project has.
pub const ENVIRONMENT: &str = "lab";

/// Converges without a question.
pub const UP: [&str; 3] = ["up", ENVIRONMENT, "--yes"];
/// Deletes everything without a question.
pub const DOWN: [&str; 3] = ["down", ENVIRONMENT, "--yes"];
/// Ends with 0 when there is nothing to do, with 2 when there is something.
pub const PLAN: [&str; 3] = ["plan", ENVIRONMENT, "--detailed-exitcode"];
