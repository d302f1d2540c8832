//! What a person sees, and the same for machines.

pub mod diagnostic;
