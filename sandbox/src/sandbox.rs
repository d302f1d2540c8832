//! Starting and stopping a sandbox inside this process.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::call::Ids;
use crate::edge::Edge;
use crate::gateway::call::Gateway;
use crate::gateway::core::{Beginning, Core, State};
use crate::gateway::faults::{Faults, Injector, InvalidFaults};
use crate::gateway::hook::Hook;
use crate::gateway::keyring::{Credentials, Keyring};
use crate::gateway::log::Entry;
use crate::gateway::server;
use crate::runtime::{Installation, NotInstalled, Runtime, Services};
use crate::services::ecr::Distribution;
use crate::services::s3::S3;
use crate::store::{Endpoint, Store, StoreError};
use crate::world::World;

/// How long changes are collected before they are written.
const DEBOUNCE: Duration = Duration::from_millis(50);

/// What a sandbox is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it keeps everything.
    pub directory: PathBuf,
    /// Its port on the loopback interface; 0 takes any.
    pub port: u16,
    /// Its account, twelve digits.
    pub account: String,
    /// How fast time passes for objects under way: 1.0 is AWS's own pace, 0.0 is at once.
    pub time_scale: f64,
    /// What goes wrong.
    pub faults: Faults,
    /// A test's hand in every call.
    pub hook: Option<Hook>,
    /// How much longer every call takes.
    pub latency: Duration,
    /// Makes the same identifiers again; random when absent.
    pub seed: Option<u64>,
    /// Whether databases and services really run, rather than only look so.
    pub live: bool,
    /// Whether it is started because somebody needs it just now, and not for its own sake.
    pub on_demand: bool,
}

impl Options {
    /// A sandbox in a directory, on any port, in which everything is over at once and nothing
    /// goes wrong.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            port: 0,
            account: "123456789012".to_owned(),
            time_scale: 0.0,
            faults: Faults::default(),
            hook: None,
            latency: Duration::ZERO,
            seed: None,
            live: false,
            on_demand: false,
        }
    }
}

/// Why a sandbox does not start, or does not stop well.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its directory cannot be used.
    #[error("the sandbox's directory cannot be used")]
    Store(#[from] StoreError),
    /// Its buckets cannot be read.
    #[error("the buckets in the sandbox's directory cannot be read")]
    S3(#[source] std::io::Error),
    /// The layers of its images cannot be read.
    #[error("the images in the sandbox's directory cannot be read")]
    Registry(#[source] std::io::Error),
    /// Its port cannot be had.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port.
        port: u16,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Its faults make no sense.
    #[error("the faults are not valid")]
    Faults(#[from] InvalidFaults),
    /// A part of it died.
    #[error("a task of the sandbox died")]
    Died(#[from] tokio::task::JoinError),
}

/// The calls that a sandbox has had.
#[derive(Debug, Clone)]
pub struct Calls {
    /// How many there were.
    pub total: u64,
    /// How many of each `service:operation`.
    pub by_operation: BTreeMap<String, u64>,
    /// The last of them, oldest first.
    pub entries: Vec<Entry>,
}

/// A running sandbox.
///
/// [`Sandbox::stop`] ends it in order. When it is only dropped it stops as well, but nobody waits
/// until its state is on disk.
pub struct Sandbox {
    url: String,
    core: Arc<Core>,
    missing: Option<NotInstalled>,
    tasks: Option<JoinHandle<Result<(), Error>>>,
}

impl Sandbox {
    /// Starts a sandbox, with what existed in its directory when it last stopped.
    ///
    /// # Errors
    /// When its directory or port cannot be used.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let store = Store::open(&options.directory)?;
        let port = options.port;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(|source| Error::Listen { port, source })?;
        let address = listener.local_addr().map_err(|source| Error::Listen { port, source })?;
        let url = format!("http://{address}");
        let (postgres, missing) = match options.live.then(Installation::find).transpose() {
            Ok(installation) => (installation, None),
            Err(missing) => (None, Some(missing)),
        };
        let core = Arc::new(Core::new(Beginning {
            credentials: store.credentials()?,
            account: options.account,
            url: url.clone(),
            faults: Injector::new(options.faults)?,
            hook: options.hook,
            latency: options.latency,
            live: options.live,
            databases: postgres.is_some(),
            state: State {
                world: store.load_world()?,
                ids: options.seed.map_or_else(Ids::random, Ids::seeded),
                time_scale: options.time_scale,
            },
        }));
        store.announce(&Endpoint {
            url: url.clone(),
            pid: std::process::id(),
            started: core.started,
            on_demand: options.on_demand,
        })?;
        let keys = Keyring::new(core.clone());
        let s3 = S3::open(options.directory.join("s3"), &core.account, keys).map_err(Error::S3)?;
        let s3 = Arc::new(s3);
        let registry = Distribution::open(core.clone(), options.directory.join("ecr"))
            .map_err(Error::Registry)?;
        let edge = Arc::new(Edge::new(core.clone(), s3.clone()));
        let services = Services::new(core.meter.clone());
        let gateway = Arc::new(Gateway {
            core: core.clone(),
            s3: Some(s3),
            registry: Some(Arc::new(registry)),
            fronts: vec![edge, services.clone()],
        });
        let runtime = Runtime::start(&core, &options.directory, postgres, &services);
        let tasks = tokio::spawn(run(listener, gateway, runtime, store));
        Ok(Self { url, core, missing, tasks: Some(tasks) })
    }

    /// The URL of its port.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Why its databases only look as if they ran, although it is live.
    pub fn missing(&self) -> Option<&NotInstalled> {
        self.missing.as_ref()
    }

    /// The keys that it accepts.
    pub fn credentials(&self) -> &Credentials {
        &self.core.credentials
    }

    /// The calls so far.
    pub fn calls(&self) -> Calls {
        let log = &self.core.log;
        Calls { total: log.total(), by_operation: log.counts(), entries: log.tail(usize::MAX) }
    }

    /// Lets other things go wrong from now on.
    ///
    /// # Errors
    /// When the probabilities are out of range; the old ones stay.
    pub fn set_faults(&self, faults: Faults) -> Result<(), InvalidFaults> {
        self.core.faults.set(faults)
    }

    /// Looks at the world, or changes it behind the services' back.
    pub fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let result = self.core.with_world(look);
        self.core.touch();
        result
    }

    /// Stops it, and waits until everything is on disk.
    ///
    /// # Errors
    /// When the state could not be written.
    pub async fn stop(self) -> Result<(), Error> {
        self.core.stop.cancel();
        self.wait().await
    }

    /// Waits until somebody stops it: `sandbox stop`, or another task.
    ///
    /// # Errors
    /// When the state could not be written.
    pub async fn wait(mut self) -> Result<(), Error> {
        match self.tasks.take() {
            Some(tasks) => tasks.await?,
            None => Ok(()),
        }
    }

    /// What stops it from elsewhere, for a handler of signals.
    pub fn stop_token(&self) -> tokio_util::sync::CancellationToken {
        self.core.stop.clone()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.core.stop.cancel();
    }
}

/// Serves and saves until the sandbox stops.
async fn run(
    listener: TcpListener,
    gateway: Arc<Gateway>,
    runtime: Runtime,
    store: Store,
) -> Result<(), Error> {
    let core = gateway.core.clone();
    let store = Arc::new(store);
    let writer = tokio::spawn(save_changes(core.clone(), store.clone()));
    server::serve(listener, gateway, core.stop.clone()).await;
    runtime.ended().await;
    writer.await?;
    save(&core, &store).await?;
    store.withdraw()?;
    Ok(())
}

/// Writes the world a moment after each change. A failure is told and tried again at the next.
async fn save_changes(core: Arc<Core>, store: Arc<Store>) {
    let mut changes = core.watch();
    loop {
        tokio::select! {
            () = core.stop.cancelled() => return,
            // The core holds the other end for as long as there is anything to save.
            _ = changes.changed() => {}
        }
        tokio::time::sleep(DEBOUNCE).await;
        if let Err(error) = save(&core, &store).await {
            tracing::error!(%error, "the sandbox's state could not be saved");
        }
    }
}

async fn save(core: &Arc<Core>, store: &Arc<Store>) -> Result<(), Error> {
    let (core, store) = (core.clone(), store.clone());
    let saved = tokio::task::spawn_blocking(move || {
        let bytes = core.with_world(|world| Store::render_world(world));
        let bytes = bytes.map_err(StoreError::unwritable)?;
        store.save_world(&bytes)
    });
    Ok(saved.await??)
}
