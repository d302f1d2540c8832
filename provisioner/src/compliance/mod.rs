//! Compliance: controls over what an environment is made of, before it is made and after.
//!
//! A [`control`] demands something of every object of a kind, and says for which criteria of SOC 2
//! that is evidence. The [`catalog`] reads the controls of `config/controls/`, the [`population`]
//! is what they look at, and [`assess`] puts the two together. Nothing here claims compliance: that
//! is for auditors to say.

pub mod assess;
mod canonical;
pub mod catalog;
pub mod conceal;
pub mod condition;
pub mod control;
pub mod criteria;
pub mod exception;
mod functions;
pub mod population;
