//! Where a state is kept.

use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::State;

/// A place for one environment's state document.
pub trait Store: Send + Sync {
    /// Where it is, for a person: a path or a URL.
    fn location(&self) -> String;

    /// The document, or `None` where the environment was never written.
    ///
    /// # Errors
    /// A document that is empty, corrupt, too new or another environment's is refused and left as
    /// it is: "could not read" never means "empty".
    fn load(&self) -> BoxFuture<'_, Result<Option<State>, StoreError>>;

    /// Writes the document whole, or not at all.
    ///
    /// # Errors
    /// [`StoreError::Moved`] when somebody else has written since it was loaded.
    fn save<'a>(&'a self, state: &'a State) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Deletes the document of an environment that holds nothing any more.
    ///
    /// # Errors
    /// When it can't be deleted.
    fn remove(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Where this run's documents went instead, once the place had stopped answering.
    fn detour(&self) -> Option<Detour> {
        None
    }
}

/// The state is not where it should be.
#[derive(Debug, Clone)]
pub struct Detour {
    /// The file on this machine that holds it.
    pub path: PathBuf,
    /// Why.
    pub cause: Arc<StoreError>,
}

/// The file that keeps others out, written only when it is what the writer thinks it is.
pub trait LockFile: Send + Sync {
    /// Where it is, for a person.
    fn lock_location(&self) -> String;

    /// The content and its version, or `None` where nobody holds the lock.
    ///
    /// # Errors
    /// When it can't be read.
    fn read_lock(&self) -> BoxFuture<'_, Result<Option<Content>, StoreError>>;

    /// Writes the file if it still has version `expected` (`None`: if it does not exist), and
    /// gives the new version; gives `None` when somebody else was faster.
    ///
    /// # Errors
    /// When it can't be written.
    fn write_lock<'a>(
        &'a self,
        content: &'a [u8],
        expected: Option<&'a Version>,
    ) -> BoxFuture<'a, Result<Option<Version>, StoreError>>;

    /// Deletes the file if it still has this version.
    ///
    /// # Errors
    /// When it can't be deleted.
    fn delete_lock<'a>(&'a self, expected: &'a Version) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// The content of a file, and its version.
pub type Content = (Vec<u8>, Version);

/// What tells one content of a file from another: an ETag, or a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub String);

/// The state could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file has no content.
    #[error("the state at {location} is empty")]
    Empty {
        /// Where.
        location: String,
    },
    /// The content is no state, or breaks one of its rules.
    #[error("the state at {location} is corrupt: {reason}")]
    Corrupt {
        /// Where.
        location: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer version of this program wrote it.
    #[error(
        "the state at {location} has format {found}, written by provision {written_by}; this version reads up to {known}"
    )]
    TooNew {
        /// Where.
        location: String,
        /// Its format.
        found: u64,
        /// The newest format that this version knows.
        known: u64,
        /// Who wrote it.
        written_by: String,
    },
    /// It is another environment's, or another lineage's.
    #[error("the state at {location} is not this environment's: {reason}")]
    Foreign {
        /// Where.
        location: String,
        /// What does not fit.
        reason: String,
    },
    /// Somebody else wrote it meanwhile.
    #[error("the state at {location} was written by somebody else meanwhile")]
    Moved {
        /// Where.
        location: String,
    },
    /// Another machine has gone on without what waited on this one.
    #[error("the state at {location} is not the one that {journal} on this machine goes on from")]
    Overtaken {
        /// Where.
        location: String,
        /// The file that waits.
        journal: String,
    },
    /// The place did not answer.
    #[error("the state at {location} could not be {verb}")]
    Unreachable {
        /// Where.
        location: String,
        /// `read` or `written`.
        verb: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty { .. } | Self::Corrupt { .. } => {
                "nothing was changed: restore an earlier version of the file (the bucket keeps them), or rebuild it from the objects' tags with `provision recover`"
            }
            Self::TooNew { .. } => "use the newer version of provision",
            Self::Foreign { .. } => {
                "check `state:` in the environment's file: two environments must not share a place"
            }
            Self::Overtaken { .. } => {
                "another machine has gone on without that file: look for objects in it that `provision state list` does not have, `provision import` them, then delete it"
            }
            Self::Moved { .. } => "run again: the next run reads what was written",
            Self::Unreachable { .. } => {
                "check that the place exists and that the caller may read and write it"
            }
        }
    }
}
