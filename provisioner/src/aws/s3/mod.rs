//! Amazon Simple Storage Service.

pub mod account_public_access_block;
pub mod bucket;
pub mod bucket_policy;
pub mod content;
