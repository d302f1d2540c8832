//! An AWS endpoint for this machine alone.
//!
//! [`Sandbox::start`] runs one inside this process; [`client::Handle`] finds one that runs
//! elsewhere.
//!
//! A request passes through four layers, each of which knows only the next one's types:
//! [`gateway`] (which service, which operation, is it signed) → [`protocol`] (bytes to a typed
//! request, by the shapes in `models/`) → [`services`] (one plain function an operation) →
//! [`world`] (what exists). The way back is the same.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod call;
pub mod client;
pub mod edge;
pub mod fault;
pub mod gateway;
pub mod meter;
pub mod protocol;
mod runtime;
pub mod sandbox;
pub mod services;
pub mod store;
#[cfg(test)]
mod testing;
pub mod world;

pub use client::Handle;
pub use runtime::NotInstalled;
pub use sandbox::{Calls, Error, Options, Sandbox};
