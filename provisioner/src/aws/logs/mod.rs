//! Amazon CloudWatch Logs.

mod event;
pub mod log_group;
mod merge;
pub mod metric_filter;
mod origin;
mod search;
mod tail;

pub use event::Event;
pub use origin::groups_of;
pub use tail::{Missing, Tail};

pub(super) use tail::last_lines;
