//! Everything on disk, in one directory that only its owner can read.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::gateway::keyring::Credentials;
use crate::world::World;

/// The format of `world.json`; raised when an older sandbox could not read it.
const FORMAT: u32 = 1;

const WORLD: &str = "world.json";
const CREDENTIALS: &str = "credentials.json";
const ENDPOINT: &str = "endpoint.json";
const LOCK: &str = "lock";

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system says no.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Its reason.
        #[source]
        source: io::Error,
    },
    /// A file is not what the sandbox wrote. It was left as it is.
    #[error("{} is damaged; move it away to begin with an empty sandbox", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A newer sandbox wrote it. It was left as it is.
    #[error("{} has format {found}, and this sandbox reads up to {FORMAT}", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Another sandbox uses the directory.
    #[error("another sandbox uses {}", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
}

impl StoreError {
    /// The state of a service has no JSON form.
    pub(crate) fn unwritable(source: serde_json::Error) -> Self {
        failed("write", Path::new(WORLD))(source.into())
    }
}

/// Where a running sandbox is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// The URL of its port.
    pub url: String,
    /// Its process.
    pub pid: u32,
    /// When it started.
    pub started: Timestamp,
    /// Whether somebody started it who needed it just then, and not for its own sake.
    #[serde(default)]
    pub on_demand: bool,
}

#[derive(Serialize, Deserialize)]
struct Document<W> {
    format: u32,
    world: W,
}

/// The directory of one sandbox; nobody else uses it as long as this value lives.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    _lock: File,
}

impl Store {
    /// Opens the directory, and makes it if there is none.
    ///
    /// # Errors
    /// When it cannot be made or locked, or another sandbox uses it.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(failed("create", directory))?;
        let path = directory.join(LOCK);
        let lock = private().open(&path).map_err(failed("open", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { directory: directory.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: directory.to_owned() }),
            Err(TryLockError::Error(source)) => {
                Err(StoreError::Io { action: "lock", path, source })
            }
        }
    }

    /// What existed when the sandbox last stopped; nothing at the first start.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or is of a newer format.
    pub fn load_world(&self) -> Result<World, StoreError> {
        let path = self.directory.join(WORLD);
        let Some(Document { format, world }) = read::<Document<serde_json::Value>>(&path)? else {
            return Ok(World::default());
        };
        if format > FORMAT {
            return Err(StoreError::TooNew { path, found: format });
        }
        serde_json::from_value(world).map_err(|source| StoreError::Corrupt { path, source })
    }

    /// The world as the bytes of its file.
    ///
    /// # Errors
    /// When a service's state has no JSON form.
    pub fn render_world(world: &World) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Document { format: FORMAT, world })
    }

    /// Replaces the file of the world.
    ///
    /// # Errors
    /// When it cannot be written; the old one stays.
    pub fn save_world(&self, bytes: &[u8]) -> Result<(), StoreError> {
        write(&self.directory.join(WORLD), bytes)
    }

    /// The keys; made at the first start.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is damaged.
    pub fn credentials(&self) -> Result<Credentials, StoreError> {
        let path = self.directory.join(CREDENTIALS);
        if let Some(credentials) = read(&path)? {
            return Ok(credentials);
        }
        let credentials = Credentials::generate().map_err(failed("make keys for", &path))?;
        write_json(&path, &credentials)?;
        Ok(credentials)
    }

    /// Tells clients where the sandbox is.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn announce(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        write_json(&self.directory.join(ENDPOINT), endpoint)
    }

    /// Tells clients that it is gone, unless another one has taken its place: that happens when
    /// somebody removed the directory while this one used it.
    ///
    /// # Errors
    /// When the file cannot be read or removed.
    pub fn withdraw(&self) -> Result<(), StoreError> {
        let path = self.directory.join(ENDPOINT);
        if endpoint(&self.directory)?.is_none_or(|endpoint| endpoint.pid != std::process::id()) {
            return Ok(());
        }
        fs::remove_file(&path).map_err(failed("remove", &path))
    }
}

/// Whether a sandbox uses a directory: it does until everything is written.
///
/// # Errors
/// When that cannot be seen.
pub fn is_in_use(directory: &Path) -> Result<bool, StoreError> {
    match Store::open(directory) {
        Ok(_) => Ok(false),
        Err(StoreError::InUse { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Where the sandbox of a directory is, when it has told.
///
/// # Errors
/// When the file cannot be read, or is damaged.
pub fn endpoint(directory: &Path) -> Result<Option<Endpoint>, StoreError> {
    read(&directory.join(ENDPOINT))
}

/// The keys of the sandbox of a directory, when there are any.
///
/// # Errors
/// When the file cannot be read, or is damaged.
pub fn credentials(directory: &Path) -> Result<Option<Credentials>, StoreError> {
    read(&directory.join(CREDENTIALS))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path, source }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true).mode(0o600);
    options
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, StoreError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", path)(error)),
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|source| StoreError::Corrupt { path: path.to_owned(), source })
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec_pretty(value).map_err(io::Error::from);
    write(path, &bytes.map_err(failed("write", path))?)
}

/// Replaces a file so that a reader sees the old or the new one, never a part.
fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = path.with_extension("new");
    let mut file = private().open(&temporary).map_err(failed("create", &temporary))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write", &temporary))?;
    fs::rename(&temporary, path).map_err(failed("replace", path))?;
    let directory = path.parent().unwrap_or(path);
    File::open(directory).and_then(|folder| folder.sync_all()).map_err(failed("sync", directory))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keys_are_made_once_and_for_the_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sandbox");
        let first = Store::open(&path).unwrap().credentials().unwrap();
        let second = Store::open(&path).unwrap().credentials().unwrap();
        assert_eq!(first.secret_access_key, second.secret_access_key);
        assert!(first.access_key_id.starts_with("AKIA") && first.access_key_id.len() == 20);
        assert_eq!(first.secret_access_key.len(), 40);
        let mode = |name: &str| fs::metadata(path.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(CREDENTIALS), 0o600);
        assert_eq!(mode(""), 0o700);
    }

    #[test]
    fn a_directory_has_one_sandbox() {
        let directory = tempfile::tempdir().unwrap();
        let first = Store::open(directory.path()).unwrap();
        assert!(matches!(Store::open(directory.path()), Err(StoreError::InUse { .. })));
        drop(first);
        Store::open(directory.path()).unwrap();
    }

    #[test]
    fn a_damaged_or_newer_world_is_refused_and_left_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(WORLD);
        let store = Store::open(directory.path()).unwrap();
        for text in ["{\"format\":1,\"wor", "", "{\"format\":1,\"world\":7}"] {
            fs::write(&path, text).unwrap();
            assert!(matches!(store.load_world(), Err(StoreError::Corrupt { .. })), "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::write(&path, "{\"format\":2,\"world\":{\"unheard\":[]}}").unwrap();
        assert!(matches!(store.load_world(), Err(StoreError::TooNew { found: 2, .. })));
    }
}
