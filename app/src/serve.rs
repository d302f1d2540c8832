//! The program at work: puts the parts together, and takes them apart again in order.

use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus::Registry;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::cars::Cars;
use crate::config::Config;
use crate::database::{CredentialError, Credentials, Database, MigrationError, Migrations};
use crate::health::Health;
use crate::http::{self, HttpSettings, Shared, Tokens, server};
use crate::telemetry::{EmbeddedMetrics, Metrics};

/// How long to wait before the migrations are tried again.
const MIGRATION_PAUSE: Duration = Duration::from_secs(1);

/// Why the program could not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// We don't know where the database is.
    #[error("the database is not known")]
    Credentials(#[from] CredentialError),
    /// Two metrics have the same name.
    #[error("the metrics are not valid")]
    Metrics(#[from] prometheus::Error),
}

/// The program, ready to serve.
#[derive(Debug)]
pub struct App {
    config: Config,
    credentials: Arc<Credentials>,
    database: Database,
    shared: Shared,
}

impl App {
    /// Puts the parts together. Nothing is asked of the database yet.
    ///
    /// # Errors
    /// When the credentials are incomplete or unreadable.
    pub fn new(config: Config) -> Result<Self, ServeError> {
        let registry = Registry::new();
        let credentials = Arc::new(Credentials::read(config.source.clone())?);
        let database = Database::new(&credentials, &config.limits, &registry)?;
        let shared = Shared {
            cars: Cars::new(database.clone()),
            tokens: Tokens::new(config.tokens.iter().map(String::as_str)),
            health: Health::new(Arc::clone(&credentials)),
            metrics: Metrics::new(registry, database.clone())?,
            settings: Arc::new(HttpSettings {
                timeout: config.timeout,
                body_limit: config.body_limit,
                origins: config.origins.clone(),
                started: Instant::now(),
            }),
        };
        Ok(Self { config, credentials, database, shared })
    }

    /// Serves on `listener` until `stop`, then drains.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let _tasks = self.background();
        let health = self.shared.health.clone();
        let (delay, closed) = (self.config.delay, CancellationToken::new());
        let closing = closed.clone();
        let _closer = AbortOnDropHandle::new(tokio::spawn(async move {
            stop.cancelled().await;
            // Load balancers need a while to see it; requests that come meanwhile are served.
            health.drain();
            tokio::time::sleep(delay).await;
            closing.cancel();
        }));
        let router = http::router(self.shared.clone());
        server::serve(listener, router, self.config.connections, closed).await;
        self.database.close().await;
    }

    /// What goes on beside the requests, until it is dropped.
    fn background(&self) -> Vec<AbortOnDropHandle<()>> {
        let mut tasks = Vec::new();
        if self.config.migrate {
            let migrations = Migrations::new(&self.credentials);
            tasks.push(AbortOnDropHandle::new(tokio::spawn(migrate(migrations))));
        }
        if self.credentials.can_change() {
            let (credentials, database) = (Arc::clone(&self.credentials), self.database.clone());
            let refresh = follow_secret(credentials, database, self.config.refresh);
            tasks.push(AbortOnDropHandle::new(tokio::spawn(refresh)));
        }
        if let Some((namespace, interval)) = self.config.embedded_metrics.clone() {
            let metrics = self.shared.metrics.clone();
            let embedded = EmbeddedMetrics::new(namespace, self.config.traces.service.clone());
            tasks.push(AbortOnDropHandle::new(tokio::spawn(embedded.run(metrics, interval))));
        }
        tasks
    }
}

/// Applies what is missing, however long the database takes to come up: until then the instance is
/// alive but not ready, which says more than a program that starts again and again.
async fn migrate(migrations: Migrations) {
    loop {
        match migrations.apply().await {
            Ok(()) => return tracing::info!("the schema is current"),
            Err(error @ MigrationError::Connect(_)) => {
                tracing::warn!(error = crate::explain(&error), "migrations wait");
            }
            Err(error) => {
                tracing::error!(error = crate::explain(&error), "a migration failed");
            }
        }
        tokio::time::sleep(MIGRATION_PAUSE).await;
    }
}

/// Has new connections follow the secret before the database refuses the old one.
async fn follow_secret(credentials: Arc<Credentials>, database: Database, interval: Duration) {
    loop {
        tokio::time::sleep(interval).await;
        match credentials.refresh() {
            Ok(true) => {
                database.follow_credentials();
                tracing::info!("the database has new credentials");
            }
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(error = crate::explain(&error), "the secret is unreadable");
            }
        }
    }
}
