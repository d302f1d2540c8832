//! What the whole-system stories share: a project in a folder of its own, a sandbox in this
//! process, and the program `provision` as a child that can be killed at any call.

#![expect(clippy::unwrap_used, reason = "this crate is tests: what goes wrong here fails one")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use sandbox::gateway::hook::{CallInfo, Hook, Phase, Verdict};
use sandbox::{Handle, Options, Sandbox};

/// The environment that a lab's project has.
pub const ENVIRONMENT: &str = "lab";

/// A project with a sandbox of its own.
pub struct Lab {
    project: tempfile::TempDir,
    sandbox: Sandbox,
    trap: Arc<Mutex<Trap>>,
}

/// When to kill the child, and the child.
#[derive(Default)]
struct Trap {
    at: Option<(u64, Phase)>,
    child: Option<Child>,
}

/// How a run of the program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; `None` when it was killed.
    pub code: Option<i32>,
    /// What it wrote to both streams.
    pub text: String,
}

impl Lab {
    /// The repository's own stacks, in the sandbox environment's sizes.
    pub async fn new() -> Self {
        let project = tempfile::tempdir().unwrap();
        let trap = Arc::new(Mutex::new(Trap::default()));
        let mut options = Options::new(project.path().join("sandbox"));
        options.hook = Some(hook(&trap));
        let sandbox = Sandbox::start(options).await.unwrap();
        let lab = Self { project, sandbox, trap };
        lab.copy("stacks");
        fs::create_dir(lab.path("config")).unwrap();
        let config = fs::read_to_string(repository().join("config/sandbox.yaml")).unwrap();
        let endpoint = format!("endpoint: {}", lab.sandbox.url());
        lab.write(
            &format!("config/{ENVIRONMENT}.yaml"),
            &config.replace("endpoint: sandbox", &endpoint),
        );
        lab
    }

    fn copy(&self, folder: &str) {
        fs::create_dir_all(self.path(folder)).unwrap();
        for entry in fs::read_dir(repository().join(folder)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), self.path(folder).join(entry.file_name())).unwrap();
        }
    }

    /// A path in the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.project.path().join(name)
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Changes a file of the project: every `from` becomes `to`.
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replace(from, to));
    }

    /// How many calls the sandbox has had.
    pub fn calls(&self) -> u64 {
        self.sandbox.calls().total
    }

    /// Runs the program to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, None).await
    }

    /// Runs the program and kills it at the `number`th call, counted from 1: before the call is
    /// executed, or after its answer was made and before it is sent.
    pub async fn run_and_kill(&self, arguments: &[&str], number: u64, phase: Phase) -> Ended {
        self.run_with(arguments, Some((self.calls() + number, phase))).await
    }

    async fn run_with(&self, arguments: &[&str], at: Option<(u64, Phase)>) -> Ended {
        let log = fs::File::create(self.path("log")).unwrap();
        let credentials = self.sandbox.credentials();
        let mut command = Command::new(program());
        command
            .arg("--root")
            .arg(self.project.path())
            .args(arguments)
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key)
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_PROFILE")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        {
            // Held until the child is there: its first call may come at once.
            let mut trap = self.trap.lock().unwrap();
            trap.at = at;
            trap.child = Some(command.spawn().unwrap());
        }
        let code = loop {
            let ended = self.trap.lock().unwrap().child.as_mut().unwrap().try_wait().unwrap();
            match ended {
                Some(status) => break status.code(),
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        *self.trap.lock().unwrap() = Trap::default();
        Ended { code, text: fs::read_to_string(self.path("log")).unwrap() }
    }

    /// How many objects of each kind the sandbox holds, but for its own notes on tokens.
    pub async fn objects(&self) -> BTreeMap<String, u64> {
        let handle = Handle::discover(&self.path("sandbox")).await.unwrap().unwrap();
        let status = handle.status().await.unwrap();
        let objects = status["objects"].as_object().unwrap().iter();
        objects
            .filter(|(kind, _)| !kind.ends_with("/tokens"))
            .map(|(kind, count)| (kind.clone(), count.as_u64().unwrap()))
            .collect()
    }
}

fn hook(trap: &Arc<Mutex<Trap>>) -> Hook {
    let trap = Arc::clone(trap);
    Hook::new(move |call: CallInfo, phase: Phase| {
        let mut trap = trap.lock().unwrap();
        let caught = trap.at.is_some_and(|(number, at)| (call.number, phase) == (number, at));
        if caught && let Some(child) = &mut trap.child {
            child.kill().unwrap();
        }
        let verdict = if caught { Verdict::Drop } else { Verdict::Continue };
        std::future::ready(verdict).boxed()
    })
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The program, which stands two folders above the tests: `scripts/test.sh` builds it first.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("provision")
}
