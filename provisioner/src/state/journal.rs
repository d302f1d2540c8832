//! A local copy of a remote state, for when the remote place stops answering in mid-run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::local::{check_order, write_atomically};
use super::{State, Store, StoreError, document};

/// A store whose writes go to a file on this machine while it can't be reached. The next load
/// brings that file back into the store.
pub struct Journaled {
    inner: Arc<dyn Store>,
    path: PathBuf,
    degraded: CancellationToken,
}

impl Journaled {
    /// `degraded` is cancelled at the first write that had to go to the file: a run should begin
    /// nothing more then.
    pub fn new(
        inner: Arc<dyn Store>,
        directory: &Path,
        environment: &str,
        degraded: CancellationToken,
    ) -> Self {
        let path = directory.join(environment).join("journal.json");
        Self { inner, path, degraded }
    }

    fn write(&self, state: &State, cause: StoreError) -> Result<(), StoreError> {
        self.degraded.cancel();
        let bytes = document::encode(state, &self.place())?;
        write_atomically(&self.path, &bytes).map_err(|_| cause)
    }

    /// Brings the file back: it must follow what is in the store.
    async fn replay(&self, there: Option<State>) -> Result<Option<State>, StoreError> {
        let Ok(bytes) = fs::read(&self.path) else { return Ok(there) };
        let journal = document::decode(&bytes, &self.place())?;
        match there {
            Some(there) if there == journal => {}
            Some(there) => {
                check_order((&there.lineage, there.serial), &journal, self.place())?;
                self.inner.save(&journal).await?;
            }
            None => self.inner.save(&journal).await?,
        }
        fs::remove_file(&self.path).map_err(|source| StoreError::Unreachable {
            location: self.place(),
            verb: "written",
            source: source.into(),
        })?;
        Ok(Some(journal))
    }

    fn place(&self) -> String {
        self.path.display().to_string()
    }
}

impl Store for Journaled {
    fn location(&self) -> String {
        self.inner.location()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        Box::pin(async move {
            let there = self.inner.load().await?;
            self.replay(there).await
        })
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            match self.inner.save(state).await {
                Err(cause @ StoreError::Unreachable { .. }) => self.write(state, cause),
                result => result,
            }
        })
    }

    fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.remove()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A remote place that can be cut off.
    #[derive(Default)]
    struct Remote {
        state: Mutex<Option<State>>,
        cut_off: std::sync::atomic::AtomicBool,
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
                if self.cut_off.load(std::sync::atomic::Ordering::Relaxed) {
                    let source = "cut off".into();
                    let location = self.location();
                    return Err(StoreError::Unreachable { location, verb: "written", source });
                }
                *self.state.lock().unwrap() = Some(state.clone());
                Ok(())
            })
        }

        fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>> {
            Box::pin(async { Ok(()) })
        }
    }

    #[tokio::test]
    async fn what_the_remote_place_missed_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let (remote, degraded) = (Arc::new(Remote::default()), CancellationToken::new());
        let store = Journaled::new(remote.clone(), directory.path(), "test", degraded.clone());
        let mut state = State { serial: 1, ..State::new("test") };
        store.save(&state).await.unwrap();
        assert!(!degraded.is_cancelled());

        remote.cut_off.store(true, std::sync::atomic::Ordering::Relaxed);
        state.serial = 2;
        store.save(&state).await.unwrap();
        assert!(degraded.is_cancelled());
        assert_eq!(remote.load().await.unwrap().unwrap().serial, 1);

        remote.cut_off.store(false, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(store.load().await.unwrap(), Some(state.clone()));
        assert_eq!(remote.load().await.unwrap(), Some(state));
    }

    #[tokio::test]
    async fn a_journal_that_somebody_has_overtaken_is_refused_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        let remote = Arc::new(Remote::default());
        let store = Journaled::new(remote.clone(), directory.path(), "t", CancellationToken::new());
        let state = State { serial: 5, ..State::new("t") };
        store.write(&state, StoreError::Moved { location: String::new() }).unwrap();
        *remote.state.lock().unwrap() = Some(State { serial: 8, ..state });
        assert!(matches!(store.load().await, Err(StoreError::Moved { .. })));
        assert!(store.path.exists());
    }
}
