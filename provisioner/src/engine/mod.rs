//! The engine: refresh → diff → plan → execute. Each phase is a function from a value to a value;
//! only refresh and execute touch the network.

mod apply;
pub mod diff;
pub mod drift;
pub mod event;
pub mod execute;
pub mod graph;
pub mod loss;
pub mod owner;
pub mod plan;
pub mod recover;
pub mod refresh;
mod retry;
mod schedule;
mod wait;
mod walk;
mod watch;

pub use execute::{Report, Run, execute};
