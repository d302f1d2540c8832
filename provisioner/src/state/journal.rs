//! A file on this machine for what a remote place did not take, until it can be reached again.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use super::local::write_atomically;
use super::store::Detour;
use super::{State, Store, StoreError, document};

/// A store whose documents go to a file on this machine from the first one on that it can't take.
///
/// 1. The file names the documents that its own may follow: the last one that the place is known
///    to have taken, and the one whose taking is not known. On any other it is refused and kept.
/// 2. It counts as the state wherever it follows what the place holds. Only who holds the lock
///    brings it back there.
pub struct Journaled {
    inner: Arc<dyn Store>,
    path: PathBuf,
    locked: bool,
    degraded: CancellationToken,
    course: Mutex<Course>,
}

/// What tells a document from any other; `None` stands for no document at all.
type Digest = Option<String>;

/// Where documents go.
enum Course {
    /// Into the place, which holds this one.
    Place(Digest),
    /// Into the file, which follows one of these.
    File { follows: Vec<Digest>, cause: Arc<StoreError> },
}

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Journal {
    follows: Vec<Digest>,
    state: Json,
}

impl Journaled {
    /// Keeps its file in `directory`. `degraded` is cancelled at the first document that had to go
    /// there: a run should begin nothing more then.
    pub fn new(inner: Arc<dyn Store>, directory: &Path, degraded: CancellationToken) -> Self {
        let path = directory.join("journal.json");
        Self { inner, path, locked: false, degraded, course: Mutex::new(Course::Place(None)) }
    }

    /// The same for who holds the lock.
    #[must_use]
    pub fn locked(self) -> Self {
        Self { locked: true, ..self }
    }

    /// What the file holds, where there is one and it follows what is in the place.
    fn waiting(&self, there: &Digest) -> Result<Option<State>, StoreError> {
        let bytes = match fs::read(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            result => result.map_err(|source| self.unreachable("read", source.into()))?,
        };
        let corrupt = |error: serde_json::Error| StoreError::Corrupt {
            location: self.place(),
            reason: error.to_string(),
        };
        let journal: Journal = serde_json::from_slice(&bytes).map_err(corrupt)?;
        let state = serde_json::to_vec(&journal.state).map_err(corrupt)?;
        let state = document::decode(&state, &self.place())?;
        let is_there = *there == Some(self.digest(&state)?);
        if is_there || journal.follows.contains(there) {
            return Ok(Some(state));
        }
        Err(StoreError::Overtaken { location: self.inner.location(), journal: self.place() })
    }

    async fn bring_back(&self, state: &State, there: &Digest) -> Result<(), StoreError> {
        let digest = Some(self.digest(state)?);
        if digest != *there {
            self.inner.save(state).await?;
        }
        *self.course() = Course::Place(digest);
        fs::remove_file(&self.path).map_err(|source| self.unreachable("written", source.into()))
    }

    /// The place did not take a document: this one and all that come go to the file.
    fn degrade(&self, state: &State, digest: Digest, cause: StoreError) -> Result<(), StoreError> {
        self.degraded.cancel();
        let mut course = self.course();
        let Course::Place(last) = &*course else { return Err(cause) };
        let follows = vec![last.clone(), digest];
        if self.write(&follows, state).is_err() {
            return Err(cause);
        }
        *course = Course::File { follows, cause: Arc::new(cause) };
        Ok(())
    }

    fn write(&self, follows: &[Digest], state: &State) -> Result<(), StoreError> {
        let unwritable = |error: serde_json::Error| self.unreachable("written", error.into());
        let document = document::encode(state, &self.place())?;
        let state = serde_json::from_slice(&document).map_err(unwritable)?;
        let journal = Journal { follows: follows.to_vec(), state };
        let bytes = serde_json::to_vec_pretty(&journal).map_err(unwritable)?;
        write_atomically(&self.path, &bytes)
            .map_err(|source| self.unreachable("written", source.into()))
    }

    fn digest(&self, state: &State) -> Result<String, StoreError> {
        let bytes = document::encode(state, &self.inner.location())?;
        Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn unreachable(
        &self,
        verb: &'static str,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> StoreError {
        StoreError::Unreachable { location: self.place(), verb, source }
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Journaled {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        Box::pin(async move {
            let found = self.inner.load().await?;
            let there = found.as_ref().map(|state| self.digest(state)).transpose()?;
            *self.course() = Course::Place(there.clone());
            let Some(waiting) = self.waiting(&there)? else { return Ok(found) };
            if self.locked {
                self.bring_back(&waiting, &there).await?;
            }
            Ok(Some(waiting))
        })
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if let Course::File { follows, .. } = &*self.course() {
                return self.write(follows, state);
            }
            let digest = Some(self.digest(state)?);
            match self.inner.save(state).await {
                Ok(()) => {
                    *self.course() = Course::Place(digest);
                    Ok(())
                }
                Err(cause @ StoreError::Unreachable { .. }) => self.degrade(state, digest, cause),
                Err(error) => Err(error),
            }
        })
    }

    fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.remove()
    }

    fn detour(&self) -> Option<Detour> {
        match &*self.course() {
            Course::Place(_) => None,
            Course::File { cause, .. } => {
                Some(Detour { path: self.path.clone(), cause: Arc::clone(cause) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    const REACHABLE: u8 = 0;
    const CUT_OFF: u8 = 1;
    /// Documents arrive, and nobody hears of it.
    const SILENT: u8 = 2;

    /// A remote place that can be cut off.
    #[derive(Default)]
    struct Remote {
        state: Mutex<Option<State>>,
        line: AtomicU8,
    }

    impl Remote {
        fn is(&self, line: u8) {
            self.line.store(line, Ordering::Relaxed);
        }
    }

    impl Store for Remote {
        fn location(&self) -> String {
            "remote".to_owned()
        }

        fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
            Box::pin(async { Ok(self.state.lock().unwrap().clone()) })
        }

        fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
            Box::pin(async move {
                let line = self.line.load(Ordering::Relaxed);
                if line != CUT_OFF {
                    *self.state.lock().unwrap() = Some(state.clone());
                }
                match line {
                    REACHABLE => Ok(()),
                    _ => Err(StoreError::Unreachable {
                        location: self.location(),
                        verb: "written",
                        source: "cut off".into(),
                    }),
                }
            })
        }

        fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>> {
            Box::pin(async { Ok(()) })
        }
    }

    /// A remote place, and what opens it anew as the next run would.
    fn opener() -> (Arc<Remote>, tempfile::TempDir, impl Fn(&tempfile::TempDir) -> Journaled) {
        let remote = Arc::new(Remote::default());
        let inner = Arc::clone(&remote);
        let open = move |directory: &tempfile::TempDir| {
            Journaled::new(inner.clone(), directory.path(), CancellationToken::new()).locked()
        };
        (remote, tempfile::tempdir().unwrap(), open)
    }

    fn at(serial: u64, of: &State) -> State {
        State { serial, ..of.clone() }
    }

    #[tokio::test]
    async fn what_the_remote_place_missed_comes_back() {
        let (remote, directory, open) = opener();
        for line in [CUT_OFF, SILENT] {
            let store = open(&directory);
            let state = State::new("test");
            *remote.state.lock().unwrap() = None;
            remote.is(REACHABLE);
            store.save(&at(1, &state)).await.unwrap();
            assert!(!store.degraded.is_cancelled() && store.detour().is_none());

            remote.is(line);
            store.save(&at(2, &state)).await.unwrap();
            store.save(&at(3, &state)).await.unwrap();
            assert!(store.degraded.is_cancelled() && store.detour().is_some());
            assert!(remote.state.lock().unwrap().as_ref().unwrap().serial < 3);

            remote.is(REACHABLE);
            assert_eq!(open(&directory).load().await.unwrap(), Some(at(3, &state)));
            assert_eq!(remote.load().await.unwrap(), Some(at(3, &state)));
            assert!(!store.path.exists());
        }
    }

    #[tokio::test]
    async fn who_only_looks_sees_it_and_leaves_it_where_it_is() {
        let (remote, directory, open) = opener();
        let state = State::new("test");
        remote.is(CUT_OFF);
        let store = open(&directory);
        store.save(&at(1, &state)).await.unwrap();
        remote.is(REACHABLE);
        let looker = Journaled { locked: false, ..open(&directory) };
        assert_eq!(looker.load().await.unwrap(), Some(at(1, &state)));
        assert_eq!(remote.load().await.unwrap(), None);
        assert!(store.path.exists());
    }

    #[tokio::test]
    async fn a_journal_that_somebody_has_overtaken_is_refused_and_kept() {
        let (remote, directory, open) = opener();
        let state = State::new("test");
        let store = open(&directory);
        store.save(&at(1, &state)).await.unwrap();
        remote.is(CUT_OFF);
        store.save(&at(9, &state)).await.unwrap();
        remote.is(REACHABLE);
        for other in [Some(at(2, &state)), Some(at(9, &State::new("test"))), None] {
            *remote.state.lock().unwrap() = other.clone();
            let refused = open(&directory).load().await;
            assert!(matches!(refused, Err(StoreError::Overtaken { .. })), "{refused:?}");
            assert_eq!(remote.load().await.unwrap(), other);
            assert!(store.path.exists());
        }
    }
}
