//! An AWS endpoint for this machine alone.
//!
//! A request passes through four layers, each of which knows only the next one's types:
//! [`gateway`] (which service, which operation, is it signed) → [`protocol`] (bytes to a typed
//! request, by the shapes in `models/`) → [`services`] (one plain function an operation) →
//! [`world`] (what exists). The way back is the same.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod call;
pub mod fault;
pub mod gateway;
pub mod services;
#[cfg(test)]
mod testing;
pub mod world;
