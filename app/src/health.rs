//! Whether the database answers and its schema is current.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::Mutex;

use crate::database::{self, Credentials, Role};

/// How long an answer holds, however many ask.
const FRESH: Duration = Duration::from_millis(250);
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether requests should come here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Yes.
    Ready,
    /// No: the schema is older than the program.
    Pending,
    /// No: the database does not answer.
    Unreachable,
    /// No: the program is about to stop.
    Draining,
}

impl Readiness {
    /// In a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Pending => "migrations pending",
            Self::Unreachable => "unreachable",
            Self::Draining => "draining",
        }
    }
}

/// Watches one endpoint over a connection of its own, because an instance whose pool is busy is not
/// one that should be taken out of service.
///
/// The endpoint is the one that is read from: while a failover leaves the cluster without a writer,
/// the list of cars goes on.
#[derive(Clone, Debug)]
pub struct Health {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    credentials: Arc<Credentials>,
    draining: AtomicBool,
    last: Mutex<Option<(Instant, Readiness)>>,
}

impl Health {
    /// Of the database that `credentials` lead to.
    pub fn new(credentials: Arc<Credentials>) -> Self {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .max_lifetime(Duration::from_secs(60))
            .test_before_acquire(true)
            .connect_lazy_with(database::single_connection(&credentials, Role::Reader));
        let draining = AtomicBool::new(false);
        let inner = Inner { pool, credentials, draining, last: Mutex::new(None) };
        Self { inner: Arc::new(inner) }
    }

    /// Has [`Health::readiness`] say from now on that no more requests should come.
    pub fn drain(&self) {
        self.inner.draining.store(true, Ordering::Relaxed);
    }

    /// Whether requests should come here.
    pub async fn readiness(&self) -> Readiness {
        if self.inner.draining.load(Ordering::Relaxed) {
            return Readiness::Draining;
        }
        let mut last = self.inner.last.lock().await;
        if let Some((asked, readiness)) = *last
            && asked.elapsed() < FRESH
        {
            return readiness;
        }
        let readiness = self.inner.ask().await;
        *last = Some((Instant::now(), readiness));
        readiness
    }
}

impl Inner {
    async fn ask(&self) -> Readiness {
        match tokio::time::timeout(PATIENCE, self.migrations_are_current()).await {
            Ok(Ok(true)) => Readiness::Ready,
            Ok(Ok(false)) => Readiness::Pending,
            Ok(Err(error)) => {
                tracing::warn!(error = crate::explain(&*error), "the database does not answer");
                Readiness::Unreachable
            }
            Err(_) => Readiness::Unreachable,
        }
    }

    async fn migrations_are_current(
        &self,
    ) -> Result<bool, Box<dyn std::error::Error + Send + Sync>> {
        self.pool.set_connect_options(database::single_connection(&self.credentials, Role::Reader));
        let mut connection = self.pool.acquire().await?;
        let current = database::current(&mut connection).await;
        if current.is_err() {
            connection.close_on_drop();
        }
        Ok(current?)
    }
}
