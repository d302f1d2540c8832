//! The codecs against AWS's own protocol tests, and against nonsense.

mod conformance;
mod nonsense;
mod refusals;
