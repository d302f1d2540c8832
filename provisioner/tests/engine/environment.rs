//! An environment of the world in memory: declared in YAML, converged by runs of the engine, each
//! of which is a process of its own that can die.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use provisioner::address::Address;
use provisioner::components::Components;
use provisioner::definition::{self, Declaration, File, Files, Program};
use provisioner::engine::drift::{Drift, drift};
use provisioner::engine::event::{Event, Events};
use provisioner::engine::owner::owner;
use provisioner::engine::plan::{self, Plan, PlanError, Scope};
use provisioner::engine::refresh::{self, RefreshError};
use provisioner::engine::{Report, Run, execute};
use provisioner::state::{Entry, State, Status, Store, StoreError, Writer};
use serde_json::Value as Json;

use crate::memory::{MemoryStore, Object, World};

const CONFIGURATION: &str = "\
region: eu-central-1
prefix: acme
endpoint: http://127.0.0.1:1
";

/// Far longer than any run here takes, even on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// An environment, and all that outlives its runs.
pub struct Environment {
    pub world: World,
    pub store: MemoryStore,
    stacks: BTreeMap<String, String>,
    /// How many calls a run makes at once.
    pub parallel: usize,
    /// How long a run may take.
    pub patience: Duration,
    /// What may be lost, and which stacks a run is for.
    pub scope: Scope,
}

/// How a run ended.
#[derive(Debug)]
pub enum Ended {
    /// It came to its end.
    Reported { report: Report, events: Vec<Event> },
    /// The plan may not be carried out.
    Refused(Box<Plan>),
    /// The plan could not be made.
    NotPlanned(Vec<PlanError>),
    /// What is there could not be read.
    NotRead(RefreshError),
    /// The state could not be written.
    NotWritten(#[expect(dead_code, reason = "shown when a test fails")] Arc<StoreError>),
    /// The process died.
    Died,
}

impl Environment {
    /// An environment with one stack, `main`, of these resources.
    pub fn of(resources: &str) -> Self {
        let world = World::default();
        let mut environment = Self {
            store: MemoryStore::new(&world),
            world,
            stacks: BTreeMap::new(),
            parallel: 8,
            patience: PATIENCE,
            scope: Scope::default(),
        };
        environment.declare(resources);
        environment
    }

    /// The same, converged.
    pub fn up_with(resources: &str) -> Self {
        let environment = Self::of(resources);
        environment.up();
        environment.world.take_calls();
        environment
    }

    /// Declares other resources in the stack `main`: lines as they stand below `resources:`, and
    /// perhaps an `outputs:` after them.
    pub fn declare(&mut self, resources: &str) {
        self.declare_in("main", resources);
    }

    /// Declares other resources in a stack.
    pub fn declare_in(&mut self, stack: &str, resources: &str) {
        let text = format!("stack: {stack}\nresources:\n{resources}");
        self.stacks.insert(stack.to_owned(), text);
    }

    /// Declares nothing more in a stack.
    pub fn drop_stack(&mut self, stack: &str) {
        self.stacks.remove(stack);
    }

    /// What is declared.
    pub fn program(&self) -> Program {
        let stacks = self.stacks.iter();
        let files = Files {
            environment: File::new("config/test.yaml", CONFIGURATION),
            stacks: stacks
                .map(|(name, text)| File::new(format!("stacks/{name}.yaml"), text.as_str()))
                .collect(),
        };
        let (root, kinds) = (Path::new("/project"), self.world.kinds());
        match definition::compile(root, "test", files, &kinds, &Components::default()) {
            Ok(definition) => definition.program,
            Err(refusal) => panic!("{:#?}", refusal.diagnostics),
        }
    }

    /// What the store holds.
    pub fn state(&self) -> State {
        self.store.state().unwrap_or_else(|| State::new("test"))
    }

    /// What the state holds of an address.
    pub fn entry(&self, address: &str) -> Entry {
        self.state().entries.get(address).unwrap_or_else(|| panic!("no {address}")).clone()
    }

    /// Runs in a process of its own; `None` when it died.
    fn process<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let died = self.world.begin_process();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = died.cancelled() => None,
                done = work => Some(done),
                () = tokio::time::sleep(self.patience) => {
                    panic!("the run does not end: {:#?}", self.world.take_changes())
                }
            }
        })
    }

    /// Plans to converge.
    pub fn plan(&self) -> Plan {
        self.plan_of(self.program())
    }

    /// Plans to converge to a program that was read already.
    pub fn plan_of(&self, program: Program) -> Plan {
        self.process(self.planned(&self.state(), &program, true)).unwrap().unwrap()
    }

    /// What somebody changed by hand.
    pub fn drift(&self) -> Vec<Drift> {
        let state = self.state();
        let world = self.process(self.read(&state, &self.program().environment)).unwrap().unwrap();
        drift(&state, &self.world.kinds(), &world)
    }

    /// Converges.
    pub fn try_up(&self) -> Ended {
        self.run(true)
    }

    /// Deletes everything.
    pub fn try_down(&self) -> Ended {
        self.run(false)
    }

    /// Converges, which must work.
    pub fn up(&self) -> Report {
        complete(self.try_up())
    }

    /// Deletes everything, which must work.
    pub fn down(&self) -> Report {
        complete(self.try_down())
    }

    fn run(&self, declared: bool) -> Ended {
        let ended = self.process(async {
            let (state, program) = (self.state(), self.program());
            match self.planned(&state, &program, declared).await {
                Ok(plan) if plan.refusals.is_empty() => {
                    self.carry_out(state, plan, program, declared).await
                }
                Ok(plan) => Ended::Refused(Box::new(plan)),
                Err(ended) => ended,
            }
        });
        ended.unwrap_or(Ended::Died)
    }

    async fn read(
        &self,
        state: &State,
        environment: &definition::Environment,
    ) -> Result<refresh::World, RefreshError> {
        let identity = |address: &Address, entry: &Entry, token: &str| {
            owner(environment, &state.lineage, address, &entry.tags, token)
        };
        refresh::refresh(&World::context(), &self.world.kinds(), state, identity, self.parallel)
            .await
    }

    /// Plans to converge to what is declared, or to delete everything.
    async fn planned(
        &self,
        state: &State,
        program: &Program,
        declared: bool,
    ) -> Result<Plan, Ended> {
        let world = self.read(state, &program.environment).await.map_err(Ended::NotRead)?;
        let kinds = self.world.kinds();
        match declared {
            true => plan::converge(program, &kinds, state, &world, &self.scope)
                .map_err(Ended::NotPlanned),
            false => Ok(plan::teardown("test", &kinds, state, &world, &self.scope)),
        }
    }

    async fn carry_out(&self, state: State, plan: Plan, program: Program, declared: bool) -> Ended {
        let environment = Arc::new(program.environment.clone());
        let store: Arc<dyn Store> = Arc::new(self.store.clone());
        let (writer, task) = Writer::start(state, store);
        let (events, mut received) = Events::channel();
        let run = Run {
            cx: World::context(),
            kinds: self.world.kinds(),
            program: declared.then(|| Arc::new(program)),
            environment,
            writer: writer.clone(),
            events,
            stop: self.world.stop(),
            parallel: self.parallel,
            wait: false,
        };
        let result = execute(run, &plan).await;
        writer.close();
        task.await.unwrap();
        let mut events = Vec::new();
        while let Ok(event) = received.try_recv() {
            events.push(event);
        }
        match result {
            Ok(report) => Ended::Reported { report, events },
            Err(error) => Ended::NotWritten(error),
        }
    }

    /// The world is what is declared, nothing more and nothing twice; the state knows it, and the
    /// next run finds nothing to do.
    pub fn assert_converged(&self) {
        assert_eq!(self.world.violations(), [""; 0]);
        let program = self.program();
        let declared: BTreeSet<String> =
            program.declarations.keys().map(ToString::to_string).collect();
        let mut there: Vec<String> =
            self.world.objects().values().map(|object| object.address.to_string()).collect();
        there.sort();
        assert_eq!(there, Vec::from_iter(declared.iter().cloned()), "in the world");
        let state = self.state();
        let known: BTreeSet<String> = state.entries.keys().map(ToString::to_string).collect();
        assert_eq!(known, declared, "in the state");
        for (address, entry) in &state.entries {
            let (id, object) = self.world.object(address.as_str());
            assert_eq!(entry.kind, object.kind, "{address}");
            assert!(matches!(&entry.status, Status::Ready { id: known, .. } if *known == id));
            assert_eq!(entry.deposed, [], "{address}");
            self.assert_as_declared(&program.declarations[address], &object);
        }
        let plan = self.plan();
        assert!(plan.is_empty(), "{plan:#?}");
        assert_eq!(plan.bookkeeping, Default::default());
    }

    fn assert_as_declared(&self, declaration: &Declaration, object: &Object) {
        let wanted = declaration.properties.evaluate(&|address: &Address, output: &str| {
            let (id, object) = self.world.object(address.as_str());
            Some(object.outputs(id.as_str())[output].clone())
        });
        for (name, value) in wanted.as_object().unwrap() {
            let sorted = |value: &Json| {
                let mut items = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                items.sort_by_key(Json::to_string);
                items
            };
            let there = object.properties.get(name).unwrap_or(&Json::Null);
            assert_eq!(sorted(there), sorted(value), "{name} of {}", declaration.address);
        }
    }

    /// Nothing is left, and nothing is known.
    pub fn assert_empty(&self) {
        assert_eq!(self.world.violations(), [""; 0]);
        assert_eq!(self.world.objects(), BTreeMap::new());
        assert_eq!(self.state().entries, BTreeMap::new());
    }
}

/// The report of a run that did everything.
fn complete(ended: Ended) -> Report {
    match ended {
        Ended::Reported { report, .. } if report.is_complete() => report,
        other => panic!("{other:#?}"),
    }
}

impl Ended {
    /// The report of a run that came to its end, whatever failed on the way.
    pub fn report(self) -> Report {
        match self {
            Self::Reported { report, .. } => report,
            other => panic!("{other:#?}"),
        }
    }

    /// Whether no order of the steps could bring about the change, so that it takes two runs.
    pub fn is_entangled(&self) -> bool {
        let Self::NotPlanned(errors) = self else { return false };
        let mut problems = errors.iter().flat_map(|error| &error.problems);
        problems.all(|problem| problem.hint.as_deref() == Some("make the change in two runs"))
    }

    /// What happened on the way.
    pub fn events(self) -> Vec<Event> {
        match self {
            Self::Reported { events, .. } => events,
            other => panic!("{other:#?}"),
        }
    }
}
