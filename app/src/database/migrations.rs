//! The schema's history, embedded in the program.
//!
//! Migrations run under an advisory lock, so any number of instances may start at once. Each can be
//! undone, and each leaves the schema usable by the version of the program before it.

use std::collections::HashSet;

use sqlx::migrate::{MigrateError, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use super::{Credentials, Role};

static MIGRATOR: Migrator = sqlx::migrate!();

/// Why the schema could not be changed or looked at.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// No connection to the writer.
    #[error("the database cannot be reached")]
    Connect(#[source] sqlx::Error),
    /// A migration failed, or one that was applied is another now.
    #[error("the schema could not be changed")]
    Migrate(#[from] MigrateError),
    /// The history can't be read.
    #[error("the history of the schema cannot be read")]
    History(#[source] sqlx::Error),
    /// No migration of that number.
    #[error("there is no migration {0}")]
    Unknown(i64),
}

/// The schema's history in one database.
#[derive(Clone, Debug)]
pub struct Migrations {
    options: PgConnectOptions,
}

impl Migrations {
    /// Of the database that `credentials` lead to.
    pub fn new(credentials: &Credentials) -> Self {
        Self { options: credentials.options(Role::Writer) }
    }

    /// The versions and descriptions of all migrations, oldest first.
    pub fn all() -> impl Iterator<Item = (i64, &'static str)> {
        MIGRATOR
            .iter()
            .filter(|migration| migration.migration_type != MigrationType::ReversibleDown)
            .map(|migration| (migration.version, &*migration.description))
    }

    /// Applies what is missing. Migrations that a newer version of the program applied stay.
    ///
    /// # Errors
    /// When the database can't be reached or refuses one; those before it stay applied.
    pub async fn apply(&self) -> Result<(), MigrationError> {
        let mut connection = self.connect().await?;
        migrator().run_direct(None, &mut connection, false).await?;
        connection.close().await.map_err(MigrationError::Connect)
    }

    /// Undoes all that came after `version`; 0 undoes everything.
    ///
    /// # Errors
    /// When there is no such version, or the database can't be reached or refuses.
    pub async fn undo_to(&self, version: i64) -> Result<(), MigrationError> {
        if version != 0 && !Self::all().any(|(known, _)| known == version) {
            return Err(MigrationError::Unknown(version));
        }
        let mut connection = self.connect().await?;
        migrator().undo(&mut connection, version).await?;
        connection.close().await.map_err(MigrationError::Connect)
    }

    /// The versions that are applied, oldest first.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn applied(&self) -> Result<Vec<i64>, MigrationError> {
        applied(&mut self.connect().await?).await
    }

    async fn connect(&self) -> Result<PgConnection, MigrationError> {
        PgConnection::connect_with(&self.options).await.map_err(MigrationError::Connect)
    }
}

/// Whether everything that this program needs is applied.
pub(crate) async fn current(connection: &mut PgConnection) -> Result<bool, MigrationError> {
    let applied: HashSet<_> = applied(connection).await?.into_iter().collect();
    Ok(Migrations::all().all(|(version, _)| applied.contains(&version)))
}

async fn applied(connection: &mut PgConnection) -> Result<Vec<i64>, MigrationError> {
    const UNDEFINED_TABLE: &str = "42P01";
    // Not checked at compile time: the table is the library's own.
    let versions =
        sqlx::query_scalar("select version from _sqlx_migrations where success order by 1")
            .fetch_all(connection)
            .await;
    match versions {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            Ok(Vec::new())
        }
        versions => versions.map_err(MigrationError::History),
    }
}

/// An older program must start on a schema that a newer one has moved on: that is what a rolling
/// deployment, and its roll-back, look like.
fn migrator() -> Migrator {
    let mut migrator = Migrator { migrations: MIGRATOR.migrations.clone(), ..Migrator::DEFAULT };
    migrator.set_ignore_missing(true);
    migrator
}
