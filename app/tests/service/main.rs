//! The program as its users meet it: a process with a real PostgreSQL behind it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests")]

mod cars;
mod deploys;
mod http_rules;
mod list;
mod outage;
mod pressure;
mod secrets;
mod sight;
mod support;
