//! Amazon Simple Storage Service.

pub mod bucket;
pub mod bucket_policy;
pub mod content;
