//! For unit tests: a fresh world and a clock that a test moves.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::call::{Call, Clock, Ids};
use crate::fault::Fault;
use crate::gateway::faults::{Faults, Injector};
use crate::gateway::log::CallLog;
use crate::protocol::{model::Model, validate};
use crate::services;
use crate::world::World;

/// A world of its own, in one account and region.
pub struct Fixture {
    pub world: World,
    pub clock: Clock,
    /// Whether operations wait for what would really run.
    pub live: bool,
    /// What goes wrong with objects.
    pub faults: Injector,
    /// What was called.
    pub log: CallLog,
    ids: Ids,
}

impl Fixture {
    /// An empty world in which everything is over at once.
    pub fn new() -> Self {
        Self::with_scale(0.0)
    }

    /// An empty world in which durations are AWS's times `scale`.
    pub fn with_scale(scale: f64) -> Self {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = Clock { now, scale };
        let faults = Injector::new(Faults::default()).unwrap();
        Self {
            world: World::default(),
            clock,
            live: false,
            faults,
            log: CallLog::default(),
            ids: Ids::seeded(1),
        }
    }

    /// Lets time pass.
    pub fn pass(&mut self, time: Duration) {
        self.clock.now = self.clock.now.checked_add(time).unwrap_or(Timestamp::MAX);
    }

    /// One call, as the gateway makes it.
    pub fn call(&mut self, service: &str, name: &str, request: Value) -> Result<Value, Fault> {
        let operations = services::operations(service).expect("a service");
        let operation = operations
            .iter()
            .find(|operation| operation.name == name)
            .unwrap_or_else(|| panic!("{service}:{name} is not in the table"));
        self.world.settle(self.clock.now);
        let mut call = Call {
            world: &mut self.world,
            account: "123456789012",
            region: "us-east-1",
            endpoint: "http://127.0.0.1:4566",
            access_key: "AKIDEXAMPLE",
            clock: self.clock,
            ids: &mut self.ids,
            faults: &self.faults,
            log: &self.log,
            live: self.live,
            databases: false,
        };
        let response = (operation.handler)(&mut call, request)?;
        Ok(held_to_model(service, name, response))
    }

    /// The code of the fault that a call ends in.
    pub fn fault(&mut self, service: &str, name: &str, request: Value) -> String {
        self.call(service, name, request).expect_err("a fault").code
    }
}

/// The response without what is absent; one that is not in the model's shape fails the test.
fn held_to_model(service: &str, name: &str, response: Value) -> Value {
    let Some(model) = Model::of(service) else { return response };
    match model.operations.get(name).and_then(|operation| operation.output.as_ref()) {
        Some(output) => validate::response(model, output, response)
            .unwrap_or_else(|flaw| panic!("{service}:{name} gave a wrong response: {flaw}")),
        None => response,
    }
}
