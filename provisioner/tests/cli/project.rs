//! A project in a folder of its own, with a sandbox in this process, and runs of the program in it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use provisioner::aws::{Clients, Connection, Credentials};
use regex_lite::Regex;
use rustix::process::{Pid, Signal, kill_process};
use sandbox::gateway::hook::{CallInfo, Hook, Phase, Verdict};
use sandbox::{Options, Sandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_provision");

/// A VPC and two subnets in it.
const NETWORK: &str = "\
stack: network

resources:
  vpc:
    type: ec2.vpc
    cidr_block: ${config.cidr_block}
  subnet:
    type: ec2.subnet
    for_each: { a: 10.0.0.0/24, b: 10.0.1.0/24 }
    vpc_id: ${vpc.id}
    cidr_block: ${each.value}
    availability_zone: ${env.region}${each.key}

outputs:
  vpc_id: ${vpc.id}
  subnets: ${subnet.*.id}
";

/// How long an interrupted program has to notice it.
const NOTICE: Duration = Duration::from_millis(300);

/// What holds data, and what waits for another stack.
const DATA: &str = "\
stack: data

resources:
  images:
    type: ecr.repository
    name: ${env.prefix}/api
    protect: ${config.protect}
  lines:
    type: logs.log_group
    name: /${env.prefix}/${stack.network.vpc_id}
    retention_in_days: 30

outputs:
  url: ${images.url}
  limits: { days: 30 }
";

/// A project, and the sandbox at which its environment `dev` is.
pub struct Project {
    folder: TempDir,
    sandbox: Option<Sandbox>,
    runtime: Runtime,
    child: Arc<Mutex<Option<Pid>>>,
}

impl Project {
    /// Five objects in two stacks.
    pub fn new() -> Self {
        Self::interrupted_at("")
    }

    /// The same, in which the program is interrupted when it makes this call, and the call waits
    /// until it knows.
    pub fn interrupted_at(operation: &'static str) -> Self {
        let project = Self::offline();
        project.write("stacks/network.yaml", NETWORK);
        project.write("stacks/data.yaml", DATA);
        project.with_sandbox(
            "region: eu-central-1\nprefix: acme-dev\nendpoint: sandbox\n\
             tags: { owner: platform }\n\nprotect: false\ncidr_block: 10.0.0.0/16\n",
            operation,
        )
    }

    /// The stacks of this repository that need nothing but AWS, in the sandbox's sizes.
    pub fn repository() -> Self {
        let repository = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        let project = Self::offline();
        for stack in ["network", "db", "registry"] {
            let file = format!("stacks/{stack}.yaml");
            fs::copy(repository.join(&file), project.path(&file)).unwrap();
        }
        let config = fs::read_to_string(repository.join("config/sandbox.yaml")).unwrap();
        project.with_sandbox(&config, "")
    }

    /// A project without a stack, an environment and a sandbox.
    pub fn offline() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("stacks")).unwrap();
        fs::create_dir(folder.path().join("config")).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        Self { folder, sandbox: None, runtime, child: Arc::default() }
    }

    /// The same with a sandbox, at which the environment of this configuration is, and what
    /// [`Self::interrupted_at`] takes.
    pub fn with_sandbox(mut self, config: &str, interrupted_at: &'static str) -> Self {
        let mut options = Options::new(self.path(".local/sandbox"));
        let child = Arc::clone(&self.child);
        options.hook = Some(Hook::new(move |call: CallInfo, phase: Phase| {
            let child = Arc::clone(&child);
            async move {
                if phase == Phase::Before && call.operation == interrupted_at {
                    let child = *child.lock().unwrap();
                    kill_process(child.unwrap(), Signal::INT).unwrap();
                    tokio::time::sleep(NOTICE).await;
                }
                Verdict::Continue
            }
            .boxed()
        }));
        let sandbox = self.runtime.block_on(Sandbox::start(options)).unwrap();
        let endpoint = format!("endpoint: {}", sandbox.url());
        self.write("config/dev.yaml", &config.replace("endpoint: sandbox", &endpoint));
        self.sandbox = Some(sandbox);
        self
    }

    /// The same after an `up`.
    pub fn up(self) -> Self {
        let ran = self.run("up dev --yes");
        assert_eq!(ran.code, 0, "{ran}");
        self
    }

    /// The sandbox.
    pub fn sandbox(&self) -> &Sandbox {
        self.sandbox.as_ref().unwrap()
    }

    /// A path in the project.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Reads a file of the project.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a file of the project.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Changes a file of the project: every `from` becomes `to`.
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replace(from, to));
    }

    /// Does something to AWS that the program does not know of.
    pub fn by_hand<T>(&self, act: impl AsyncFnOnce(Clients) -> T) -> T {
        let credentials = self.sandbox().credentials();
        let connection = Connection {
            region: "eu-central-1".to_owned(),
            endpoint: Some(self.sandbox().url().to_owned()),
            credentials: Credentials::Fixed {
                access_key: credentials.access_key_id.clone(),
                secret_key: credentials.secret_access_key.clone(),
            },
            attempt_timeout: Duration::from_secs(30),
        };
        self.runtime.block_on(async { act(Clients::connect(&connection).await.unwrap()).await })
    }

    /// Runs a future of this process.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Runs the program with these arguments, separated by blanks, where no terminal is.
    pub fn run(&self, arguments: &str) -> Ran {
        self.finish(&mut self.command(arguments))
    }

    /// The program with these arguments, and nothing of this process's environment that it could
    /// listen to.
    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("USER", "ada")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        if let Some(sandbox) = &self.sandbox {
            let credentials = sandbox.credentials();
            command
                .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
                .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key);
        }
        command
    }

    /// Runs a command to its end.
    pub fn finish(&self, command: &mut Command) -> Ran {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = {
            // Held until the process is known: its first call may come at once.
            let mut known = self.child.lock().unwrap();
            let child = command.spawn().unwrap();
            *known = Pid::from_raw(child.id().try_into().unwrap());
            child
        };
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            folder: self.folder.path().display().to_string(),
        }
    }
}

/// How a run ended, and what it said.
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Data.
    pub stdout: String,
    /// Everything else.
    pub stderr: String,
    folder: String,
}

impl Ran {
    /// Data without what differs from run to run.
    pub fn data(&self) -> String {
        self.stable(&self.stdout)
    }

    /// Each line of stdout as JSON.
    pub fn lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The text without ports, ids, times and folders.
    fn stable(&self, text: &str) -> String {
        const FILTERS: [(&str, &str); 12] = [
            (r"127\.0\.0\.1:\d+", "127.0.0.1:[PORT]"),
            (r"\b(process|pid) \d+", "$1 [PID]"),
            (r"\b([a-z]+)-[0-9a-f]{17}\b", "$1-[ID]"),
            (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "[UUID]"),
            (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "[TIMESTAMP]"),
            (r" +\d+\.\ds\b", " [TIME]"),
            (r" +[0-9,]+ ms\b", " [TIME]"),
            (r#"("[a-z_]*seconds": ?)[0-9.e-]+"#, "$1[SECONDS]"),
            (r"\[ *\d+/(\d+)\] ", "[n/$1] "),
            (r#"("serial": |serial |; state )\d+"#, "$1[SERIAL]"),
            (r"locked by .+? \(", "locked by [HOLDER] ("),
            (r"since \d.+? UTC \(\d+ s ago\)", "since [TIMESTAMP]"),
        ];
        let text = text.replace(&self.folder, "[PROJECT]");
        let text = FILTERS.iter().fold(text, |text, (pattern, with)| {
            Regex::new(pattern).unwrap().replace_all(&text, *with).into_owned()
        });
        in_order(&text)
    }
}

/// The text with the lines of what is done at once in alphabetical order.
fn in_order(text: &str) -> String {
    let at_once = |line: &str| {
        ["[n/", "{\"version\":1,\"type\":\"event\""].iter().any(|it| line.starts_with(it))
    };
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines
        .chunk_by_mut(|one, other| at_once(one) && at_once(other))
        .for_each(<[&str]>::sort_unstable);
    lines.concat()
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "\n── {name}\n{}", self.stable(text))?;
            }
        }
        Ok(())
    }
}
