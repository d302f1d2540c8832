//! The state in memory. Its form on disk is in `document`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::Releases;
use crate::address::Address;
use crate::resource::{Id, Tags};

/// What one environment holds on AWS, as far as its runs know.
///
/// 1. An object that exists, or may exist because a call that makes it may have left, has an entry.
/// 2. No two of its objects, replaced ones included, have the same kind and id.
/// 3. `serial` grows with every write, within one `lineage`.
/// 4. No secret value stands in it.
/// 5. An entry whose status is [`Status::Gone`] holds replaced objects.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The environment's name.
    pub environment: String,
    /// Made once, when the environment is first written; another lineage is another environment.
    pub lineage: String,
    /// How often it was written.
    pub serial: u64,
    /// The objects.
    pub entries: BTreeMap<Address, Entry>,
    /// The stacks' outputs after the last run.
    pub outputs: BTreeMap<String, BTreeMap<String, Json>>,
    /// What was shipped.
    pub releases: Releases,
}

/// One object.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its kind.
    pub kind: String,
    /// Its properties as last applied, or as about to be.
    pub inputs: Json,
    /// The user's tags as last applied.
    pub tags: Tags,
    /// What it needed when it was last applied.
    pub depends_on: BTreeSet<Address>,
    /// Whether to refuse its deletion.
    pub protect: bool,
    /// Whether to leave it on AWS when it is taken out of the YAML.
    pub retain: bool,
    /// How far it is.
    pub status: Status,
    /// What a replacement left behind and has yet to delete.
    pub deposed: Vec<Deposed>,
}

/// How far an object is.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// A creation was about to be asked for, or was.
    Creating {
        /// The creation's idempotency token.
        token: String,
        /// Its id, once AWS gave it.
        id: Option<Id>,
    },
    /// It is as `inputs` say.
    Ready {
        /// Its id.
        id: Id,
        /// Its outputs.
        outputs: Json,
    },
    /// A change was asked for, and perhaps not finished.
    Updating {
        /// Its id.
        id: Id,
        /// Its outputs before.
        outputs: Json,
    },
    /// A deletion was asked for, and perhaps not finished.
    Deleting {
        /// Its id.
        id: Id,
    },
    /// AWS gave up on its creation; it can only be replaced.
    Failed {
        /// Its id.
        id: Id,
        /// AWS's reason.
        reason: String,
    },
    /// Nothing stands here; only what replacements left behind has yet to be deleted.
    Gone,
}

/// An object that was replaced by another and is still there.
#[derive(Debug, Clone, PartialEq)]
pub struct Deposed {
    /// Its kind: the one that replaces it may be of another.
    pub kind: String,
    /// Its id.
    pub id: Id,
    /// Its properties as last applied.
    pub inputs: Json,
    /// Its outputs.
    pub outputs: Json,
    /// The user's tags as last applied.
    pub tags: Tags,
    /// What it needed when it was last applied.
    pub depends_on: BTreeSet<Address>,
}

impl State {
    /// The state of an environment that was never written.
    pub fn new(environment: &str) -> Self {
        Self {
            environment: environment.to_owned(),
            lineage: uuid::Uuid::new_v4().to_string(),
            serial: 0,
            entries: BTreeMap::new(),
            outputs: BTreeMap::new(),
            releases: Releases::default(),
        }
    }

    /// Gives an entry another address, wherever it is named. `false` when there is no such entry,
    /// or the new address is taken.
    pub fn rename(&mut self, from: &Address, to: &Address) -> bool {
        if self.entries.contains_key(to) {
            return false;
        }
        let Some(entry) = self.entries.remove(from) else { return false };
        self.entries.insert(to.clone(), entry);
        for entry in self.entries.values_mut() {
            let old = entry.deposed.iter_mut().map(|old| &mut old.depends_on);
            for needs in old.chain([&mut entry.depends_on]) {
                if needs.remove(from) {
                    needs.insert(to.clone());
                }
            }
        }
        true
    }

    /// The outputs of a ready object.
    pub fn outputs_of(&self, address: &Address) -> Option<&Json> {
        self.entries.get(address)?.status.outputs()
    }
}

impl Entry {
    /// The kind and id of every object of the entry, the replaced ones included.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &Id)> {
        let own = self.status.id().map(|id| (self.kind.as_str(), id));
        own.into_iter().chain(self.deposed.iter().map(|old| (old.kind.as_str(), &old.id)))
    }

    /// What any of its objects needed when it was last applied.
    pub fn needs(&self) -> impl Iterator<Item = &Address> {
        self.depends_on.iter().chain(self.deposed.iter().flat_map(|old| &old.depends_on))
    }
}

impl Status {
    /// The object's id, once known.
    pub fn id(&self) -> Option<&Id> {
        match self {
            Self::Creating { id, .. } => id.as_ref(),
            Self::Ready { id, .. }
            | Self::Updating { id, .. }
            | Self::Deleting { id }
            | Self::Failed { id, .. } => Some(id),
            Self::Gone => None,
        }
    }

    /// The object's outputs, where it has been ready.
    pub fn outputs(&self) -> Option<&Json> {
        match self {
            Self::Ready { outputs, .. } | Self::Updating { outputs, .. } => Some(outputs),
            _ => None,
        }
    }

    /// One word for a person.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Creating { .. } => "creating",
            Self::Ready { .. } => "ready",
            Self::Updating { .. } => "updating",
            Self::Deleting { .. } => "deleting",
            Self::Failed { .. } => "failed",
            Self::Gone => "gone",
        }
    }
}
