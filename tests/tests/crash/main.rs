//! Nothing is ever lost: a run is killed at every single call to AWS, once before the call is
//! carried out and once after, and the next run finds what the dead one made. Where a service or a
//! site is changed or deleted, it is at every seventh of these: all of them take minutes.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod infrastructure;
mod service;
mod site;
mod story;
