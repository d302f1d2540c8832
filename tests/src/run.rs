//! One run of the program, from its start to its end.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::NamedTempFile;

/// How long a run may take: what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often to look whether it has ended.
const GLANCE: Duration = Duration::from_millis(5);

/// The program at work.
pub struct Run {
    child: Child,
    out: NamedTempFile,
    err: NamedTempFile,
}

/// How a run of the program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; `None` when it was killed.
    pub code: Option<i32>,
    /// What it wrote to stdout.
    pub out: String,
    /// What it wrote to both streams, stdout first.
    pub text: String,
}

impl Run {
    /// Starts a command without a terminal.
    pub fn start(mut command: Command) -> Self {
        let (out, err) = (NamedTempFile::new().unwrap(), NamedTempFile::new().unwrap());
        let child = command
            .stdin(Stdio::null())
            .stdout(out.reopen().unwrap())
            .stderr(err.reopen().unwrap())
            .spawn()
            .unwrap();
        Self { child, out, err }
    }

    /// The number of its process.
    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// What it wrote to both streams so far, stdout first.
    pub fn text(&self) -> String {
        format!("{}{}", content(&self.out), content(&self.err))
    }

    /// Waits until it has written `text`, wherever the lines end.
    ///
    /// # Panics
    /// When it ends without, or says it in no bearable time.
    pub async fn says(&mut self, text: &str) {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < PATIENCE, "never says {text:?}:\n{}", self.text());
            let running = self.child.try_wait().unwrap().is_none();
            if on_one_line(&self.text()).contains(text) {
                return;
            }
            assert!(running, "never said {text:?}:\n{}", self.text());
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn wait(self) -> Ended {
        self.wait_for(PATIENCE).await
    }

    /// Waits for its end for this long.
    ///
    /// # Panics
    /// When it does not end.
    pub async fn wait_for(mut self, patience: Duration) -> Ended {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < patience, "it hangs:\n{}", self.text());
            tokio::time::sleep(GLANCE).await;
        };
        Ended { code: status.code(), out: content(&self.out), text: self.text() }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // A failed assertion must not leave the program behind; one that has ended can't be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn content(file: &NamedTempFile) -> String {
    fs::read_to_string(file.path()).unwrap()
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Ended {
    /// Expects this exit code.
    ///
    /// # Panics
    /// When it ended otherwise.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.text);
        self
    }

    /// Expects that it wrote each of these, wherever the lines end.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Self {
        let said = on_one_line(&self.text);
        for text in texts {
            assert!(said.contains(&on_one_line(text)), "does not say {text:?}:\n{}", self.text);
        }
        self
    }
}
