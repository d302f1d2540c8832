//! What a run would do, as data: it leaves no choice to execution.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::diff::{self, PropertyChange};
use super::owner::user_and_identity_tags;
use super::refresh::World;
use super::schedule::Schedule;
use crate::address::Address;
use crate::definition::{Declaration, Program};
use crate::resource::{Id, Kinds, Observed, Problem, Status as Condition, TagChange};
use crate::state::{Deposed, Entry, State, Status};
use crate::unknown;

mod decide;
pub(crate) mod outputs;
mod partial;

pub use outputs::OutputChange;

/// What a run would do to an environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The environment.
    pub environment: String,
    /// The lineage of the state that it was made from; `None` where there was none yet.
    pub lineage: Option<String>,
    /// What to do, dependencies first, deletions last.
    pub steps: Vec<Step>,
    /// How the stacks' outputs change.
    pub outputs: Vec<OutputChange>,
    /// How many objects are as they should be.
    pub unchanged: usize,
    /// What forbids to carry the plan out.
    pub refusals: Vec<Refusal>,
    /// Bookkeeping that touches no object.
    #[serde(skip)]
    pub bookkeeping: Bookkeeping,
}

/// What one object needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The object.
    pub address: Address,
    /// Its kind.
    pub kind: String,
    /// What to do.
    pub action: Action,
    /// The live object's id, where there is one.
    pub id: Option<Id>,
    /// What differs; for a creation, every property.
    pub changes: Vec<PropertyChange>,
    /// Which tags differ.
    pub tags: TagChange,
    /// Why, where the changes don't say it.
    pub reason: Option<String>,
}

/// What to do to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Make it.
    Create,
    /// Go on with a creation that an earlier run began.
    Resume,
    /// Change it in place.
    Update,
    /// Delete it, then make another.
    ReplaceDeleteFirst,
    /// Make another, then delete it.
    ReplaceCreateFirst,
    /// Delete it.
    Delete,
    /// Delete what an earlier replacement left behind.
    Cleanup,
    /// Leave it on AWS and know it no more.
    Forget,
}

/// Why a plan can't be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A protected object would be deleted or replaced.
    Protected {
        /// The object.
        address: Address,
        /// What would be done.
        action: Action,
    },
    /// An object that holds data would be deleted or replaced.
    NeedsConsent {
        /// The object.
        address: Address,
        /// What would be done.
        action: Action,
    },
}

impl Refusal {
    /// The object.
    pub fn address(&self) -> &Address {
        match self {
            Self::Protected { address, .. } | Self::NeedsConsent { address, .. } => address,
        }
    }
}

/// What the state should say although nothing has to be done on AWS.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bookkeeping {
    /// Objects that are as they should be, with what the state should hold of them.
    pub settled: BTreeMap<Address, Entry>,
    /// Entries whose objects are gone and not wanted.
    pub vanished: BTreeSet<Address>,
}

impl Bookkeeping {
    /// Of what an address had replaced, only `left` is there.
    fn leave(&mut self, address: &Address, entry: &Entry, left: Vec<Deposed>) {
        let entry = self.settled.remove(address).unwrap_or_else(|| entry.clone());
        if entry.status == Status::Gone && left.is_empty() {
            self.vanished.insert(address.clone());
        } else {
            self.settled.insert(address.clone(), Entry { deposed: left, ..entry });
        }
    }
}

/// Whom and what a plan is for.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Only these addresses; `None` for all.
    pub only: Option<BTreeSet<Address>>,
    /// With `only`: stacks of which it holds every object, those declared no more included.
    pub stacks: BTreeSet<String>,
    /// Objects that hold data and may be deleted or replaced all the same.
    pub consent: BTreeSet<Address>,
}

impl Scope {
    fn holds(&self, address: &Address) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.contains(address) || self.stacks.contains(address.stack()))
    }
}

/// Properties that turned out to break a rule once other objects' outputs were known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{address} breaks a rule of its kind")]
pub struct PlanError {
    /// The object.
    pub address: Address,
    /// The rules.
    pub problems: Vec<Problem>,
}

impl Plan {
    fn new(environment: &str, state: &State) -> Self {
        Self {
            environment: environment.to_owned(),
            lineage: (state.serial > 0).then(|| state.lineage.clone()),
            steps: Vec::new(),
            outputs: Vec::new(),
            unchanged: 0,
            refusals: Vec::new(),
            bookkeeping: Bookkeeping::default(),
        }
    }

    /// Whether nothing has to be done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.outputs.is_empty()
    }

    /// How many steps have one of these actions.
    pub fn count(&self, actions: &[Action]) -> usize {
        self.steps.iter().filter(|step| actions.contains(&step.action)).count()
    }

    /// Whether this plan does what `other` does to the same environment.
    pub fn agrees_with(&self, other: &Self) -> bool {
        (&self.environment, &self.lineage, &self.steps, &self.outputs)
            == (&other.environment, &other.lineage, &other.steps, &other.outputs)
    }
}

impl Action {
    /// Whether the live object goes.
    pub fn deletes(self) -> bool {
        matches!(self, Self::Delete | Self::ReplaceDeleteFirst | Self::ReplaceCreateFirst)
    }

    /// Whether a new object comes.
    pub fn creates(self) -> bool {
        matches!(self, Self::Create | Self::ReplaceDeleteFirst | Self::ReplaceCreateFirst)
    }
}

/// What planning looks at beside the declarations.
struct View<'a> {
    kinds: &'a Kinds,
    world: &'a World,
    scope: &'a Scope,
}

impl<'a> View<'a> {
    /// The live object of an entry.
    fn live<'e>(&self, address: &Address, entry: &'e Entry) -> Option<(&'e Id, &'a Observed)>
    where
        'a: 'e,
    {
        let id = entry.status.id().or_else(|| self.world.found.get(address))?;
        Some((id, self.world.get(&entry.kind, id)?))
    }

    fn holds_data(&self, kind: &str) -> bool {
        self.kinds.get(kind).is_some_and(|kind| kind.traits().holds_data)
    }
}

/// Plans to converge what is there to what is declared.
///
/// # Errors
/// Every object whose properties break a rule now that more is known, or that no order of the
/// steps can bring to what is declared.
pub fn converge(
    program: &Program,
    kinds: &Kinds,
    state: &State,
    world: &World,
    scope: &Scope,
) -> Result<Plan, Vec<PlanError>> {
    let mut planner = Planner::new(program, state, View { kinds, world, scope });
    let mut errors = Vec::new();
    for address in super::graph::dependencies_first(program) {
        let declaration = &program.declarations[address];
        if !scope.holds(address) {
            planner.keep_outputs(address);
        } else if let Err(error) = planner.declared(declaration) {
            errors.push(error);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let Planner { mut plan, outputs, view, .. } = planner;
    for (address, entry) in state.entries.iter().rev().filter(|(address, _)| scope.holds(address)) {
        decide::cleanups(&mut plan, &view, address, entry);
        if !program.declarations.contains_key(address) {
            decide::undeclared(&mut plan, &view, address, entry);
        }
    }
    plan.outputs = outputs::changes(program, state, &outputs, scope);
    untangle(&mut plan, program, state)?;
    Ok(plan)
}

/// Replaces by deletion first where creation first would make the steps wait for each other.
fn untangle(plan: &mut Plan, program: &Program, state: &State) -> Result<(), Vec<PlanError>> {
    while let Some(cycle) = Schedule::new(plan, Some(program), state).cycle() {
        let mut demoted = false;
        for step in &mut plan.steps {
            if step.action == Action::ReplaceCreateFirst && cycle.contains(&step.address) {
                step.action = Action::ReplaceDeleteFirst;
                demoted = true;
            }
        }
        if let (false, Some(address)) = (demoted, cycle.first()) {
            let names: Vec<&str> = cycle.iter().map(Address::as_str).collect();
            let message = format!(
                "It can't be changed together with what it belongs to, because each waits for \
                 another: {}.",
                names.join(" → ")
            );
            let problem = Problem::at("", message).hint("make the change in two runs");
            return Err(vec![PlanError { address: address.clone(), problems: vec![problem] }]);
        }
    }
    Ok(())
}

/// Plans to delete everything, in reverse order.
pub fn teardown(
    environment: &str,
    kinds: &Kinds,
    state: &State,
    world: &World,
    scope: &Scope,
) -> Plan {
    let mut plan = Plan::new(environment, state);
    let view = View { kinds, world, scope };
    for (address, entry) in state.entries.iter().rev().filter(|(address, _)| scope.holds(address)) {
        decide::cleanups(&mut plan, &view, address, entry);
        decide::undeclared(&mut plan, &view, address, entry);
    }
    plan
}

struct Planner<'a> {
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
    fn new(program: &'a Program, state: &'a State, view: View<'a>) -> Self {
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

    fn keep_outputs(&mut self, address: &Address) {
        let Some(entry) = self.state.entries.get(address) else { return };
        let live = self.view.live(address, entry).map(|(_, live)| &live.outputs);
        if let Some(outputs) = live.or(entry.status.outputs()) {
            self.outputs.insert(address.clone(), outputs.clone());
        }
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

    fn declared(&mut self, declaration: &Declaration) -> Result<(), PlanError> {
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
