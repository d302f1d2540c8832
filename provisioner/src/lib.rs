//! Converges one environment on AWS to what its YAML says.
//!
//! Data flows one way, and the modules stand in that order: [`definition`] (text to declarations)
//! → [`resource`] (what a kind of object is) → [`state`] (what was made) → [`engine`] (refresh,
//! diff, plan, execute) → [`ship`] (what is built here) → [`aws`] (the kinds) and [`components`]
//! (what expands to them) → [`compliance`] (what is demanded of all that) → [`audit`] (what is shown
//! to auditors) → [`view`] (what a person sees) → [`cli`].

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod address;
pub mod audit;
pub mod aws;
pub mod cli;
pub mod compliance;
pub mod components;
pub mod definition;
pub mod engine;
pub mod resource;
pub mod ship;
pub mod state;
pub mod unknown;
pub mod value;
pub mod view;
