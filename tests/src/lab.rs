//! A project with a sandbox in this process.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::FutureExt;
use rustix::process::{Signal, kill_process};
use sandbox::gateway::faults::Faults;
use sandbox::gateway::hook::{CallInfo, Phase, Verdict};
use sandbox::{Handle, Options, Sandbox};

use crate::gate::Rules;
use crate::{Ended, Gate, Project, UP};

/// How long a call that is waited for may take to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// How many objects there are of each kind.
pub type Objects = BTreeMap<String, u64>;

/// The kinds of which there are too many or too few; empty when there is none.
pub fn difference(objects: &Objects, expected: &Objects) -> String {
    let kinds: BTreeSet<&String> = objects.keys().chain(expected.keys()).collect();
    let count = |objects: &Objects, kind| objects.get(kind).copied().unwrap_or_default();
    let all = kinds.into_iter().map(|kind| (kind, count(objects, kind), count(expected, kind)));
    let wrong = all.filter(|(_, there, wanted)| there != wanted);
    let wrong = wrong.map(|(kind, there, wanted)| format!("{there} {kind}, not {wanted}"));
    wrong.collect::<Vec<_>>().join("; ")
}

/// A project with a sandbox of its own.
pub struct Lab {
    project: Project,
    sandbox: Sandbox,
    rules: Rules,
}

impl Deref for Lab {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.project
    }
}

impl Lab {
    /// The repository's own stacks, in the sandbox environment's sizes.
    pub async fn new() -> Self {
        Self::with(|options| options).await
    }

    /// The same with a sandbox in which services run.
    pub async fn live() -> Self {
        Self::with(|options| Options { live: true, ..options }).await
    }

    async fn with(options: impl FnOnce(Options) -> Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rules = Rules::default();
        let mut options = options(Options::new(folder.path().join("sandbox")));
        options.hook = Some(rules.hook());
        let sandbox = Sandbox::start(options).await.unwrap();
        let keys = sandbox.credentials();
        let keys = (keys.access_key_id.clone(), keys.secret_access_key.clone());
        let project = Project::new(folder, "sandbox", sandbox.url(), keys);
        Self { project, sandbox, rules }
    }

    /// A lab with one stack alone, the registry: for what does not depend on how much there is.
    pub async fn small() -> Self {
        let lab = Self::new().await;
        lab.only(&["registry"]);
        lab
    }

    /// The sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// How many calls the sandbox has had.
    pub fn calls(&self) -> u64 {
        self.sandbox.calls().total
    }

    /// Waits until an operation is called, e.g. `ec2:CreateVpc`.
    ///
    /// # Panics
    /// When it is not.
    pub async fn called(&self, operation: &str) {
        let began = Instant::now();
        while !self.sandbox.calls().by_operation.contains_key(operation) {
            assert!(began.elapsed() < PATIENCE, "{operation} was not called");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Converges, and expects that it works.
    pub async fn converged(self) -> Self {
        self.run(&UP).await.expect(0);
        self
    }

    /// Lets what begins from now on take this share of the time that AWS takes for it.
    pub async fn pace(&self, scale: f64) {
        self.handle().await.set_time_scale(scale).await.unwrap();
    }

    /// Lets these go wrong from now on.
    pub fn suffer(&self, faults: &Faults) {
        self.sandbox.set_faults(faults.clone()).unwrap();
    }

    /// Lets nothing go wrong any more.
    pub fn recover(&self) {
        self.suffer(&Faults::default());
    }

    /// Runs the program and kills it at the `number`th call, counted from 1: before the call is
    /// executed, or after its answer was made and before it is sent.
    pub async fn run_and_kill(&self, arguments: &[&str], number: u64, phase: Phase) -> Ended {
        let number = self.calls() + number;
        self.kill_at(arguments, move |call, at| (call.number, at) == (number, phase)).await
    }

    /// Runs the program and kills it at the first call that matches, which gets no answer.
    pub async fn kill_at(
        &self,
        arguments: &[&str],
        matches: impl Fn(&CallInfo, Phase) -> bool + Send + Sync + 'static,
    ) -> Ended {
        let victim = Arc::new(Mutex::new(None));
        let run = {
            // Held until the child is there: its first call may come at once.
            let mut victim_there = victim.lock().unwrap();
            let victim = Arc::clone(&victim);
            self.rules.set(move |call, phase| {
                let caught = matches(&call, phase);
                if caught && let Some(pid) = victim.lock().unwrap().take() {
                    kill_process(pid, Signal::KILL).unwrap();
                }
                let verdict = if caught { Verdict::Drop } else { Verdict::Continue };
                std::future::ready(verdict).boxed()
            });
            let run = self.start(arguments);
            *victim_there = Some(run.pid());
            run
        };
        let ended = run.wait().await;
        self.rules.clear();
        ended
    }

    /// Treats calls by this rule from now on.
    pub fn treat(&self, rule: impl Fn(&CallInfo, Phase) -> Verdict + Send + Sync + 'static) {
        self.rules.set(move |call, phase| std::future::ready(rule(&call, phase)).boxed());
    }

    /// Lets every call go on.
    pub fn leave_alone(&self) {
        self.rules.clear();
    }

    /// Holds the calls that match until the gate is opened.
    pub fn hold(&self, matches: impl Fn(&CallInfo, Phase) -> bool + Send + Sync + 'static) -> Gate {
        Gate::new(&self.rules, matches)
    }

    /// Expects that the sandbox holds exactly these.
    ///
    /// # Panics
    /// When it holds more or fewer of a kind.
    pub async fn holds(&self, expected: &Objects) {
        let difference = difference(&self.objects().await, expected);
        assert!(difference.is_empty(), "{difference}");
    }

    /// How many objects of each kind the sandbox holds, but for its own notes on tokens and for what
    /// is in S3, where a state may be.
    pub async fn objects(&self) -> Objects {
        self.count(|kind| !kind.ends_with("/tokens") && !kind.starts_with("s3/")).await
    }

    /// How much is in S3: buckets, objects, uploads that were begun.
    pub async fn files(&self) -> Objects {
        self.count(|kind| kind.starts_with("s3/")).await
    }

    async fn count(&self, is_wanted: impl Fn(&str) -> bool) -> Objects {
        let status = self.handle().await.status().await.unwrap();
        let objects = status["objects"].as_object().unwrap().iter();
        objects
            .filter(|(kind, _)| is_wanted(kind))
            .map(|(kind, count)| (kind.clone(), count.as_u64().unwrap()))
            .collect()
    }

    async fn handle(&self) -> Handle {
        Handle::discover(&self.path("sandbox")).await.unwrap().unwrap()
    }
}
