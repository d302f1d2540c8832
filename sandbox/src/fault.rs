//! The error that an operation answers with, before any protocol gives it a wire form.

use std::fmt;

/// An AWS error: the code and message that a client sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code as the service's model or documentation spells it, e.g. `InvalidVpcID.NotFound`.
    pub code: String,
    /// A sentence in AWS's own words where AWS documents them.
    pub message: String,
    /// The HTTP status. 4xx is the sender's fault, 5xx the service's.
    pub status: u16,
}

impl Fault {
    /// A fault of the sender (HTTP 400).
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400 }
    }

    /// The same fault with another HTTP status; query services answer 404 or 409 for some codes.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// What the sandbox answers when an operation is in the model but not built.
    pub fn not_implemented(service: &str, operation: &str) -> Self {
        Self::new(
            "NotImplemented",
            format!("The sandbox does not implement {service}:{operation}."),
        )
        .with_status(501)
    }

    /// What the sandbox answers to a request for a service that it does not have.
    pub fn no_service(service: &str) -> Self {
        let message = format!("The sandbox does not implement the service {service}.");
        Self::new("NotImplemented", message).with_status(501)
    }

    /// A fault of the service itself (HTTP 500): a broken promise inside the sandbox.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new("InternalFailure", message).with_status(500)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Fault {}
