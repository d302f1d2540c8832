//! What becomes of a service, told where AWS would tell it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::service::Lines;
use super::wanted::{Owner, WantedService};
use crate::gateway::core::Core;

/// How long lines are collected before they are written down together.
const COLLECT: Duration = Duration::from_millis(100);
/// How many lines are written down at once.
const BATCH: usize = 500;
/// How many lines of a program that failed are repeated.
const LAST: usize = 3;
/// The stream of what becomes of a service.
const EVENTS: &str = "events";

/// Tells the world.
#[derive(Clone)]
pub struct Journal(Arc<Core>);

/// What a program said last.
pub struct Recent(Arc<Mutex<VecDeque<String>>>);

impl Recent {
    /// Its last words, a moment after it has ended.
    pub async fn last_words(&self) -> Option<String> {
        tokio::time::sleep(COLLECT * 2).await;
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join(" / "))
    }
}

impl Journal {
    /// A journal of this sandbox's.
    pub fn new(core: Arc<Core>) -> Self {
        Self(core)
    }

    /// Writes down what happens to a service.
    pub fn event(&self, wanted: &WantedService, text: &str) {
        if let Some(group) = &wanted.log.service {
            let lines = vec![format!("[AppRunner] {text}")];
            self.append(&wanted.log.region, group, EVENTS, lines);
        }
        if let Owner::Ecs { region, arn } = &wanted.owner {
            let now = Timestamp::now();
            self.0.with_world(|world| world.region(region).ecs.tell(arn, text, now));
            self.0.touch();
        }
    }

    /// Writes down what an instance says, for as long as it says something.
    pub fn write_down(&self, wanted: &WantedService, mut lines: Lines) -> Recent {
        let recent = Arc::new(Mutex::new(VecDeque::new()));
        let (journal, log, last) = (self.clone(), wanted.log.clone(), recent.clone());
        tokio::spawn(async move {
            let stream = format!("{}/{}", log.stream, uuid::Uuid::new_v4().simple());
            while let Some(first) = lines.recv().await {
                tokio::time::sleep(COLLECT).await;
                let mut batch = vec![first];
                while batch.len() < BATCH
                    && let Ok(line) = lines.try_recv()
                {
                    batch.push(line);
                }
                {
                    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                    last.extend(batch.iter().cloned());
                    while last.len() > LAST {
                        last.pop_front();
                    }
                }
                journal.append(&log.region, &log.application, &stream, batch);
            }
        });
        Recent(recent)
    }

    /// The new version of a service answers.
    pub fn deployed(&self, wanted: &WantedService) {
        self.0.with_world(|world| match &wanted.owner {
            Owner::AppRunner { region, id } => {
                world.region(region).apprunner.deployed(id, wanted.generation);
            }
            Owner::Ecs { region, arn } => {
                world.region(region).ecs.deployed(arn, wanted.generation);
            }
        });
        self.0.touch();
    }

    /// The new version of a service does not answer, and the old one stays.
    pub fn failed(&self, wanted: &WantedService, reason: &str) {
        self.0.with_world(|world| match &wanted.owner {
            Owner::AppRunner { region, id } => {
                world.region(region).apprunner.deployment_failed(id, wanted.generation, reason);
            }
            Owner::Ecs { region, arn } => {
                world.region(region).ecs.deployment_failed(arn, wanted.generation, reason);
            }
        });
        self.0.touch();
    }

    fn append(&self, region: &str, group: &str, stream: &str, lines: Vec<String>) {
        let now = Timestamp::now();
        self.0.with_world(|world| world.region(region).logs.append(group, stream, lines, now));
        self.0.touch();
    }
}
