//! What somebody changed by hand: the difference between what was last applied and what is there.

use serde::Serialize;

use super::diff::{self, PropertyChange};
use super::refresh::World;
use crate::address::Address;
use crate::resource::{Id, Kinds, TagChange};
use crate::state::{State, Status};

/// An object that is not as it was left.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drift {
    /// The object.
    pub address: Address,
    /// Its kind.
    pub kind: String,
    /// Its id.
    pub id: Id,
    /// Whether it is gone.
    pub gone: bool,
    /// Its properties that differ: `before` is what was applied, `after` what is there.
    pub changes: Vec<PropertyChange>,
    /// What would bring its tags back.
    pub tags: TagChange,
}

/// Every object that is not as it was left, in the order of names.
pub fn drift(state: &State, kinds: &Kinds, world: &World) -> Vec<Drift> {
    let mut drifted = Vec::new();
    for (address, entry) in &state.entries {
        let (Status::Ready { id, .. }, Some(kind)) = (&entry.status, kinds.get(&entry.kind)) else {
            continue;
        };
        let mut drift = Drift {
            address: address.clone(),
            kind: entry.kind.clone(),
            id: id.clone(),
            gone: false,
            changes: Vec::new(),
            tags: TagChange::default(),
        };
        match world.get(&entry.kind, id) {
            None => drift.gone = true,
            Some(live) => {
                let (inputs, traits) = (&entry.inputs, kind.traits());
                let wanted = diff::properties(inputs, &live.properties, Some(inputs), traits);
                drift.changes = wanted.into_iter().map(turned).collect();
                drift.tags = diff::tags(&entry.tags, live.tags.as_ref(), &entry.tags, traits);
            }
        }
        if drift.gone || !drift.changes.is_empty() || !drift.tags.is_empty() {
            drifted.push(drift);
        }
    }
    drifted
}

/// Drift is told forwards in time: what was applied, then what is there.
fn turned(change: PropertyChange) -> PropertyChange {
    PropertyChange { before: change.after, after: change.before, ..change }
}
