//! The running server, as clients see it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use sandbox::{Options, Sandbox};

/// The AWS CLI against a sandbox; none where it is not installed.
async fn aws(sandbox: &Sandbox, secret: &str, arguments: &[&str]) -> Option<std::process::Output> {
    let output = tokio::process::Command::new("aws")
        .args(["--endpoint-url", sandbox.url(), "--region", "eu-west-1", "--output", "json"])
        .args(arguments)
        .env("AWS_ACCESS_KEY_ID", &sandbox.credentials().access_key_id)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env("AWS_MAX_ATTEMPTS", "1")
        .env_remove("AWS_SESSION_TOKEN")
        .output()
        .await;
    output.ok()
}

#[tokio::test]
async fn the_aws_cli_is_told_who_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Options::new(directory.path())).await.unwrap();
    let secret = sandbox.credentials().secret_access_key.clone();
    let Some(output) = aws(&sandbox, &secret, &["sts", "get-caller-identity"]).await else {
        return;
    };
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let identity: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(identity["Arn"], "arn:aws:iam::123456789012:user/sandbox");
    sandbox.stop().await.unwrap();
}
