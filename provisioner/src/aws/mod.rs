//! The kinds of AWS objects: one folder a service, one file a kind.

mod budget;
mod client;
mod error;
mod meter;

pub mod ec2;

pub use client::{Clients, ConnectError, Connection, Credentials};
pub use error::Error;
pub use meter::{Calls, Meter};

use crate::resource::Kinds;

/// What every call of a kind is given.
#[derive(Debug, Clone)]
pub struct Context {
    /// One SDK client for each service, made on first use.
    pub clients: Clients,
    /// The account that is converged, twelve digits.
    pub account: String,
    /// Its region.
    pub region: String,
}

/// Every kind that YAML may name.
pub fn kinds() -> Kinds {
    Kinds::default().with_resource::<ec2::vpc::Vpc>()
}
