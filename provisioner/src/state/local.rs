//! A state in a directory on this machine.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use futures::future::BoxFuture;
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

use super::store::{Content, Version};
use super::{LockFile, State, Store, StoreError, document};

/// `DIRECTORY/ENVIRONMENT/state.json` and `lock.json` beside it.
#[derive(Debug, Clone)]
pub struct LocalStore {
    directory: PathBuf,
}

impl LocalStore {
    /// The store of one environment.
    pub fn new(directory: &Path, environment: &str) -> Self {
        Self { directory: directory.join(environment) }
    }

    fn document(&self) -> PathBuf {
        self.directory.join("state.json")
    }

    fn lock_path(&self) -> PathBuf {
        self.directory.join("lock.json")
    }

    /// Runs `action` while no other process of this machine is between reading and writing.
    fn guarded<T>(&self, action: impl FnOnce() -> io::Result<T>) -> Result<T, StoreError> {
        let run = || {
            fs::create_dir_all(&self.directory)?;
            let guard = open_private(&self.directory.join(".guard"))?;
            flock(&guard, FlockOperation::LockExclusive)?;
            action()
        };
        run().map_err(|source| unreachable(&self.directory, "written", source))
    }
}

impl Store for LocalStore {
    fn location(&self) -> String {
        self.document().display().to_string()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        Box::pin(async move {
            let bytes = read(&self.document())
                .map_err(|source| unreachable(&self.document(), "read", source))?;
            bytes.map(|bytes| document::decode(&bytes, &self.location())).transpose()
        })
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let bytes = document::encode(state, &self.location())?;
            if let Some(there) = self.load().await? {
                check_order(&there, state, self.location())?;
            }
            self.guarded(|| write_atomically(&self.document(), &bytes))
        })
    }

    fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.guarded(|| match fs::remove_file(self.document()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                result => result,
            })
        })
    }
}

/// A document is followed only by a later one of its own lineage.
pub(super) fn check_order(there: &State, next: &State, location: String) -> Result<(), StoreError> {
    if there.lineage != next.lineage {
        let reason = format!("its lineage is {}, not {}", there.lineage, next.lineage);
        return Err(StoreError::Foreign { location, reason });
    }
    if there.serial >= next.serial {
        return Err(StoreError::Moved { location });
    }
    Ok(())
}

impl LockFile for LocalStore {
    fn lock_location(&self) -> String {
        self.lock_path().display().to_string()
    }

    fn read_lock(&self) -> BoxFuture<'_, Result<Option<Content>, StoreError>> {
        Box::pin(async move {
            let bytes = read(&self.lock_path())
                .map_err(|source| unreachable(&self.lock_path(), "read", source))?;
            Ok(bytes.map(|bytes| {
                let version = version(&bytes);
                (bytes, version)
            }))
        })
    }

    fn write_lock<'a>(
        &'a self,
        content: &'a [u8],
        expected: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Option<Version>, StoreError>> {
        Box::pin(async move {
            self.guarded(|| {
                let there = read(&self.lock_path())?.map(|bytes| version(&bytes));
                if there.as_ref() != expected {
                    return Ok(None);
                }
                write_atomically(&self.lock_path(), content)?;
                Ok(Some(version(content)))
            })
        })
    }

    fn delete_lock<'a>(&'a self, expected: &'a Version) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.guarded(|| {
                let there = read(&self.lock_path())?.map(|bytes| version(&bytes));
                if there.as_ref() == Some(expected) {
                    fs::remove_file(self.lock_path())?;
                }
                Ok(())
            })
        })
    }
}

fn version(bytes: &[u8]) -> Version {
    Version(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match File::open(path) {
        Ok(mut file) => file.read_to_end(&mut bytes).map(|_| Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The file is the old one or the new one, whatever happens: written beside it, synced, renamed,
/// and the directory synced, so that the name lasts as well.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = open_private(&beside)?;
    file.set_len(0)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    File::open(directory)?.sync_all()
}

/// Readable by its owner alone: a state names what an attacker would look for.
fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(path)
}

fn unreachable(path: &Path, verb: &'static str, source: io::Error) -> StoreError {
    StoreError::Unreachable { location: path.display().to_string(), verb, source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, LocalStore) {
        let directory = tempfile::tempdir().unwrap();
        let store = LocalStore::new(directory.path(), "test");
        (directory, store)
    }

    #[tokio::test]
    async fn a_state_is_written_whole_and_in_order() {
        let (_directory, store) = store();
        assert_eq!(store.load().await.unwrap(), None);
        let mut state = State { serial: 1, ..State::new("test") };
        store.save(&state).await.unwrap();
        assert!(matches!(store.save(&state).await, Err(StoreError::Moved { .. })));
        state.serial = 2;
        store.save(&state).await.unwrap();
        assert_eq!(store.load().await.unwrap(), Some(state.clone()));
        let other = State { serial: 9, ..State::new("test") };
        assert!(matches!(store.save(&other).await, Err(StoreError::Foreign { .. })));
        assert_eq!(store.load().await.unwrap(), Some(state));
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_left_as_it_is() {
        let (_directory, store) = store();
        fs::create_dir_all(&store.directory).unwrap();
        for content in ["", "{\"format\": 1, \"obj", "{\"format\": 7}"] {
            fs::write(store.document(), content).unwrap();
            assert!(store.load().await.is_err());
            assert!(store.save(&State { serial: 1, ..State::new("test") }).await.is_err());
            assert_eq!(fs::read_to_string(store.document()).unwrap(), content);
        }
    }
}
