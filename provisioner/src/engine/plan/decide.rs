//! The small decisions of planning, each a function of what is declared and what is there.

use serde_json::Value as Json;

use super::{Action, Plan, Refusal, Scope, Step};
use crate::address::Address;
use crate::definition::Declaration;
use crate::engine::diff::PropertyChange;
use crate::engine::refresh::World;
use crate::resource::{Id, Kinds, Observed, Status as Condition, TagChange};
use crate::state::{Entry, Status};

/// A creation shows every property that the YAML gives.
pub(super) fn create(declaration: &Declaration, wanted: &Json, reason: Option<String>) -> Step {
    let properties = wanted.as_object().into_iter().flatten();
    let changes = properties.map(|(name, value)| PropertyChange {
        path: name.clone(),
        before: Json::Null,
        after: value.clone(),
        replaces: false,
    });
    Step {
        address: declaration.address.clone(),
        kind: declaration.kind.name().to_owned(),
        action: Action::Create,
        id: None,
        changes: changes.collect(),
        tags: TagChange { set: declaration.tags.clone(), remove: Vec::new() },
        reason,
    }
}

/// Why an object must be replaced although no immutable property differs.
pub(super) fn reason_to_replace(
    declaration: &Declaration,
    entry: &Entry,
    live: &Observed,
) -> Option<String> {
    if entry.kind != declaration.kind.name() {
        return Some(format!("its type was {}", entry.kind));
    }
    match (&entry.status, &live.status) {
        (Status::Deleting { .. }, _) => Some("its deletion was begun".to_owned()),
        (_, Condition::Failed(reason)) | (Status::Failed { reason, .. }, _) => {
            Some(format!("AWS could not create it: {reason}"))
        }
        _ => None,
    }
}

/// What the state should hold of an object that is as it should be.
pub(super) fn settled(
    declaration: &Declaration,
    wanted: &Json,
    entry: &Entry,
    id: &Id,
    live: &Observed,
) -> Entry {
    Entry {
        kind: entry.kind.clone(),
        inputs: wanted.clone(),
        tags: declaration.tags.clone(),
        depends_on: declaration.depends_on.clone(),
        protect: declaration.protect,
        retain: declaration.retain,
        status: Status::Ready { id: id.clone(), outputs: live.outputs.clone() },
        deposed: entry.deposed.clone(),
    }
}

/// What replacements of earlier runs left behind.
pub(super) fn cleanups(plan: &mut Plan, world: &World, address: &Address, entry: &Entry) {
    for deposed in &entry.deposed {
        if world.get(&entry.kind, &deposed.id).is_some() {
            plan.steps.push(deletion(address, entry, &deposed.id, Action::Cleanup));
        }
    }
}

/// What becomes of an object that no YAML declares any more.
pub(super) fn undeclared(
    plan: &mut Plan,
    kinds: &Kinds,
    world: &World,
    scope: &Scope,
    (address, entry): (&Address, &Entry),
) {
    let id = entry.status.id().or_else(|| world.found.get(address));
    let Some(id) = id.filter(|id| world.get(&entry.kind, id).is_some()) else {
        plan.bookkeeping.vanished.insert(address.clone());
        return;
    };
    let action = if entry.retain { Action::Forget } else { Action::Delete };
    let step = deletion(address, entry, id, action);
    if action == Action::Delete {
        let failed = matches!(entry.status, Status::Failed { .. });
        let holds_data = kinds.get(&entry.kind).is_some_and(|kind| kind.traits().holds_data);
        refuse(plan, scope, &step, entry.protect && !failed, holds_data && !failed);
    }
    plan.steps.push(step);
}

fn deletion(address: &Address, entry: &Entry, id: &Id, action: Action) -> Step {
    Step {
        address: address.clone(),
        kind: entry.kind.clone(),
        action,
        id: Some(id.clone()),
        changes: Vec::new(),
        tags: TagChange::default(),
        reason: None,
    }
}

/// Notes why a deletion may not be carried out.
pub(super) fn refuse(plan: &mut Plan, scope: &Scope, step: &Step, protect: bool, holds_data: bool) {
    let (address, action) = (step.address.clone(), step.action);
    if protect {
        plan.refusals.push(Refusal::Protected { address, action });
    } else if holds_data && !scope.consent.contains(&address) {
        plan.refusals.push(Refusal::NeedsConsent { address, action });
    }
}
