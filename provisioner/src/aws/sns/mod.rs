//! Amazon SNS: topics, and who is told what is said to them.

pub mod subscription;
pub mod topic;
