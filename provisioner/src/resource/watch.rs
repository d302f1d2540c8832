//! How what is rolled out is watched, and what is seen of it.

use std::time::Duration;

/// What must hold of a new version while it is watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// For how long.
    pub time: Duration,
    /// What is asked for meanwhile.
    pub urls: Vec<String>,
    /// How many per cent of the answers may be 5xx.
    pub max_5xx_percent: f64,
    /// How long all answers but the slowest hundredth may take. `None`: as long as they like.
    pub max_p99: Option<Duration>,
}

/// What came to a service, and how it answered.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Traffic {
    /// How many requests.
    pub requests: u64,
    /// How many of them were answered with 5xx, or not at all.
    pub failed: u64,
    /// How long all but the slowest hundredth of the answers took, in the worst minute that had at
    /// least a hundred.
    pub p99: Option<Duration>,
}

impl Traffic {
    /// What came here and there.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            failed: self.failed + other.failed,
            p99: self.p99.max(other.p99),
        }
    }
}
