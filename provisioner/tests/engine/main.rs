//! The engine's life cycle: whole runs against an AWS in memory, a file for each thing that a run
//! must do. What these tests say is what the engine promises.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on has failed")]

mod arbitrary;
mod crash;
mod create;
mod deposed;
mod drift;
mod environment;
mod failure;
mod golden;
mod interrupt;
mod memory;
mod order;
mod outputs;
mod protect;
mod refresh;
mod removal;
mod replace;
mod resume;
mod retry;
mod select;
mod update;
