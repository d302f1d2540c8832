//! What exists: secrets by name, their versions, and the labels that stage those.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::rotation::Rotation;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// The label of the version that is given when a request names none.
pub(super) const CURRENT: &str = "AWSCURRENT";
/// The label of the version that was current before.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";
/// Versions without a label go when there are more than this many.
const MAX_VERSIONS: usize = 100;

/// The secrets of one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) secrets: BTreeMap<String, Secret>,
}

/// A secret with all its versions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Secret {
    pub arn: String,
    pub name: String,
    pub description: Option<String>,
    pub kms_key_id: Option<String>,
    pub kind: Option<String>,
    pub owning_service: Option<String>,
    pub tags: Tags,
    pub versions: IndexMap<String, Version>,
    pub policy: Option<String>,
    pub rotation: Rotation,
    pub created: Timestamp,
    pub changed: Timestamp,
    pub accessed: Option<Timestamp>,
    pub deletion: Option<Timestamp>,
}

/// One value of a secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Version {
    pub value: SecretValue,
    pub stages: BTreeSet<String>,
    pub created: Timestamp,
    pub accessed: Option<Timestamp>,
}

/// Text, or bytes in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SecretValue {
    Text(String),
    Binary(String),
}

impl State {
    /// Lets go of the secrets whose recovery window has passed.
    pub fn settle(&mut self, now: Timestamp) {
        self.secrets.retain(|_, secret| secret.deletion.is_none_or(|due| due > now));
    }

    /// The secret of this name, ARN, or ARN without its last six characters.
    pub(super) fn find(&self, id: &str) -> Result<&Secret, Fault> {
        let name = self.name(id).ok_or_else(errors::not_found)?;
        self.secrets.get(name).ok_or_else(errors::not_found)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Result<&mut Secret, Fault> {
        let name = self.name(id).ok_or_else(errors::not_found)?.to_owned();
        self.secrets.get_mut(&name).ok_or_else(errors::not_found)
    }

    /// A secret that is not scheduled for deletion.
    pub(super) fn live(&self, id: &str) -> Result<&Secret, Fault> {
        let secret = self.find(id)?;
        secret.refuse_if_deleted().map(|()| secret)
    }

    /// A secret that is not scheduled for deletion, to be changed.
    pub(super) fn live_mut(&mut self, id: &str) -> Result<&mut Secret, Fault> {
        let secret = self.find_mut(id)?;
        secret.refuse_if_deleted().map(|()| secret)
    }

    fn name<'a>(&'a self, id: &'a str) -> Option<&'a str> {
        if !id.starts_with("arn:") {
            return Some(id);
        }
        let of_arn = |secret: &&Secret| secret.arn == id || secret.arn_without_suffix() == id;
        self.secrets.values().find(of_arn).map(|secret| secret.name.as_str())
    }
}

impl Secret {
    fn refuse_if_deleted(&self) -> Result<(), Fault> {
        if self.deletion.is_some() { Err(errors::marked_for_deletion()) } else { Ok(()) }
    }

    /// Refuses what only the owning service may do.
    pub(super) fn refuse_if_managed(&self) -> Result<(), Fault> {
        match &self.owning_service {
            Some(service) => Err(errors::managed(service)),
            None => Ok(()),
        }
    }

    fn arn_without_suffix(&self) -> &str {
        self.arn.rsplit_once('-').map_or(&self.arn, |(arn, _)| arn)
    }

    /// Schedules the deletion for the end of the recovery window.
    pub(super) fn delete_after(&mut self, now: Timestamp, window: Duration) -> Timestamp {
        let due = now.checked_add(window).unwrap_or(Timestamp::MAX);
        self.deletion = Some(due);
        due
    }

    /// The version under a label.
    pub(super) fn staged(&self, stage: &str) -> Option<&str> {
        self.versions
            .iter()
            .find(|(_, version)| version.stages.contains(stage))
            .map(|(id, _)| id.as_str())
    }

    /// Adds a version under the labels. A first version is always the current one.
    ///
    /// The same value under the same id is the same version; another value is refused.
    pub(super) fn put(
        &mut self,
        id: &str,
        value: SecretValue,
        stages: &[String],
        now: Timestamp,
    ) -> Result<(), Fault> {
        if let Some(version) = self.versions.get(id) {
            if version.value != value {
                return Err(errors::token_in_use(id, &self.arn));
            }
        } else {
            let version = Version { value, stages: BTreeSet::new(), created: now, accessed: None };
            self.versions.insert(id.to_owned(), version);
        }
        for stage in stages {
            self.stage(id, stage);
        }
        if self.staged(CURRENT).is_none() {
            self.stage(id, CURRENT);
        }
        self.changed = now;
        self.forget_surplus();
        Ok(())
    }

    /// Moves a label to a version. What was current becomes the previous one.
    pub(super) fn stage(&mut self, id: &str, stage: &str) {
        let holder = self.staged(stage).map(str::to_owned);
        if holder.as_deref() == Some(id) {
            return;
        }
        self.unstage(stage);
        if let Some(version) = self.versions.get_mut(id) {
            version.stages.insert(stage.to_owned());
        }
        if let (CURRENT, Some(former)) = (stage, holder) {
            self.stage(&former, PREVIOUS);
        }
    }

    /// Takes a label off whatever version carries it.
    pub(super) fn unstage(&mut self, stage: &str) {
        for version in self.versions.values_mut() {
            version.stages.remove(stage);
        }
    }

    fn forget_surplus(&mut self) {
        let mut surplus = self.versions.len().saturating_sub(MAX_VERSIONS);
        self.versions.retain(|_, version| {
            let forgotten = surplus > 0 && version.stages.is_empty();
            surplus -= usize::from(forgotten);
            !forgotten
        });
    }

    /// The versions that carry a label, with their labels.
    pub(super) fn stages(&self) -> Option<BTreeMap<String, Vec<String>>> {
        let staged = self.versions.iter().filter(|(_, version)| !version.stages.is_empty());
        let stages: BTreeMap<_, Vec<_>> = staged
            .map(|(id, version)| (id.clone(), version.stages.iter().cloned().collect()))
            .collect();
        (!stages.is_empty()).then_some(stages)
    }
}

impl SecretValue {
    /// The value in a request: either member, or none, but not both.
    pub(super) fn of(text: Option<String>, binary: Option<String>) -> Result<Option<Self>, Fault> {
        let value = match (text, binary) {
            (Some(_), Some(_)) => {
                return Err(errors::invalid_parameter(
                    "You can't specify both a binary secret value and a string secret value in \
                     the same secret.",
                ));
            }
            (Some(text), None) => Self::Text(text),
            (None, Some(binary)) => Self::Binary(binary),
            (None, None) => return Ok(None),
        };
        if value.bytes() > 65_536 {
            return Err(errors::invalid_parameter(
                "The secret value must be at most 65536 bytes long.",
            ));
        }
        Ok(Some(value))
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(base64) => base64.trim_end_matches('=').len() * 3 / 4,
        }
    }

    /// The two members of a response, of which one is there.
    pub(super) fn members(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Text(text) => (Some(text.clone()), None),
            Self::Binary(binary) => (None, Some(binary.clone())),
        }
    }
}
