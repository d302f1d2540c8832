//! One service: its instances, kept well and as many as are needed, and replaced without a gap.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::fleet::{Fleet, Instance};
use super::health::{becomes_well, is_well};
use super::image::Images;
use super::journal::Journal;
use super::process::{Process, Start};
use super::wanted::WantedService;
use crate::gateway::core::Core;

/// How often a service looks at its instances.
const TICK: Duration = Duration::from_millis(200);
/// How long an instance that is not needed stays in case it is needed again.
const LINGER: Duration = Duration::from_secs(30);
/// How long a request may still take in an instance that is on its way out.
const DRAIN: Duration = Duration::from_secs(20);
/// The longest pause before an instance that ended is started again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What a service's task needs beside what is wanted.
#[derive(Clone)]
pub struct Surroundings {
    /// The sandbox.
    pub core: Arc<Core>,
    /// The images.
    pub images: Images,
    /// Whoever sends requests looks here.
    pub fleet: Arc<Fleet>,
}

/// An instance that runs.
struct Running {
    instance: Arc<Instance>,
    process: Process,
    wanted: Arc<WantedService>,
    asked: Instant,
    bad: u32,
}

/// A service's instances.
struct Service {
    surroundings: Surroundings,
    journal: Journal,
    running: Vec<Running>,
    starting: JoinSet<Result<Running, String>>,
    leaving: JoinSet<()>,
    /// Since when there have been more instances than needed.
    idle: Option<Instant>,
    failures: u32,
    paused_until: Instant,
}

/// Keeps a service as it is wanted until nothing is wanted of it any more.
pub async fn keep(
    surroundings: Surroundings,
    mut wanted: watch::Receiver<Option<Arc<WantedService>>>,
) {
    let journal = Journal::new(surroundings.core.clone());
    let mut service = Service {
        surroundings,
        journal,
        running: Vec::new(),
        starting: JoinSet::new(),
        leaving: JoinSet::new(),
        idle: None,
        failures: 0,
        paused_until: Instant::now(),
    };
    let mut tried = None;
    loop {
        let now = wanted.borrow_and_update().clone();
        let Some(now) = now else { break };
        let runs = service.running.first().map(|running| running.wanted.generation);
        let failed = tried == Some(now.generation) && Instant::now() < service.paused_until;
        if runs != Some(now.generation) && !failed && service.starting.is_empty() {
            tried = Some(now.generation);
            tokio::select! {
                () = service.deploy(&now) => {}
                // What isn't well yet has answered nobody: it may end as it is.
                () = is_wanted_no_more(&mut wanted, now.generation) => {}
            }
        }
        service.look_after().await;
        // What is wanted may be gone for good: then there is nothing to keep.
        tokio::select! {
            changed = wanted.changed() => if changed.is_err() { break },
            () = tokio::time::sleep(TICK) => {}
        }
    }
    service.empty().await;
    while service.leaving.join_next().await.is_some() {}
}

/// Ends when something else is wanted than a generation.
async fn is_wanted_no_more(
    wanted: &mut watch::Receiver<Option<Arc<WantedService>>>,
    generation: u64,
) {
    let other = |now: &Option<Arc<WantedService>>| {
        now.as_ref().is_none_or(|now| now.generation != generation)
    };
    // An error says that nobody wants anything any more.
    let _ = wanted.wait_for(other).await;
}

impl Service {
    /// Starts instances of the new version beside those of the old, and lets them take over when
    /// they are well. Where one does not become well, the old version stays.
    async fn deploy(&mut self, wanted: &Arc<WantedService>) {
        self.starting.abort_all();
        self.starting = JoinSet::new();
        let count = wanted.scaling.min.max(1);
        let mut starting = JoinSet::new();
        for _ in 0..count {
            starting.spawn(start(self.surroundings.clone(), wanted.clone()));
        }
        let mut fresh = Vec::new();
        let mut reason = None;
        loop {
            tokio::select! {
                started = starting.join_next() => match started {
                    None => break,
                    Some(Ok(Ok(running))) => fresh.push(running),
                    Some(Ok(Err(why))) => reason = Some(why),
                    Some(Err(died)) => reason = Some(died.to_string()),
                },
                // The old version goes on answering, and is looked after.
                () = tokio::time::sleep(TICK) => self.look_after().await,
            }
        }
        if let Some(reason) = reason {
            for running in fresh {
                self.leave(running);
            }
            self.journal.failed(wanted, &reason);
            self.failures += 1;
            self.pause();
            return;
        }
        let old = std::mem::replace(&mut self.running, fresh);
        self.publish();
        for running in old {
            self.leave(running);
        }
        self.failures = 0;
        self.journal.deployed(wanted);
    }

    /// Replaces what has ended or is not well, and adds or ends instances with the load.
    async fn look_after(&mut self) {
        while let Some(started) = self.starting.try_join_next() {
            match started {
                Ok(Ok(running)) => {
                    self.failures = 0;
                    self.running.push(running);
                    self.publish();
                }
                Ok(Err(reason)) => self.fail(&reason),
                Err(_) => {}
            }
        }
        self.end_unwell().await;
        self.scale();
        while self.leaving.try_join_next().is_some() {}
    }

    async fn end_unwell(&mut self) {
        let mut unwell = Vec::new();
        for (number, running) in self.running.iter_mut().enumerate() {
            if let Some(reason) = running.trouble().await {
                unwell.push((number, reason));
            }
        }
        if unwell.is_empty() {
            return;
        }
        let mut gone = Vec::new();
        for (number, reason) in unwell.into_iter().rev() {
            let running = self.running.remove(number);
            self.journal.event(&running.wanted, &format!("An instance is replaced: {reason}."));
            gone.push(running);
        }
        self.publish();
        let wanted = gone.first().map(|running| running.wanted.clone());
        for running in gone {
            self.leave(running);
            self.failures += 1;
        }
        self.pause();
        if let (Some(wanted), true) = (wanted, self.running.is_empty()) {
            self.start_one(&wanted);
        }
    }

    fn scale(&mut self) {
        let Some(wanted) = self.running.first().map(|running| running.wanted.clone()) else {
            return;
        };
        let (count, scaling) = (self.running.len() + self.starting.len(), wanted.scaling);
        let load = self.surroundings.fleet.in_flight();
        if count < scaling.min.max(1) || (load > count * scaling.concurrency && count < scaling.max)
        {
            self.start_one(&wanted);
            self.idle = None;
        } else if self.running.len() > scaling.min.max(1)
            && load <= (self.running.len() - 1) * scaling.concurrency
        {
            if self.idle.get_or_insert_with(Instant::now).elapsed() > LINGER
                && let Some(running) = self.running.pop()
            {
                self.publish();
                self.leave(running);
                self.idle = None;
            }
        } else {
            self.idle = None;
        }
    }

    fn start_one(&mut self, wanted: &Arc<WantedService>) {
        let (surroundings, wanted) = (self.surroundings.clone(), wanted.clone());
        let pause = self.paused_until.saturating_duration_since(Instant::now());
        self.starting.spawn(async move {
            tokio::time::sleep(pause).await;
            start(surroundings, wanted).await
        });
    }

    fn fail(&mut self, reason: &str) {
        self.failures += 1;
        self.pause();
        if let Some(wanted) = self.running.first().map(|running| running.wanted.clone()) {
            self.journal.event(&wanted, &format!("An instance did not start: {reason}."));
        }
    }

    /// Twice as long after each failure, so that what ends at once does not busy the machine.
    fn pause(&mut self) {
        let pause = TICK * 2u32.saturating_pow(self.failures.min(10));
        self.paused_until = Instant::now() + pause.min(LONGEST_PAUSE);
    }

    fn publish(&self) {
        let instances = self.running.iter().map(|running| running.instance.clone());
        self.surroundings.fleet.set(instances.collect());
    }

    /// Ends an instance when it has answered what it was asked.
    fn leave(&mut self, running: Running) {
        let stop = self.surroundings.core.stop.clone();
        self.leaving.spawn(async move {
            let began = Instant::now();
            while running.instance.in_flight() > 0 && began.elapsed() < DRAIN {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            running.process.stop(&stop).await;
        });
    }

    async fn empty(&mut self) {
        self.starting.abort_all();
        self.starting = JoinSet::new();
        for running in std::mem::take(&mut self.running) {
            self.leave(running);
        }
        self.publish();
        while self.leaving.join_next().await.is_some() {}
    }
}

impl Running {
    /// Why it must go, if it must.
    async fn trouble(&mut self) -> Option<String> {
        if let Some(how) = self.process.ended() {
            return Some(format!("it ended ({how})"));
        }
        let (memory, limit) = (self.process.memory(), self.wanted.memory);
        if memory > limit {
            let mebibytes = |bytes: u64| bytes >> 20;
            return Some(format!(
                "it has {} MiB of memory, and may have {}",
                mebibytes(memory),
                mebibytes(limit)
            ));
        }
        let health = &self.wanted.health;
        if self.asked.elapsed() < health.interval {
            return None;
        }
        self.asked = Instant::now();
        self.bad = if is_well(self.instance.port, health).await { 0 } else { self.bad + 1 };
        (self.bad >= health.unhealthy).then(|| "it fails its health check".to_owned())
    }
}

/// Starts an instance and waits until it is well.
async fn start(surroundings: Surroundings, wanted: Arc<WantedService>) -> Result<Running, String> {
    let Surroundings { core, images, .. } = surroundings;
    let name = wanted.image.clone();
    let unpacking = core.clone();
    let image = tokio::task::spawn_blocking(move || images.get(&unpacking, &name)).await;
    let image = image.map_err(|died| died.to_string())?.map_err(|error| explain(&error))?;
    let port = free_port().map_err(|error| error.to_string())?;
    let environment = wanted.environment(&core, port).map_err(|error| error.to_string())?;
    let start =
        Start { image: &image, command: wanted.command.as_deref(), environment: &environment };
    let (mut process, lines) = Process::start(&start).map_err(|error| error.to_string())?;
    let instance = Instance::new(port);
    let journal = Journal::new(core.clone());
    let recent = journal.write_down(&wanted, lines);
    let mut how = None;
    let well = becomes_well(port, &wanted.health, || {
        how = process.ended();
        how.is_some()
    });
    if well.await {
        return Ok(Running { instance, process, wanted, asked: Instant::now(), bad: 0 });
    }
    process.stop(&core.stop).await;
    let why = match how {
        Some(how) => format!("the program ended ({how})"),
        None => "the health check failed".to_owned(),
    };
    Err(match recent.last_words().await {
        Some(words) => format!("{why}, and said last: {words}"),
        None => why,
    })
}

/// A port at which nobody listens now.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn explain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Lines of a program, on their way to the log.
pub type Lines = mpsc::Receiver<String>;
