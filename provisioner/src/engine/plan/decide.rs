//! The small decisions of planning, each a function of what is declared and what is there.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Action, Plan, Refusal, Scope, Step, View};
use crate::address::Address;
use crate::definition::{Declaration, Program};
use crate::engine::diff::PropertyChange;
use crate::resource::{Id, Observed, Status as Condition, TagChange};
use crate::state::{Entry, State, Status};

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
        loss: None,
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
        // AWS has taken the deletion. While it has not, the object is as good as it was.
        (Status::Deleting { .. }, Condition::Working(_)) => {
            Some("its deletion was begun".to_owned())
        }
        (_, Condition::Failed(reason)) if never_worked(entry, Some(live)) => {
            Some(format!("AWS could not create it: {reason}"))
        }
        (_, Condition::Failed(reason)) => Some(format!("AWS gave up on it: {reason}")),
        _ => None,
    }
}

/// Whether the object was never ready, so that nothing is lost with it.
pub(super) fn never_worked(entry: &Entry, live: Option<&Observed>) -> bool {
    let failed = live.is_some_and(|live| matches!(live.status, Condition::Failed(_)));
    failed && matches!(entry.status, Status::Creating { .. } | Status::Failed { .. })
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

/// What replacements of earlier runs left behind. What is gone of it is forgotten.
pub(super) fn cleanups(plan: &mut Plan, view: &View<'_>, address: &Address, entry: &Entry) {
    let mut left = entry.deposed.clone();
    left.retain(|old| view.world.get(&old.kind, &old.id).is_some());
    for old in &left {
        let step = deletion(address, &old.kind, &old.id, Action::Cleanup);
        // While nothing has taken its place, it still is what is protected.
        let last = view.live(address, entry).is_none();
        refuse(plan, view.scope, &step, last && entry.protect, view.holds_data(&old.kind));
        plan.steps.push(step);
    }
    if left.len() < entry.deposed.len() {
        plan.bookkeeping.leave(address, entry, left);
    }
}

/// What is declared no more, but was used for objects that this plan leaves as they are, and what
/// that stands on in turn: it waits for a plan that changes them as well.
pub(super) fn used_beyond<'a>(
    program: &Program,
    state: &'a State,
    scope: &Scope,
) -> BTreeSet<&'a Address> {
    let mut users: Vec<&Entry> = state
        .entries
        .iter()
        .filter(|(address, _)| !scope.holds(address))
        .map(|(_, entry)| entry)
        .collect();
    let mut used = BTreeSet::new();
    while let Some(user) = users.pop() {
        for need in user.needs() {
            let undeclared = scope.holds(need) && !program.declarations.contains_key(need);
            let found = state.entries.get_key_value(need).filter(|_| undeclared);
            if let Some((address, entry)) = found
                && used.insert(address)
            {
                users.push(entry);
            }
        }
    }
    used
}

/// What becomes of an object that no YAML declares any more.
pub(super) fn undeclared(plan: &mut Plan, view: &View<'_>, address: &Address, entry: &Entry) {
    let Some((id, live)) = view.live(address, entry) else {
        let mut left = entry.deposed.clone();
        left.retain(|old| view.world.get(&old.kind, &old.id).is_some());
        let gone = Entry { status: Status::Gone, ..entry.clone() };
        return plan.bookkeeping.leave(address, &gone, left);
    };
    let action = if entry.retain { Action::Forget } else { Action::Delete };
    let step = deletion(address, &entry.kind, id, action);
    if action == Action::Delete {
        let worked = !never_worked(entry, Some(live));
        let holds_data = view.holds_data(&entry.kind);
        refuse(plan, view.scope, &step, entry.protect && worked, holds_data && worked);
    }
    plan.steps.push(step);
}

fn deletion(address: &Address, kind: &str, id: &Id, action: Action) -> Step {
    Step {
        address: address.clone(),
        kind: kind.to_owned(),
        action,
        id: Some(id.clone()),
        changes: Vec::new(),
        tags: TagChange::default(),
        reason: None,
        loss: None,
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
