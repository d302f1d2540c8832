//! The state: kept in a folder or in S3, refused where it can't be trusted, brought back where it
//! was lost, and operated on by hand.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod bucket;
mod crash;
mod refusal;
mod surgery;
mod unreachable;
mod writers;
