use anstream::adapter::strip_str;
use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::engine::plan::Bookkeeping;
use crate::resource::{Id, TagChange};
use crate::unknown::marker;

fn step(action: Action, address: &str, kind: &str) -> Step {
    let id = (action != Action::Create).then(|| Id::from(format!("id-of-{address}")));
    Step {
        address: address.parse().unwrap(),
        kind: kind.to_owned(),
        action,
        id,
        changes: Vec::new(),
        tags: TagChange::default(),
        reason: None,
        loss: None,
    }
}

fn change(path: &str, before: Json, after: Json) -> PropertyChange {
    PropertyChange { path: path.to_owned(), before, after, replaces: false }
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn empty() -> Plan {
    Plan {
        environment: "dev".to_owned(),
        lineage: Some("lineage".to_owned()),
        steps: Vec::new(),
        outputs: Vec::new(),
        unchanged: 7,
        refusals: Vec::new(),
        bookkeeping: Bookkeeping::default(),
    }
}

fn policy(actions: &[&str]) -> Json {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "rds" } },
            { "Effect": "Allow", "Action": actions, "Resource": "arn:aws:logs:*:*:log-group:RDS*" },
        ],
    })
}

/// One step of every kind.
fn everything() -> Plan {
    let common = [("environment", "dev"), ("project", "vitality")];
    let mut vpc = step(Action::Create, "network.vpc", "ec2.vpc");
    vpc.changes = vec![change("cidr_block", Json::Null, json!("10.0.0.0/16"))];
    vpc.tags.set = tags(&common);
    let mut subnet = step(Action::Create, "network.subnet:a", "ec2.subnet");
    subnet.changes = vec![
        change("vpc_id", Json::Null, marker("network.vpc.id")),
        change("policy", Json::Null, policy(&["logs:PutLogEvents"])),
    ];
    subnet.tags.set = tags(&[common[0], common[1], ("Name", "isolated-a")]);
    subnet.reason = Some("subnet-1 is gone from AWS".to_owned());
    let mut role = step(Action::Update, "db.role", "iam.role");
    role.changes = vec![
        change("description", json!("old"), json!("new")),
        change("policy", policy(&["logs:PutLogEvents"]), policy(&["logs:*"])),
    ];
    role.tags.set = tags(&[("owner", "data")]);
    role.tags.remove = vec!["team".to_owned()];
    let mut first = step(Action::ReplaceCreateFirst, "db.group", "rds.subnet_group");
    first.changes =
        vec![PropertyChange { replaces: true, ..change("name", json!("a"), json!("b")) }];
    let mut last = step(Action::ReplaceDeleteFirst, "db.cluster", "rds.cluster");
    last.reason = Some("AWS could not create it: no capacity".to_owned());
    let output = |name: &str, before, after| OutputChange { name: name.to_owned(), before, after };
    let address = |text: &str| text.parse().unwrap();
    Plan {
        steps: vec![
            vpc,
            subnet,
            role,
            first,
            last,
            step(Action::Resume, "db.instance:1", "rds.instance"),
            step(Action::Cleanup, "network.old", "ec2.vpc"),
            step(Action::Delete, "network.eip", "ec2.eip"),
            step(Action::Forget, "network.logs", "logs.log_group"),
        ],
        outputs: vec![
            output("db.endpoint", json!("a.example"), marker("db.cluster.endpoint")),
            output("db.port", Json::Null, json!(5432)),
            output("db.old", json!("x"), Json::Null),
        ],
        refusals: vec![
            Refusal::NeedsConsent {
                address: address("db.cluster"),
                action: Action::ReplaceDeleteFirst,
            },
            Refusal::NeedsConsent { address: address("network.eip"), action: Action::Delete },
            Refusal::Protected { address: address("db.group"), action: Action::ReplaceCreateFirst },
        ],
        ..empty()
    }
}

#[test]
fn every_kind_of_step() {
    assert_snapshot!(strip_str(&text(&everything(), 80)), @r#"
    network
      + create vpc ec2.vpc
          cidr_block: "10.0.0.0/16"
      + create subnet:a ec2.subnet
          because subnet-1 is gone from AWS
          vpc_id: ‹network.vpc.id›
          policy:
            Version: "2012-10-17"
            Statement:
              - { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "rds" } }
              - Effect: "Allow"
                Action: ["logs:PutLogEvents"]
                Resource: "arn:aws:logs:*:*:log-group:RDS*"
          tag Name: "isolated-a"
      - clean up old ec2.vpc id-of-network.old, which an earlier replacement left
      - delete eip ec2.eip id-of-network.eip
      ○ forget logs logs.log_group id-of-network.logs, which stays on AWS

    db
      ~ update role iam.role id-of-db.role
          description: "old" → "new"
          policy:
              … 2 lines as before
                - { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "rds" } }
                - Effect: "Allow"
            -     Action: ["logs:PutLogEvents"]
            +     Action: ["logs:*"]
                  Resource: "arn:aws:logs:*:*:log-group:RDS*"
          tag owner: "data"
          tag team: removed
      ± replace group rds.subnet_group id-of-db.group, the new one first
          name: "a" → "b" (forces replacement)
      ∓ replace cluster rds.cluster id-of-db.cluster, the old one goes first
          because AWS could not create it: no capacity
      » resume instance:1 rds.instance id-of-db.instance:1

    every new object is tagged environment=dev, project=vitality

    outputs
      ~ db.endpoint: "a.example" → ‹db.cluster.endpoint›
      + db.port: 5432
      - db.old: "x"

    ✗ db.cluster holds data and would be replaced
      hint: allow it with `--allow-replace db.cluster`

    ✗ network.eip holds data and would be deleted
      hint: allow it with `--allow-delete network.eip`

    ✗ db.group is protected and would be replaced
      hint: set `protect: false` on it, run `up`, and try again

    ‹…› is known after apply

    2 to create, 1 to resume, 1 to update, 2 to replace, 2 to delete, 1 to forget; 7 unchanged
    "#);
}

#[test]
fn nothing_to_do() {
    assert_snapshot!(strip_str(&text(&empty(), 80)), @"Nothing to do; 7 unchanged");
}

#[test]
fn colours_follow_the_action() {
    let mut plan = empty();
    let mut update = step(Action::Update, "a.b", "ec2.vpc");
    update.changes = vec![change("x", json!(1), json!(2))];
    plan.steps = vec![update, step(Action::Delete, "a.c", "ec2.eip")];
    assert_snapshot!(text(&plan, 80).replace('\u{1b}', "^"), @"
    ^[1ma^[0m
      ^[33m~^[0m ^[33mupdate^[0m ^[1mb^[0m ^[2mec2.vpc^[0m ^[2mid-of-a.b^[0m
          x: ^[2m1^[0m ^[2m→^[0m 2^[35m^[39m
      ^[31m-^[0m ^[31mdelete^[0m ^[1mc^[0m ^[2mec2.eip^[0m ^[2mid-of-a.c^[0m

    ^[1m1 to update, 1 to delete; 7 unchanged^[0m
    ");
}

#[test]
fn as_markdown() {
    assert_snapshot!(crate::view::markdown(&everything()), @r#"
    ### `dev`: 2 to create, 1 to resume, 1 to update, 2 to replace, 2 to delete, 1 to forget; 7 unchanged

    > **Refused:** db.cluster holds data and would be replaced. To go on, allow it with `--allow-replace db.cluster`.

    > **Refused:** network.eip holds data and would be deleted. To go on, allow it with `--allow-delete network.eip`.

    > **Refused:** db.group is protected and would be replaced. To go on, set `protect: false` on it, run `up`, and try again.

    | | object | kind | change |
    | --- | --- | --- | --- |
    | create | `network.vpc` | ec2.vpc |  |
    | create | `network.subnet:a` | ec2.subnet | subnet-1 is gone from AWS |
    | update | `db.role` | iam.role | `description`: `"old"` → `"new"`<br>`policy`: see below<br>tag `owner`<br>tag `team` |
    | replace | `db.group` | rds.subnet_group | `name`: `"a"` → `"b"` **forces replacement** |
    | replace | `db.cluster` | rds.cluster | AWS could not create it: no capacity |
    | resume | `db.instance:1` | rds.instance |  |
    | clean up | `network.old` | ec2.vpc |  |
    | delete | `network.eip` | ec2.eip |  |
    | forget | `network.logs` | logs.log_group |  |
    | output | `db.endpoint` | | `"a.example"` → `‹db.cluster.endpoint›` |
    | output | `db.port` | | `(none)` → `5432` |
    | output | `db.old` | | `"x"` → `(none)` |

    <details><summary>Properties of 4 objects</summary>

    ````diff
    + create network.vpc ec2.vpc
        cidr_block: "10.0.0.0/16"
    + create network.subnet:a ec2.subnet
        vpc_id: ‹network.vpc.id›
        policy:
          Version: "2012-10-17"
          Statement:
            - { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "rds" } }
            - Effect: "Allow"
              Action: ["logs:PutLogEvents"]
              Resource: "arn:aws:logs:*:*:log-group:RDS*"
        tag Name: "isolated-a"
    ~ update db.role iam.role
        description: "old" → "new"
        policy:
            … 2 lines as before
              - { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "rds" } }
              - Effect: "Allow"
          -     Action: ["logs:PutLogEvents"]
          +     Action: ["logs:*"]
                Resource: "arn:aws:logs:*:*:log-group:RDS*"
        tag owner: "data"
        tag team: removed
    ± replace db.group rds.subnet_group
        name: "a" → "b" (forces replacement)
    ````

    every new object is tagged environment=dev, project=vitality

    ‹…› is known after apply

    </details>
    "#);
}

#[test]
fn a_table_survives_whatever_a_value_holds() {
    let mut update = step(Action::Update, "a.b", "ec2.vpc");
    update.changes = vec![change("x", json!("a|b"), json!("`c`\n| d"))];
    let plan = Plan { steps: vec![update], ..empty() };
    let markdown = crate::view::markdown(&plan);
    let row = markdown.lines().find(|line| line.contains("a.b")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
}
