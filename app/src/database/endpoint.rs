//! One endpoint of the database: its pool, the gate before it, and what happens when it fails.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};
use sqlx::pool::{PoolConnection, PoolConnectionMetadata};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, PgConnection, Postgres};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{timeout, timeout_at};
use tracing::Instrument as _;

use super::fault::Fault;
use super::{Credentials, DatabaseError, Gate, Limits, Operation, Refusal};

/// A connection that lay idle for longer is tried before it is used.
const IDLE: Duration = Duration::from_secs(1);
/// For so long after one connection dropped, all others are tried before they are used.
const SUSPICION: Duration = Duration::from_secs(5);
/// How much longer than the server we wait for a statement to be given up, so that it is normally
/// the server that ends it and the connection survives.
const GRACE: Duration = Duration::from_millis(250);

/// Which endpoint of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The one instance that takes changes.
    Writer,
    /// Any of those that answer questions.
    Reader,
}

impl Role {
    /// Its name in metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
        }
    }
}

/// What an endpoint looks like at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointStatus {
    /// Connections that somebody uses.
    pub in_use: usize,
    /// Connections that nobody uses.
    pub idle: usize,
    /// Requests that wait for one.
    pub waiting: usize,
}

/// What is counted over time.
#[derive(Clone, Debug)]
pub(super) struct Metrics {
    acquire: HistogramVec,
    refused: IntCounterVec,
    faults: IntCounterVec,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let buckets = vec![0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];
        let acquire = HistogramVec::new(
            HistogramOpts::new("db_pool_acquire_seconds", "Time to get a connection")
                .buckets(buckets),
            &["endpoint"],
        )?;
        let refused = IntCounterVec::new(
            Opts::new("db_pool_refused_total", "Requests that got no connection"),
            &["endpoint", "reason"],
        )?;
        let faults = IntCounterVec::new(
            Opts::new("db_faults_total", "Errors that made a connection or its credentials void"),
            &["endpoint", "kind"],
        )?;
        registry.register(Box::new(acquire.clone()))?;
        registry.register(Box::new(refused.clone()))?;
        registry.register(Box::new(faults.clone()))?;
        Ok(Self { acquire, refused, faults })
    }
}

/// Since when connections are not to be relied upon.
#[derive(Debug, Default)]
struct Doubts {
    /// Connections made before are not used again.
    retired: Mutex<Option<Instant>>,
    /// When one dropped last.
    dropped: Mutex<Option<Instant>>,
}

impl Doubts {
    fn note(moment: &Mutex<Option<Instant>>) {
        *moment.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn elapsed(moment: &Mutex<Option<Instant>>) -> Option<Duration> {
        moment.lock().unwrap_or_else(PoisonError::into_inner).map(|noted| noted.elapsed())
    }

    /// Whether a connection of the pool may be used.
    async fn clear(&self, connection: &mut PgConnection, meta: PoolConnectionMetadata) -> bool {
        if Self::elapsed(&self.retired).is_some_and(|retired| meta.age > retired) {
            return false;
        }
        let suspicious = Self::elapsed(&self.dropped).is_some_and(|dropped| dropped < SUSPICION);
        if !suspicious && meta.idle_for < IDLE {
            return true;
        }
        connection.ping().await.is_ok()
    }
}

/// One endpoint of the database.
#[derive(Debug)]
pub struct Endpoint {
    role: Role,
    pool: PgPool,
    gate: Gate,
    doubts: Arc<Doubts>,
    credentials: Arc<Credentials>,
    limits: Limits,
    metrics: Metrics,
}

/// A connection in use. Unless told that it is at rest, it is closed and not used again: whoever
/// gives up in the middle of a statement leaves an answer behind that is not for the next one.
struct Lease {
    connection: PoolConnection<Postgres>,
    at_rest: bool,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.at_rest {
            self.connection.close_on_drop();
        }
    }
}

impl Endpoint {
    pub(super) fn new(
        role: Role,
        credentials: Arc<Credentials>,
        limits: Limits,
        metrics: &Metrics,
    ) -> Self {
        let doubts = Arc::new(Doubts::default());
        let pool = pool_options(&limits, &doubts).connect_lazy_with(credentials.options(role));
        let gate = Gate::new(limits.connections as usize, limits.waiting, limits.acquire);
        Self { role, pool, gate, doubts, credentials, limits, metrics: metrics.clone() }
    }

    /// Which one it is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What it looks like now.
    pub fn status(&self) -> EndpointStatus {
        EndpointStatus {
            in_use: self.gate.inside(),
            idle: self.pool.num_idle(),
            waiting: self.gate.waiting(),
        }
    }

    pub(super) fn follow_credentials(&self) {
        self.pool.set_connect_options(self.credentials.options(self.role));
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    /// Runs `operation` on a connection, once.
    pub(super) async fn run<O: Operation>(
        &self,
        operation: &O,
    ) -> Result<O::Output, DatabaseError> {
        let span = tracing::info_span!(
            "database",
            otel.kind = "client",
            db.system.name = "postgresql",
            endpoint = self.role.name()
        );
        async {
            let mut lease = self.lease().await?;
            let patience = self.limits.query + GRACE;
            match timeout(patience, operation.run(&mut lease.connection)).await {
                Ok(Ok(value)) => {
                    lease.at_rest = true;
                    Ok(value)
                }
                Ok(Err(error)) => {
                    lease.at_rest = !Fault::of(&error).spoils_connection();
                    Err(self.judge(error))
                }
                Err(_) => {
                    Doubts::note(&self.doubts.dropped);
                    Err(DatabaseError::Slow(self.limits.query))
                }
            }
        }
        .instrument(span)
        .await
    }

    async fn lease(&self) -> Result<Lease, DatabaseError> {
        let begun = Instant::now();
        let deadline = tokio::time::Instant::now() + self.limits.acquire;
        let permit = self.gate.pass().await.map_err(|refusal| self.refuse(refusal))?;
        let connection = match timeout_at(deadline, self.connect()).await {
            Ok(connection) => connection?,
            Err(_) => {
                self.metrics.faults.with_label_values(&[self.role.name(), "no_connection"]).inc();
                return Err(DatabaseError::Unavailable(sqlx::Error::PoolTimedOut));
            }
        };
        let waited = begun.elapsed().as_secs_f64();
        self.metrics.acquire.with_label_values(&[self.role.name()]).observe(waited);
        Ok(Lease { connection, at_rest: false, _permit: permit })
    }

    /// A connection; if the password is refused, with that which is valid now.
    async fn connect(&self) -> Result<PoolConnection<Postgres>, DatabaseError> {
        match self.pool.acquire().await {
            Err(error) if Fault::of(&error) == Fault::Credentials && self.reread() => {
                self.pool.acquire().await.map_err(|error| self.judge(error))
            }
            outcome => outcome.map_err(|error| self.judge(error)),
        }
    }

    /// Reads the credentials again; false if there is no hope that they are others.
    fn reread(&self) -> bool {
        if !self.credentials.can_change() {
            return false;
        }
        match self.credentials.refresh() {
            Ok(changed) => {
                // Somebody else may have seen the change first, and this pool not have heard yet.
                self.follow_credentials();
                tracing::info!(endpoint = self.role.name(), changed, "read the credentials again");
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the credentials could not be read again");
                false
            }
        }
    }

    fn refuse(&self, refusal: Refusal) -> DatabaseError {
        let reason = match refusal {
            Refusal::Full(_) => "full",
            Refusal::TimedOut(_) => "timeout",
        };
        self.metrics.refused.with_label_values(&[self.role.name(), reason]).inc();
        DatabaseError::Busy(refusal)
    }

    /// Draws the consequences of an error.
    fn judge(&self, error: sqlx::Error) -> DatabaseError {
        let fault = Fault::of(&error);
        let kind = match fault {
            Fault::Statement => return DatabaseError::Refused(error),
            Fault::Cancelled => return DatabaseError::Slow(self.limits.query),
            Fault::Dropped => {
                Doubts::note(&self.doubts.dropped);
                "dropped"
            }
            Fault::Ended => {
                // A second try must not meet a connection that is ended a moment later.
                Doubts::note(&self.doubts.retired);
                "ended"
            }
            Fault::ReadOnly => {
                // All connections lead to the instance that was demoted.
                Doubts::note(&self.doubts.retired);
                "read_only"
            }
            Fault::Credentials => "credentials",
            Fault::NoConnection => "no_connection",
        };
        self.metrics.faults.with_label_values(&[self.role.name(), kind]).inc();
        DatabaseError::Unavailable(error)
    }
}

fn pool_options(limits: &Limits, doubts: &Arc<Doubts>) -> PgPoolOptions {
    let doubts = Arc::clone(doubts);
    let session = session_settings(limits.query);
    PgPoolOptions::new()
        .max_connections(limits.connections)
        .acquire_timeout(limits.acquire)
        .max_lifetime(limits.lifetime)
        .idle_timeout(limits.lifetime)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let doubts = Arc::clone(&doubts);
            Box::pin(async move { Ok(doubts.clear(connection, meta).await) })
        })
        .after_connect(move |connection, _| {
            let session = session.clone();
            Box::pin(
                async move { connection.execute(sqlx::AssertSqlSafe(session)).await.map(drop) },
            )
        })
}

/// Set by a statement: RDS Proxy refuses options at start-up. Plans are made anew each time because
/// a plan for all filters at once would use the index of none.
fn session_settings(query: Duration) -> String {
    format!(
        "set statement_timeout = {0}; set lock_timeout = {0}; \
         set idle_in_transaction_session_timeout = {0}; set plan_cache_mode = force_custom_plan",
        query.as_millis()
    )
}
