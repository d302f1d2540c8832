//! What exists.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The service's objects in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {}

impl State {
    /// Brings what is due by `now` to its end.
    pub fn settle(
        &mut self,
        _now: Timestamp,
        _ec2: &mut crate::services::ec2::State,
        _secrets: &mut crate::services::secretsmanager::State,
    ) {
    }
}
