//! What all connections share: the world behind its lock, the clock, the log, the faults.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::faults::Injector;
use super::hook::Hook;
use super::keyring::Credentials;
use super::log::CallLog;
use super::route::Scope;
use crate::call::{Call, Clock, Ids};
use crate::fault::Fault;
use crate::meter::Meter;
use crate::services;
use crate::world::World;

/// What all connections share.
pub struct Core {
    /// The sandbox's own keys.
    pub credentials: Credentials,
    /// The account, twelve digits.
    pub account: String,
    /// Where it answers.
    pub url: String,
    /// What was called.
    pub log: CallLog,
    /// What goes wrong.
    pub faults: Injector,
    /// A test's hand in every call.
    pub hook: Option<Hook>,
    /// How much longer every call takes.
    pub latency: Duration,
    /// Whether what AWS would run really runs here.
    pub live: bool,
    /// Whether databases do.
    pub databases: bool,
    /// What services count.
    pub meter: Arc<Meter>,
    changed: watch::Sender<()>,
    /// Cancelled when the sandbox is to stop.
    pub stop: CancellationToken,
    /// When the sandbox started.
    pub started: Timestamp,
    state: Mutex<State>,
}

/// What operations change.
pub struct State {
    /// Everything that exists.
    pub world: World,
    /// Where identifiers come from.
    pub ids: Ids,
    /// How fast time passes for objects under way.
    pub time_scale: f64,
}

/// What a [`Core`] begins with.
pub struct Beginning {
    /// The sandbox's own keys.
    pub credentials: Credentials,
    /// The account, twelve digits.
    pub account: String,
    /// Where it answers.
    pub url: String,
    /// What goes wrong.
    pub faults: Injector,
    /// A test's hand in every call.
    pub hook: Option<Hook>,
    /// How much longer every call takes.
    pub latency: Duration,
    /// Whether what AWS would run really runs here.
    pub live: bool,
    /// Whether databases do.
    pub databases: bool,
    /// What operations change.
    pub state: State,
}

impl Core {
    /// Begins.
    pub fn new(beginning: Beginning) -> Self {
        Self {
            credentials: beginning.credentials,
            account: beginning.account,
            url: beginning.url,
            log: CallLog::default(),
            faults: beginning.faults,
            hook: beginning.hook,
            latency: beginning.latency,
            live: beginning.live,
            databases: beginning.databases,
            meter: Arc::default(),
            changed: watch::Sender::new(()),
            stop: CancellationToken::new(),
            started: Timestamp::now(),
            state: Mutex::new(beginning.state),
        }
    }

    /// Executes an operation on the world as it is now.
    ///
    /// # Errors
    /// What the operation answers, or `NotImplemented`.
    pub fn execute(&self, scope: &Scope, operation: &str, request: Value) -> Result<Value, Fault> {
        let table = services::operations(&scope.service).unwrap_or_default();
        let handler = table
            .iter()
            .find(|candidate| candidate.name == operation)
            .ok_or_else(|| Fault::not_implemented(&scope.service, operation))?
            .handler;
        let result = self.call(&scope.region, &scope.access_key, |call| handler(call, request));
        if !is_read_only(operation) {
            self.touch();
        }
        result
    }

    /// Does something in a region of the world as it is now.
    pub fn call<T>(
        &self,
        region: &str,
        access_key: &str,
        act: impl FnOnce(&mut Call<'_>) -> T,
    ) -> T {
        let mut guard = self.lock();
        let State { world, ids, time_scale } = &mut *guard;
        let clock = Clock { now: Timestamp::now(), scale: *time_scale };
        world.settle(clock.now);
        act(&mut Call {
            world,
            account: &self.account,
            region,
            endpoint: &self.url,
            access_key,
            clock,
            ids,
            faults: &self.faults,
            log: &self.log,
            live: self.live,
            databases: self.databases,
        })
    }

    /// Tells everybody who watches that the world may have changed.
    pub fn touch(&self) {
        self.changed.send_replace(());
    }

    /// Sees every change from now on; several that come close together may be seen as one.
    pub fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Looks at the world, or changes it behind the services' back.
    pub fn with_world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.lock().world)
    }

    /// How fast time passes.
    pub fn time_scale(&self) -> f64 {
        self.lock().time_scale
    }

    /// Lets time pass faster or slower for what begins from now on.
    pub fn set_time_scale(&self, time_scale: f64) {
        self.lock().time_scale = time_scale;
    }

    /// Forgets everything that exists, and the calls.
    pub fn reset(&self) {
        self.lock().world = World::default();
        self.log.clear();
        self.touch();
    }

    /// How many objects there are: `us-east-1/ec2/vpcs` → 3.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let world = self.with_world(|world| serde_json::to_value(&*world)).unwrap_or_default();
        let mut counts = BTreeMap::new();
        count(&world["global"], "global", 1, &mut counts);
        for (region, services) in world["regions"].as_object().into_iter().flatten() {
            count(services, region, 1, &mut counts);
        }
        counts
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts the entries of the collections in a service's state.
fn count(value: &Value, path: &str, depth: usize, counts: &mut BTreeMap<String, usize>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let path = format!("{path}/{name}");
        let length = match value {
            Value::Array(items) => items.len(),
            Value::Object(entries) => entries.len(),
            _ => 0,
        };
        if depth > 0 {
            count(value, &path, depth - 1, counts);
        } else if length > 0 {
            counts.insert(path, length);
        }
    }
}

/// AWS's names tell which operations leave the world as it is; STS alone gives out sessions with
/// `GetSessionToken`.
fn is_read_only(operation: &str) -> bool {
    const READING: &[&str] =
        &["BatchCheck", "BatchGet", "Describe", "Get", "Head", "List", "Lookup"];
    operation != "GetSessionToken" && READING.iter().any(|verb| operation.starts_with(verb))
}
