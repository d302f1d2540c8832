//! S3 as boto3 sees it. Each scenario is a function in `s3.py`, run against a sandbox of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests")]

use std::path::Path;

use sandbox::{Options, Sandbox};
use tokio::process::Command;

/// Runs a scenario; when boto3 is not installed, says so and passes.
async fn scenario(name: &str) {
    let directory = tempfile::tempdir().unwrap();
    run(name, directory.path()).await;
}

async fn run(name: &str, directory: &Path) {
    let has_boto3 = Command::new("python3").args(["-c", "import boto3"]).output().await;
    if !has_boto3.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: python3 with boto3 is not installed");
        return;
    }
    let sandbox = Sandbox::start(Options::new(directory)).await.unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/s3.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(name)
        .env("AWS_ENDPOINT_URL", sandbox.url())
        .env("AWS_ACCESS_KEY_ID", &sandbox.credentials().access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", &sandbox.credentials().secret_access_key)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .await
        .unwrap();
    sandbox.stop().await.unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

macro_rules! scenarios {
    ($($name:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            scenario(stringify!($name)).await;
        }
    )*};
}

scenarios! {
    conditional_writes_race
    conditional_writes
    versions
    pages
    multipart
    buckets
    regions
    configuration
    objects
    copies
    tags
    checksums
    errors
    virtual_hosts
    bulk_deletion
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_survives_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    run("before_restart", directory.path()).await;
    run("after_restart", directory.path()).await;
}
