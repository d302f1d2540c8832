//! AWS CloudTrail: who asked AWS for what.

mod selector;

pub mod trail;
