//! Amazon CloudWatch Logs.

pub mod log_group;
mod tail;

pub(super) use tail::last_lines;
