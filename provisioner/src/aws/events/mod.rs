//! Amazon EventBridge: what happens, and who is told.

pub mod rule;
mod target;
