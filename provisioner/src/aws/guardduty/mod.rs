//! Amazon GuardDuty: who behaves like an intruder.

pub mod detector;
