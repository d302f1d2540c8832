//! An unmodified stranger: the AWS CLI. Where it is not installed these tests say so and pass.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::process::Output;

use sandbox::{Options, Sandbox};
use serde_json::Value;
use tokio::process::Command;

struct Cli<'a> {
    sandbox: &'a Sandbox,
    secret: &'a str,
}

impl Cli<'_> {
    async fn run(&self, arguments: &str) -> Output {
        Command::new("aws")
            .args([
                "--endpoint-url",
                self.sandbox.url(),
                "--region",
                "eu-west-1",
                "--output",
                "json",
            ])
            .args(arguments.split(' '))
            .env("AWS_ACCESS_KEY_ID", &self.sandbox.credentials().access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", self.secret)
            .env("AWS_MAX_ATTEMPTS", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/nonexistent")
            .env_remove("AWS_SESSION_TOKEN")
            .output()
            .await
            .unwrap()
    }

    async fn value(&self, arguments: &str) -> Value {
        let output = self.run(arguments).await;
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "aws {arguments}: {error}");
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    async fn error(&self, arguments: &str) -> String {
        let output = self.run(arguments).await;
        assert!(!output.status.success(), "aws {arguments} should fail");
        String::from_utf8_lossy(&output.stderr).trim().to_owned()
    }
}

async fn is_installed() -> bool {
    Command::new("aws").arg("--version").output().await.is_ok_and(|output| output.status.success())
}

async fn start() -> (tempfile::TempDir, Sandbox) {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(Options::new(directory.path())).await.unwrap();
    (directory, sandbox)
}

#[tokio::test]
async fn it_is_told_who_it_is_and_gets_a_session() {
    if !is_installed().await {
        return;
    }
    let (_directory, sandbox) = start().await;
    let secret = sandbox.credentials().secret_access_key.clone();
    let cli = Cli { sandbox: &sandbox, secret: &secret };
    let identity = cli.value("sts get-caller-identity").await;
    assert_eq!(identity["Arn"], "arn:aws:iam::123456789012:user/sandbox");
    let session = cli.value("sts get-session-token --duration-seconds 900").await;
    assert!(session["Credentials"]["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
}

#[tokio::test]
async fn a_wrong_secret_is_told_in_words_that_it_understands() {
    if !is_installed().await {
        return;
    }
    let (_directory, sandbox) = start().await;
    let cli = Cli { sandbox: &sandbox, secret: "wrong" };
    let error = cli.error("sts get-caller-identity").await;
    assert!(error.contains("(SignatureDoesNotMatch)"), "{error}");
    let error = cli.error("kms list-keys").await;
    assert!(error.contains("(InvalidSignatureException)"), "{error}");
}

#[tokio::test]
async fn it_makes_a_distribution_and_invalidates_it() {
    if !is_installed().await {
        return;
    }
    let (_directory, sandbox) = start().await;
    let secret = sandbox.credentials().secret_access_key.clone();
    let cli = Cli { sandbox: &sandbox, secret: &secret };
    let create = "cloudfront create-distribution --default-root-object index.html \
                  --origin-domain-name site.s3.us-east-1.amazonaws.com";
    let made = cli.value(create).await;
    let id = made["Distribution"]["Id"].as_str().unwrap();
    cli.run(&format!("cloudfront wait distribution-deployed --id {id}")).await;
    let listed = cli.value("cloudfront list-distributions").await;
    let listed = &listed["DistributionList"]["Items"][0];
    assert_eq!((&listed["Status"], &listed["Id"]), (&"Deployed".into(), &id.into()));
    let invalidate = format!("cloudfront create-invalidation --distribution-id {id} --paths /*");
    let invalidation = cli.value(&invalidate).await;
    assert_eq!(invalidation["Invalidation"]["InvalidationBatch"]["Paths"]["Items"][0], "/*");
    let error = cli.error(&format!("cloudfront delete-distribution --id {id}")).await;
    assert!(error.contains("(InvalidIfMatchVersion)"), "{error}");
}
