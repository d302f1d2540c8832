//! Shipping: what is built on this machine and brought to AWS.

pub mod build;
pub mod content;
pub mod image;
pub mod layer;
pub mod layout;
pub mod migrations;
pub mod registry;
pub mod sbom;
pub mod source;
