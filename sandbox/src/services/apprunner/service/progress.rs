//! What is being done to a service, until when, and what has been done.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An operation on a service, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// It is made.
    CreateService,
    /// It gets another configuration.
    UpdateService,
    /// What its tag means now is deployed.
    StartDeployment,
    /// Its instances go.
    PauseService,
    /// They come back.
    ResumeService,
    /// It goes away.
    DeleteService,
}

impl Kind {
    /// How long AWS takes, as a rule.
    pub(super) fn typical(self) -> Duration {
        Duration::from_secs(match self {
            Self::CreateService => 180,
            Self::UpdateService => 150,
            Self::StartDeployment => 120,
            Self::ResumeService => 90,
            Self::PauseService | Self::DeleteService => 60,
        })
    }

    /// What the log says when it begins.
    pub(super) fn beginning(self) -> &'static str {
        match self {
            Self::CreateService => "Service creation started.",
            Self::UpdateService => "Service update started.",
            Self::StartDeployment => "Deployment started.",
            Self::PauseService => "Service pause started.",
            Self::ResumeService => "Service resume started.",
            Self::DeleteService => "Service deletion started.",
        }
    }

    /// What the log says when it has succeeded.
    pub(super) fn success(self) -> &'static str {
        match self {
            Self::CreateService => "Service creation completed successfully.",
            Self::UpdateService => "Service update completed successfully.",
            Self::StartDeployment => "Deployment completed successfully.",
            Self::PauseService => "Service pause completed successfully.",
            Self::ResumeService => "Service resume completed successfully.",
            Self::DeleteService => "Service deletion completed successfully.",
        }
    }
}

/// What has become of an operation, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Outcome {
    /// It goes on.
    InProgress,
    /// It did not succeed, and nothing is as before.
    Failed,
    /// It did.
    Succeeded,
    /// It did not, and everything is as before.
    RollbackSucceeded,
}

/// One operation of a service's history.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Operation {
    /// A UUID.
    pub id: String,
    /// What was to be done.
    #[serde(rename = "Type")]
    pub kind: Kind,
    /// What has become of it.
    pub status: Outcome,
    /// The service.
    pub target_arn: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// When it last got further.
    pub updated_at: Timestamp,
}

/// What is being done now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Progress {
    pub kind: Kind,
    pub until: Timestamp,
    /// Whether something that really happens has to come to its end as well.
    pub awaits: bool,
    /// Why it will not succeed.
    pub failure: Option<String>,
}

impl Progress {
    /// Whether it is over by `now`.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        !self.awaits && self.until <= now
    }
}
