//! What a run would do, as data: it leaves no choice to execution.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::diff::{self, PropertyChange};
use super::owner::user_and_identity_tags;
use super::refresh::World;
use crate::address::Address;
use crate::definition::{Declaration, Program};
use crate::resource::{Id, Kinds, Observed, Problem, Status as Condition, TagChange};
use crate::state::{Entry, State, Status};
use crate::unknown;

mod decide;
pub(crate) mod outputs;

pub use outputs::OutputChange;

/// What a run would do to an environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The environment.
    pub environment: String,
    /// The lineage of the state that it was made from.
    pub lineage: String,
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

/// What the state should say although nothing has to be done on AWS.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bookkeeping {
    /// Objects that are as they should be, with what the state should hold of them.
    pub settled: BTreeMap<Address, Entry>,
    /// Entries whose objects are gone and not wanted.
    pub vanished: BTreeSet<Address>,
}

/// Whom and what a plan is for.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Only these addresses; `None` for all.
    pub only: Option<BTreeSet<Address>>,
    /// Objects that hold data and may be deleted or replaced all the same.
    pub consent: BTreeSet<Address>,
}

impl Scope {
    fn holds(&self, address: &Address) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(address))
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

/// Plans to converge what is there to what is declared.
///
/// # Errors
/// Every object whose properties break a rule now that more is known.
pub fn converge(
    program: &Program,
    kinds: &Kinds,
    state: &State,
    world: &World,
    scope: &Scope,
) -> Result<Plan, Vec<PlanError>> {
    let mut planner = Planner::new(program, state, world, scope);
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
    for (address, entry) in state.entries.iter().rev().filter(|(address, _)| scope.holds(address)) {
        planner.cleanups(address, entry);
        if !program.declarations.contains_key(address) {
            planner.undeclared(kinds, address, entry);
        }
    }
    let outputs = outputs::changes(program, state, &planner.outputs, scope);
    Ok(planner.finish(state, outputs))
}

/// Plans to delete everything, in reverse order.
pub fn teardown(
    environment: &str,
    kinds: &Kinds,
    state: &State,
    world: &World,
    scope: &Scope,
) -> Plan {
    let mut plan = Plan {
        environment: environment.to_owned(),
        lineage: state.lineage.clone(),
        steps: Vec::new(),
        outputs: Vec::new(),
        unchanged: 0,
        refusals: Vec::new(),
        bookkeeping: Bookkeeping::default(),
    };
    for (address, entry) in state.entries.iter().rev().filter(|(address, _)| scope.holds(address)) {
        decide::cleanups(&mut plan, world, address, entry);
        decide::undeclared(&mut plan, kinds, world, scope, (address, entry));
    }
    plan
}

struct Planner<'a> {
    program: &'a Program,
    state: &'a State,
    world: &'a World,
    scope: &'a Scope,
    plan: Plan,
    /// Outputs that are known: those of objects that stay.
    outputs: BTreeMap<Address, Json>,
    /// What will be replaced by deletion first; their dependents must follow.
    deleted_first: BTreeSet<Address>,
}

impl<'a> Planner<'a> {
    fn new(program: &'a Program, state: &'a State, world: &'a World, scope: &'a Scope) -> Self {
        let plan = Plan {
            environment: program.environment.name.clone(),
            lineage: state.lineage.clone(),
            steps: Vec::new(),
            outputs: Vec::new(),
            unchanged: 0,
            refusals: Vec::new(),
            bookkeeping: Bookkeeping::default(),
        };
        let (outputs, deleted_first) = (BTreeMap::new(), BTreeSet::new());
        Self { program, state, world, scope, plan, outputs, deleted_first }
    }

    fn finish(mut self, state: &State, outputs: Vec<OutputChange>) -> Plan {
        self.plan.outputs = outputs;
        self.plan
            .bookkeeping
            .settled
            .retain(|address, entry| state.entries.get(address).is_none_or(|known| known != entry));
        self.plan
    }

    fn keep_outputs(&mut self, address: &Address) {
        let Some(entry) = self.state.entries.get(address) else { return };
        let live = entry.status.id().and_then(|id| self.world.get(&entry.kind, id));
        if let Some(outputs) = live.map(|live| &live.outputs).or(entry.status.outputs()) {
            self.outputs.insert(address.clone(), outputs.clone());
        }
    }

    /// What the YAML says of the object, with what is known of others.
    fn wanted(&self, declaration: &Declaration) -> Result<Json, PlanError> {
        let lookup = |address: &Address, name: &str| {
            self.outputs.get(address).map(|outputs| outputs[name].clone())
        };
        let properties = declaration.properties.evaluate(&lookup);
        if unknown::is_partial(&properties) {
            return Ok(properties);
        }
        declaration
            .kind
            .normalize(&properties)
            .map_err(|problems| PlanError { address: declaration.address.clone(), problems })
    }

    fn declared(&mut self, declaration: &Declaration) -> Result<(), PlanError> {
        let wanted = self.wanted(declaration)?;
        let address = &declaration.address;
        let found = self.state.entries.get(address).and_then(|entry| {
            let id = entry.status.id().or_else(|| self.world.found.get(address))?;
            Some((entry, id, self.world.get(&entry.kind, id)))
        });
        let step = match found {
            Some((entry, id, Some(live))) => self.existing(declaration, &wanted, entry, id, live),
            Some((_, id, None)) => {
                Some(decide::create(declaration, &wanted, Some(format!("{id} is gone from AWS"))))
            }
            None => Some(decide::create(declaration, &wanted, None)),
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
        id: &Id,
        live: &Observed,
    ) -> Option<Step> {
        let lineage = &self.state.lineage;
        let tags = user_and_identity_tags(&self.program.environment, lineage, declaration);
        let traits = declaration.kind.traits();
        let mut step = Step {
            address: declaration.address.clone(),
            kind: declaration.kind.name().to_owned(),
            action: Action::Update,
            id: Some(id.clone()),
            changes: diff::properties(wanted, &live.properties, Some(&entry.inputs), traits),
            tags: diff::tags(&tags, live.tags.as_ref(), &entry.tags, traits),
            reason: decide::reason_to_replace(declaration, entry, live),
        };
        if step.reason.is_some() || step.changes.iter().any(|change| change.replaces) {
            let follows = declaration.depends_on.iter().any(|on| self.deleted_first.contains(on));
            let at_once = traits.create_first && !follows && step.reason.is_none();
            step.action =
                if at_once { Action::ReplaceCreateFirst } else { Action::ReplaceDeleteFirst };
            return Some(step);
        }
        self.outputs.insert(declaration.address.clone(), live.outputs.clone());
        if matches!(live.status, Condition::Working(_)) {
            step.action = Action::Resume;
            return Some(step);
        }
        if step.changes.is_empty() && step.tags.is_empty() {
            let settled = decide::settled(declaration, wanted, entry, id, live);
            self.plan.bookkeeping.settled.insert(declaration.address.clone(), settled);
            return None;
        }
        Some(step)
    }

    fn push(&mut self, declaration: &Declaration, step: Step) {
        if step.action == Action::ReplaceDeleteFirst {
            self.deleted_first.insert(step.address.clone());
        }
        if step.action.deletes() {
            let failed = self
                .state
                .entries
                .get(&step.address)
                .is_some_and(|entry| matches!(entry.status, Status::Failed { .. }));
            let holds_data = declaration.kind.traits().holds_data && !failed;
            let protect = declaration.protect && !failed;
            decide::refuse(&mut self.plan, self.scope, &step, protect, holds_data);
        }
        self.plan.steps.push(step);
    }

    fn cleanups(&mut self, address: &Address, entry: &Entry) {
        decide::cleanups(&mut self.plan, self.world, address, entry);
    }

    fn undeclared(&mut self, kinds: &Kinds, address: &Address, entry: &Entry) {
        decide::undeclared(&mut self.plan, kinds, self.world, self.scope, (address, entry));
    }
}
