//! The program as a process, with its log.

use std::fs::File;
use std::net::SocketAddr;
use std::ops::Deref;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use http::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use super::{Answer, Client, PASSWORD, until};

/// The token of those who may change cars, which no log may tell.
pub const TOKEN: &str = "t0ken-of-the-writers";

/// For a test under load: no line for each request.
pub const QUIET: (&str, &str) = ("LOG", "warn,app::cli=info");

/// The program while it serves. Sends requests to itself.
pub struct Service {
    child: Child,
    folder: TempDir,
    client: Client,
}

impl Deref for Service {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Service {
    /// Starts it with these variables as its environment, on a free port.
    pub async fn start(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let child = command("serve")
            .envs([("HOST", "127.0.0.1"), ("PORT", "0"), ("API_TOKENS", TOKEN)])
            .envs(variables.iter().copied())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let nowhere = Client::new(SocketAddr::from(([127, 0, 0, 1], 0)));
        let mut service = Self { child, folder, client: nowhere };
        until("the service listens", async || service.address().is_some()).await;
        service.client = Client::new(service.address().unwrap());
        service
    }

    /// Where it listens, once it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.entries().find_map(|entry| entry["address"].as_str()?.parse().ok())
    }

    /// Waits until it says that requests may come.
    pub async fn ready(&self) {
        until("the service is ready", async || self.get("/health/ready").await.status == 200).await;
    }

    /// Sends a car with the token.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.write(Method::POST, path, &[], body).await
    }

    /// Sends JSON with the token and other headers.
    pub async fn write(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let bearer = format!("Bearer {TOKEN}");
        let ours = [("authorization", &*bearer), ("content-type", "application/json")];
        self.send(method, path, &[&ours, headers].concat(), body.to_string()).await
    }

    /// A metric's sum over all its labels that contain `labels`.
    pub async fn metric(&self, name: &str, labels: &str) -> f64 {
        let answer = self.get("/metrics").await;
        let values = answer.text().lines().filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let (family, rest) = series.split_once('{').unwrap_or((series, ""));
            (family == name && rest.contains(labels)).then(|| value.parse::<f64>().unwrap())
        });
        values.sum()
    }

    /// Asks it to stop, as a container's runtime does.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// How it ended; waits for that.
    pub async fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "it goes on: {}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// All that it wrote.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The lines of its log that are documents.
    pub fn entries(&self) -> impl Iterator<Item = Value> {
        let log = self.log();
        let entries = log.lines().filter_map(|line| serde_json::from_str(line).ok());
        entries.collect::<Vec<_>>().into_iter()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            let log = self.log();
            assert!(!log.contains(PASSWORD) && !log.contains(TOKEN), "a secret is told: {log}");
        } else {
            eprintln!("{}", self.log());
        }
    }
}

/// Runs a command of the program to its end.
pub fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(arguments[0]);
    command.args(&arguments[1..]).envs(variables.iter().copied());
    command.stdin(Stdio::null()).output().unwrap()
}

fn command(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_app"));
    command.arg(name).env_clear();
    command
}
