//! One instance: a program in a root, a process space and a user of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::image::Image;
use crate::runtime::nobody;

/// How long a program may take to end after it was asked to; then it is killed.
const GRACE: Duration = Duration::from_secs(10);
/// How long it may take when the whole sandbox ends, and nobody could ask it anything any more.
const HURRY: Duration = Duration::from_millis(500);
/// Who the program is to itself.
const INSIDE: &str = "65532";
/// A line that is longer is cut: CloudWatch Logs takes 256 KiB.
const LONGEST: usize = 200 << 10;
/// How many lines may wait to be written down.
const LINES: usize = 1024;

/// A program that runs.
pub struct Process {
    child: Child,
}

/// How a program is started.
pub struct Start<'a> {
    /// Of what.
    pub image: &'a Image,
    /// Instead of the image's own command.
    pub command: Option<&'a [String]>,
    /// Beside the image's own environment.
    pub environment: &'a BTreeMap<String, String>,
}

impl Process {
    /// Starts a program; what it says comes line by line.
    ///
    /// # Errors
    /// When it can't be started at all.
    pub fn start(start: &Start<'_>) -> io::Result<(Self, mpsc::Receiver<String>)> {
        let image = start.image;
        let arguments = start.command.unwrap_or(&image.command);
        let program: Vec<&String> = image.entry_point.iter().chain(arguments).collect();
        if program.is_empty() {
            return Err(io::Error::other("the image does not say what to run"));
        }
        let mut command = isolated(&image.root, &image.directory);
        command.args(program);
        // Not among the arguments, which everybody on the machine can read.
        command
            .env_clear()
            .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.envs(image.environment.iter().filter_map(|pair| pair.split_once('=')));
        command.envs(start.environment);
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        if let Some(user) = nobody::user() {
            command.uid(user).gid(user);
        }
        let mut child = command.spawn()?;
        let (sender, lines) = mpsc::channel(LINES);
        if let Some(output) = child.stdout.take() {
            tokio::spawn(read_lines(output, sender.clone()));
        }
        if let Some(output) = child.stderr.take() {
            tokio::spawn(read_lines(output, sender));
        }
        Ok((Self { child }, lines))
    }

    /// How the program ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(status.to_string()),
            Err(error) => Some(error.to_string()),
        }
    }

    /// How much memory the program and its children have, in bytes.
    pub fn memory(&self) -> u64 {
        self.child.id().map_or(0, |id| descendants(id).into_iter().map(resident).sum())
    }

    /// Asks the program to end, and ends it when it does not: soon, once there is `no_time`.
    pub async fn stop(mut self, no_time: &CancellationToken) {
        // The outermost process is only the wall around it.
        let inner = self.child.id().and_then(|id| descendants(id).pop());
        if let Some(pid) = inner.and_then(|id| Pid::from_raw(id.cast_signed())) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::TERM);
        }
        let hurry = async {
            no_time.cancelled().await;
            tokio::time::sleep(HURRY).await;
        };
        tokio::select! {
            _ = self.child.wait() => return,
            () = tokio::time::sleep(GRACE) => {}
            () = hurry => {}
        }
        let _ = self.child.kill().await;
    }
}

/// A command that runs another one behind a wall: with bubblewrap where there is one, else with
/// what the system itself has. Both end with this process.
fn isolated(root: &Path, directory: &str) -> Command {
    if has_bubblewrap() {
        let mut command = Command::new("bwrap");
        command.args(["--unshare-user", "--uid", INSIDE, "--gid", INSIDE]);
        command.args(["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"]);
        command.args(["--new-session", "--as-pid-1"]);
        command.arg("--ro-bind").arg(root).arg("/");
        command.args(["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]);
        command.args(["--chdir", directory, "--"]);
        return command;
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", "unshare", "--user"]);
    command.arg(format!("--map-user={INSIDE}")).arg(format!("--map-group={INSIDE}"));
    command.args(["--pid", "--ipc", "--uts", "--mount", "--fork", "--kill-child=KILL"]);
    let mut place = std::ffi::OsString::from("--root=");
    place.push(root);
    command.arg(place).arg(format!("--wd={directory}")).arg("--");
    command
}

fn has_bubblewrap() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("bwrap").is_file())
}

/// A process and all below it, parents first.
fn descendants(id: u32) -> Vec<u32> {
    let mut all = vec![id];
    let mut next = 0;
    while let Some(id) = all.get(next) {
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        all.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        next += 1;
    }
    all
}

/// A process's memory that is not on disk, in bytes.
fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

async fn read_lines(output: impl AsyncRead + Unpin, sender: mpsc::Sender<String>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        line.clear();
        match output.read_until(b'\n', &mut line).await {
            Ok(1..) => {}
            _ => return,
        }
        let end = line.len().min(LONGEST);
        let text = String::from_utf8_lossy(&line[..end]).trim_end().to_owned();
        if !text.is_empty() && sender.send(text).await.is_err() {
            return;
        }
    }
}
