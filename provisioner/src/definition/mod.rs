//! Text to declarations: what an environment's YAML says, checked as far as it can be without AWS.
//!
//! `load` (text to values with spans) → `expand` (`for_each`, `when`, components) → `resolve`
//! (references bound, properties checked against the kinds' schemas) → [`Program`].

pub mod component;
pub mod environment;
pub mod interpolate;
pub mod program;

pub use environment::{Endpoint, Environment, StateLocation};
pub use program::{Declaration, Program};
