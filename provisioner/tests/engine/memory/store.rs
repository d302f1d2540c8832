//! A state kept in memory, in the form that it has on disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use provisioner::state::{self, State, Store, StoreError};

use super::{Fault, World};

const LOCATION: &str = "memory";

/// A store that survives its process. Its writes can fail as a world's calls can.
#[derive(Clone)]
pub struct MemoryStore {
    world: World,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    document: Option<Vec<u8>>,
    serial: u64,
    /// How many writes arrived.
    writes: usize,
    /// The write that fails, and how.
    fault: Option<(usize, Fault)>,
}

impl MemoryStore {
    /// An empty store. It dies with the world's process.
    pub fn new(world: &World) -> Self {
        Self { world: world.clone(), kept: Arc::default() }
    }

    /// What was written last.
    pub fn state(&self) -> Option<State> {
        self.lock().document.as_ref().map(|bytes| state::decode(bytes, LOCATION).unwrap())
    }

    /// Changes what was written, as `provision state` does.
    pub fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state().unwrap();
        change(&mut state);
        state.serial += 1;
        self.lock().document = Some(state::encode(&state, LOCATION).unwrap());
    }

    /// A fault of the write of this number, counted from the next, which is 0.
    pub fn inject(&self, number: usize, fault: Fault) {
        let mut kept = self.lock();
        kept.fault = Some((kept.writes + number, fault));
    }

    /// No more faults.
    pub fn calm(&self) {
        self.lock().fault = None;
    }

    fn write(&self, state: &State) -> Result<(), StoreError> {
        let bytes = state::encode(state, LOCATION)?;
        let mut kept = self.lock();
        assert!(kept.serial < state.serial, "{} follows {}", state.serial, kept.serial);
        kept.serial = state.serial;
        kept.document = Some(bytes);
        Ok(())
    }

    fn arrive(&self) -> Option<Fault> {
        let mut kept = self.lock();
        let number = kept.writes;
        kept.writes += 1;
        kept.fault.filter(|(struck, _)| *struck == number).map(|(_, fault)| fault)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn location(&self) -> String {
        LOCATION.to_owned()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        async { Ok(self.state()) }.boxed()
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            self.world.alive().await;
            match self.arrive() {
                None => self.write(state),
                Some(Fault::DeathBefore) => self.world.die().await,
                Some(Fault::DeathAfter) => {
                    self.write(state)?;
                    self.world.die().await
                }
                Some(Fault::AnswerLost) => self.write(state).and(Err(unreachable())),
                Some(_) => Err(unreachable()),
            }
        }
        .boxed()
    }

    fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        async {
            self.lock().document = None;
            Ok(())
        }
        .boxed()
    }
}

fn unreachable() -> StoreError {
    StoreError::Unreachable {
        location: LOCATION.to_owned(),
        verb: "written",
        source: "injected".into(),
    }
}
