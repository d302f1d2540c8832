//! `provision audit`

use std::collections::BTreeSet;
use std::path::Path;

use aws_sdk_securityhub::types::{AwsSecurityFindingFilters, StringFilter, StringFilterComparison};
use insta::assert_snapshot;
use provisioner::aws::Clients;
use serde_json::Value as Json;

use crate::project::Project;

const CONTROLS: &str = "\
- id: logs.kept
  title: Logs are kept for a year
  severity: medium
  applies_to: logs.log_group
  expect: resource.retention_in_days >= 365
  criteria: [CC7.2]
  security_hub: [CloudWatch.16]
  fix: Set `retention_in_days` to 365 or more.

- id: ecr.scanned
  title: Images are scanned
  severity: high
  applies_to: ecr.repository
  expect: resource.scan_on_push == true
  criteria: [CC7.1, CC6.8]
  security_hub: [ECR.1]
  fix: Set `scan_on_push` to true.

- id: vpc.has_subnets
  title: A VPC has two subnets
  severity: low
  applies_to: ec2.vpc
  related:
    subnets: { kind: ec2.subnet, by: vpc_id }
  expect: subnets.size() == 2 && subnets.all(subnet, subnet.cidr_block != '')
  criteria: [A1.2]
  fix: Add subnets.

- id: secrets.none
  title: Secrets have keys
  severity: low
  applies_to: secretsmanager.secret
  expect: has(resource.kms_key_id)
  criteria: [CC6.1]
  fix: Set `kms_key_id`.
";

/// A project that is up, with three controls of which one is met, and a fourth for nothing.
fn project() -> Project {
    let project = Project::new();
    project.write("config/controls/all.yaml", CONTROLS);
    project.up()
}

fn report(project: &Project, folder: &str) -> Json {
    serde_json::from_str(&project.read(&format!("{folder}/report.json"))).unwrap()
}

#[test]
fn what_is_there_is_held_to_the_controls() {
    let project = project();
    let run = project.run("audit dev --out out --no-pdf");
    let shown = run.to_string();
    let seal = shown.split("sha256 ").nth(1).unwrap().trim().to_owned();
    assert_snapshot!(shown.replace(&seal, "[HASH]"), @r"
    exit 2
    ── stdout
    ✗ high ecr.scanned data.images Images are scanned
    ✗ medium logs.kept data.lines Logs are kept for a year

    3 controls on 5 objects: 1 met, 2 not met (1 high, 1 medium); evidence for 4 of 61 criteria
    out/report.html
    manifest.json sha256 [HASH]
    ");
    let report = report(&project, "out");
    let vpc = &report["controls"][2]["tests"][0];
    assert_eq!((&vpc["verdict"], &vpc["address"]), (&"pass".into(), &"network.vpc".into()));
    assert_eq!(vpc["evidence"]["subnets"][0]["address"], "network.subnet:a");
    assert_eq!(vpc["evidence"]["subnets"][1]["cidr_block"], "10.0.1.0/24");
    let calls = ["ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcs"];
    assert_eq!(vpc["calls"], Json::from_iter(calls));
    let objects = report["population"].as_array().unwrap();
    assert_eq!(objects.len(), 5);
    assert!(objects.iter().all(|object| object["arn"].as_str().unwrap().starts_with("arn:aws:")));
    assert_eq!(objects[0]["declared"], "stacks/data.yaml:4");
    let criterion = |id: &str| {
        let mut all = report["criteria"].as_array().unwrap().iter();
        all.find(|criterion| criterion["id"] == id).unwrap().clone()
    };
    assert_eq!(criterion("CC7.2")["result"], "exception_noted");
    assert_eq!(criterion("A1.2")["result"], "no_exception_noted");
    assert_eq!(criterion("CC6.1")["result"], "nothing_to_test");
    assert_eq!(criterion("CC1.1")["result"], "not_assessed");
}

#[test]
fn what_was_changed_by_hand_is_found_and_mending_it_shows_in_the_trend() {
    let project = project();
    project.replace("stacks/data.yaml", "retention_in_days: 30", "retention_in_days: 365");
    project.replace("stacks/data.yaml", "/api\n", "/api\n    scan_on_push: true\n");
    assert_eq!(project.run("up dev --yes").code, 0);
    assert_eq!(project.run("audit dev --no-pdf --fail-on informational").code, 0);
    project.by_hand(async |aws: Clients| {
        let answer = aws.logs().describe_log_groups().send().await.unwrap();
        let group = answer.log_groups().first().unwrap().log_group_name().unwrap().to_owned();
        let request = aws.logs().put_retention_policy().log_group_name(group);
        request.retention_in_days(7).send().await.unwrap();
    });
    assert_eq!(project.run("audit dev --no-pdf --out two").code, 0, "it is not grave");
    assert_eq!(project.run("audit dev --no-pdf --out three --fail-on medium").code, 2);
    let two = report(&project, "two");
    assert_eq!(two["drift"][0]["address"], "data.lines");
    assert_eq!(two["drift"][0]["changes"][0]["applied"], 365);
    assert_eq!(two["drift"][0]["changes"][0]["found"], 7);
    assert_eq!(project.run("up dev --yes").code, 0);
    let run = project.run("audit dev --no-pdf --out four --since two");
    assert!(run.stdout.contains("0 new, 1 mended"), "{run}");
    let four = report(&project, "four");
    let finding = serde_json::json!([{ "control": "logs.kept", "address": "data.lines" }]);
    assert_eq!(four["trend"]["mended"], finding);
    // Beside each other, the newest is the one before.
    let five = project.run("audit dev --no-pdf --json").lines();
    assert_eq!((&five[0]["new"], &five[0]["mended"]), (&0.into(), &0.into()));
}

#[test]
fn files_that_were_changed_are_known() {
    let project = project();
    project.run("audit dev --out out --no-pdf");
    assert_eq!(project.run("audit verify out").code, 0);
    project.replace("out/findings.csv", "medium", "low");
    project.write("out/more.txt", "more");
    std::fs::remove_file(project.path("out/report.html")).unwrap();
    let run = project.run("audit verify out");
    assert_eq!(run.code, 2);
    for line in [
        "✗ findings.csv: changed",
        "✗ more.txt: not of the report",
        "✗ report.html: missing",
        "✓ report.json: as it was written",
    ] {
        assert!(run.stdout.contains(line), "{run}");
    }
    assert_eq!(project.run("audit verify nowhere").code, 1);
}

#[test]
fn an_exception_that_has_expired_fails_whatever_its_severity() {
    let project = project();
    let exception = |expires: &str| {
        let one = |control: &str, resource: &str, expires: &str| {
            format!(
                "- control: {control}\n  resource: {resource}\n  reason: So be it\n  \
                 approved_by: ada\n  expires: \"{expires}\"\n"
            )
        };
        let logs = one("logs.kept", "data.lines", expires);
        let text = logs + &one("ecr.scanned", "data.images", "2999-12-31");
        project.write("config/exceptions.yaml", &text);
    };
    exception("2999-12-31");
    assert_eq!(project.run("audit dev --no-pdf").code, 0);
    exception("2020-12-31");
    let run = project.run("audit dev --no-pdf --fail-on critical");
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("its exception ended on 2020-12-31"), "{run}");
    assert_eq!(project.run("check dev --fail-on critical").code, 2);
}

#[test]
fn without_anything_on_aws_there_is_nothing_to_audit() {
    let project = Project::new();
    project.write("config/controls/all.yaml", CONTROLS);
    assert_snapshot!(project.run("audit dev"), @r"
    exit 1
    ── stderr
    error: there is nothing of `dev` yet
      hint: `provision up dev` makes it, `provision check dev` needs no AWS
    ");
}

/// What a schema says of a document.
fn mistakes(schema: &str, document: &Json) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(schema);
    let schema: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mistakes = validator.iter_errors(document);
    mistakes.map(|mistake| format!("{}: {mistake}", mistake.instance_path())).collect()
}

#[test]
fn every_form_is_what_its_schema_says() {
    let project = project();
    project.run("audit dev --out out --no-pdf");
    project.run("check dev --sarif out/check.sarif");
    let read = |name: &str| -> Json { serde_json::from_str(&project.read(name)).unwrap() };
    let oscal = read("out/oscal-assessment-results.json");
    assert_eq!(mistakes("oscal-assessment-results-1.2.1.json", &oscal), [""; 0]);
    for event in read("out/ocsf-compliance-findings.json").as_array().unwrap() {
        assert_eq!(mistakes("ocsf-compliance-finding-1.8.0.json", event), [""; 0]);
        assert_eq!(event["type_uid"], 200_301);
    }
    assert_eq!(mistakes("sarif-2.1.0.json", &read("out/check.sarif")), [""; 0]);
    references(&oscal);
    let csv = project.read("out/findings.csv");
    assert_eq!(csv.lines().count(), 4, "a head and three tests: {csv}");
}

/// A program that nobody here wrote takes the OSCAL: it looks at what a schema can't say.
#[test]
fn trestle_finds_nothing_wrong() {
    let project = project();
    project.run("audit dev --out out --no-pdf");
    let folder = project.path("trestle");
    std::fs::create_dir(&folder).unwrap();
    let trestle = |arguments: &[&str]| {
        let mut command = std::process::Command::new("trestle");
        command.args(arguments).current_dir(&folder).output()
    };
    let Ok(initialised) = trestle(&["init", "--local"]) else {
        assert!(std::env::var_os("CI").is_none(), "scripts/environment.sh installs trestle");
        return eprintln!("skipped: trestle is not installed");
    };
    assert!(initialised.status.success(), "{}", String::from_utf8_lossy(&initialised.stderr));
    let name = "assessment-results/audit/assessment-results.json";
    project.write(&format!("trestle/{name}"), &project.read("out/oscal-assessment-results.json"));
    let judged = trestle(&["validate", "-f", name]).unwrap();
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stdout));
    project.replace(&format!("trestle/{name}"), "\"1.2.1\"", "1");
    assert!(!trestle(&["validate", "-f", name]).unwrap().status.success(), "it takes anything");
}

/// OSCAL's schema does not look at references: none may lead nowhere, and no two things may have
/// the same id.
fn references(oscal: &Json) {
    let (mut ids, mut references) = (Vec::new(), Vec::new());
    collect(oscal, &mut ids, &mut references);
    let known: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(known.len(), ids.len(), "an id is there twice");
    let dangling: Vec<&String> =
        references.iter().filter(|id| !known.contains(id.trim_start_matches('#'))).collect();
    assert_eq!(dangling, [""; 0]);
    assert!(references.len() > 10);
    let results = &oscal["assessment-results"];
    assert_eq!(results["metadata"]["oscal-version"], "1.2.1");
    let excluded = &results["results"][0]["reviewed-controls"]["control-selections"][0];
    let excluded: Vec<&str> = excluded["exclude-controls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|control| control["control-id"].as_str().unwrap())
        .collect();
    assert!(excluded.contains(&"cc1.1") && !excluded.contains(&"cc7.2"));
}

fn collect(value: &Json, ids: &mut Vec<String>, references: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            for (name, field) in fields {
                let text = || field.as_str().unwrap().to_owned();
                match name.as_str() {
                    "uuid" | "id" => ids.push(text()),
                    "target-id" => references.push(text()),
                    "href" if text().starts_with('#') => references.push(text()),
                    name if name.ends_with("-uuid") => references.push(text()),
                    _ => collect(field, ids, references),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, ids, references)),
        _ => {}
    }
}

/// The status of each of our findings in Security Hub that is active, by id.
fn imported(project: &Project) -> BTreeSet<(String, String)> {
    project.by_hand(async |aws: Clients| {
        let is = |comparison: StringFilterComparison, value: &str| {
            StringFilter::builder().comparison(comparison).value(value).build()
        };
        let filters = AwsSecurityFindingFilters::builder()
            .id(is(StringFilterComparison::Prefix, "provision/dev/"))
            .record_state(is(StringFilterComparison::Equals, "ACTIVE"))
            .build();
        let answer = aws.securityhub().get_findings().filters(filters).send().await.unwrap();
        let findings = answer.findings().iter().map(|finding| {
            let status = finding.compliance().unwrap().status().unwrap().as_str().to_owned();
            (finding.id().unwrap().to_owned(), status)
        });
        findings.collect()
    })
}

#[test]
fn security_hub_is_told_and_forgets_what_is_gone() {
    let project = project();
    let run = project.run("audit dev --no-pdf --import-findings");
    assert_eq!(run.code, 1, "Security Hub is off: {run}");
    project.by_hand(async |aws: Clients| {
        let request = aws.securityhub().enable_security_hub().enable_default_standards(false);
        request.send().await.unwrap();
    });
    let run = project.run("audit dev --no-pdf --import-findings --fail-on none");
    assert!(run.stdout.contains("Security Hub took 3 findings, 0 of them archived"), "{run}");
    let of = |name: &str, status: &str| (format!("provision/dev/{name}"), status.to_owned());
    let all = [
        of("ecr.scanned/data.images", "FAILED"),
        of("logs.kept/data.lines", "FAILED"),
        of("vpc.has_subnets/network.vpc", "PASSED"),
    ];
    assert_eq!(imported(&project), BTreeSet::from(all.clone()));
    let cut = CONTROLS.split("- id: ecr.scanned").next().unwrap();
    project.write("config/controls/all.yaml", cut);
    let run = project.run("audit dev --no-pdf --import-findings --fail-on none");
    assert!(run.stdout.contains("Security Hub took 3 findings, 2 of them archived"), "{run}");
    assert_eq!(imported(&project), BTreeSet::from([all[1].clone()]));
}
