//! What a service and a deployment of it are, in AWS's words.

use serde::{Deserialize, Serialize};

/// What a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It is there, even if its first deployment has failed.
    Active,
    /// It is being deleted.
    Draining,
    /// It is gone; it is still described for a while.
    Inactive,
}

impl Status {
    /// AWS's word.
    pub(in super::super) fn word(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Draining => "DRAINING",
            Self::Inactive => "INACTIVE",
        }
    }
}

/// What has become of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// It goes on.
    InProgress,
    /// It came to its end.
    Successful,
    /// Another one began before, or the service is deleted.
    Stopped,
    /// Its tasks did not become healthy, and those before go on.
    RollbackSuccessful,
    /// Its tasks did not become healthy, and there were none before.
    RollbackFailed,
}

impl Outcome {
    /// As `DescribeServices` has it.
    pub(in super::super) fn rollout_state(self) -> &'static str {
        match self {
            Self::InProgress => "IN_PROGRESS",
            Self::Successful => "COMPLETED",
            Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed => "FAILED",
        }
    }
}
