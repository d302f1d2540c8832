//! One server: a PostgreSQL process over one folder of data.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io;
use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;
use tokio_postgres::Client;

use super::admin;
use super::configuration::render;
use super::installation::{Installation, ProgramError};
use super::size::Size;
use super::vitals::{Sample, Vital};

/// How long a server may take until it answers; a recovery is part of it.
const START: Duration = Duration::from_secs(60);
/// How long it may take to end; then it is killed.
const STOP: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);
/// The file in a folder of data that holds the superuser's password.
pub const PASSWORD: &str = "rdsadmin.password";

/// Why a server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Its files could not be read or written.
    #[error("{path} could not be used")]
    Files {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// One of PostgreSQL's programs failed.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// It ended while it was starting.
    #[error("the server ended: {0}")]
    Ended(String),
    /// It runs, but does not answer.
    #[error("the server does not answer")]
    Silent(#[source] tokio_postgres::Error),
    /// It refused what it was asked to do.
    #[error("the server refused")]
    Refused(#[from] tokio_postgres::Error),
}

impl ServerError {
    /// For `map_err`, with the path.
    pub fn files(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Files { path, source }
    }
}

/// A server that runs.
pub struct Server {
    child: Child,
    address: SocketAddrV4,
    folder: PathBuf,
    password: String,
    /// When it was last looked at.
    last: Option<Sample>,
    /// How often its instance had been told to restart when it was started.
    pub restarts: u64,
}

impl Server {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// When it ends again, or does not answer in time.
    pub async fn start(
        installation: &Installation,
        folder: &Path,
        address: SocketAddrV4,
        parameters: &BTreeMap<String, String>,
        restarts: u64,
    ) -> Result<Self, ServerError> {
        end_predecessor(installation, folder).await;
        configure(installation, folder, address, parameters)?;
        let secret = folder.join(PASSWORD);
        let password = std::fs::read_to_string(&secret).map_err(ServerError::files(&secret))?;
        let log = folder.with_extension("log");
        let output = OpenOptions::new().create(true).append(true).open(&log);
        let output = output.map_err(ServerError::files(&log))?;
        let child = installation
            .command("postgres", &["-D".as_ref(), folder.as_os_str()], false)
            .stdout(Stdio::null())
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| ProgramError::Start { program: "postgres".to_owned(), source })?;
        let folder = folder.to_owned();
        let mut server = Self { child, address, folder, password, last: None, restarts };
        server.answers().await?;
        Ok(server)
    }

    async fn answers(&mut self) -> Result<(), ServerError> {
        let deadline = Instant::now() + START;
        loop {
            match self.client().await {
                Ok(_) => return Ok(()),
                Err(_) if self.has_ended() => {
                    return Err(ServerError::Ended(last_word(&self.folder)));
                }
                Err(error) if Instant::now() > deadline => return Err(ServerError::Silent(error)),
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// A connection as the superuser.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn client(&self) -> Result<Client, tokio_postgres::Error> {
        admin::connect(self.address, &self.password).await
    }

    /// How it fares since it was last asked.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn vitals(
        &mut self,
        size: Option<Size>,
    ) -> Result<Vec<Vital>, tokio_postgres::Error> {
        let counters = admin::counters(&self.client().await?).await?;
        let sample = Sample::take(counters, self.child.id());
        let vitals = sample.vitals(self.last.as_ref(), size);
        self.last = Some(sample);
        Ok(vitals)
    }

    /// The superuser's password, for those who copy it.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// Whether the process is gone.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Gives it other parameters; those that need a restart wait for one.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn reconfigure(
        &self,
        installation: &Installation,
        parameters: &BTreeMap<String, String>,
    ) -> Result<(), ServerError> {
        configure(installation, &self.folder, self.address, parameters)?;
        self.signal(Signal::HUP);
        Ok(())
    }

    /// Ends it in order: clients are disconnected, the data are written.
    pub async fn stop(mut self) {
        self.signal(Signal::INT);
        if tokio::time::timeout(STOP, self.child.wait()).await.is_err() {
            // The next start recovers from the log, as after a crash.
            let _ = self.child.kill().await;
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = self.child.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
        if let Some(pid) = pid {
            // It may have ended by itself.
            let _ = kill_process(pid, signal);
        }
    }
}

/// Ends a server that a sandbox which was killed has left over the same data.
async fn end_predecessor(installation: &Installation, folder: &Path) {
    if !folder.join("postmaster.pid").exists() {
        return;
    }
    let arguments: [&OsStr; 7] = [
        "stop".as_ref(),
        "-D".as_ref(),
        folder.as_os_str(),
        "-m".as_ref(),
        "fast".as_ref(),
        "-t".as_ref(),
        "10".as_ref(),
    ];
    if let Err(error) = installation.run("pg_ctl", &arguments, None).await {
        tracing::debug!(%error, "nothing was left to stop");
    }
}

fn configure(
    installation: &Installation,
    folder: &Path,
    address: SocketAddrV4,
    parameters: &BTreeMap<String, String>,
) -> Result<(), ServerError> {
    let (settings, access) = render(address, parameters);
    for (name, text) in [("postgresql.conf", settings), ("pg_hba.conf", access)] {
        let file = folder.join(name);
        installation.write(&file, &text).map_err(ServerError::files(&file))?;
    }
    Ok(())
}

/// The last line of a server's log.
fn last_word(folder: &Path) -> String {
    let log = std::fs::read_to_string(folder.with_extension("log")).unwrap_or_default();
    let lines = log.lines().rev().find(|line| line.contains("FATAL") || line.contains("ERROR"));
    lines.unwrap_or("it did not say why").to_owned()
}
