//! The one writer of a run's state: changes are made in memory at once and written in groups.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{State, Store, StoreError};

/// Shares a state between the tasks of a run and keeps the store up to date. Cheap to clone.
///
/// # Guarantees
/// - Writes are serialised, and each holds every change made before it began.
/// - [`Writer::commit`] returns when its change is in the store.
#[derive(Clone)]
pub struct Writer(Arc<Shared>);

struct Shared {
    state: Mutex<Versioned>,
    /// The newest version in memory.
    wanted: watch::Sender<u64>,
    /// The newest version in the store, and the error that stopped the writing.
    written: watch::Sender<(u64, Option<Arc<StoreError>>)>,
}

struct Versioned {
    state: State,
    version: u64,
}

impl Writer {
    /// Begins to write `state` to `store` whenever it changes. The task ends after
    /// [`Writer::close`], or at the first write that fails.
    pub fn start(state: State, store: Arc<dyn Store>) -> (Self, JoinHandle<()>) {
        let shared = Shared {
            state: Mutex::new(Versioned { state, version: 0 }),
            wanted: watch::Sender::new(0),
            written: watch::Sender::new((0, None)),
        };
        let writer = Self(Arc::new(shared));
        let task = tokio::spawn(writer.clone().run(store));
        (writer, task)
    }

    /// Reads the state.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock().state)
    }

    /// Changes the state; it will be in the store soon.
    pub fn record(&self, change: impl FnOnce(&mut State)) {
        self.change(change);
    }

    /// Changes the state, and returns when the change is in the store.
    ///
    /// # Errors
    /// When the store did not take it.
    pub async fn commit(&self, change: impl FnOnce(&mut State)) -> Result<(), Arc<StoreError>> {
        let version = self.change(change);
        self.reached(version).await
    }

    /// Returns when every change so far is in the store.
    ///
    /// # Errors
    /// When the store did not take them.
    pub async fn flush(&self) -> Result<(), Arc<StoreError>> {
        let version = self.lock().version;
        self.reached(version).await
    }

    /// The state as it is now.
    pub fn snapshot(&self) -> State {
        self.lock().state.clone()
    }

    /// Ends the writing after what is under way.
    pub fn close(&self) {
        self.0.wanted.send_replace(u64::MAX);
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> u64 {
        let version = {
            let mut held = self.lock();
            change(&mut held.state);
            held.version += 1;
            held.version
        };
        self.0.wanted.send_if_modified(|wanted| {
            let newer = version > *wanted;
            *wanted = version.max(*wanted);
            newer
        });
        version
    }

    async fn reached(&self, version: u64) -> Result<(), Arc<StoreError>> {
        let mut written = self.0.written.subscribe();
        let result =
            written.wait_for(|(reached, error)| error.is_some() || *reached >= version).await;
        match result.as_deref() {
            Ok((reached, Some(error))) if *reached < version => Err(Arc::clone(error)),
            _ => Ok(()),
        }
    }

    async fn run(self, store: Arc<dyn Store>) {
        let mut wanted = self.0.wanted.subscribe();
        let mut reached = 0;
        loop {
            let closed = match wanted.wait_for(|version| *version > reached).await {
                Ok(version) => *version == u64::MAX,
                Err(_) => true,
            };
            if let Some((state, version)) = self.newer_than(reached) {
                match store.save(&state).await {
                    Ok(()) => reached = version,
                    Err(error) => {
                        self.0.written.send_replace((reached, Some(Arc::new(error))));
                        return;
                    }
                }
                self.0.written.send_replace((reached, None));
            }
            if closed {
                return;
            }
        }
    }

    /// The next document to write, if there is one.
    fn newer_than(&self, reached: u64) -> Option<(State, u64)> {
        let mut held = self.lock();
        if held.version <= reached {
            return None;
        }
        held.state.serial += 1;
        Some((held.state.clone(), held.version))
    }

    fn lock(&self) -> MutexGuard<'_, Versioned> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
