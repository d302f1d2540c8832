//! Alarms that fire: what really happens to a service and to a program reaches whoever is subscribed.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use serde_json::{Value as Json, json};
use tests::{ENVIRONMENT, Lab, PLAN, UP, client};

/// How long a message may take: an alarm looks once a minute.
const PATIENCE: Duration = Duration::from_secs(180);

const API: &str = r#"
stack: api
resources:
  repository: { type: ecr.repository, name: lab/observed, force_delete: true }
  image:
    type: image
    repository: ${repository.name}
    build:
      command: [rustc, -O, -C, target-feature=+crt-static, program.rs, -o, "{output}"]
      sources: [program.rs]
  service:
    type: service
    image: ${image.uri}
    repository: ${repository.arn}
    port: 3000
    environment: { ANSWER: 500, DELAY_MS: 0 }
    health_check: { path: /health, interval: 1 }
outputs:
  name: ${service.name}
  id: ${service.id}
  log_group: ${service.log_group}
  url: ${service.url}
"#;

const OBSERVABILITY: &str = r#"
stack: observability
resources:
  main:
    type: observability
    subscriptions: [{ protocol: http, endpoint: "HOOK/all" }]
    pages: [{ protocol: http, endpoint: "HOOK/pages" }]
    runbooks: arch/runbooks.md
    service: { runtime: apprunner, name: "${stack.api.name}", id: "${stack.api.id}", max_instances: 9 }
    program: { namespace: lab, service: lab-api, log_group: "${stack.api.log_group}" }
    alarms:
      service_errors: { evaluation_periods: 1, datapoints_to_alarm: 1 }
      pool_saturated: { evaluation_periods: 1, datapoints_to_alarm: 1 }
      error_lines: { evaluation_periods: 1, datapoints_to_alarm: 1, threshold: 1 }
"#;

/// Listens for messages of SNS, each with the path that it came to.
fn hook() -> (String, Receiver<(String, Json)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://hook.localhost:{}", listener.local_addr().unwrap().port());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        // Ends with the test: nobody listens then.
        for stream in listener.incoming().flatten() {
            if answer(stream, &sender).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

fn answer(stream: TcpStream, sender: &Sender<(String, Json)>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    reader
        .get_mut()
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let message = serde_json::from_slice(&body)?;
    sender.send((path, message)).map_err(std::io::Error::other)
}

/// The messages that have come.
struct Inbox {
    coming: Receiver<(String, Json)>,
    seen: Vec<(String, Json)>,
}

impl Inbox {
    /// Waits for a message to a path that says that an alarm is on, unless it has come already.
    fn told(&mut self, path: &str, alarm: &str) -> Json {
        let began = Instant::now();
        loop {
            let found = self.seen.iter().filter(|(to, _)| to == path);
            let mut found = found.filter_map(|(_, message)| state(message));
            let is_it = |body: &Json| {
                let is_named = body["AlarmName"].as_str().is_some_and(|name| name.ends_with(alarm));
                is_named && body["NewStateValue"] == "ALARM"
            };
            if let Some(body) = found.find(is_it) {
                return body;
            }
            let left = PATIENCE.saturating_sub(began.elapsed());
            let next = self.coming.recv_timeout(left);
            self.seen.push(next.unwrap_or_else(|_| panic!("{path} was not told of {alarm}")));
        }
    }
}

/// What a message says of an alarm.
fn state(message: &Json) -> Option<Json> {
    serde_json::from_str(message["Message"].as_str()?).ok()
}

async fn output(lab: &Lab, name: &str) -> String {
    lab.run(&["outputs", ENVIRONMENT, name]).await.expect(0).out.trim().to_owned()
}

/// Says what `lines` say to the log of the program, as the program would.
async fn say(lab: &Lab, lines: &[String]) {
    let group = output(lab, "api.log_group").await;
    let logs = lab.clients().await.logs().clone();
    let stream = format!("by-hand-{}", lines.len());
    logs.create_log_stream().log_group_name(&group).log_stream_name(&stream).send().await.unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    let event =
        |line: &String| InputLogEvent::builder().timestamp(now).message(line).build().unwrap();
    let request = logs.put_log_events().log_group_name(group).log_stream_name(stream);
    request.set_log_events(Some(lines.iter().map(event).collect())).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_reaches_whoever_is_subscribed() {
    let (hook, messages) = hook();
    let lab = Lab::live().await;
    lab.only(&[]);
    lab.write("program.rs", include_str!("rollout/program.rs"));
    lab.write("stacks/api.yaml", API);
    lab.write("stacks/observability.yaml", &OBSERVABILITY.replace("HOOK", &hook));
    lab.run(&UP).await.expect(0);
    lab.run(&PLAN).await.expect(0);
    for _ in 0..2 {
        let (_, message) = messages.recv_timeout(PATIENCE).unwrap();
        assert_eq!(message["Type"], "SubscriptionConfirmation", "{message}");
        let url = message["SubscribeURL"].as_str().unwrap();
        assert!(client(url).get(url).send().await.unwrap().status().is_success());
    }

    let mut inbox = Inbox { coming: messages, seen: Vec::new() };
    let url = format!("{}/cars", output(&lab, "api.url").await);
    for _ in 0..60 {
        assert_eq!(client(&url).get(&url).send().await.unwrap().status(), 500);
    }
    let alarm = inbox.told("/all", "-service_errors");
    let means = alarm["AlarmDescription"].as_str().unwrap();
    assert!(means.ends_with("arch/runbooks.md#service_errors"), "{means}");
    inbox.told("/pages", "-users_are_hurt");

    let metrics = json!({
        "_aws": {
            "Timestamp": jiff::Timestamp::now().as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": "lab", "Dimensions": [["Service"]],
                "Metrics": [{ "Name": "PoolWaiting", "Unit": "Count" }],
            }],
        },
        "Service": "lab-api", "PoolWaiting": 3,
    });
    say(&lab, &[metrics.to_string()]).await;
    inbox.told("/all", "-pool_saturated");
    say(&lab, &vec![json!({ "level": "ERROR", "message": "lost" }).to_string(); 4]).await;
    inbox.told("/all", "-error_lines");
}
