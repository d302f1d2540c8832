//! `provision check`

use insta::assert_snapshot;
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
  criteria: [CC7.1]
  fix: Set `scan_on_push` to true.
";

/// A project with two controls that nothing meets.
fn project() -> Project {
    let project = Project::new();
    project.write("config/controls/all.yaml", CONTROLS);
    project
}

#[test]
fn findings_are_named_with_their_lines_the_worst_first() {
    assert_snapshot!(project().run("check dev"), @r#"
    exit 2
    ── stdout
    high ecr.scanned Images are scanned CC7.1
      ✗ data.images stacks/data.yaml:4:3 scan_on_push: not set
      fix: Set `scan_on_push` to true.

    medium logs.kept Logs are kept for a year CC7.2 CloudWatch.16
      ✗ data.lines stacks/data.yaml:11:24 retention_in_days: 30
      fix: Set `retention_in_days` to 365 or more.

    2 controls on 2 objects: 0 met, 2 not met (1 high, 1 medium)
    "#);
}

#[test]
fn a_finding_that_is_not_as_grave_as_asked_for_is_told_all_the_same() {
    let project = project();
    assert_eq!(project.run("check dev").code, 2);
    assert_eq!(project.run("check dev --fail-on critical").code, 0);
    assert_eq!(project.run("check dev --fail-on none").code, 0);
}

#[test]
fn an_exception_holds_until_its_last_day() {
    let project = project();
    let exception = |expires: &str| {
        let text = format!(
            "- control: ecr.scanned\n  resource: data.*\n  reason: Nobody pushes\n  \
             approved_by: ada\n  expires: \"{expires}\"\n"
        );
        project.write("config/exceptions.yaml", &text);
    };
    exception("2999-12-31");
    let run = project.run("check dev --fail-on medium");
    assert_eq!(run.code, 2, "of the other control");
    assert!(run.stdout.contains("1 let pass by exceptions"), "{run}");
    assert_eq!(project.run("check dev").code, 0);
    exception("2020-01-31");
    let run = project.run("check dev");
    assert_eq!(run.code, 2);
    assert!(run.stdout.contains("its exception ended on 2020-01-31"), "{run}");
}

#[test]
fn mistakes_are_refused_with_their_places() {
    let project = project();
    let wrong = CONTROLS
        .replace("resource.scan_on_push", "resource.scan_on_pusch")
        .replace("CC7.2", "CC77.2")
        .replace("logs.log_group", "logs.loggroup");
    project.write("config/controls/all.yaml", &wrong);
    project.write("config/controls/more.yaml", CONTROLS.split("\n\n").next().unwrap());
    assert_snapshot!(project.run("check dev"), @r#"
    exit 3
    ── stderr
    error: Unknown kind
     --> config/controls/all.yaml:4:15
    4 |   applies_to: logs.loggroup
      |               ^^^^^^^^^^^^^
        There is no kind `logs.loggroup`.
        hint: did you mean `logs.log_group`?

    error: Unknown criterion
     --> config/controls/all.yaml:6:14
    6 |   criteria: [CC77.2]
      |              ^^^^^^
        `CC77.2` is not among the trust services criteria.

    error: Unknown property
      --> config/controls/all.yaml:14:11
    14 |   expect: resource.scan_on_pusch == true
       |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
         `ecr.repository` has no property `scan_on_pusch`.
         hint: did you mean `scan_on_push`?

    3 errors
    "#);
}

#[test]
fn code_hosts_are_told_as_sarif() {
    let project = project();
    assert_eq!(project.run("check dev --sarif check.sarif").code, 2);
    let log: Json = serde_json::from_str(&project.read("check.sarif")).unwrap();
    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    for result in run["results"].as_array().unwrap() {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "stacks/data.yaml");
        assert!(place["region"]["startLine"].as_u64().unwrap() > 1);
    }
    assert_eq!(run["results"].as_array().unwrap().len(), 2);
}

#[test]
fn without_controls_there_is_nothing_to_say() {
    assert_snapshot!(Project::new().run("check dev"), @r#"
    exit 1
    ── stderr
    error: there are no controls in `config/controls`
      hint: the project's template has some: each is an entry of a YAML file in that folder
    "#);
}
