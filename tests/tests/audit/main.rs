//! Settings made bad by hand, by a program that nobody here wrote: the audit names exactly those.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use sandbox::fault::Fault;
use sandbox::gateway::hook::Verdict;
use serde_json::Value as Json;
use tests::{ENVIRONMENT, Lab, Moto, Project, UP};

/// Objects of every kind, by stack.
const EVERYTHING: [(&str, &str); 4] = [
    ("app", include_str!("../pains/every_kind.yaml")),
    ("service", include_str!("../pains/every_kind_service.yaml")),
    ("site", include_str!("../pains/every_kind_site.yaml")),
    ("observability", include_str!("../pains/every_kind_observability.yaml")),
];

/// Where the repository is.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Gives the project the repository's own controls.
fn with_controls(project: &Project) {
    std::fs::create_dir(project.path("config/controls")).unwrap();
    for entry in std::fs::read_dir(Path::new(ROOT).join("config/controls")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        std::fs::copy(&path, project.path(&format!("config/controls/{name}"))).unwrap();
    }
}

/// The report of an audit.
async fn audit(project: &Project, folder: &str) -> Json {
    let out = project.path(folder);
    let out = out.to_str().unwrap();
    let arguments = ["audit", ENVIRONMENT, "--no-pdf", "--fail-on", "none", "--out", out];
    project.run(&arguments).await.expect(0);
    serde_json::from_str(&project.read(&format!("{folder}/report.json"))).unwrap()
}

/// Findings of the trend, as `control address`.
fn findings(list: &Json) -> BTreeSet<String> {
    let text = |finding: &Json, name: &str| finding[name].as_str().unwrap().to_owned();
    let findings = list.as_array().unwrap().iter();
    findings.map(|it| format!("{} {}", text(it, "control"), text(it, "address"))).collect()
}

/// Makes settings bad by hand, and tells what has to be found for each of them; `None` without
/// boto3.
fn seed(project: &Project, keys: (&str, &str), faults: &str) -> Option<Vec<Vec<String>>> {
    let probe = Command::new("python3").args(["-c", "import boto3"]).output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "scripts/environment.sh installs boto3");
        eprintln!("skipped: python3 with boto3 is not installed");
        return None;
    }
    let output = Command::new("python3")
        .args([concat!(env!("CARGO_MANIFEST_DIR"), "/strangers/faults.py"), faults])
        .env("AWS_ENDPOINT_URL", project.endpoint())
        .env("AWS_ACCESS_KEY_ID", keys.0)
        .env("AWS_SECRET_ACCESS_KEY", keys.1)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Audits, makes settings bad, and audits again: what is new is what was made bad.
async fn finds_exactly(project: &Project, keys: (&str, &str), faults: &str, at_least: usize) {
    audit(project, "reports/before").await;
    let Some(seeded) = seed(project, keys, faults) else { return };
    assert!(seeded.len() >= at_least, "{} faults", seeded.len());
    let report = audit(project, "reports/after").await;
    let expected: BTreeSet<String> = seeded.into_iter().flatten().collect();
    let found = findings(&report["trend"]["new"]);
    let difference: Vec<&String> = found.symmetric_difference(&expected).collect();
    assert!(difference.is_empty(), "{difference:#?}");
    assert_eq!(findings(&report["trend"]["mended"]), BTreeSet::new());
}

async fn everything() -> Lab {
    let lab = Lab::new().await;
    lab.only(&[]);
    for (stack, resources) in EVERYTHING {
        lab.stack(stack, resources);
    }
    lab.write("program", "a program");
    lab.write("migrations/1_cars.sql", "CREATE TABLE cars ();\n");
    lab.write("site/index.html", "<h1>every kind</h1>");
    with_controls(&lab);
    lab.converged().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_bad_by_hand_is_found_and_nothing_else() {
    let lab = everything().await;
    let keys = lab.sandbox().credentials();
    let keys = (keys.access_key_id.as_str(), keys.secret_access_key.as_str());
    finds_exactly(&lab, keys, "lab", 25).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_moto() {
    let Some(moto) = Moto::start().await else {
        assert!(std::env::var_os("CI").is_none(), "scripts/environment.sh installs moto_server");
        return eprintln!("skipped: moto_server is not installed");
    };
    with_controls(&moto);
    moto.run(&UP).await.expect(0);
    finds_exactly(&moto, ("test", "test"), "moto", 7).await;
}

/// Who may not read everything audits what they may read, and passes nothing that they can't see.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_no_test_that_was_passed() {
    let lab = Lab::new().await;
    with_controls(&lab);
    let lab = lab.converged().await;
    lab.treat(|call, _| match call.operation.as_str() {
        "DescribeDBClusters" | "DescribeTrails" => {
            let message = "User: arn:aws:iam::123456789012:user/auditor is not authorized";
            Verdict::Fail(Fault::new("AccessDenied", message).with_status(403))
        }
        _ => Verdict::Continue,
    });
    let report = audit(&lab, "report").await;
    lab.leave_alone();
    assert_eq!(report["method"]["unread"][0]["what"], "rds.cluster");
    assert_eq!(report["method"]["unread"][0]["code"], "AccessDenied");
    assert!(report["method"]["unread"][0]["request_id"].is_string());
    assert_eq!(report["trails"]["unread"]["code"], "AccessDenied");
    let controls = report["controls"].as_array().unwrap().iter();
    let tests = controls.flat_map(|control| control["tests"].as_array().unwrap());
    let (of_cluster, others): (Vec<&Json>, Vec<&Json>) =
        tests.partition(|test| test["address"] == "db.cluster.cluster");
    assert!(of_cluster.len() > 5);
    assert!(of_cluster.iter().all(|test| test["verdict"] == "unknown"));
    assert!(others.iter().any(|test| test["verdict"] == "pass"));
}
