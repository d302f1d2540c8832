//! The program as a person or a script meets it: every command through the binary, what it says
//! and how it ends.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that can't go on has failed")]

mod audit;
mod check;
mod completions;
mod definition;
mod down;
mod drift;
mod failure;
mod graph;
mod help;
mod import;
mod json;
mod lock;
mod logs;
mod outputs;
mod plan;
mod project;
mod recover;
mod sandbox;
mod schema;
mod ship;
mod site;
mod state;
mod status;
mod terminal;
mod up;
