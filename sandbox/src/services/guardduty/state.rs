//! What exists: at most one detector a region.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::feature::Features;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// GuardDuty in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) detector: Option<Detector>,
}

/// A detector.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Detector {
    pub id: String,
    pub arn: String,
    pub is_enabled: bool,
    pub created: Timestamp,
    pub updated: Timestamp,
    /// How often repeated findings are published.
    pub frequency: String,
    pub features: Features,
    pub tags: Tags,
    pub token: Option<String>,
}

impl State {
    /// Whether there is a detector that is switched on.
    pub fn is_enabled(&self) -> bool {
        self.detector.as_ref().is_some_and(|detector| detector.is_enabled)
    }

    /// Whether the detector is on, and with it a protection plan, e.g. `S3_DATA_EVENTS`.
    pub fn protects(&self, plan: &str) -> bool {
        let detector = self.detector.as_ref().filter(|detector| detector.is_enabled);
        detector.is_some_and(|detector| detector.features.is_enabled(plan))
    }

    pub(super) fn find(&mut self, id: &str) -> Result<&mut Detector, Fault> {
        let detector = self.detector.as_mut().filter(|detector| detector.id == id);
        detector.ok_or_else(errors::detector_not_found)
    }
}
