//! No secret leaves the place where it belongs: not in what is printed, not in what is kept, not in
//! the most talkative log, and not on a command line.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sandbox::fault::Fault;
use sandbox::gateway::hook::{Phase, Verdict};
use serde_json::Value;
use tests::{DOWN, ENVIRONMENT, Ended, Kept, Lab, PLAN, Place, Run, UP};

/// A secret that somebody wrote into the environment's file, against all advice.
const LITERAL: &str = "Zq7vLxT2mPw9KcRd";

const SECRETS: &str = r#"
stack: secrets
resources:
  plain:
    type: secretsmanager.secret
    description: A value made up
    generate: { length: 48 }
    recovery_window_in_days: 0
  json:
    type: secretsmanager.secret
    generate: { template: { username: app }, key: password }
    recovery_window_in_days: 0
outputs:
  plain: ${plain.arn}
"#;

/// What must not be seen, by what it is.
type Needles = BTreeMap<String, String>;

/// A lab with secrets to make, and temporary credentials to make them with.
struct Story {
    lab: Lab,
    place: Place,
    session: [(&'static str, String); 3],
    seen: Vec<(String, String)>,
}

impl Story {
    async fn begin() -> Self {
        let lab = Lab::new().await;
        lab.write("stacks/secrets.yaml", SECRETS);
        lab.configure(&format!("mail: {{ api_key: {LITERAL} }}"));
        let place = Place::prepare(&lab, Kept::InS3).await;
        let answer = lab.clients().await.sts().get_session_token().send().await.unwrap();
        let given = answer.credentials().unwrap();
        let session = [
            ("AWS_ACCESS_KEY_ID", given.access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", given.secret_access_key().to_owned()),
            ("AWS_SESSION_TOKEN", given.session_token().to_owned()),
        ];
        Self { lab, place, session, seen: Vec::new() }
    }

    fn start(&self, arguments: &[&str]) -> Run {
        let mut command = self.lab.command(arguments);
        command.envs(self.session.clone()).env("RUST_LOG", "trace");
        Run::start(command)
    }

    async fn run(&mut self, arguments: &[&str]) -> Ended {
        let ended = self.start(arguments).wait().await;
        self.see(&arguments.join(" "), &ended.text);
        ended
    }

    fn see(&mut self, what: &str, text: &str) {
        self.seen.push((what.to_owned(), text.to_owned()));
    }

    /// Every file of the project but the definition, which is where the literal stands, and the
    /// sandbox's own.
    fn see_files(&mut self) {
        for path in files(self.lab.path("").as_path()) {
            let name = path.strip_prefix(self.lab.path("")).unwrap().display().to_string();
            if !["sandbox/", "config/", "stacks/"].iter().any(|own| name.starts_with(own)) {
                let content = fs::read(&path).unwrap();
                self.see(&name, &String::from_utf8_lossy(&content));
            }
        }
    }

    /// What the program keeps in the bucket.
    async fn see_bucket(&mut self, name: &str) {
        let content = self.place.get(name).await.unwrap();
        self.see(name, &String::from_utf8(content).unwrap());
    }

    /// The values that are secret now, read past the program.
    async fn needles(&self) -> Needles {
        let clients = self.lab.clients().await;
        let listed = clients.secretsmanager().list_secrets().send().await.unwrap();
        let mut needles = Needles::from([("the literal".to_owned(), LITERAL.to_owned())]);
        for (name, value) in &self.session[1..] {
            needles.insert((*name).to_owned(), value.clone());
        }
        for secret in listed.secret_list() {
            let request =
                clients.secretsmanager().get_secret_value().secret_id(secret.arn().unwrap());
            let value = request.send().await.unwrap().secret_string.unwrap();
            let json = serde_json::from_str::<Value>(&value).ok();
            let password = json.and_then(|json| json["password"].as_str().map(str::to_owned));
            needles.insert(secret.name().unwrap().to_owned(), password.unwrap_or(value));
        }
        needles
    }

    /// Expects that nothing that was seen holds a needle, in any form that text is written in.
    fn hides(&self, needles: &Needles) {
        let talkative = |(_, text): &&(String, String)| text.contains(" TRACE ");
        assert!(self.seen.iter().any(|seen| talkative(&seen)), "the log says too little to tell");
        for (name, needle) in needles {
            assert!(needle.len() >= 16, "{name} is no needle");
            for form in forms(needle) {
                for (place, text) in &self.seen {
                    if let Some(at) = text.find(&form) {
                        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                        let line: String = text[start..].chars().take(400).collect();
                        panic!("{name} is in {place}: {line}");
                    }
                }
            }
        }
    }
}

/// The text itself, in JSON, in a URL, and as the debug form of Rust.
fn forms(needle: &str) -> Vec<String> {
    let json = serde_json::to_string(needle).unwrap();
    let in_url = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    let url = needle.bytes().map(in_url).collect();
    let debug = format!("{json:?}");
    let inner = |quoted: &str, quotes: usize| quoted[quotes..quoted.len() - quotes].to_owned();
    vec![needle.to_owned(), inner(&json, 1), url, inner(&debug, 3)]
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_seen_in_a_whole_life() {
    let mut story = Story::begin().await;
    story.run(&["plan", ENVIRONMENT]).await.expect(0).says(&["Literal secret"]);
    let plan = story.lab.path("saved.plan").display().to_string();
    story.run(&["plan", ENVIRONMENT, "--json", "--out", &plan]).await.expect(0);
    story.run(&["plan", ENVIRONMENT, "--markdown"]).await.expect(0);
    story.run(&["up", ENVIRONMENT, "--yes", "--timings", "--plan", &plan]).await.expect(0);
    let first = story.needles().await;
    assert_eq!(first.len(), 6, "{:?}", first.keys());

    for command in ["status", "outputs", "drift", "graph"] {
        story.run(&[command, ENVIRONMENT]).await.expect(0);
        story.run(&[command, ENVIRONMENT, "--json"]).await;
    }
    story.run(&["state", "pull", ENVIRONMENT]).await.expect(0);
    story.run(&["state", "show", ENVIRONMENT, "secrets.plain"]).await.expect(0);
    story.see_bucket("state.json").await;

    // Another wish: another value, over the old one.
    story.lab.replace("stacks/secrets.yaml", "length: 48", "length: 64");
    story.run(&["up", ENVIRONMENT, "--yes", "--json"]).await.expect(0);
    story.run(&PLAN).await.expect(0);
    let second = story.needles().await;
    assert_ne!(first, second);
    story.see_bucket("state.json").await;
    story.run(&["down", ENVIRONMENT, "--yes", "--json"]).await.expect(0);
    story.see_files();
    story.hides(&first);
    story.hides(&second);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_seen_when_something_goes_wrong() {
    let mut story = Story::begin().await;
    // The value is refused by the service that has it to keep.
    story.lab.treat(|call, phase| match (call.operation.as_str(), phase) {
        ("CreateSecret", Phase::Before) => {
            Verdict::Fail(Fault::new("InvalidRequestException", "No."))
        }
        _ => Verdict::Continue,
    });
    story.run(&UP).await.expect(1).says(&["InvalidRequestException"]);
    // The bucket goes away when the secret is there.
    let gone = std::sync::atomic::AtomicBool::new(false);
    story.lab.treat(move |call, phase| {
        use std::sync::atomic::Ordering::Relaxed;
        gone.fetch_or(call.operation == "CreateSecret" && phase == Phase::After, Relaxed);
        match call.service == "s3" && gone.load(Relaxed) {
            true => Verdict::Fail(Fault::new("AccessDenied", "Access Denied").with_status(403)),
            false => Verdict::Continue,
        }
    });
    story.run(&UP).await.expect(1).says(&["journal.json"]);
    story.lab.leave_alone();
    story.see_bucket("lock.json").await;
    story.see_files();
    assert!(story.seen.iter().any(|(name, _)| name.ends_with("journal.json")));
    // The line beside the literal is wrong, and is quoted.
    story.lab.replace("config/lab.yaml", "mail: {", "mail: { from: \"${env.nonsense}\",");
    story.run(&PLAN).await.expect(3).says(&["nonsense"]);
    story.lab.replace("config/lab.yaml", "from: \"${env.nonsense}\",", "");
    story.run(&UP).await.expect(0);
    let needles = story.needles().await;
    assert_eq!(needles.len(), 6, "{:?}", needles.keys());
    story.run(&DOWN).await.expect(0);
    story.hides(&needles);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_on_a_command_line() {
    let mut story = Story::begin().await;
    let gate =
        story.lab.hold(|call, phase| call.operation == "CreateSecret" && phase == Phase::After);
    let run = story.start(&UP);
    gate.reached().await;
    let command_line = fs::read(format!("/proc/{}/cmdline", run.pid())).unwrap();
    story.see("the command line", &String::from_utf8_lossy(&command_line));
    gate.open();
    let ended = run.wait().await.expect(0);
    story.see("the run", &ended.text);
    story.hides(&story.needles().await);
}
