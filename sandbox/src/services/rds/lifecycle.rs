//! What an object is doing, and until when.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The status of a cluster, instance, snapshot or proxy, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Nothing is under way.
    Available,
    /// It is being made.
    Creating,
    /// A change is being applied.
    Modifying,
    /// An instance restarts.
    Rebooting,
    /// The engine gets another version.
    Upgrading,
    /// A manual snapshot is being taken.
    BackingUp,
    /// It is going away.
    Deleting,
    /// It could not be made.
    Failed,
}

impl Phase {
    /// AWS's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Creating => "creating",
            Self::Modifying => "modifying",
            Self::Rebooting => "rebooting",
            Self::Upgrading => "upgrading",
            Self::BackingUp => "backing-up",
            Self::Deleting => "deleting",
            Self::Failed => "failed",
        }
    }
}

/// A phase and the moment when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    phase: Phase,
    until: Option<Timestamp>,
    /// Whether something that really happens has to come to its end as well.
    #[serde(default)]
    awaits: bool,
}

impl Lifecycle {
    /// Under way until a moment.
    pub fn under_way(phase: Phase, until: Timestamp) -> Self {
        Self { phase, until: Some(until), awaits: false }
    }

    /// Is not over before [`Self::arrive`] says so, either: for what really runs.
    pub fn awaiting(self, awaits: bool) -> Self {
        Self { awaits, ..self }
    }

    /// Whether something that really happens is waited for.
    pub fn is_awaited(self) -> bool {
        self.awaits
    }

    /// What was waited for is there: only time is left to pass.
    pub fn arrive(&mut self) {
        self.awaits = false;
    }

    /// What was waited for will not come.
    pub fn fail(&mut self) {
        *self = Self { phase: Phase::Failed, until: None, awaits: false };
    }

    /// What it is doing.
    pub fn phase(self) -> Phase {
        self.phase
    }

    /// When that is over; `None` while nothing is under way.
    pub fn until(self) -> Option<Timestamp> {
        self.until
    }

    /// Whether nothing is under way.
    pub fn is_available(self) -> bool {
        self.phase == Phase::Available
    }

    /// Whether it is going away.
    pub fn is_deleting(self) -> bool {
        self.phase == Phase::Deleting
    }

    /// Whether its deletion is over by `now`.
    pub fn is_gone(self, now: Timestamp) -> bool {
        self.is_deleting() && self.is_due(now)
    }

    /// Ends what is due by `now`, except a deletion: whoever holds the object removes it.
    pub fn settle(&mut self, now: Timestamp) {
        if !self.is_deleting() && self.is_due(now) {
            *self = Self { phase: Phase::Available, until: None, awaits: false };
        }
    }

    fn is_due(self, now: Timestamp) -> bool {
        !self.awaits && self.until.is_some_and(|until| until <= now)
    }
}

/// How long AWS takes, as a rule.
pub(super) mod typical {
    use super::Duration;

    pub(in super::super) const CLUSTER_CREATION: Duration = Duration::from_secs(60);
    pub(in super::super) const CLUSTER_RESTORE: Duration = Duration::from_secs(180);
    pub(in super::super) const CLUSTER_CHANGE: Duration = Duration::from_secs(45);
    pub(in super::super) const CLUSTER_DELETION: Duration = Duration::from_secs(60);
    pub(in super::super) const ENGINE_UPGRADE: Duration = Duration::from_secs(600);
    pub(in super::super) const INSTANCE_CREATION: Duration = Duration::from_secs(300);
    pub(in super::super) const INSTANCE_CHANGE: Duration = Duration::from_secs(60);
    pub(in super::super) const INSTANCE_RESIZE: Duration = Duration::from_secs(420);
    pub(in super::super) const INSTANCE_REBOOT: Duration = Duration::from_secs(60);
    pub(in super::super) const INSTANCE_DELETION: Duration = Duration::from_secs(240);
    pub(in super::super) const SNAPSHOT: Duration = Duration::from_secs(90);
    pub(in super::super) const PROXY_CREATION: Duration = Duration::from_secs(120);
    pub(in super::super) const PROXY_CHANGE: Duration = Duration::from_secs(30);
    pub(in super::super) const PROXY_DELETION: Duration = Duration::from_secs(60);
    pub(in super::super) const TARGET_REGISTRATION: Duration = Duration::from_secs(30);
}
