//! What exists: at most one recorder and one channel a region, as AWS lets customers have.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::channel::Channel;
use super::errors;
use super::recorder::Recorder;
use crate::fault::Fault;

/// AWS Config in one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) recorder: Option<Recorder>,
    pub(super) channel: Option<Channel>,
    #[serde(flatten)]
    pub(super) course: Course,
}

/// Whether the recorder records.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Course {
    pub is_recording: bool,
    pub started: Option<Timestamp>,
    pub stopped: Option<Timestamp>,
}

impl State {
    /// Whether configurations are recorded, of whatever kinds.
    pub fn is_recording(&self) -> bool {
        self.course.is_recording
    }

    /// The recorder, if that is its name.
    pub(super) fn recorder(&self, name: &str) -> Result<&Recorder, Fault> {
        let recorder = self.recorder.as_ref().filter(|recorder| recorder.name == name);
        recorder.ok_or_else(|| errors::recorder_not_found(name))
    }

    /// The channel, if that is its name.
    pub(super) fn channel(&self, name: &str) -> Result<&Channel, Fault> {
        let channel = self.channel.as_ref().filter(|channel| channel.name == name);
        channel.ok_or_else(|| errors::channel_not_found(name))
    }
}
