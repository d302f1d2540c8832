//! An unmodified stranger: Terraform with its AWS provider. Where they are not on this machine the
//! test says so and passes.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]
#![allow(dead_code, reason = "the support is for other tests as well")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;

use sandbox::{Options, Sandbox};
use serde_json::json;
use support::Client;
use tokio::process::Command;

const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// A mirror of providers: `TF_PLUGIN_DIR`, or where machines usually have one.
fn mirror() -> Option<PathBuf> {
    let named = std::env::var_os("TF_PLUGIN_DIR").map(PathBuf::from);
    let usual = ["/opt/tf-plugins", "/usr/local/share/terraform/plugins"].map(PathBuf::from);
    named.into_iter().chain(usual).find(|path| path.join(PROVIDER).is_dir())
}

/// Terraform in a directory of its own, before a sandbox.
struct Terraform {
    directory: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Terraform {
    /// With the configuration that is in a folder of `tests/terraform`; none, and a word about it,
    /// where Terraform is not installed.
    async fn start(configuration: &str) -> Option<Self> {
        let installed = Command::new("terraform").arg("version").output().await;
        let Some(mirror) = mirror().filter(|_| installed.is_ok_and(|it| it.status.success()))
        else {
            eprintln!("skipped: terraform or a mirror of its AWS provider is not installed");
            return None;
        };
        let directory = tempfile::tempdir().unwrap();
        let settings = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
            mirror.display()
        );
        std::fs::write(directory.path().join("cli.tfrc"), settings).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terraform");
        let source = source.join(configuration).join("main.tf");
        std::fs::copy(source, directory.path().join("main.tf")).unwrap();
        let sandbox = Sandbox::start(Options::new(directory.path().join("sandbox"))).await.unwrap();
        Some(Self { directory, sandbox })
    }

    async fn output(&self, arguments: &[&str]) -> Output {
        let credentials = self.sandbox.credentials();
        Command::new("terraform")
            .args(arguments)
            .args(["-no-color"])
            .current_dir(self.directory.path())
            .env("TF_CLI_CONFIG_FILE", self.directory.path().join("cli.tfrc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_ENDPOINT_URL", self.sandbox.url())
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .output()
            .await
            .unwrap()
    }

    /// Runs a command, which must end with a status.
    async fn run(&self, arguments: &[&str], status: i32) {
        let output = self.output(arguments).await;
        let told = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "terraform {arguments:?}:\n{told}\n{error}");
    }
}

/// An image of nothing, as the service's own build would push it.
async fn push(sandbox: &Sandbox) {
    let client = Client::of(sandbox);
    let manifest = json!({ "schemaVersion": 2, "layers": [] }).to_string();
    let image =
        json!({ "repositoryName": "terraform-api", "imageTag": "v1", "imageManifest": manifest });
    let target = "AmazonEC2ContainerRegistry_V20150921.PutImage";
    let answer = client.json("ecr", target, &image.to_string()).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_and_its_database_come_up_stay_as_they_are_and_go() {
    let Some(terraform) = Terraform::start("api").await else { return };
    terraform.run(&["init", "-input=false"], 0).await;
    let repository = "-target=aws_ecr_repository.api";
    terraform.run(&["apply", "-input=false", "-auto-approve", repository], 0).await;
    push(&terraform.sandbox).await;
    terraform.run(&["apply", "-input=false", "-auto-approve"], 0).await;
    terraform.run(&["plan", "-input=false", "-detailed-exitcode"], 0).await;
    terraform.run(&["destroy", "-input=false", "-auto-approve"], 0).await;
    let world = terraform.sandbox.world(|world| serde_json::to_value(&*world).unwrap());
    let region = &world["regions"]["eu-west-1"];
    assert_eq!(region["rds"]["clusters"], json!({}));
    assert_eq!(region["rds"]["instances"], json!({}));
    assert_eq!(region["ec2"]["vpcs"], json!({}));
    let services = region["apprunner"]["services"].as_object().unwrap();
    assert!(services.values().all(|service| !service["deleted"].is_null()), "{services:?}");
    terraform.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_comes_up_stays_as_it_is_and_goes() {
    let Some(terraform) = Terraform::start("site").await else { return };
    terraform.run(&["init", "-input=false"], 0).await;
    terraform.run(&["apply", "-input=false", "-auto-approve"], 0).await;
    terraform.run(&["plan", "-input=false", "-detailed-exitcode"], 0).await;
    terraform.run(&["destroy", "-input=false", "-auto-approve"], 0).await;
    let world = terraform.sandbox.world(|world| serde_json::to_value(&*world).unwrap());
    let cloudfront = &world["global"]["cloudfront"];
    for kind in ["distributions", "origin_access_controls", "cache_policies"] {
        assert_eq!(cloudfront[kind].as_object().map(|all| all.len()), Some(0), "{kind}");
    }
    let region = &world["regions"]["us-east-1"];
    assert_eq!(region["wafv2"]["web_acls"], json!({}));
    assert_eq!(region["acm"]["certificates"], json!({}));
    terraform.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_watches_a_service_comes_up_stays_as_it_is_and_goes() {
    let Some(terraform) = Terraform::start("observability").await else { return };
    terraform.run(&["init", "-input=false"], 0).await;
    terraform.run(&["apply", "-input=false", "-auto-approve"], 0).await;
    terraform.run(&["plan", "-input=false", "-detailed-exitcode"], 0).await;
    terraform.run(&["destroy", "-input=false", "-auto-approve"], 0).await;
    let world = terraform.sandbox.world(|world| serde_json::to_value(&*world).unwrap());
    assert_eq!(world["global"]["dashboards"]["dashboards"], json!({}));
    let region = &world["regions"]["eu-west-1"];
    assert_eq!(region["monitoring"]["alarms"], json!({}));
    assert_eq!(region["sns"]["topics"], json!({}));
    assert_eq!(region["events"]["rules"], json!({}));
    assert_eq!(region["logs"]["groups"], json!({}));
    terraform.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_an_account_to_rules_comes_up_stays_as_it_is_and_goes() {
    let Some(terraform) = Terraform::start("compliance").await else { return };
    terraform.run(&["init", "-input=false"], 0).await;
    terraform.run(&["apply", "-input=false", "-auto-approve"], 0).await;
    terraform.run(&["plan", "-input=false", "-detailed-exitcode"], 0).await;
    terraform.run(&["destroy", "-input=false", "-auto-approve"], 0).await;
    let world = terraform.sandbox.world(|world| serde_json::to_value(&*world).unwrap());
    assert_eq!(world["global"]["iam"]["password_policy"], json!(null));
    let region = &world["regions"]["eu-west-1"];
    assert_eq!(region["ec2"]["ebs_encryption_by_default"], json!(false));
    assert_eq!(region["cloudtrail"]["trails"], json!({}));
    assert_eq!(region["config"]["recorder"], json!(null));
    assert_eq!(region["config"]["channel"], json!(null));
    assert_eq!(region["guardduty"]["detector"], json!(null));
    assert_eq!(region["securityhub"]["hub"], json!(null));
    terraform.sandbox.stop().await.unwrap();
}
