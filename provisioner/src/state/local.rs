//! A state in a directory on this machine.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

use super::store::{Content, Version};
use super::{LockFile, State, Store, StoreError, document};

/// The state's file in an environment's folder.
const DOCUMENT: &str = "state.json";

/// `DIRECTORY/ENVIRONMENT/state.json` and `lock.json` beside it.
#[derive(Debug)]
pub struct LocalStore {
    directory: PathBuf,
    /// The document as this store last read or wrote it: while the file is the same, it need not
    /// be read again before it is replaced.
    seen: Mutex<Option<Seen>>,
}

/// What tells one document from the next: every write makes another file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Identity {
    fn of(file: &fs::Metadata) -> Self {
        Self {
            device: file.dev(),
            inode: file.ino(),
            size: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
        }
    }
}

/// What the order of documents is checked against.
#[derive(Debug, Clone)]
struct Seen {
    file: Identity,
    lineage: String,
    serial: u64,
}

impl LocalStore {
    /// The store of one environment.
    pub fn new(directory: &Path, environment: &str) -> Self {
        // `./` in front says nothing to a person.
        let directory = directory.strip_prefix(".").unwrap_or(directory).join(environment);
        Self { directory, seen: Mutex::default() }
    }

    /// The environments that have a state in a directory.
    pub fn environments(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let with_state = entries.filter(|entry| entry.path().join(DOCUMENT).is_file());
        with_state.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    fn document(&self) -> PathBuf {
        self.directory.join(DOCUMENT)
    }

    fn lock_path(&self) -> PathBuf {
        self.directory.join("lock.json")
    }

    /// While it is held, no other process of this machine is between reading and writing.
    fn guard(&self) -> Result<File, StoreError> {
        let take = || {
            fs::create_dir_all(&self.directory)?;
            let guard = open_private(&self.directory.join(".guard"))?;
            flock(&guard, FlockOperation::LockExclusive)?;
            Ok(guard)
        };
        take().map_err(|source| unreachable(&self.directory, "written", source))
    }

    /// Runs `action` under the guard.
    fn guarded<T>(&self, action: impl FnOnce() -> io::Result<T>) -> Result<T, StoreError> {
        let _guard = self.guard()?;
        action().map_err(|source| unreachable(&self.directory, "written", source))
    }

    fn read_document(&self) -> Result<Option<State>, StoreError> {
        let found = read_identified(&self.document())
            .map_err(|source| unreachable(&self.document(), "read", source))?;
        let Some((bytes, file)) = found else {
            *self.lock_seen() = None;
            return Ok(None);
        };
        let state = document::decode(&bytes, &self.location())?;
        self.remember(&state, file);
        Ok(Some(state))
    }

    /// The lineage and serial of the document that is there.
    fn seen_or_read(&self) -> Result<Option<Seen>, StoreError> {
        let seen = self.lock_seen().clone();
        let there = fs::metadata(self.document()).ok().map(|file| Identity::of(&file));
        if seen.is_none() || seen.as_ref().map(|seen| &seen.file) != there.as_ref() {
            self.read_document()?;
        }
        Ok(self.lock_seen().clone())
    }

    fn remember(&self, state: &State, file: Identity) {
        let (lineage, serial) = (state.lineage.clone(), state.serial);
        *self.lock_seen() = Some(Seen { file, lineage, serial });
    }

    fn lock_seen(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for LocalStore {
    fn location(&self) -> String {
        self.document().display().to_string()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>> {
        Box::pin(async move { self.read_document() })
    }

    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let bytes = document::encode(state, &self.location())?;
            let _guard = self.guard()?;
            if let Some(there) = self.seen_or_read()? {
                check_order((&there.lineage, there.serial), state, self.location())?;
            }
            let written = write_atomically(&self.document(), &bytes)
                .and_then(|()| fs::metadata(self.document()));
            let file =
                written.map_err(|source| unreachable(&self.document(), "written", source))?;
            self.remember(state, Identity::of(&file));
            Ok(())
        })
    }

    fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            *self.lock_seen() = None;
            self.guarded(|| match fs::remove_file(self.document()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                result => result,
            })
        })
    }
}

/// A document is followed only by a later one of its own lineage.
pub(super) fn check_order(
    (lineage, serial): (&str, u64),
    next: &State,
    location: String,
) -> Result<(), StoreError> {
    if lineage != next.lineage {
        let reason = format!("its lineage is {lineage}, not {}", next.lineage);
        return Err(StoreError::Foreign { location, reason });
    }
    if serial >= next.serial {
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
    Ok(read_identified(path)?.map(|(bytes, _)| bytes))
}

fn read_identified(path: &Path) -> io::Result<Option<(Vec<u8>, Identity)>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Some((bytes, Identity::of(&file.metadata()?))))
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
    async fn what_another_has_written_meanwhile_is_seen() {
        let (directory, store) = store();
        let mut state = State { serial: 1, ..State::new("test") };
        store.save(&state).await.unwrap();
        let other = LocalStore::new(directory.path(), "test");
        other.save(&State { serial: 5, ..state.clone() }).await.unwrap();
        state.serial = 2;
        assert!(matches!(store.save(&state).await, Err(StoreError::Moved { .. })));
        state.serial = 6;
        store.save(&state).await.unwrap();
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
