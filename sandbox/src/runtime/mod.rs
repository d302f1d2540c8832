//! What is alive: where AWS would run something for its customer, so does a live sandbox.
//!
//! Operations only change the world. For each kind of living thing a task here watches the world,
//! compares what ought to run with what does, starts and stops, and writes back what came of it.

use std::path::Path;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::gateway::core::Core;

mod container;
mod measure;
mod nobody;
mod notify;
mod postgres;
mod services;

pub use container::Proxy as Services;
pub use postgres::{Installation, NotInstalled};

/// The tasks that keep things alive.
pub struct Runtime {
    tasks: JoinSet<()>,
}

impl Runtime {
    /// Begins to keep alive what the world has and will have.
    pub fn start(
        core: &Arc<Core>,
        directory: &Path,
        postgres: Option<Installation>,
        services: &Arc<Services>,
    ) -> Self {
        let mut tasks = JoinSet::new();
        tasks.spawn(notify::keep(core.clone()));
        tasks.spawn(measure::keep(core.clone(), services.clone()));
        if core.live {
            let folder = directory.to_owned();
            tasks.spawn(container::keep(core.clone(), services.clone(), folder));
        }
        if let Some(installation) = postgres {
            tasks.spawn(postgres::keep(core.clone(), installation, directory.to_owned()));
        }
        Self { tasks }
    }

    /// Waits until everything has ended, after the sandbox was told to stop.
    pub async fn ended(mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a part of the sandbox died");
            }
        }
    }
}
