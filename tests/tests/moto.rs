//! The repository's own stacks on moto, which is not ours and shares no line with the sandbox.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use std::collections::BTreeSet;
use std::process::Command;

use tests::{DOWN, ENVIRONMENT, Moto, PLAN, UP};

/// What moto holds, seen by boto3.
fn held(moto: &Moto) -> BTreeSet<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/strangers/held.py");
    let mut python = Command::new("python3");
    python
        .arg(script)
        .env("AWS_ENDPOINT_URL", moto.endpoint())
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let output = python.output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout), String::from_utf8(output.stderr));
    assert!(output.status.success(), "{}", err.unwrap());
    out.unwrap().lines().map(str::to_owned).collect()
}

/// What is in one and not in the other.
fn difference(one: &BTreeSet<String>, other: &BTreeSet<String>) -> String {
    one.symmetric_difference(other).map(String::as_str).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_repositorys_stacks_come_up_on_moto_and_go_again() {
    let Some(moto) = Moto::start().await else {
        assert!(std::env::var_os("CI").is_none(), "scripts/environment.sh installs moto_server");
        return eprintln!("skipped: moto_server is not installed");
    };
    let before = held(&moto);
    moto.run(&UP).await.expect(0).says(&["db.endpoint", "registry.url", "network.vpc_id"]);

    let there = held(&moto);
    let made = difference(&before, &there);
    for object in ["vitality-moto/api", "vitality-moto-db-cluster", "db-cluster-1", "10.0.0.0/16"] {
        assert!(made.contains(object), "no {object}:\n{made}");
    }
    moto.run(&PLAN).await.expect(0);
    moto.run(&["drift", ENVIRONMENT]).await.expect(0);
    moto.run(&UP).await.expect(0);
    assert_eq!(difference(&held(&moto), &there), "", "a second run changes something");

    moto.run(&DOWN).await.expect(0);
    assert_eq!(difference(&held(&moto), &before), "", "something is left");
}
