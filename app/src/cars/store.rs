//! Cars in the database.

use super::statements::{Create, Delete, Exists, Page, Read, Replace};
use super::{Car, CarDraft, CarPage, ListQuery};
use crate::database::{Database, DatabaseError};

/// The inventory.
#[derive(Clone, Debug)]
pub struct Cars {
    database: Database,
}

/// Which versions of a car a change may be made to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Whatever is there.
    Any,
    /// One of these versions.
    Versions(Vec<i64>),
}

impl Precondition {
    pub(super) fn versions(&self) -> Option<&[i64]> {
        match self {
            Self::Any => None,
            Self::Versions(versions) => Some(versions),
        }
    }
}

/// Why something could not be done to a car.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none with this id.
    #[error("there is no car {0}")]
    NotFound(i64),
    /// It was changed since.
    #[error("car {0} is not in a version that the request names")]
    Changed(i64),
    /// The database could not be asked.
    #[error("the database could not be asked")]
    Database(#[from] DatabaseError),
}

impl Cars {
    /// The inventory in `database`.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// The page of the list that `query` asks for.
    ///
    /// # Errors
    /// When the database could not be asked.
    pub async fn list(&self, query: &ListQuery) -> Result<CarPage, StoreError> {
        let mut items = self.database.read(&Page { query }).await?;
        let more = items.len() > query.limit;
        items.truncate(query.limit);
        let next = items.last().filter(|_| more).map(|car| query.cursor_after(car));
        Ok(CarPage { items, next })
    }

    /// The car with this id.
    ///
    /// # Errors
    /// When there is none, or the database could not be asked.
    pub async fn get(&self, id: i64) -> Result<Car, StoreError> {
        self.database.read(&Read { id }).await?.ok_or(StoreError::NotFound(id))
    }

    /// Adds a car.
    ///
    /// # Errors
    /// When the database could not be asked.
    pub async fn create(&self, draft: &CarDraft) -> Result<Car, StoreError> {
        Ok(self.database.write(&Create { draft }).await?)
    }

    /// Replaces what is said of a car.
    ///
    /// # Errors
    /// When there is none, it is in another version, or the database could not be asked.
    pub async fn replace(
        &self,
        id: i64,
        draft: &CarDraft,
        precondition: &Precondition,
    ) -> Result<Car, StoreError> {
        match self.database.write(&Replace { id, draft, precondition }).await? {
            Some(car) => Ok(car),
            None => Err(self.why_untouched(id).await?),
        }
    }

    /// Removes a car.
    ///
    /// # Errors
    /// When there is none, it is in another version, or the database could not be asked.
    pub async fn delete(&self, id: i64, precondition: &Precondition) -> Result<(), StoreError> {
        if self.database.write(&Delete { id, precondition }).await? {
            return Ok(());
        }
        Err(self.why_untouched(id).await?)
    }

    async fn why_untouched(&self, id: i64) -> Result<StoreError, DatabaseError> {
        // Asked of the writer: a reader may not have heard of the car yet.
        let there = self.database.write(&Exists { id }).await?;
        Ok(if there { StoreError::Changed(id) } else { StoreError::NotFound(id) })
    }
}
