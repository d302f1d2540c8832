//! What each step does to the state. Pure: every function changes one entry and nothing else.

use serde_json::Value as Json;

use crate::address::Address;
use crate::definition::Declaration;
use crate::resource::Id;
use crate::state::{Deposed, Entry, State, Status};

/// A declared object as the state holds it.
pub(super) fn entry(declaration: &Declaration, inputs: Json, status: Status) -> Entry {
    Entry {
        kind: declaration.kind.name().to_owned(),
        inputs,
        tags: declaration.tags.clone(),
        depends_on: declaration.depends_on.clone(),
        protect: declaration.protect,
        retain: declaration.retain,
        status,
        deposed: Vec::new(),
    }
}

/// What an entry leaves behind when another object takes its address: what it had replaced, and
/// where it is `replaced` itself, its own object, whose id the state may not have known yet.
pub(super) fn left_behind(old: Entry, replaced: Option<&Id>) -> Vec<Deposed> {
    let mut left = old.deposed;
    if let Some(id) = replaced {
        left.push(Deposed {
            kind: old.kind,
            id: id.clone(),
            outputs: old.status.outputs().cloned().unwrap_or_default(),
            inputs: old.inputs,
            tags: old.tags,
            depends_on: old.depends_on,
        });
    }
    left
}

/// AWS clearly refused to make the object: what it should have replaced is in its place again. It
/// counts as half changed, because a change of it may have been under way when it was replaced.
pub(super) fn refused(state: &mut State, address: &Address) {
    let Some(entry) = state.entries.get_mut(address) else { return };
    let Some(old) = entry.deposed.pop() else {
        state.entries.remove(address);
        return;
    };
    entry.kind = old.kind;
    entry.inputs = old.inputs;
    entry.tags = old.tags;
    entry.depends_on = old.depends_on;
    entry.status = Status::Updating { id: old.id, outputs: old.outputs };
}

/// AWS made the object. One that it calls as a replaced one is that very object, changed.
pub(super) fn made(state: &mut State, address: &Address, id: &Id) {
    let Some(entry) = state.entries.get_mut(address) else { return };
    if let Status::Creating { id: unknown, .. } = &mut entry.status {
        *unknown = Some(id.clone());
    }
    let kind = &entry.kind;
    entry.deposed.retain(|old| old.kind != *kind || old.id != *id);
}

/// The object is about to be changed.
pub(super) fn begun(state: &mut State, address: &Address, id: &Id) {
    let Some(entry) = state.entries.get_mut(address) else { return };
    match &mut entry.status {
        Status::Creating { id: found, .. } => *found = Some(id.clone()),
        Status::Ready { outputs, .. } => {
            entry.status = Status::Updating { id: id.clone(), outputs: std::mem::take(outputs) };
        }
        _ => {}
    }
}

/// The object is as it should be.
pub(super) fn settled(state: &mut State, address: &Address, mut entry: Entry) {
    if let Some(old) = state.entries.remove(address) {
        entry.deposed = old.deposed;
    }
    state.entries.insert(address.clone(), entry);
}

/// AWS gave up on the object. One that was ready before keeps its status: it may hold data.
pub(super) fn failed(state: &mut State, address: &Address, id: &Id, reason: &str) {
    let Some(entry) = state.entries.get_mut(address) else { return };
    if matches!(entry.status, Status::Creating { .. }) {
        entry.status = Status::Failed { id: id.clone(), reason: reason.to_owned() };
    }
}

/// The object is about to be deleted.
pub(super) fn going(state: &mut State, address: &Address, id: &Id) {
    if let Some(entry) = state.entries.get_mut(address) {
        entry.status = Status::Deleting { id: id.clone() };
    }
}

/// The object is deleted, or known no more. What it had replaced stays known.
pub(super) fn gone(state: &mut State, address: &Address) {
    if let Some(entry) = state.entries.get_mut(address) {
        entry.status = Status::Gone;
    }
    drop_if_empty(state, address);
}

/// A replaced object is deleted.
pub(super) fn cleaned(state: &mut State, address: &Address, kind: &str, id: &Id) {
    if let Some(entry) = state.entries.get_mut(address) {
        entry.deposed.retain(|old| old.kind != kind || old.id != *id);
    }
    drop_if_empty(state, address);
}

fn drop_if_empty(state: &mut State, address: &Address) {
    let empty = |entry: &Entry| entry.status == Status::Gone && entry.deposed.is_empty();
    if state.entries.get(address).is_some_and(empty) {
        state.entries.remove(address);
    }
}
