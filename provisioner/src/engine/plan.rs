//! What a run would do, as data: it leaves no choice to execution.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::diff::PropertyChange;
use super::refresh::World;
use super::schedule::Schedule;
use crate::address::Address;
use crate::definition::Program;
use crate::resource::{Id, Kinds, Observed, Problem, TagChange};
use crate::state::{Deposed, Entry, State, Status};

mod decide;
pub(crate) mod outputs;
mod partial;
mod planner;

pub use outputs::OutputChange;
use planner::Planner;

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
    /// What becomes of the data when the live object is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<String>,
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
#[derive(Clone, Copy)]
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
    let view = View { kinds, world, scope };
    let mut planner = Planner::new(program, state, view);
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
    let (mut plan, outputs) = planner.finish();
    let used = decide::used_beyond(program, state, scope);
    for (address, entry) in state.entries.iter().rev().filter(|(address, _)| scope.holds(address)) {
        decide::cleanups(&mut plan, &view, address, entry);
        if !program.declarations.contains_key(address) && !used.contains(address) {
            decide::undeclared(&mut plan, &view, address, entry);
        }
    }
    plan.outputs = outputs::changes(program, state, &outputs, scope);
    untangle(&mut plan, program, state, kinds)?;
    Ok(plan)
}

/// Replaces by deletion first where creation first would make the steps wait for each other.
fn untangle(
    plan: &mut Plan,
    program: &Program,
    state: &State,
    kinds: &Kinds,
) -> Result<(), Vec<PlanError>> {
    while let Some(cycle) = Schedule::new(plan, Some(program), state, kinds).cycle() {
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
