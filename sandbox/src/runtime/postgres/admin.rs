//! What is done inside a server, as RDS's own superuser.

use std::net::SocketAddrV4;
use std::time::Duration;

use postgres_protocol::escape::{escape_identifier, escape_literal};
use postgres_protocol::password::scram_sha_256;
use tokio_postgres::{Client, Config, NoTls};

use super::vitals::Counters;
use super::wanted::Master;

/// The superuser that customers never are.
pub const SUPERUSER: &str = "rdsadmin";
/// What every master user is a member of.
const RDS_SUPERUSER: &str = "rds_superuser";
/// PostgreSQL's own roles that RDS gives it.
const PRIVILEGES: &str = "pg_monitor, pg_signal_backend";

/// Connects to a server.
///
/// # Errors
/// When it does not listen, is starting up, or refuses.
pub async fn connect(
    address: SocketAddrV4,
    password: &str,
) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = Config::new()
        .host(address.ip().to_string())
        .port(address.port())
        .user(SUPERUSER)
        .password(password)
        .dbname("postgres")
        .application_name("rds")
        .connect_timeout(Duration::from_secs(2))
        .connect(NoTls)
        .await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "the connection to a database ended");
        }
    });
    Ok(client)
}

/// Makes the master user and the database what they ought to be, as often as one likes.
///
/// # Errors
/// What PostgreSQL says.
pub async fn provide(
    client: &Client,
    master: &Master,
    database: Option<&str>,
) -> Result<(), tokio_postgres::Error> {
    if !exists(client, "SELECT 1 FROM pg_roles WHERE rolname = $1", RDS_SUPERUSER).await? {
        let create = format!(
            "CREATE ROLE {RDS_SUPERUSER} NOLOGIN; GRANT {PRIVILEGES} TO {RDS_SUPERUSER} WITH ADMIN OPTION"
        );
        client.batch_execute(&create).await?;
    }
    let name = escape_identifier(&master.name);
    if !exists(client, "SELECT 1 FROM pg_roles WHERE rolname = $1", &master.name).await? {
        let create =
            format!("CREATE ROLE {name} LOGIN CREATEDB CREATEROLE IN ROLE {RDS_SUPERUSER}");
        client.batch_execute(&create).await?;
    }
    // The verifier and not the password, so that no log of PostgreSQL's can have it.
    let verifier = escape_literal(&scram_sha_256(master.password.as_bytes()));
    client.batch_execute(&format!("ALTER ROLE {name} PASSWORD {verifier}")).await?;
    let Some(database) = database else { return Ok(()) };
    if !exists(client, "SELECT 1 FROM pg_database WHERE datname = $1", database).await? {
        let create = format!("CREATE DATABASE {} OWNER {name}", escape_identifier(database));
        client.batch_execute(&create).await?;
    }
    Ok(())
}

/// Makes a reader the writer, and waits until it writes.
///
/// # Errors
/// What PostgreSQL says.
pub async fn promote(client: &Client) -> Result<(), tokio_postgres::Error> {
    if client.query_one("SELECT pg_is_in_recovery()", &[]).await?.get(0) {
        client.query_one("SELECT pg_promote()", &[]).await?;
    }
    Ok(())
}

/// What it counts of itself. PostgreSQL 18 does not time its log there any more, so that these
/// columns may be absent.
///
/// # Errors
/// What PostgreSQL says.
pub async fn counters(client: &Client) -> Result<Counters, tokio_postgres::Error> {
    let query = "SELECT
        (SELECT count(*) FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND usename <> $1),
        sum(database.xact_commit)::bigint,
        sum(database.deadlocks)::bigint,
        min((log.entry ->> 'wal_write')::float8),
        min((log.entry ->> 'wal_write_time')::float8 + (log.entry ->> 'wal_sync_time')::float8)
        FROM pg_stat_database AS database,
            (SELECT to_jsonb(pg_stat_wal) AS entry FROM pg_stat_wal) AS log";
    let row = client.query_one(query, &[&SUPERUSER]).await?;
    Ok(Counters {
        connections: row.try_get(0)?,
        commits: row.try_get(1)?,
        deadlocks: row.try_get(2)?,
        writes: row.try_get(3)?,
        writing: row.try_get(4)?,
    })
}

async fn exists(client: &Client, query: &str, name: &str) -> Result<bool, tokio_postgres::Error> {
    Ok(client.query_opt(query, &[&name]).await?.is_some())
}
