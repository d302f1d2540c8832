//! `provision sandbox`: a process in the background.

use insta::assert_snapshot;

use crate::project::Project;

/// A project whose sandbox is the program's own, stopped at the end.
struct Own(Project);

impl Own {
    fn new() -> Self {
        let project = Project::offline();
        let config = "region: eu-central-1\nendpoint: sandbox\n";
        project.write("config/dev.yaml", config);
        let stack = "stack: data\nresources:\n  lines: { type: logs.log_group }\n";
        project.write("stacks/data.yaml", stack);
        Self(project)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.0.run("sandbox stop");
    }
}

#[test]
fn from_its_start_to_its_end() {
    let own = Own::new();
    let project = &own.0;
    assert_snapshot!(project.run("sandbox status"), @"
    exit 1
    ── stderr
    error: the sandbox does not run
      hint: start it with `provision sandbox start`
    ");
    assert_snapshot!(project.run("sandbox start"), @"
    exit 0
    ── stderr
    the sandbox answers at http://127.0.0.1:[PORT]
    ");
    assert_snapshot!(project.run("sandbox start --time-scale 1"), @"
    exit 0
    ── stderr
    the sandbox answers at http://127.0.0.1:[PORT] already; stop it first to start it otherwise
    ");
    assert_snapshot!(project.run("up dev --yes"), @"
    exit 0
    ── stderr
    data
      + create lines logs.log_group

    1 to create

    [n/1] ✓ create  data.lines [TIME]  dev-data-lines

    ✓ 1 done in [TIME]
    ");
    assert_snapshot!(project.run("sandbox status"), @"
    exit 0
    ── stdout
    ✓ the sandbox answers at http://127.0.0.1:[PORT]
      account 123456789012, process [PID], up [TIME], objects take no time

    3 objects
          2  eu-central-1/ecr/scanning
          1  eu-central-1/logs/groups

    2 calls
          1  logs:CreateLogGroup
          1  sts:GetCallerIdentity
    ");
    let env = project.run("sandbox env");
    let names = env.stdout.lines().map(|line| line.split('=').next().unwrap());
    assert_snapshot!(names.collect::<Vec<_>>().join("\n"), @"
    export AWS_ENDPOINT_URL
    export AWS_ACCESS_KEY_ID
    export AWS_SECRET_ACCESS_KEY
    export AWS_DEFAULT_REGION
    ");
    assert_eq!(project.run("sandbox logs --tail 2").stdout.lines().count(), 2);
    assert_snapshot!(project.run("sandbox reset"), @"
    exit 0
    ── stderr
    the sandbox is empty
    ");
    assert!(project.run("status dev").stdout.contains("gone"));
    assert_snapshot!(project.run("sandbox stop"), @"
    exit 0
    ── stderr
    the sandbox has stopped; what it holds is kept
    ");
    assert_snapshot!(project.run("sandbox stop"), @"
    exit 0
    ── stderr
    the sandbox does not run
    ");
}

#[test]
fn it_starts_by_itself_and_remembers() {
    let own = Own::new();
    let project = &own.0;
    let ran = project.run("up dev --yes");
    assert!(ran.stderr.starts_with("started the sandbox at http://127.0.0.1:"), "{ran}");
    assert_eq!(project.run("sandbox stop").code, 0);
    let again = project.run("plan dev --detailed-exitcode");
    assert_eq!(again.code, 0, "{again}");
}

#[test]
fn it_says_why_it_does_not_start() {
    let own = Own::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ran = own.0.run(&format!("sandbox start --port {port}"));
    assert_snapshot!(ran, @"
    exit 1
    ── stderr
    error: the sandbox did not start
      cannot listen on 127.0.0.1:[PORT]
      Address already in use (os error 98)
      hint: its log is .local/sandbox/sandbox.log
    ");
}
