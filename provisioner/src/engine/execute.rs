//! Carrying a plan out.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tokio_util::sync::CancellationToken;

use super::apply::{Apply, ApplyError, known_outputs};
use super::event::{Events, Progress};
use super::plan::{Action, Plan, outputs};
use super::schedule::{Node, Part, Schedule};
use super::wait::Poller;
use super::walk::{self, Outcome};
use crate::address::Address;
use crate::aws::Context;
use crate::definition::{Environment, Program};
use crate::resource::{Id, Kinds};
use crate::state::{State, StoreError, Writer};

/// What a plan is carried out with.
pub struct Run {
    /// AWS.
    pub cx: Context,
    /// The kinds.
    pub kinds: Kinds,
    /// What is declared; `None` when everything goes.
    pub program: Option<Arc<Program>>,
    /// The environment.
    pub environment: Arc<Environment>,
    /// The state.
    pub writer: Writer,
    /// Where progress goes.
    pub events: Events,
    /// Stops the run between steps.
    pub stop: CancellationToken,
    /// How many calls at once.
    pub parallel: usize,
    /// Whether to wait until everything is everywhere, and not only of use.
    pub wait: bool,
}

/// How a run ended.
#[derive(Debug)]
pub struct Report {
    /// What was done.
    pub done: usize,
    /// What failed, and why.
    pub failed: Vec<Failure>,
    /// What was not begun, and which failure kept it; `None` for an interruption.
    pub skipped: Vec<(Address, Option<Address>)>,
    /// The stacks' outputs.
    pub outputs: BTreeMap<String, BTreeMap<String, Json>>,
    /// How long it took.
    pub elapsed: Duration,
}

/// An object that could not be converged.
#[derive(Debug)]
pub struct Failure {
    /// The object.
    pub address: Address,
    /// What was to be done to it.
    pub action: Action,
    /// Why.
    pub error: ApplyError,
}

impl Failure {
    /// What to do about it in this environment, where that is known.
    pub fn hint(&self, environment: &str) -> Option<String> {
        match &self.error {
            ApplyError::Aws(error) if error.is_already_exists() && error.advice().is_none() => {
                Some(self.claim(environment))
            }
            ApplyError::Aws(error) => error.hint().or_else(|| refused(self.action)),
            ApplyError::Blocked { .. } => Some(
                "delete that, or wait until AWS has (its services let go of their network \
                 interfaces some minutes after they stop), and run again: the run goes on from here"
                    .to_owned(),
            ),
            ApplyError::Properties(error) => {
                let hint = error.problems.iter().find_map(|problem| problem.hint.clone());
                hint.or_else(|| refused(self.action))
            }
            ApplyError::State(error) => Some(error.hint().to_owned()),
            ApplyError::Failed { .. } => Some("the next run replaces it".to_owned()),
            ApplyError::TimedOut { .. } => Some(
                "run again to go on waiting, or give the resource a longer `timeout`".to_owned(),
            ),
        }
    }

    /// How to take over what bears the name already.
    fn claim(&self, environment: &str) -> String {
        format!(
            "an object of this name exists and is not this environment's: give another name, or \
             take it over with `provision import {environment} {} ID`",
            self.address
        )
    }
}

/// What AWS refuses for a reason of its own is most often in the definition.
fn refused(action: Action) -> Option<String> {
    let hint = "correct what AWS refuses, and run again: what is done stays done";
    (action.creates() || action == Action::Update).then(|| hint.to_owned())
}

/// An error with its causes, in one line.
pub fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// How long AWS typically takes to carry the plan out.
pub fn expected(plan: &Plan, program: Option<&Program>, state: &State, kinds: &Kinds) -> Duration {
    Schedule::new(plan, program, state, kinds).expected(kinds)
}

/// Carries the plan out, and writes the state.
///
/// # Errors
/// When the state can't be written. What failed on AWS is in the report.
pub async fn execute(run: Run, plan: &Plan) -> Result<Report, Arc<StoreError>> {
    let began = Instant::now();
    bookkeeping(&run.writer, plan);
    let state = run.writer.snapshot();
    let schedule = Schedule::new(plan, run.program.as_deref(), &state, &run.kinds);
    let failures: Arc<Mutex<BTreeMap<usize, ApplyError>>> = Arc::default();
    let apply = Apply {
        poller: Poller::new(run.cx.clone()),
        cx: run.cx,
        kinds: run.kinds,
        program: run.program.clone(),
        environment: run.environment,
        writer: run.writer.clone(),
        events: run.events.clone(),
        everywhere: run.wait,
    };
    let nodes: Vec<Arc<Node>> = schedule.nodes.iter().cloned().map(Arc::new).collect();
    let outcomes = walk::walk(&schedule.dag, run.parallel, &run.stop, |index, turn| {
        let (apply, node) = (apply.clone(), Arc::clone(&nodes[index]));
        let (failures, stop) = (Arc::clone(&failures), run.stop.clone());
        async move {
            let result = one(&apply, &node, turn).await;
            let done = result.is_ok();
            if let Err(error) = result {
                if error.is_expired() {
                    stop.cancel();
                }
                failures.lock().unwrap_or_else(PoisonError::into_inner).insert(index, error);
            }
            done
        }
    })
    .await;
    let mut report = Report {
        done: 0,
        failed: Vec::new(),
        skipped: Vec::new(),
        outputs: finish(&run.writer, run.program.as_deref()),
        elapsed: began.elapsed(),
    };
    let mut failures =
        std::mem::take(&mut *failures.lock().unwrap_or_else(PoisonError::into_inner));
    // The credentials ran out for all of them at once: told once, it is enough.
    let expired: BTreeSet<usize> =
        failures.iter().filter(|(_, error)| error.is_expired()).map(|(index, _)| *index).collect();
    let root = |node: usize| *expired.first().filter(|_| expired.contains(&node)).unwrap_or(&node);
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let outcome = match outcome {
            Outcome::Skipped(Some(because)) => Outcome::Skipped(Some(root(because))),
            outcome => outcome,
        };
        if root(index) == index {
            report.add(&nodes, index, outcome, failures.remove(&index), &run.events);
        } else {
            let because = Some(nodes[root(index)].step.address.clone());
            report.skipped.push((nodes[index].step.address.clone(), because));
        }
    }
    run.writer.flush().await?;
    report.elapsed = began.elapsed();
    Ok(report)
}

async fn one(apply: &Apply, node: &Node, turn: walk::Turn) -> Result<Option<Id>, ApplyError> {
    let (address, action) = (&node.step.address, node.step.action);
    let traits = apply.kinds.get(&node.step.kind).map(|kind| *kind.traits());
    let expected = traits.map_or(Duration::ZERO, |traits| match node.part {
        Part::Make => traits.create_time,
        _ => traits.delete_time,
    });
    apply.events.send(address, action, Progress::Started { expected });
    let began = Instant::now();
    let result = apply.node(node, turn).await;
    let elapsed = began.elapsed();
    let progress = match &result {
        Ok(id) => Progress::Finished { elapsed, id: id.as_ref().map(Id::to_string) },
        Err(error) => Progress::Failed { elapsed, brief: error.brief(), error: chain(error) },
    };
    apply.events.send(address, action, progress);
    result
}

fn bookkeeping(writer: &Writer, plan: &Plan) {
    let (settled, vanished) = (&plan.bookkeeping.settled, &plan.bookkeeping.vanished);
    if settled.is_empty() && vanished.is_empty() {
        return;
    }
    writer.record(|state| {
        state.entries.retain(|address, _| !vanished.contains(address));
        state
            .entries
            .extend(settled.iter().map(|(address, entry)| (address.clone(), entry.clone())));
    });
}

/// Puts the outputs into the state; a value that is not known yet stays out.
fn finish(writer: &Writer, program: Option<&Program>) -> BTreeMap<String, BTreeMap<String, Json>> {
    let known = known_outputs(writer);
    let values =
        program.map_or_else(BTreeMap::new, |program| outputs::known_values(program, &known));
    let changed = writer.read(|state| state.outputs != values);
    if changed {
        let values = values.clone();
        writer.record(|state| state.outputs = values);
    }
    values
}

impl Report {
    /// Whether everything that was planned was done.
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped.is_empty()
    }

    fn add(
        &mut self,
        nodes: &[Arc<Node>],
        index: usize,
        outcome: Outcome,
        error: Option<ApplyError>,
        events: &Events,
    ) {
        let step = &nodes[index].step;
        match (outcome, error) {
            (Outcome::Done, _) => self.done += 1,
            (Outcome::Failed, Some(error)) => {
                self.failed.push(Failure {
                    address: step.address.clone(),
                    action: step.action,
                    error,
                });
            }
            (Outcome::Failed, None) => {
                let error = crate::aws::Error::invalid("the task ended before it was done").into();
                self.failed.push(Failure {
                    address: step.address.clone(),
                    action: step.action,
                    error,
                });
            }
            (Outcome::Skipped(because), _) => {
                let because = because.map(|root| nodes[root].step.address.clone());
                let progress = Progress::Skipped { because: because.clone() };
                events.send(&step.address, step.action, progress);
                self.skipped.push((step.address.clone(), because));
            }
        }
    }
}
