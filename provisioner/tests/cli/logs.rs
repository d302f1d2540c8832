//! `provision logs`

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use insta::assert_snapshot;
use jiff::Timestamp;
use provisioner::aws::Clients;
use rustix::process::{Pid, Signal, kill_process};

use crate::project::Project;

const LOGS: &str = "\
stack: logs

resources:
  api:
    type: logs.log_group
    name: /acme/api
  jobs:
    type: logs.log_group
    name: /acme/jobs
";

fn project() -> Project {
    let project = Project::new();
    project.write("stacks/logs.yaml", LOGS);
    project.up()
}

/// Writes messages to a stream, each with how many milliseconds ago it was written.
pub async fn write(aws: &Clients, group: &str, stream: &str, lines: &[(i64, &str)]) {
    let now = Timestamp::now().as_millisecond();
    let lines: Vec<(i64, &str)> = lines.iter().map(|(ago, text)| (now - ago, *text)).collect();
    write_at(aws, group, stream, &lines).await;
}

/// Writes messages to a stream, each with its time in milliseconds.
async fn write_at(aws: &Clients, group: &str, stream: &str, lines: &[(i64, &str)]) {
    let request = aws.logs().create_log_stream().log_group_name(group).log_stream_name(stream);
    // It may be there already.
    let _ = request.send().await;
    let events = lines.iter().map(|(time, text)| {
        InputLogEvent::builder().timestamp(*time).message(*text).build().unwrap()
    });
    let request = aws.logs().put_log_events().log_group_name(group).log_stream_name(stream);
    request.set_log_events(Some(events.collect())).send().await.unwrap();
}

/// The messages that a run shows, in order.
fn messages(project: &Project, arguments: &str) -> Vec<String> {
    let ran = project.run(&format!("logs dev logs --json {arguments}"));
    assert_eq!(ran.code, 0, "{ran}");
    let lines = ran.lines().into_iter().filter(|line| line["type"] == "log");
    lines.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

/// A stack whose objects write to log groups.
const SERVICE: &str = "\
stack: service

resources:
  role:
    type: iam.role
    assume_role_policy:
      Version: 2012-10-17
      Statement:
        - Effect: Allow
          Principal: { Service: vpc-flow-logs.amazonaws.com }
          Action: sts:AssumeRole
  lines:
    type: logs.log_group
    name: /acme/flows
  flows:
    type: ec2.flow_log
    resource_id: ${stack.network.vpc_id}
    traffic_type: REJECT
    log_destination: ${lines.arn}
    iam_role_arn: ${role.arn}
";

const HOUR: i64 = 3_600_000;

#[test]
fn groups_and_streams_come_as_one_by_time() {
    let project = project();
    project.by_hand(async |aws| {
        write(
            &aws,
            "/acme/api",
            "instance/0123456789abcdef0123",
            &[(4000, "one"), (2000, "three")],
        )
        .await;
        write(&aws, "/acme/jobs", "nightly", &[(3000, "two"), (1000, "{\"level\":\"INFO\"}")])
            .await;
        write(&aws, "/acme/api", "old", &[(HOUR, "an hour ago")]).await;
    });
    let ran = project.run("logs dev logs");
    let lines: Vec<&str> = ran.stdout.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    assert_eq!(
        lines,
        [
            "api/01234567 one",
            "jobs/nightly two",
            "api/01234567 three",
            "jobs/nightly {\"level\":\"INFO\"}"
        ]
    );
    assert_eq!(messages(&project, "--since 2h -n 3"), ["two", "three", "{\"level\":\"INFO\"}"]);
    assert_eq!(messages(&project, "--since 2h --filter three"), ["three"]);
    assert_eq!(messages(&project, "--since 2h")[0], "an hour ago");
    assert_eq!(messages(&project, "-n 5").len(), 5, "the last are shown however old");
    assert_eq!(messages(&project, "-n 1 --filter ago"), ["an hour ago"]);
    assert_eq!(messages(&project, "--filter -one").len(), 3);

    let json = project.run("logs dev logs --json --filter one").lines().remove(0);
    assert_eq!(json["group"], "/acme/api");
    assert_eq!(json["stream"], "instance/0123456789abcdef0123");
}

#[test]
fn what_is_shown_is_a_stack_a_component_an_object_or_all() {
    let project = Project::new();
    project.write("stacks/logs.yaml", LOGS);
    project.write("stacks/service.yaml", SERVICE);
    let project = project.up();
    project.by_hand(async |aws| {
        write(&aws, "/acme/api", "a", &[(3000, "api")]).await;
        write(&aws, "/acme/jobs", "a", &[(2000, "jobs")]).await;
        write(&aws, "/acme/flows", "eni", &[(1000, "REJECT")]).await;
    });
    let shown = |name: &str| {
        let ran = project.run(&format!("logs dev {name}"));
        assert_eq!(ran.code, 0, "{ran}");
        let lines = ran.stdout.lines().map(|line| line.split_once(' ').unwrap().1.to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(shown("logs.jobs"), ["a jobs"]);
    assert_eq!(shown("service"), ["eni REJECT"]);
    assert_eq!(shown("service.flows"), ["eni REJECT"]);
    assert_eq!(shown(""), ["logs.api/a api", "logs.jobs/a jobs", "service.flows/eni REJECT"]);
}

#[test]
fn all_pages_are_read() {
    let project = project();
    let texts: Vec<String> = (0..7000).map(|number| format!("line {number}")).collect();
    let first = Timestamp::now().as_millisecond() - 30_000;
    project.by_hand(async |aws| {
        for (stream, after) in [("even", 0), ("odd", 1)] {
            let times = (first + after..).step_by(2);
            let lines: Vec<(i64, &str)> = times.zip(texts.iter().map(String::as_str)).collect();
            write_at(&aws, "/acme/api", stream, &lines).await;
        }
    });
    let shown = messages(&project, "");
    assert_eq!(shown.len(), 14_000);
    let last: Vec<&String> = shown.iter().rev().take(2).collect();
    assert_eq!(last, ["line 6999", "line 6999"]);
    assert_eq!(messages(&project, "-n 12000").len(), 12_000);
}

/// A run that goes on.
struct Following(Child, BufReader<ChildStdout>);

impl Following {
    fn start(project: &Project, arguments: &str) -> Self {
        let mut command = project.command(&format!("logs dev logs -f {arguments}"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self(child, lines)
    }

    /// The message of the next line.
    fn next(&mut self) -> String {
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        line.split_once('/').map(|(_, text)| text.trim_end().to_owned()).unwrap_or(line)
    }

    /// Ends it as a person does; gives the exit code, and what nobody has read.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let pid = Pid::from_raw(self.0.id().try_into().unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        let rest = std::io::read_to_string(&mut self.1).unwrap();
        (self.0.wait().unwrap().code(), rest)
    }
}

#[test]
fn following_loses_nothing_and_repeats_nothing() {
    let project = project();
    project.by_hand(async |aws| write(&aws, "/acme/api", "a", &[(5000, "before")]).await);
    let mut following = Following::start(&project, "");
    assert_eq!(following.next(), "a before");
    let now = Timestamp::now().as_millisecond();
    project.by_hand(async |aws| {
        write_at(&aws, "/acme/api", "a", &[(now, "new"), (now, "new")]).await;
        write_at(&aws, "/acme/jobs", "j", &[(now + 1, "other group")]).await;
    });
    assert_eq!([(); 3].map(|()| following.next()), ["a new", "a new", "j other group"]);
    // The time of what is shown already, from the same stream and another.
    project.by_hand(async |aws| {
        write_at(&aws, "/acme/api", "a", &[(now, "new")]).await;
        write_at(&aws, "/acme/api", "b", &[(now, "new")]).await;
    });
    let mut two = [following.next(), following.next()];
    two.sort();
    assert_eq!(two, ["a new", "b new"]);
    project.by_hand(async |aws| write(&aws, "/acme/api", "b", &[(4000, "late")]).await);
    assert_eq!(following.next(), "b late");
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(following.interrupt(), (Some(0), String::new()));
}

#[test]
fn following_begins_with_the_last_lines_where_asked() {
    let project = project();
    project.by_hand(async |aws| {
        write(&aws, "/acme/api", "a", &[(3000, "one"), (2000, "two"), (1000, "three")]).await;
    });
    let mut following = Following::start(&project, "-n 1");
    assert_eq!(following.next(), "a three");
    project.by_hand(async |aws| write(&aws, "/acme/api", "a", &[(0, "four")]).await);
    assert_eq!(following.next(), "a four");
    assert_eq!(following.interrupt(), (Some(0), String::new()));
}

#[test]
fn following_ends_with_who_reads_it() {
    let project = project();
    project.by_hand(async |aws| write(&aws, "/acme/api", "a", &[(1000, "one")]).await);
    let mut following = Following::start(&project, "");
    assert_eq!(following.next(), "a one");
    let Following(mut child, reader) = following;
    drop(reader);
    project.by_hand(async |aws| write(&aws, "/acme/api", "a", &[(0, "two")]).await);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_not_there_is_said() {
    let project = project();
    assert_snapshot!(project.run("logs dev network"), @r#"
    exit 1
    ── stderr
    error: `network` writes to no log group
      hint: these do: `data.lines`, `logs.api`, `logs.jobs`
    "#);
    assert_snapshot!(project.run("logs dev netwrk"), @r#"
    exit 1
    ── stderr
    error: nothing is called `netwrk`
      hint: did you mean `network`?
    "#);
    assert_snapshot!(project.run("logs dev logs.api"), @r#"
    exit 0
    ── stderr
    nothing was written in the last ten minutes; `--since 1d` looks further back
    "#);
    assert_snapshot!(project.run("logs dev logs.api --since soon"), @r#"
    exit 1
    ── stderr
    error: invalid value 'soon' for '--since <TIME>': that is neither a length of time, as `10m`, `2h` or `1d`, nor a time, as `[TIMESTAMP]`

    For more information, try '--help'.
    "#);
    assert_snapshot!(project.run("logs dev logs --filter \"open"), @r#"
    exit 1
    ── stderr
    error: AWS refused a call
      logs:FilterLogEvents failed with InvalidParameterException:
      Invalid filter pattern
      request [UUID]
    "#);
    let delete = |name: &'static str| {
        project.by_hand(async |aws| {
            aws.logs().delete_log_group().log_group_name(name).send().await.unwrap();
        });
    };
    delete("/acme/jobs");
    assert_snapshot!(project.run("logs dev logs"), @r#"
    exit 0
    ── stderr
    the log group /acme/jobs does not exist yet
    nothing was written in the last ten minutes; `--since 1d` looks further back
    "#);
    delete("/acme/api");
    assert_snapshot!(project.run("logs dev logs"), @r#"
    exit 1
    ── stderr
    error: nothing was written yet: /acme/api and /acme/jobs do not exist
      hint: a service's log group comes with its first line; `--follow` waits for it
    "#);
}
