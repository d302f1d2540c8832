//! What machines read: every line that the program prints stands on the page `arch/json.md`, and
//! the page describes nothing that the program does not print.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value as Json;

use crate::logs;
use crate::project::Project;

const PAGE: &str = include_str!("../../../arch/json.md");

/// Members on the page that no run here comes to: AWS gave up on an object, or the project is under
/// version control.
const RARE: [&str; 2] = ["status.objects[].reason", "history.releases[].commit"];

/// A stack that ships an image.
const SHIPS: &str = "\
stack: api

resources:
  image:
    type: image
    repository: acme-dev/api
    build: { command: [cp, source, \"{output}\"], sources: [source] }
";

/// What logs have to be like, and what is let pass.
const CONTROL: &str = "\
- id: logs.kept_for_a_year
  title: Logs are kept for as long as an audit looks back
  severity: medium
  applies_to: logs.log_group
  expect: resource.retention_in_days >= 365
  criteria: [CC7.2]
  fix: Set `retention_in_days` to 365 or more.
";
const EXCEPTION: &str = "\
- control: logs.kept_for_a_year
  resource: data.lines
  reason: Nobody reads them
  approved_by: ada
  expires: \"2999-12-31\"
";

/// The JSON examples of the page.
fn examples() -> Vec<Json> {
    let blocks = PAGE.split("```json\n").skip(1);
    let blocks = blocks.map(|block| block.split("```").next().unwrap());
    blocks
        .map(|block| serde_json::from_str(block).unwrap_or_else(|error| panic!("{error}: {block}")))
        .collect()
}

/// The members of lines as paths, `report.failed[].aws.code`.
fn members(lines: &[Json]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in lines {
        assert_eq!(line["version"], 1, "{line}");
        let kind = line["type"].as_str().unwrap();
        let name = line["progress"].as_str().map_or(kind.to_owned(), |it| format!("{kind}.{it}"));
        walk(&name, line, &mut found);
    }
    found
}

fn walk(path: &str, value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Array(items) => {
            items.iter().for_each(|item| walk(&format!("{path}[]"), item, found));
        }
        Json::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}.{name}");
                if !is_data(name, value) {
                    walk(&path, value, found);
                }
                found.insert(path);
            }
        }
        _ => {}
    }
}

/// Whether the names inside are not the format's, but those of properties, tags and outputs.
fn is_data(name: &str, value: &Json) -> bool {
    let mapped = ["outputs", "objects"].contains(&name) && value.is_object();
    mapped
        || ["before", "after", "set", "by_operation", "evidence", "findings", "files"]
            .contains(&name)
}

/// All that a life of an environment prints, with everything that goes wrong in one.
fn everything() -> Vec<Json> {
    let project = Project::new();
    let mut lines = Vec::new();
    let mut run = |arguments: &str| {
        let ran = project.run(&format!("{arguments} --json"));
        assert_eq!(ran.stderr, "", "{arguments}");
        lines.extend(ran.lines());
    };
    run("plan dev --timings");
    run("graph dev");
    project.write("config/controls/logs.yaml", CONTROL);
    project.write("config/exceptions.yaml", EXCEPTION);
    run("check dev");
    project.replace("stacks/network.yaml", "b: 10.0.1.0/24", "b: 10.9.0.0/24");
    project.replace("stacks/data.yaml", "${stack.network.vpc_id}", "${stack.network.subnets[1]}");
    run("up dev --yes");
    project.replace("stacks/network.yaml", "b: 10.9.0.0/24", "b: 10.0.1.0/24");
    run("up dev --yes");
    run("status dev");
    project.write("source", "one");
    project.write("stacks/api.yaml", SHIPS);
    run("deploy dev api --yes");
    project.write("source", "two");
    run("deploy dev api --yes");
    run("rollback dev api --to 1 --yes");
    run("history dev");
    fs::remove_file(project.path("stacks/api.yaml")).unwrap();
    run("up dev --yes");
    run("outputs dev");
    fs::remove_file(project.path("config/exceptions.yaml")).unwrap();
    run("audit dev --no-pdf --out audit");
    run("audit verify audit");
    project.by_hand(async |aws| {
        let groups = aws.logs().describe_log_groups().send().await.unwrap();
        let group = groups.log_groups()[0].log_group_name().unwrap();
        logs::write(&aws, group, "one", &[(0, "listening")]).await;
    });
    run("logs dev data");
    run("state list dev");
    run("sandbox status");
    run("sandbox logs --tail 500");
    run("recover dev");
    project.replace("config/dev.yaml", "prefix: acme-dev", "prefix: acme");
    project.replace("config/dev.yaml", "protect: false", "protect: true");
    run("plan dev");
    project.by_hand(async |aws| {
        let groups = aws.logs().describe_log_groups().send().await.unwrap();
        let group = groups.log_groups()[0].log_group_name().unwrap();
        let retention = aws.logs().put_retention_policy().log_group_name(group);
        retention.retention_in_days(7).send().await.unwrap();
        aws.ecr()
            .delete_repository()
            .repository_name("acme-dev/api")
            .force(true)
            .send()
            .await
            .unwrap();
    });
    run("drift dev");
    project.write(".provision/dev/lock.json", "{}");
    run("unlock dev --yes");
    project.replace("config/dev.yaml", "region:", "account: \"210987654321\"\nregion:");
    run("plan dev");
    project.replace("stacks/network.yaml", "vpc_id: ${vpc.id}", "vpc_id: ${subnet.*.id}");
    project.replace("stacks/data.yaml", "retention_in_days", "retention");
    project.replace("stacks/data.yaml", "retention: 30", "retention: 30\n    retention: 7");
    run("plan dev");
    lines
}

/// A gateway takes its time: AWS's word for what it does meanwhile.
fn waiting() -> Vec<Json> {
    let project = Project::repository();
    project.block_on(async {
        let directory = project.path(".local/sandbox");
        let sandbox = sandbox::Handle::discover(&directory).await.unwrap().unwrap();
        sandbox.set_time_scale(0.003).await.unwrap();
    });
    let ran = project.run("up dev --yes --json --stack network");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    ran.lines()
}

#[test]
fn the_page_describes_every_line_and_nothing_else() {
    let printed = members(&[everything(), waiting()].concat());
    let documented = members(&examples());
    let missing: Vec<&String> = printed.difference(&documented).collect();
    assert!(missing.is_empty(), "not on the page: {missing:#?}");
    let rare = |path: &&String| !RARE.contains(&path.as_str());
    let invented: Vec<&String> = documented.difference(&printed).filter(rare).collect();
    assert!(invented.is_empty(), "never printed: {invented:#?}");
}

#[test]
fn one_output_is_its_bare_value_and_a_state_is_its_document() {
    let project = Project::new().up();
    let value = project.run("outputs dev data.limits --json");
    assert_eq!(value.lines(), [serde_json::json!({ "days": 30 })]);
    let pulled: Json = serde_json::from_str(&project.run("state pull dev --json").stdout).unwrap();
    let shown = project.run("state show dev network.vpc --json").stdout;
    let shown: Json = serde_json::from_str(&shown).unwrap();
    assert_eq!((&pulled["format"], &shown["format"]), (&1.into(), &1.into()));
    assert!(pulled["objects"].as_array().unwrap().contains(&shown["objects"][0]));
}
