//! The car inventory: an HTTP API on PostgreSQL that survives its database.
//!
//! A request passes through [`http`] (limits, authentication, conditional requests, problem
//! details), then [`cars`] (what a car is and what may be done with one), then [`database`] (a
//! bounded number of connections, shed load, retries). [`telemetry`] watches all three.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod cars;
pub mod cli;
pub mod config;
pub mod database;
mod explain;
pub mod health;
pub mod http;
pub mod serve;
pub mod telemetry;

pub use explain::explain;
