//! What users of other tools suffer from, and what happens here instead: one file a pain.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests")]

mod bulk;
mod cdn;
mod consent;
mod credentials;
mod database;
mod drift;
mod every_kind;
mod plan_file;
mod registry;
mod secret;
mod security_group;
mod service;
mod stack;
