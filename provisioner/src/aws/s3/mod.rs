//! Amazon Simple Storage Service.

pub mod content;
