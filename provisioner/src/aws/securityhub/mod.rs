//! AWS Security Hub (CSPM): what an account is held to, and what was found.

pub mod hub;
pub mod standard;
