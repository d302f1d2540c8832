//! The sandbox in the background: started by whoever needs it first, once, and still there with
//! everything in it after it was stopped or killed.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::ops::Deref;

use futures::future::join_all;
use serde_json::Value;
use tests::{PLAN, Project, Run, Signal, UP};

/// A project on a sandbox of its own in the background, which is stopped at the end.
struct Background(Project);

impl Deref for Background {
    type Target = Project;

    fn deref(&self) -> &Project {
        &self.0
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // One that has stopped already needs nothing.
        let _ = self.command(&["sandbox", "stop"]).output();
    }
}

impl Background {
    fn new() -> Self {
        let keys = ("unused".to_owned(), "unused".to_owned());
        let project = Project::new(tempfile::tempdir().unwrap(), "sandbox", "sandbox", keys);
        project.only(&["registry"]);
        Self(project)
    }

    async fn pid(&self) -> i32 {
        let status = self.run(&["sandbox", "status", "--json"]).await.expect(0);
        let status: Value = serde_json::from_str(&status.out).unwrap();
        status["status"]["pid"].as_i64().unwrap().try_into().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_start_it_at_the_same_time_share_it() {
    let project = Background::new();
    let runs: Vec<Run> = (0..4).map(|_| project.start(&UP)).collect();
    let ended = join_all(runs.into_iter().map(Run::wait)).await;
    assert!(ended.iter().all(|run| matches!(run.code, Some(0 | 4))), "{ended:#?}");
    project.run(&PLAN).await.expect(0);
    let answering = project.run(&["sandbox", "logs", "-n", "1000"]).await.expect(0).out;
    let made = answering.lines().filter(|line| line.contains("CreateRepository"));
    assert_eq!(made.count(), 1, "{answering}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_holds_outlives_it() {
    let project = Background::new();
    project.run(&UP).await.expect(0).says(&["started the sandbox at"]);
    project.run(&["sandbox", "stop"]).await.expect(0);
    project.run(&["sandbox", "status"]).await.expect(1).says(&["does not run"]);
    project.run(&PLAN).await.expect(0).says(&["started the sandbox at"]);

    let pid = rustix::process::Pid::from_raw(project.pid().await).unwrap();
    rustix::process::kill_process(pid, Signal::KILL).unwrap();
    project.run(&UP).await.expect(0).says(&["started the sandbox at", "Nothing to do"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_keys_are_on_no_command_line_and_for_nobody_else_to_read() {
    let project = Background::new();
    project.run(&["sandbox", "start"]).await.expect(0);
    let keys = project.run(&["sandbox", "env"]).await.expect(0).out;
    let secret = keys.lines().find_map(|line| line.strip_prefix("export AWS_SECRET_ACCESS_KEY="));
    let secret = secret.unwrap();
    let command_line = fs::read(format!("/proc/{}/cmdline", project.pid().await)).unwrap();
    assert!(!String::from_utf8(command_line).unwrap().contains(secret));
    let folder = fs::metadata(project.path(".local/sandbox")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&folder.permissions()) & 0o077, 0);
}
