//! What most commands begin with: the definition, AWS, the state, and what is there.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::{Failed, Global, sandbox, signals};
use crate::address::Address;
use crate::aws::{self, Clients, Connection, Context, Credentials};
use crate::components;
use crate::definition::{self, Definition, Endpoint, Environment, Program, Sources, StateLocation};
use crate::engine::execute;
use crate::engine::owner::owner;
use crate::engine::refresh::{World, refresh};
use crate::resource::Kinds;
use crate::state::{Journaled, LocalStore, Lock, LockFile, S3Store, State, Store, StoreError};
use crate::view::value::count;
use crate::view::{Declared, Timings, View};

/// Where commands keep what is not to be committed.
pub const LOCAL: &str = ".local";

/// One environment, open.
pub struct Session {
    /// What is declared.
    pub program: Arc<Program>,
    /// The same, with the files that say so.
    pub declared: Declared,
    /// Its environment.
    pub environment: Arc<Environment>,
    /// The kinds.
    pub kinds: Kinds,
    /// AWS.
    pub cx: Context,
    /// Where the state is.
    pub store: Arc<dyn Store>,
    /// The state as it was read; a new one where there was none.
    pub state: State,
    /// Whether there was one.
    pub is_new: bool,
    /// Cancelled when the run should begin nothing more.
    pub stop: CancellationToken,
    /// Cancelled at the second Ctrl-C: the run should end at once.
    pub now: CancellationToken,
    signals: Option<tokio::task::JoinHandle<()>>,
    /// Where the time went.
    pub timings: Timings,
    lock: Option<Lock>,
}

impl Session {
    /// Opens an environment; with `command`, under its lock.
    ///
    /// # Errors
    /// A wrong definition, another account, a held lock, a state that can't be read.
    pub async fn open(
        global: &Global,
        name: &str,
        command: Option<&str>,
        view: &mut dyn View,
    ) -> Result<Self, Failed> {
        let began = Instant::now();
        let kinds = aws::kinds();
        let loaded = load(global, name, &kinds, view)?;
        let program = Arc::new(loaded.program);
        let declared =
            Declared { program: Arc::clone(&program), sources: Arc::new(loaded.sources) };
        let environment = Arc::new(program.environment.clone());
        let loaded = began.elapsed();
        let cx = connect(global, &environment, &declared.sources, view).await?;
        let stop = CancellationToken::new();
        let locked = command.is_some();
        let (store, lock_file) = open_store(&global.root, (&environment, &cx), &stop, locked);
        let lock = match command {
            Some(command) => Some(take_lock(&lock_file, command, &stop, view).await?),
            None => None,
        };
        // Without a lock, there is nothing to give back: Ctrl-C ends the process at once.
        let now = CancellationToken::new();
        let signals = lock.is_some().then(|| signals::watch(stop.clone(), now.clone()));
        let found = match load_state(&*store, name).await {
            Ok(found) => found,
            Err(failed) => {
                give_back(lock, view).await;
                return Err(failed);
            }
        };
        let is_new = found.is_none();
        let phases = vec![("load", loaded), ("connect", began.elapsed() - loaded)];
        Ok(Self {
            program,
            declared,
            environment,
            kinds,
            cx,
            store,
            state: found.unwrap_or_else(|| State::new(name)),
            is_new,
            stop,
            now,
            signals,
            timings: Timings { phases, ..Timings::default() },
            lock,
        })
    }

    /// An environment's state and lock alone.
    ///
    /// # Errors
    /// A wrong definition, or another account.
    pub async fn stores(
        global: &Global,
        name: &str,
        view: &mut dyn View,
    ) -> Result<(Arc<dyn Store>, Arc<dyn LockFile>), Failed> {
        let loaded = load(global, name, &aws::kinds(), view)?;
        let (environment, sources) = (loaded.program.environment, Arc::new(loaded.sources));
        let cx = connect(global, &environment, &sources, view).await?;
        let stop = CancellationToken::new();
        Ok(open_store(&global.root, (&environment, &cx), &stop, false))
    }

    /// Reads what is there.
    ///
    /// # Errors
    /// When anything can't be read.
    pub async fn refresh(&mut self, view: &mut dyn View) -> Result<World, Failed> {
        let began = Instant::now();
        let identity = |address: &Address, entry: &crate::state::Entry, token: &str| {
            owner(&self.environment, &self.state.lineage, address, &entry.tags, token)
        };
        let parallel = self.environment.parallel;
        let reading = refresh(&self.cx, &self.kinds, &self.state, identity, parallel);
        let objects = count(self.state.entries.len(), "object");
        view.wait(Some(&format!("reading {objects} …")));
        let world = tokio::select! {
            world = reading => world.map_err(Failed::from),
            () = self.stop.cancelled() => Err(self.stopped()),
        };
        view.wait(None);
        let world = world?;
        self.timed("refresh", began.elapsed());
        Ok(world)
    }

    /// Asks a question, and gives up when the run is stopped meanwhile.
    ///
    /// # Errors
    /// When stdin can't be read, or the run is stopped.
    pub async fn ask(&self, global: &Global, question: String) -> Result<String, Failed> {
        let streams = global.streams();
        let answer = tokio::task::spawn_blocking(move || streams.ask(&question));
        tokio::select! {
            answer = answer => Ok(answer.map_err(std::io::Error::other)??.trim().to_owned()),
            () = self.stop.cancelled() => Err(self.stopped()),
        }
    }

    /// The failure with the line that declares the first of these objects that any line declares.
    pub fn blame<'a>(
        &self,
        failed: Failed,
        addresses: impl IntoIterator<Item = &'a Address>,
    ) -> Failed {
        match addresses.into_iter().find_map(|address| self.declared.span(address)) {
            Some(span) => failed.at(span, &self.declared.sources),
            None => failed,
        }
    }

    /// Whether another run has taken the lock from this one.
    pub fn lost_lock(&self) -> bool {
        self.lock.as_ref().is_some_and(|lock| lock.lost.is_cancelled())
    }

    fn stopped(&self) -> Failed {
        match self.lost_lock() {
            true => Failed::new("another run has taken the lock; nothing was changed")
                .hint("run again when that one is over"),
            false => Failed::Interrupted,
        }
    }

    /// Notes how long a phase took.
    pub fn timed(&mut self, phase: &'static str, time: Duration) {
        self.timings.phases.push((phase, time));
    }

    /// Gives the lock back, and shows the timings where they are wanted.
    ///
    /// # Errors
    /// When the state is not where it should be.
    pub async fn close(mut self, global: &Global, view: &mut dyn View) -> Result<(), Failed> {
        if let Some(signals) = self.signals.take() {
            signals.abort();
        }
        give_back(self.lock.take(), view).await;
        if global.timings {
            self.timings.calls = self.cx.clients.meter().calls();
            view.timings(&self.timings);
        }
        match self.store.detour() {
            Some(detour) => Err(detour.into()),
            None => Ok(()),
        }
    }
}

/// A lock that can't be given back lapses by itself: that is worth a word, and fails nothing.
async fn give_back(lock: Option<Lock>, view: &mut dyn View) {
    let Some(lock) = lock else { return };
    if let Err(error) = lock.release().await {
        let text = format!("the lock could not be given back: {}", execute::chain(&error));
        view.warn(&text, Some("it lapses by itself within a minute"));
    }
}

/// Loads the definition; its warnings go to the view.
pub fn load(
    global: &Global,
    name: &str,
    kinds: &Kinds,
    view: &mut dyn View,
) -> Result<Definition, Failed> {
    let components = components::components();
    match definition::program(&global.root, name, kinds, &components) {
        Ok(loaded) => {
            if !loaded.warnings.is_empty() {
                view.definition(&loaded.warnings, &loaded.sources);
            }
            Ok(loaded)
        }
        Err(refusal) => Err(Failed::Definition(Box::new(refusal))),
    }
}

/// Reaches AWS, and refuses to go on as another account's caller.
pub async fn connect(
    global: &Global,
    environment: &Environment,
    sources: &Arc<Sources>,
    view: &mut dyn View,
) -> Result<Context, Failed> {
    let (endpoint, credentials) = match &environment.endpoint {
        Endpoint::Aws => (None, Credentials::Chain),
        Endpoint::Url(url) => (Some(url.clone()), credentials_for_url()),
        Endpoint::Sandbox => {
            let running = sandbox::ensure_running(&global.root, view).await?;
            (Some(running.url), running.credentials)
        }
    };
    let connection = Connection {
        region: environment.region.clone(),
        endpoint,
        credentials,
        attempt_timeout: environment.attempt_timeout,
    };
    let clients = Clients::connect(&connection).await?;
    let account = caller_account(&clients, environment, sources).await?;
    let (region, project) = (environment.region.clone(), environment.root.clone());
    Ok(Context { clients, account, region, project })
}

/// What tells the SDK's chain where the caller's credentials are.
const OWN_CREDENTIALS: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_CONFIG_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];

/// An emulator takes any key; the caller's own, where there is one, goes first.
fn credentials_for_url() -> Credentials {
    match OWN_CREDENTIALS.iter().any(|name| std::env::var_os(name).is_some()) {
        true => Credentials::Chain,
        false => {
            Credentials::Fixed { access_key: "test".to_owned(), secret_key: "test".to_owned() }
        }
    }
}

/// The caller's account, which must be the environment's where that names one. Only an endpoint
/// that is not AWS's may leave it out.
async fn caller_account(
    clients: &Clients,
    environment: &Environment,
    sources: &Arc<Sources>,
) -> Result<String, Failed> {
    clients.expiry().await?;
    let answer = clients.sts().get_caller_identity().send().await;
    let caller = answer.map_err(|error| no_caller(error.into(), environment, sources))?;
    let (account, arn) = (caller.account().unwrap_or_default(), caller.arn().unwrap_or_default());
    match &environment.account {
        Some(expected) if expected != account => Err(Failed::new(format!(
            "the environment `{}` belongs to account {expected}, and the caller is {arn} of account {account}",
            environment.name
        ))
        .hint("switch to a profile of that account (AWS_PROFILE), or correct `account:`")
        .at(environment.config.nearest("account").span, sources)),
        _ => Ok(account.to_owned()),
    }
}

/// An endpoint of the environment's own that does not answer is most often not running.
fn no_caller(error: aws::Error, environment: &Environment, sources: &Arc<Sources>) -> Failed {
    let silent = error.code().is_none() && error.is_ambiguous();
    match &environment.endpoint {
        Endpoint::Url(url) if silent => Failed::from(error)
            .hint(format!("start what is to answer at {url}, or correct `endpoint:`"))
            .at(environment.config.nearest("endpoint").span, sources),
        // Who calls may always ask who they are: it is the key that is not known, or not right.
        _ if error.is_access_denied() => Failed::from(error)
            .hint("check the key: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        _ => error.into(),
    }
}

/// The state's place. What a run left behind on this machine is brought back there only `locked`.
fn open_store(
    root: &Path,
    (environment, cx): (&Environment, &Context),
    stop: &CancellationToken,
    locked: bool,
) -> (Arc<dyn Store>, Arc<dyn LockFile>) {
    match &environment.state {
        StateLocation::Local(directory) => {
            let store = Arc::new(LocalStore::new(directory, &environment.name));
            (store.clone(), store)
        }
        StateLocation::S3 { bucket, prefix, region } => {
            let client = cx.clients.s3_in(region.as_deref());
            let store = Arc::new(S3Store::new(client, bucket, prefix, &environment.name));
            let journal = root.join(LOCAL).join("journal").join(&environment.name);
            let journaled = Journaled::new(store.clone(), &journal, stop.clone());
            (Arc::new(if locked { journaled.locked() } else { journaled }), store)
        }
    }
}

async fn take_lock(
    file: &Arc<dyn LockFile>,
    command: &str,
    stop: &CancellationToken,
    view: &mut dyn View,
) -> Result<Lock, Failed> {
    let lock = Lock::take(Arc::clone(file), command).await?;
    if let Some(dead) = &lock.taken_over {
        let who = crate::state::lock::describe(dead);
        view.note(&format!("took over the lock of a dead run: {who}"));
    }
    let (lost, stop) = (lock.lost.clone(), stop.clone());
    tokio::spawn(async move {
        lost.cancelled().await;
        stop.cancel();
    });
    Ok(lock)
}

/// The environment's state; another's is refused.
pub(super) async fn load_state(store: &dyn Store, name: &str) -> Result<Option<State>, Failed> {
    match store.load().await? {
        Some(state) if state.environment != name => {
            let reason = format!("it is of the environment `{}`", state.environment);
            Err(StoreError::Foreign { location: store.location(), reason }.into())
        }
        found => Ok(found),
    }
}
