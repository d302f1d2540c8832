//! Cars: what one is, what may be asked of the list, and how they are stored.

mod draft;
mod model;
mod page;
mod router;
mod seed;
mod statements;
mod store;

pub use draft::{CarDraft, FieldError};
pub use model::{Car, Price};
pub use page::{CarPage, Filter, ListQuery, Order, Position, SortKey};
pub use router::{documentation, router};
pub use seed::{SeedError, seed, seeded};
pub use store::{Cars, Precondition, StoreError};
