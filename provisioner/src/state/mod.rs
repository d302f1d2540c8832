//! What was made: one document for an environment, where it is kept, and who may write it.

pub mod model;
pub mod store;
pub mod writer;

pub use model::{Deposed, Entry, State, Status};
pub use store::{Store, StoreError};
pub use writer::Writer;
