//! One declaration after another, each compared with what is there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::{Action, Plan, PlanError, Step, View, decide, partial};
use crate::address::Address;
use crate::definition::{Declaration, Program};
use crate::engine::diff;
use crate::engine::owner::user_and_identity_tags;
use crate::resource::{Id, Observed, Status as Condition};
use crate::state::{Entry, State};
use crate::unknown;

/// A plan on its way, and what is known of the objects that it has come to.
pub(super) struct Planner<'a> {
    program: &'a Program,
    state: &'a State,
    view: View<'a>,
    plan: Plan,
    /// Outputs that are known: those of objects that stay.
    outputs: BTreeMap<Address, Json>,
    /// Objects that AWS is still at work on: an output that they lack may come.
    working: BTreeSet<Address>,
    /// What will be replaced by deletion first; their dependents must follow.
    deleted_first: BTreeSet<Address>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(program: &'a Program, state: &'a State, view: View<'a>) -> Self {
        Self {
            program,
            state,
            view,
            plan: Plan::new(&program.environment.name, state),
            outputs: BTreeMap::new(),
            working: BTreeSet::new(),
            deleted_first: BTreeSet::new(),
        }
    }

    /// Of an object that is none of this plan's, only the outputs are of interest.
    pub(super) fn keep_outputs(&mut self, address: &Address) {
        let Some(entry) = self.state.entries.get(address) else { return };
        let live = self.view.live(address, entry).map(|(_, live)| &live.outputs);
        if let Some(outputs) = live.or(entry.status.outputs()) {
            self.outputs.insert(address.clone(), outputs.clone());
        }
    }

    /// The plan of all declarations, and the outputs that are known.
    pub(super) fn finish(self) -> (Plan, BTreeMap<Address, Json>) {
        (self.plan, self.outputs)
    }

    /// What the YAML says of the object, with what is known of others.
    fn wanted(&self, declaration: &Declaration) -> Result<Json, PlanError> {
        let lookup = |address: &Address, name: &str| {
            let value = self.outputs.get(address)?[name].clone();
            (!value.is_null() || !self.working.contains(address)).then_some(value)
        };
        let properties = declaration.properties.evaluate(&lookup);
        let (kind, address) = (&declaration.kind, &declaration.address);
        if unknown::is_partial(&properties) {
            let entry = self.state.entries.get(address);
            let applied = entry.filter(|entry| entry.kind == kind.name());
            let applied = applied.map_or(&Json::Null, |entry| &entry.inputs);
            return Ok(partial::normalize(&**kind, properties, applied));
        }
        kind.normalize(&properties)
            .map_err(|problems| PlanError { address: address.clone(), problems })
    }

    /// Plans what one declaration needs, after all that it depends on.
    pub(super) fn declared(&mut self, declaration: &Declaration) -> Result<(), PlanError> {
        let wanted = self.wanted(declaration)?;
        let entry = self.state.entries.get(&declaration.address);
        let live = entry.and_then(|entry| {
            self.view.live(&declaration.address, entry).map(|(id, live)| (entry, id, live))
        });
        let step = match live {
            Some((entry, id, live)) => self.existing(declaration, &wanted, entry, (id, live)),
            None => {
                let id = entry.and_then(|entry| entry.status.id());
                let reason = id.map(|id| format!("{id} is gone from AWS"));
                Some(decide::create(declaration, &wanted, reason))
            }
        };
        match step {
            Some(step) => self.push(declaration, step),
            None => self.plan.unchanged += 1,
        }
        Ok(())
    }

    fn existing(
        &mut self,
        declaration: &Declaration,
        wanted: &Json,
        entry: &Entry,
        (id, live): (&Id, &Observed),
    ) -> Option<Step> {
        let mut step = self.difference(declaration, wanted, entry, (id, live));
        if step.reason.is_some() || step.changes.iter().any(|change| change.replaces) {
            step.action = self.replacement(declaration, entry, &step);
            return Some(step);
        }
        let address = &declaration.address;
        if matches!(live.status, Condition::Working(_)) {
            let before = entry.status.outputs();
            self.outputs.insert(address.clone(), partial::merged(&live.outputs, before));
            self.working.insert(address.clone());
            step.action = Action::Resume;
            return Some(step);
        }
        self.outputs.insert(address.clone(), partial::changed(live, &step.changes, wanted));
        if step.changes.is_empty() && step.tags.is_empty() {
            let settled = decide::settled(declaration, wanted, entry, id, live);
            if settled != *entry {
                self.plan.bookkeeping.settled.insert(address.clone(), settled);
            }
            return None;
        }
        Some(step)
    }

    /// What differs between what is wanted and what is there.
    fn difference(
        &self,
        declaration: &Declaration,
        wanted: &Json,
        entry: &Entry,
        (id, live): (&Id, &Observed),
    ) -> Step {
        let reason = decide::reason_to_replace(declaration, entry, live);
        if entry.kind != declaration.kind.name() {
            let new = decide::create(declaration, wanted, reason);
            return Step { id: Some(id.clone()), ..new };
        }
        let lineage = &self.state.lineage;
        let tags = user_and_identity_tags(&self.program.environment, lineage, declaration);
        let traits = declaration.kind.traits();
        let applied = diff::applied(entry, traits);
        let mut changes = diff::properties(wanted, &live.properties, Some(&applied), traits);
        if diff::is_unfinished(entry, wanted) {
            diff::finish(&mut changes);
        }
        Step {
            address: declaration.address.clone(),
            kind: entry.kind.clone(),
            action: Action::Update,
            id: Some(id.clone()),
            changes,
            tags: diff::tags(&tags, live.tags.as_ref(), &entry.tags, traits),
            reason,
            loss: None,
        }
    }

    /// In which order to replace an object. It can't outlive what it stands on.
    fn replacement(&self, declaration: &Declaration, entry: &Entry, step: &Step) -> Action {
        let mut common = declaration.depends_on.intersection(&entry.depends_on);
        let follows = common.any(|on| self.deleted_first.contains(on));
        match declaration.kind.traits().create_first && !follows && step.reason.is_none() {
            true => Action::ReplaceCreateFirst,
            false => Action::ReplaceDeleteFirst,
        }
    }

    fn push(&mut self, declaration: &Declaration, step: Step) {
        if step.action == Action::ReplaceDeleteFirst {
            self.deleted_first.insert(step.address.clone());
        }
        let entry = self.state.entries.get(&step.address).filter(|_| step.action.deletes());
        if let Some(entry) = entry {
            let live = self.view.live(&step.address, entry).map(|(_, live)| live);
            let worked = !decide::never_worked(entry, live);
            let holds_data = self.view.holds_data(&entry.kind) && worked;
            let protect = declaration.protect && worked;
            decide::refuse(&mut self.plan, self.view.scope, &step, protect, holds_data);
        }
        self.plan.steps.push(step);
    }
}
