//! A PostgreSQL that a test starts, and that is gone with it.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getuid, kill_process};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// The user that owns the database.
const USER: &str = "app";
/// Its password, which no log may tell.
pub const PASSWORD: &str = "pa55-of-the-owner";
const DATABASE: &str = "cars";
/// Whom PostgreSQL runs as where we are root, as which it refuses to.
const NOBODY: u32 = 65534;

/// A cluster in a folder of its own.
pub struct Postgres {
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    child: Option<Child>,
}

impl Postgres {
    /// Makes and starts a cluster with the database and its owner.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if getuid().is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        // Without optimisations, SCRAM takes a tenth of a second of a core for each connection.
        let settings = vec!["password_encryption=md5".to_owned()];
        let mut postgres = Self { folder, port: free_port(), settings, child: None };
        postgres.initialise();
        postgres.launch().await;
        postgres.execute(&format!("create role {USER} login password '{PASSWORD}'")).await;
        postgres.execute(&format!("create database {DATABASE} owner {USER}")).await;
        postgres
    }

    /// A folder whose files PostgreSQL can read.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The port that it listens on, at 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the database is, for its owner.
    pub fn url(&self) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{DATABASE}", self.port)
    }

    /// The JSON that Secrets Manager keeps for the database, with another password.
    pub fn secret(&self, password: &str) -> String {
        serde_json::json!({
            "engine": "postgres", "host": "127.0.0.1", "port": self.port,
            "username": USER, "password": password, "dbname": DATABASE,
        })
        .to_string()
    }

    /// Runs statements as the administrator.
    pub async fn execute(&self, statements: &str) {
        let mut connection = self.connect().await.unwrap();
        connection.execute(AssertSqlSafe(statements.to_owned())).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Asks for one number as the administrator.
    pub async fn count(&self, statement: &'static str) -> i64 {
        let mut connection = self.connect().await.unwrap();
        sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap()
    }

    /// Has everybody else who asks for `table` wait until the connection that is given ends.
    pub async fn lock(&self, table: &str) -> PgConnection {
        let mut connection = self.connect().await.unwrap();
        let statement = format!("begin; lock table {table}");
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
        connection
    }

    /// Ends all connections of the owner, as a failover does.
    pub async fn terminate(&self) -> i64 {
        self.count(
            "select count(*) from (select pg_terminate_backend(pid)
             from pg_stat_activity where usename = 'app') as ended",
        )
        .await
    }

    /// Sets one of PostgreSQL's parameters from the next start on.
    pub fn set(&mut self, setting: &str) {
        self.settings.push(setting.to_owned());
    }

    /// Ends the server, and all connections with it.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = kill_process(Pid::from_child(&child), Signal::INT);
            let _ = child.wait();
        }
    }

    /// Starts the server again, and gives the moment from which it answered.
    pub async fn launch(&mut self) -> Instant {
        let log = File::create(self.folder.path().join("log")).unwrap();
        let mut command = unprivileged("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        let ours = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
        let settings = ours.into_iter().chain(self.settings.iter().map(String::as_str));
        command.args(settings.flat_map(|setting| ["-c", setting]));
        self.child = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.connect().await.is_err() {
            assert!(Instant::now() < deadline, "{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Instant::now()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn initialise(&self) {
        let mut command = unprivileged("initdb");
        command.arg("-D").arg(self.data()).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rules = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 md5\n";
        fs::write(self.data().join("pg_hba.conf"), rules).unwrap();
    }

    /// A connection of the administrator.
    pub async fn connect(&self) -> sqlx::Result<PgConnection> {
        // In the database of the service, once it is there.
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username("postgres")
            .ssl_mode(PgSslMode::Disable);
        match PgConnection::connect_with(&options.clone().database(DATABASE)).await {
            Err(sqlx::Error::Database(_)) => {
                PgConnection::connect_with(&options.database("postgres")).await
            }
            outcome => outcome,
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A program of PostgreSQL, which ends with us however we end.
fn unprivileged(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT").current_dir("/");
    if getuid().is_root() {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    }
    command.arg(binaries().join(program));
    command
}

/// Where PostgreSQL's programs are: `POSTGRES_BIN`, else the newest that Debian has installed.
fn binaries() -> PathBuf {
    if let Some(folder) = std::env::var_os("POSTGRES_BIN") {
        return folder.into();
    }
    let versions = fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let newest = versions.filter_map(|entry| {
        let version = entry.ok()?.file_name().into_string().ok()?.parse::<u32>().ok()?;
        Some((version, PathBuf::from(format!("/usr/lib/postgresql/{version}/bin"))))
    });
    newest.max().expect("PostgreSQL is installed").1
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
