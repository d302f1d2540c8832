//! Live Aurora: a PostgreSQL for every cluster of the world.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::gateway::core::Core;
use crate::runtime::nobody;
use futures::future::join_all;

mod admin;
mod cluster;
mod configuration;
mod endpoint;
mod installation;
mod server;
mod size;
mod vitals;
mod volume;
mod wanted;

use cluster::Cluster;
pub use installation::{Installation, NotInstalled};
use server::ServerError;
use wanted::{Wanted, WantedCluster, WantedSnapshot};

/// How soon a server that ended by itself is missed.
const TICK: Duration = Duration::from_millis(200);
/// How often AWS measures, and the part of that time after which it is done here at the soonest.
const MINUTE: Duration = Duration::from_secs(60);
const SOONEST: f64 = 0.05;
/// How often a cluster is tried before its instances have failed.
const TRIES: u32 = 3;

/// Keeps the world's clusters running until the sandbox stops.
pub async fn keep(core: Arc<Core>, installation: Installation, directory: PathBuf) {
    let folder = nobody::place(&directory, "aurora");
    let clusters = BTreeMap::new();
    let mut keeper = Keeper { core, installation, folder, clusters, measured: Instant::now() };
    let mut changes = keeper.core.watch();
    let stop = keeper.core.stop.clone();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            () = async { keeper.converge().await; keeper.measure().await } => {}
        }
        tokio::select! {
            () = stop.cancelled() => break,
            _ = changes.changed() => {}
            () = tokio::time::sleep(TICK), if !keeper.clusters.is_empty() => {}
        }
    }
    join_all(keeper.clusters.values_mut().map(|kept| kept.cluster.stop())).await;
}

struct Keeper {
    core: Arc<Core>,
    installation: Installation,
    folder: PathBuf,
    clusters: BTreeMap<String, Kept>,
    /// When its servers were last looked at.
    measured: Instant,
}

struct Kept {
    cluster: Cluster,
    failures: u32,
}

impl Keeper {
    async fn converge(&mut self) {
        let wanted = self.core.with_world(|world| Wanted::of(world));
        if wanted.clusters.is_empty() && wanted.snapshots.is_empty() && self.clusters.is_empty() {
            return;
        }
        self.open(&wanted.clusters);
        self.take_snapshots(&wanted).await;
        let installation = &self.installation;
        let folder = &self.folder;
        let under_way = self.clusters.iter_mut().filter_map(|(id, kept)| {
            let wanted = wanted.clusters.iter().find(|one| one.id == *id)?;
            let source = wanted.source.as_deref().map(|arn| snapshot_folder(folder, arn));
            Some(async move {
                let source = source.as_deref().filter(|source| source.exists());
                (wanted, kept.become_wanted(installation, wanted, source).await)
            })
        });
        for (wanted, outcome) in join_all(under_way).await {
            self.report(wanted, outcome);
        }
        self.drop_unwanted(&wanted).await;
    }

    /// Looks at every server once a minute, or as often as time passes faster than AWS's.
    async fn measure(&mut self) {
        let pause = MINUTE.mul_f64(self.core.time_scale().clamp(SOONEST, 1.0));
        if self.measured.elapsed() < pause {
            return;
        }
        self.measured = Instant::now();
        let clusters = self.clusters.values_mut();
        join_all(clusters.map(|kept| kept.cluster.measure(&self.core.meter))).await;
    }

    fn open(&mut self, wanted: &[WantedCluster]) {
        for one in wanted.iter().filter(|one| !one.members.is_empty()) {
            if self.clusters.contains_key(&one.id) {
                continue;
            }
            match Cluster::open(&self.installation, self.folder.join(&one.id)) {
                Ok(cluster) => {
                    self.clusters.insert(one.id.clone(), Kept { cluster, failures: 0 });
                }
                Err(error) => self.report(one, Outcome::Failed(error)),
            }
        }
    }

    /// Tells the world what came of a cluster.
    fn report(&self, wanted: &WantedCluster, outcome: Outcome) {
        let failed = match outcome {
            Outcome::Already => return,
            Outcome::Done => false,
            Outcome::Again(error) => {
                let error = explain(&error);
                tracing::warn!(cluster = wanted.id, error, "a database is tried again");
                return;
            }
            Outcome::Failed(error) => {
                let error = explain(&error);
                tracing::error!(cluster = wanted.id, error, "a database does not run");
                true
            }
        };
        self.core.with_world(|world| {
            let rds = &mut world.region(&wanted.region).rds;
            for member in &wanted.members {
                rds.server_is_up(&member.id, member.restarts, !failed);
            }
        });
        self.core.touch();
    }

    async fn take_snapshots(&mut self, wanted: &Wanted) {
        for snapshot in wanted.snapshots.iter().filter(|snapshot| snapshot.awaited) {
            let outcome = self.take_snapshot(snapshot).await;
            if let Err(error) = &outcome {
                let error = explain(error);
                tracing::error!(snapshot = snapshot.arn, error, "a snapshot could not be taken");
            }
            self.core.with_world(|world| {
                let rds = &mut world.region(&snapshot.region).rds;
                rds.snapshot_is_taken(&snapshot.identifier, outcome.is_ok());
            });
            self.core.touch();
        }
    }

    async fn take_snapshot(&mut self, snapshot: &WantedSnapshot) -> Result<(), ServerError> {
        let place = snapshot_folder(&self.folder, &snapshot.arn);
        let folder = self.folder.join("snapshots");
        self.installation.make_folder(&folder).map_err(ServerError::files(&folder))?;
        match self.clusters.get_mut(&snapshot.cluster) {
            Some(kept) => kept.cluster.snapshot(&self.installation, &place).await,
            None if !self.folder.join(&snapshot.cluster).exists() => Ok(()),
            None => {
                let volume = self.folder.join(&snapshot.cluster);
                let mut cluster = Cluster::open(&self.installation, volume)?;
                cluster.snapshot(&self.installation, &place).await
            }
        }
    }

    /// Ends what the world has no more, and removes its data.
    async fn drop_unwanted(&mut self, wanted: &Wanted) {
        let volumes: BTreeSet<PathBuf> =
            wanted.clusters.iter().map(|one| self.folder.join(&one.id)).collect();
        let snapshots: BTreeSet<PathBuf> =
            wanted.snapshots.iter().map(|one| snapshot_folder(&self.folder, &one.arn)).collect();
        let gone: Vec<String> = self
            .clusters
            .keys()
            .filter(|id| !volumes.contains(&self.folder.join(id)))
            .cloned()
            .collect();
        for id in gone {
            if let Some(mut kept) = self.clusters.remove(&id) {
                kept.cluster.stop().await;
            }
        }
        // A snapshot that came meanwhile may be of a cluster that has just gone.
        let awaited = self.core.with_world(|world| Wanted::of(world).snapshots);
        if awaited.iter().any(|snapshot| snapshot.awaited) {
            return;
        }
        for folder in entries(&self.folder).filter(|folder| !folder.ends_with("snapshots")) {
            if !volumes.contains(&folder) {
                discard(&folder);
            }
        }
        let taken = self.folder.join("snapshots");
        entries(&taken).filter(|folder| !snapshots.contains(folder)).for_each(|one| discard(&one));
        // Only when they are empty.
        let _ = std::fs::remove_dir(&taken);
        let _ = std::fs::remove_dir(&self.folder);
    }
}

/// What came of an attempt at a cluster.
enum Outcome {
    Already,
    Done,
    Again(ServerError),
    Failed(ServerError),
}

impl Kept {
    async fn become_wanted(
        &mut self,
        installation: &Installation,
        wanted: &WantedCluster,
        source: Option<&Path>,
    ) -> Outcome {
        if self.failures >= TRIES || self.cluster.is(wanted) {
            return Outcome::Already;
        }
        match self.cluster.become_wanted(installation, wanted, source).await {
            Ok(()) => {
                self.failures = 0;
                Outcome::Done
            }
            Err(error) => {
                self.failures += 1;
                let over = self.failures >= TRIES;
                if over { Outcome::Failed(error) } else { Outcome::Again(error) }
            }
        }
    }
}

/// Where a snapshot's data are. Its name may be given again to another one, later.
fn snapshot_folder(folder: &Path, arn: &str) -> PathBuf {
    let name = arn.rsplit(':').next().unwrap_or(arn);
    let region = arn.split(':').nth(3).unwrap_or_default();
    folder.join("snapshots").join(format!("{region}.{name}"))
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn discard(folder: &Path) {
    if let Err(error) = volume::remove(folder) {
        tracing::warn!(error = explain(&error), "old data stay");
    }
}

/// An error with its causes, in one line.
fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
