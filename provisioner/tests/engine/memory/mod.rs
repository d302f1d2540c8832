//! An AWS in memory: objects of a few kinds, the rules that AWS keeps, and faults on demand.

mod fault;
mod kind;
mod object;
mod store;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use provisioner::aws::{Clients, Context, Error};
use provisioner::resource::{Id, Kinds};
use tokio_util::sync::CancellationToken;

pub use fault::{Fault, Operation, Rule};
pub use object::{Object, Phase};
pub use store::MemoryStore;

/// Every object that there is. Cheap to clone; all clones are one world.
#[derive(Clone, Default)]
pub struct World(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    objects: BTreeMap<Id, Object>,
    /// How many objects were ever made, by what their ids begin with.
    made: BTreeMap<String, u64>,
    /// The world's clock: every call is a tick.
    tick: u64,
    calls: Vec<Call>,
    rules: Vec<Rule>,
    /// What the engine must never do, and did.
    violations: Vec<String>,
    under_way: usize,
    most_under_way: usize,
    latency: Duration,
    death: CancellationToken,
    stop: CancellationToken,
    /// What befalls the call that has its effect now.
    struck: Option<Fault>,
}

/// A call that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was asked.
    pub operation: Operation,
    /// Of which object: its address, or what is read.
    pub subject: String,
}

impl World {
    /// The kinds of this world.
    pub fn kinds(&self) -> Kinds {
        kind::kinds(self)
    }

    /// A context whose clients nobody calls.
    pub fn context() -> Context {
        let (account, region) = ("123456789012".to_owned(), "eu-central-1".to_owned());
        Context { clients: Clients::offline(), account, region, project: ".".into() }
    }

    /// Every object, by id.
    pub fn objects(&self) -> BTreeMap<Id, Object> {
        self.lock().objects.clone()
    }

    /// The id and object of an address, which must have exactly one.
    pub fn object(&self, address: &str) -> (Id, Object) {
        let mut found = self.objects_of(address);
        assert_eq!(found.len(), 1, "{address} stands for {found:?}");
        found.remove(0)
    }

    /// The objects that were made for an address.
    pub fn objects_of(&self, address: &str) -> Vec<(Id, Object)> {
        let all = self.objects().into_iter();
        all.filter(|(_, object)| object.address.as_str() == address).collect()
    }

    /// Somebody changes an object by hand.
    pub fn change(&self, address: &str, change: impl FnOnce(&mut Object)) {
        let (id, _) = self.object(address);
        change(self.lock().objects.get_mut(&id).unwrap());
    }

    /// Somebody deletes an object by hand.
    pub fn remove(&self, address: &str) {
        self.take_away(&self.object(address).0);
    }

    /// Somebody deletes one of an address's objects by hand.
    pub fn take_away(&self, id: &Id) {
        assert!(self.lock().objects.remove(id).is_some(), "there is no {id}");
    }

    /// Somebody makes an object that is none of ours.
    pub fn insert(&self, id: &str, object: Object) {
        self.lock().objects.insert(id.into(), object);
    }

    /// A fault to come.
    pub fn inject(&self, rule: Rule) {
        self.lock().rules.push(rule);
    }

    /// No more faults.
    pub fn calm(&self) {
        self.lock().rules.clear();
    }

    /// Every call takes this long from now on.
    pub fn slow_down(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    /// The calls since the last time, in the order of arrival.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().calls)
    }

    /// The calls that change something since the last time, e.g. `create main.a`.
    pub fn take_changes(&self) -> Vec<String> {
        let calls = self.take_calls().into_iter().filter(|call| call.operation.changes());
        calls.map(|call| format!("{} {}", call.operation, call.subject)).collect()
    }

    /// How many calls were under way at once, at most.
    pub fn most_under_way(&self) -> usize {
        self.lock().most_under_way
    }

    /// What the engine must never do, and did.
    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    /// A new process begins; the token is cancelled when it dies.
    pub fn begin_process(&self) -> CancellationToken {
        let mut inner = self.lock();
        inner.death = CancellationToken::new();
        inner.stop = CancellationToken::new();
        inner.under_way = 0;
        inner.death.clone()
    }

    /// What stops this process's run between steps.
    pub fn stop(&self) -> CancellationToken {
        self.lock().stop.clone()
    }

    /// Ends the process: none of its calls and writes comes any further.
    async fn die<T>(&self) -> T {
        self.lock().death.cancel();
        std::future::pending().await
    }

    async fn alive(&self) {
        if self.lock().death.is_cancelled() {
            std::future::pending::<()>().await;
        }
    }

    /// One call: it arrives, fails where a rule says so, and has its effect.
    async fn call<T>(
        &self,
        call: Call,
        effect: impl FnOnce(&mut Inner) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.alive().await;
        let (fault, latency) = self.lock().arrive(call);
        let _under_way = UnderWay(self);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let effect = || effect(&mut self.lock());
        match fault {
            None => effect(),
            Some(Fault::Code(code)) => Err(Error::with_code(code, "injected")),
            Some(Fault::CallLost) => Err(lost()),
            Some(Fault::AnswerLost) => effect().and_then(|_| Err(lost())),
            Some(
                fault @ (Fault::GivesUp
                | Fault::Stuck
                | Fault::Blind
                | Fault::TakenBack
                | Fault::Useless),
            ) => {
                self.lock().struck = Some(fault);
                let result = effect();
                self.lock().struck = None;
                result
            }
            Some(Fault::Stop) => {
                self.stop().cancel();
                effect()
            }
            Some(Fault::DeathBefore) => self.die().await,
            Some(Fault::DeathAfter) => {
                let _ = effect();
                self.die().await
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No answer came: nobody knows whether the call had its effect.
fn lost() -> Error {
    Error::with_code("ServiceUnavailable", "injected").after_creation()
}

impl Inner {
    fn arrive(&mut self, call: Call) -> (Option<Fault>, Duration) {
        self.tick += 1;
        let due = |object: &Object| object.is_gone_by(self.tick);
        self.objects.retain(|_, object| !due(object));
        self.under_way += 1;
        self.most_under_way = self.most_under_way.max(self.under_way);
        let fault = self.rules.iter_mut().find_map(|rule| rule.strike(&call));
        self.calls.push(call);
        (fault, self.latency)
    }
}

/// Counts a call as under way until it is answered or given up.
struct UnderWay<'a>(&'a World);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut inner = self.0.lock();
        inner.under_way = inner.under_way.saturating_sub(1);
    }
}
