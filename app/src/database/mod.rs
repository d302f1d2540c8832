//! The database as the rest of the program sees it: something to read from and to write to, which
//! answers in bounded time or says that it can't.
//!
//! Reads go to the reader endpoint and writes to the writer; each has a bounded pool behind a
//! [`gate`]. A read that meets a dropped connection is tried once more. A write never is, because
//! nobody knows whether it was made; except where the server refused it for being read-only, which
//! is how a writer that was demoted in a failover answers.

mod credentials;
mod endpoint;
mod fault;
mod gate;
mod migrations;

pub use credentials::{CredentialError, Credentials, Secret, Source, TlsRoot};
pub use endpoint::{Endpoint, EndpointStatus, Role};
pub use gate::{Gate, Refusal};
pub(crate) use migrations::current;
pub use migrations::{MigrationError, Migrations};

use std::sync::Arc;
use std::time::Duration;

use prometheus::Registry;
use sqlx::PgConnection;
use sqlx::postgres::PgConnectOptions;

use fault::Fault;

/// How the pools behave.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections to each endpoint.
    pub connections: u32,
    /// How many requests may wait for a connection before others are turned away.
    pub waiting: usize,
    /// How long one waits for a connection.
    pub acquire: Duration,
    /// How long a statement may take.
    pub query: Duration,
    /// How old a connection may grow. New ones ask DNS again, so this bounds how long an endpoint
    /// that moved is still asked at its old place.
    pub lifetime: Duration,
}

/// Something to do on a connection, perhaps twice.
pub trait Operation: Sync {
    /// What it gives.
    type Output: Send;

    /// Does it.
    fn run(
        &self,
        connection: &mut PgConnection,
    ) -> impl Future<Output = sqlx::Result<Self::Output>> + Send;
}

/// Why the database could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Too many are waiting already, or a connection did not come free in time.
    #[error("no connection is free")]
    Busy(#[source] Refusal),
    /// It can't be reached, or went away while it was asked.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// It did not answer in time.
    #[error("the database did not answer within {0:?}")]
    Slow(Duration),
    /// It refused the statement.
    #[error("the database refused a statement")]
    Refused(#[source] sqlx::Error),
}

/// A cheap handle on the reader and the writer.
#[derive(Clone, Debug)]
pub struct Database {
    reader: Arc<Endpoint>,
    writer: Arc<Endpoint>,
}

impl Database {
    /// Pools to the two endpoints that `credentials` name, or one pool where they are the same.
    /// Connects when first asked.
    ///
    /// # Errors
    /// When a metric of the same name is registered already.
    pub fn new(
        credentials: &Arc<Credentials>,
        limits: &Limits,
        registry: &Registry,
    ) -> Result<Self, prometheus::Error> {
        let metrics = endpoint::Metrics::register(registry)?;
        let connect =
            |role| Arc::new(Endpoint::new(role, Arc::clone(credentials), limits.clone(), &metrics));
        let writer = connect(Role::Writer);
        let reader = match credentials.has_reader() {
            true => connect(Role::Reader),
            false => Arc::clone(&writer),
        };
        Ok(Self { reader, writer })
    }

    /// Does something that changes nothing, and once more if the connection drops meanwhile.
    ///
    /// # Errors
    /// When no connection is free, or the database is gone, slow or refuses.
    pub async fn read<O: Operation>(&self, operation: &O) -> Result<O::Output, DatabaseError> {
        match self.reader.run(operation).await {
            Err(DatabaseError::Unavailable(error)) if Fault::of(&error).lost_connection() => {
                tracing::warn!(
                    error = crate::explain(&error),
                    "a connection dropped: reading once more"
                );
                self.reader.run(operation).await
            }
            outcome => outcome,
        }
    }

    /// Does something that may change the database.
    ///
    /// # Errors
    /// When no connection is free, or the database is gone, slow or refuses.
    pub async fn write<O: Operation>(&self, operation: &O) -> Result<O::Output, DatabaseError> {
        match self.writer.run(operation).await {
            Err(DatabaseError::Unavailable(error)) if Fault::of(&error) == Fault::ReadOnly => {
                tracing::warn!(
                    error = crate::explain(&error),
                    "the writer was demoted: asking the new one"
                );
                self.writer.run(operation).await
            }
            outcome => outcome,
        }
    }

    /// The distinct endpoints.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        let reader = (!Arc::ptr_eq(&self.reader, &self.writer)).then_some(&*self.reader);
        std::iter::once(&*self.writer).chain(reader)
    }

    /// Has new connections made with what the credentials say now, which may have been rotated.
    pub fn follow_credentials(&self) {
        self.endpoints().for_each(Endpoint::follow_credentials);
    }

    /// Closes all connections, after what runs on them.
    pub async fn close(&self) {
        for endpoint in self.endpoints() {
            endpoint.close().await;
        }
    }
}

/// Options for a connection that is not of a pool: migrations, health checks.
pub(crate) fn single_connection(credentials: &Credentials, role: Role) -> PgConnectOptions {
    credentials.options(role)
}
