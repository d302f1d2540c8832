//! What was made: one document for an environment, where it is kept, and who may write it.

mod document;
pub mod journal;
pub mod local;
pub mod lock;
pub mod model;
pub mod release;
pub mod s3;
pub mod store;
pub mod writer;

pub use document::{decode, encode};
pub use journal::Journaled;
pub use local::LocalStore;
pub use lock::{Holder, Lock, LockError};
pub use model::{Deposed, Entry, State, Status};
pub use release::{Outcome, Release, Releases};
pub use s3::S3Store;
pub use store::{Detour, LockFile, Store, StoreError};
pub use writer::Writer;
