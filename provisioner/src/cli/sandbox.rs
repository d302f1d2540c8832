//! `provision sandbox …`

use std::fs::{self, DirBuilder, OpenOptions};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ::sandbox::client::{ClientError, Handle};
use ::sandbox::gateway::faults::Faults;
use ::sandbox::store::StoreError;
use ::sandbox::{Error, Options};
use clap::{Args, Subcommand};
use tokio::time::Instant;

use super::session::LOCAL;
use super::{ExitStatus, Failed, Global};
use crate::aws::Credentials;
use crate::view::{self, Failure, Stream, View};

/// How long the sandbox may take to start.
const START: Duration = Duration::from_secs(15);
/// How long it may take to stop: its databases write what they have first.
const STOP: Duration = Duration::from_secs(30);

/// Subcommands of `sandbox`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  provision sandbox start --time-scale 0.1     objects take a tenth of AWS's time
  provision sandbox start --throttle 0.2       one call in five is throttled
  provision sandbox status
  eval $(provision sandbox env)                then: aws ec2 describe-vpcs")]
pub enum Sandbox {
    /// Start it in the background; `up` does so by itself where it is needed.
    #[command(after_help = "\
Examples:
  provision sandbox start                        everything is ready at once
  provision sandbox start --time-scale 0.1       objects take a tenth of AWS's time
  provision sandbox start --throttle 0.2         one call in five is throttled")]
    Start(Start),
    /// Run it in the foreground.
    #[command(after_help = "\
Examples:
  provision sandbox serve --port 4566            until Ctrl-C")]
    Serve(Start),
    /// Stop it; what it holds is kept.
    #[command(after_help = "\
Examples:
  provision sandbox stop")]
    Stop,
    /// Show where it is and what it holds.
    #[command(after_help = "\
Examples:
  provision sandbox status
  provision sandbox status --json")]
    Status,
    /// Print the variables that point the AWS CLI and SDKs at it.
    #[command(after_help = "\
Examples:
  eval $(provision sandbox env)
  aws ec2 describe-vpcs

Version 1 of the AWS CLI ignores AWS_ENDPOINT_URL for some services (rds):
  aws --endpoint-url $AWS_ENDPOINT_URL rds describe-db-clusters")]
    Env,
    /// Show the last calls.
    #[command(after_help = "\
Examples:
  provision sandbox logs
  provision sandbox logs --tail 500 | grep -v ' 200 '    what was refused")]
    Logs(Logs),
    /// Delete everything that it holds.
    #[command(after_help = "\
Examples:
  provision sandbox reset

The state of an environment there is left as it is: its next `plan` shows everything as gone.")]
    Reset,
}

/// How the sandbox behaves.
#[derive(Debug, Clone, Args)]
pub struct Start {
    /// The port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How long objects take, as a share of AWS's typical time; 0 is at once.
    #[arg(long, default_value_t = 0.0, value_name = "FACTOR", value_parser = factor)]
    time_scale: f64,
    /// How much longer every call takes, in milliseconds.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    latency: u64,
    /// The share of calls that are throttled, 0 to 1.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE", value_parser = share)]
    throttle: f64,
    /// The share of calls that fail with a 5xx.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE", value_parser = share)]
    server_error: f64,
    /// The share of calls whose connection breaks after they were carried out.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE", value_parser = share)]
    drop_after: f64,
    /// How much longer an operation on an App Runner service is in progress, in milliseconds.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    stuck_services: u64,
    /// How many App Runner services, of those that are made next, end as CREATE_FAILED.
    #[arg(long, default_value_t = 0, value_name = "COUNT")]
    failed_creations: u32,
    /// How much longer a VPC connector's network interfaces stay after it, in milliseconds.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    held_interfaces: u64,
    /// Whether the last `down` may stop it.
    #[arg(long, hide = true)]
    on_demand: bool,
}

/// Arguments of `sandbox logs`.
#[derive(Debug, Args)]
pub struct Logs {
    /// How many calls.
    #[arg(long, short = 'n', default_value_t = 50)]
    tail: usize,
}

/// A sandbox that answers.
pub struct Running {
    /// Its URL.
    pub url: String,
    /// A key that it accepts.
    pub credentials: Credentials,
}

impl Sandbox {
    pub(super) async fn run(
        self,
        global: &Global,
        view: &mut dyn View,
    ) -> Result<ExitStatus, Failed> {
        match self {
            Self::Start(args) => match Handle::discover(&directory(&global.root)).await? {
                Some(handle) => view.note(&format!(
                    "the sandbox answers at {} already; stop it first to start it otherwise",
                    handle.endpoint.url
                )),
                None => {
                    let handle = start(&global.root, &args).await?;
                    view.note(&format!("the sandbox answers at {}", handle.endpoint.url));
                }
            },
            Self::Serve(args) => serve(&global.root, &args, view).await?,
            Self::Stop => match Handle::discover(&directory(&global.root)).await? {
                Some(handle) => {
                    stop(&global.root, &handle).await?;
                    view.note("the sandbox has stopped; what it holds is kept");
                }
                None => view.note("the sandbox does not run"),
            },
            Self::Status => status(global).await?,
            Self::Env => env(global).await?,
            Self::Logs(args) => logs(global, args.tail).await?,
            Self::Reset => {
                running(&global.root).await?.reset().await?;
                view.note("the sandbox is empty");
            }
        }
        Ok(ExitStatus::Done)
    }
}

/// The sandbox of a project, started where it does not run.
///
/// # Errors
/// When it can't be started.
pub async fn ensure_running(root: &Path, view: &mut dyn View) -> Result<Running, Failed> {
    let handle = match Handle::discover(&directory(root)).await? {
        Some(handle) => handle,
        None => {
            let on_demand = Start { on_demand: true, ..Start::default() };
            let handle = start(root, &on_demand).await?;
            view.note(&format!("started the sandbox at {}", handle.endpoint.url));
            handle
        }
    };
    Ok(Running {
        url: handle.endpoint.url,
        credentials: Credentials::Fixed {
            access_key: handle.credentials.access_key_id,
            secret_key: handle.credentials.secret_access_key,
        },
    })
}

/// Stops the sandbox of a project if a run started it by itself: there is nothing in it any more
/// that somebody would look at.
///
/// # Errors
/// When it does not stop.
pub async fn stop_unneeded(root: &Path, view: &mut dyn View) -> Result<(), Failed> {
    let handle = Handle::discover(&directory(root)).await?;
    if let Some(handle) = handle.filter(|handle| handle.endpoint.on_demand) {
        stop(root, &handle).await?;
        view.note("stopped the sandbox, which nothing needs any more");
    }
    Ok(())
}

fn directory(root: &Path) -> PathBuf {
    // `./` in front says nothing to a person.
    root.strip_prefix(".").unwrap_or(root).join(LOCAL).join("sandbox")
}

async fn running(root: &Path) -> Result<Handle, Failed> {
    let found = Handle::discover(&directory(root)).await?;
    found.ok_or_else(|| {
        Failed::new("the sandbox does not run").hint("start it with `provision sandbox start`")
    })
}

/// Starts this same program as a process of its own group, so that a Ctrl-C here leaves it alone.
async fn start(root: &Path, args: &Start) -> Result<Handle, Failed> {
    let directory = directory(root);
    let log = directory.join("sandbox.log");
    let mut child = spawn(root, &directory, &log, args).map_err(|error| {
        Failed::new(format!("the sandbox could not be started: {error}"))
            .hint(format!("it writes to {}", directory.display()))
    })?;
    let deadline = Instant::now() + START;
    loop {
        if let Some(handle) = Handle::discover(&directory).await? {
            return Ok(handle);
        }
        let ended = child.try_wait().ok().flatten();
        // Another run may be starting one at the same moment, and will be answered by it.
        let ended = ended.filter(|status| status.code() != Some(ExitStatus::Locked.code().into()));
        if ended.is_some() || Instant::now() > deadline {
            return Err(did_not_start(&log));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What the sandbox said last of itself.
fn did_not_start(log: &Path) -> Failed {
    let said = fs::read_to_string(log).unwrap_or_default();
    let last = said.rsplit("error: ").next().unwrap_or_default();
    let causes = last.lines().map(|line| line.trim().to_owned());
    Failed::Other(Failure {
        message: "the sandbox did not start".to_owned(),
        causes: causes.filter(|cause| !cause.is_empty()).collect(),
        hint: Some(format!("its log is {}", log.display())),
        ..Failure::default()
    })
}

fn spawn(
    root: &Path,
    directory: &Path,
    log: &Path,
    args: &Start,
) -> std::io::Result<std::process::Child> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let log = OpenOptions::new().create(true).append(true).open(log)?;
    Command::new(std::env::current_exe()?)
        .arg("--root")
        .arg(root)
        .args(["sandbox", "serve"])
        .args(args.to_arguments())
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0)
        .spawn()
}

/// Tells it to stop, and waits until it has.
async fn stop(root: &Path, handle: &Handle) -> Result<(), Failed> {
    handle.stop().await?;
    let deadline = Instant::now() + STOP;
    // It answers no more before it has written everything: the next one must find that.
    while ::sandbox::store::is_in_use(&directory(root)).map_err(ClientError::from)? {
        if Instant::now() > deadline {
            let still = Failed::new("the sandbox was told to stop, and still runs");
            let log = directory(root).join("sandbox.log");
            return Err(still.hint(format!("its log is {}", log.display())));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn status(global: &Global) -> Result<(), Failed> {
    let handle = running(&global.root).await?;
    let (url, status) = (&handle.endpoint.url, handle.status().await?);
    let text = match global.json {
        true => view::json::line("sandbox", serde_json::json!({ "url": url, "status": status })),
        false => view::sandbox::status(url, &status, jiff::Timestamp::now()),
    };
    global.streams().line(Stream::Out, &text);
    Ok(())
}

async fn logs(global: &Global, tail: usize) -> Result<(), Failed> {
    for entry in running(&global.root).await?.calls(tail).await? {
        let text = match global.json {
            true => view::json::line("call", &entry),
            false => view::sandbox::call(&entry),
        };
        global.streams().line(Stream::Out, &text);
    }
    Ok(())
}

async fn serve(root: &Path, args: &Start, view: &mut dyn View) -> Result<(), Failed> {
    let mut options = Options::new(directory(root));
    options.live = true;
    options.port = args.port;
    options.on_demand = args.on_demand;
    options.time_scale = args.time_scale;
    options.latency = Duration::from_millis(args.latency);
    options.faults = Faults {
        throttle: args.throttle,
        server_error: args.server_error,
        drop_after: args.drop_after,
        stuck_service_ms: args.stuck_services,
        failed_creations: args.failed_creations,
        held_interface_ms: args.held_interfaces,
        ..Faults::default()
    };
    let sandbox = ::sandbox::Sandbox::start(options).await.map_err(|error| match &error {
        Error::Store(StoreError::InUse { .. }) => Failed::Locked(Failure::of(&error)),
        _ => Failed::Other(Failure::of(&error)),
    })?;
    if let Some(missing) = sandbox.missing() {
        view.note(&format!("databases are only described: {missing}"));
    }
    view.note(&format!("the sandbox answers at {}", sandbox.url()));
    let stop = sandbox.stop_token();
    let _signals = super::signals::watch(stop, tokio_util::sync::CancellationToken::new());
    sandbox.wait().await.map_err(|error| Failed::Other(Failure::of(&error)))
}

async fn env(global: &Global) -> Result<(), Failed> {
    let handle = running(&global.root).await?;
    let variables = [
        ("AWS_ENDPOINT_URL", handle.endpoint.url.as_str()),
        ("AWS_ACCESS_KEY_ID", &handle.credentials.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", &handle.credentials.secret_access_key),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ];
    for (name, value) in variables {
        global.streams().line(Stream::Out, &format!("export {name}={value}"));
    }
    Ok(())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a share is a number from 0 to 1".to_owned())
}

fn factor(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok().filter(|factor: &f64| factor.is_finite() && *factor >= 0.0);
    factor.ok_or_else(|| "a factor is a number, 0 or more".to_owned())
}

impl Default for Start {
    fn default() -> Self {
        let (time_scale, throttle, server_error, drop_after) = (0.0, 0.0, 0.0, 0.0);
        Self {
            port: 0,
            time_scale,
            latency: 0,
            throttle,
            server_error,
            drop_after,
            stuck_services: 0,
            failed_creations: 0,
            held_interfaces: 0,
            on_demand: false,
        }
    }
}

impl Start {
    fn to_arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            format!("--port={}", self.port),
            format!("--time-scale={}", self.time_scale),
            format!("--latency={}", self.latency),
            format!("--throttle={}", self.throttle),
            format!("--server-error={}", self.server_error),
            format!("--drop-after={}", self.drop_after),
            format!("--stuck-services={}", self.stuck_services),
            format!("--failed-creations={}", self.failed_creations),
            format!("--held-interfaces={}", self.held_interfaces),
        ];
        arguments.extend(self.on_demand.then(|| "--on-demand".to_owned()));
        arguments
    }
}

impl From<ClientError> for Failed {
    fn from(error: ClientError) -> Self {
        let hint = match &error {
            ClientError::Store(_) => "make the directory readable, or choose another with `--root`",
            ClientError::Unreachable { .. } => "`provision sandbox status` shows whether it runs",
            ClientError::Refused { .. } => "the sandbox is of another version: stop and start it",
        };
        Self::Other(Failure::of(&error).hint(hint))
    }
}
