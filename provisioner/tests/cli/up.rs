//! `provision up`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn line_by_line_where_no_terminal_is_and_then_nothing_to_do() {
    let project = Project::new();
    let ran = project.run("up dev --yes");
    assert!(ran.stderr.lines().all(|line| line == line.trim_end()), "{ran}");
    assert_snapshot!(ran, @r#"
    exit 0
    ── stdout
    data.limits      { days: 30 }
    data.url         "123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme-dev/api"
    network.subnets  ["subnet-[ID]", "subnet-[ID]"]
    network.vpc_id   "vpc-[ID]"

    ── stderr
    data
      + create images ecr.repository
          name: "acme-dev/api"
      + create lines logs.log_group
          retention_in_days: 30
          name: ‹network.vpc.id›

    network
      + create vpc ec2.vpc
          cidr_block: "10.0.0.0/16"
      + create subnet:a ec2.subnet
          vpc_id: ‹network.vpc.id›
          cidr_block: "10.0.0.0/24"
          availability_zone: "eu-central-1a"
      + create subnet:b ec2.subnet
          vpc_id: ‹network.vpc.id›
          cidr_block: "10.0.1.0/24"
          availability_zone: "eu-central-1b"

    every new object is tagged owner=platform

    outputs
      + data.limits: { days: 30 }
      + data.url: ‹data.images.url›
      + network.subnets: [‹network.subnet:a.id›, ‹network.subnet:b.id›]
      + network.vpc_id: ‹network.vpc.id›

    ‹…› is known after apply

    5 to create

    [n/5] ✓ create  data.images [TIME]  acme-dev/api
    [n/5] ✓ create  data.lines [TIME]  /acme-dev/vpc-[ID]
    [n/5] ✓ create  network.subnet:a [TIME]  subnet-[ID]
    [n/5] ✓ create  network.subnet:b [TIME]  subnet-[ID]
    [n/5] ✓ create  network.vpc [TIME]  vpc-[ID]

    ✓ 5 done in [TIME]
    "#);
    assert_snapshot!(project.run("up dev --yes"), @r#"
    exit 0
    ── stdout
    data.limits      { days: 30 }
    data.url         "123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme-dev/api"
    network.subnets  ["subnet-[ID]", "subnet-[ID]"]
    network.vpc_id   "vpc-[ID]"

    ── stderr
    Nothing to do; 5 unchanged
    "#);
}

#[test]
fn quiet() {
    let project = Project::new();
    let ran = project.run("up dev --yes --quiet");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, project.run("outputs dev").stdout);
}

#[test]
fn event_by_event_for_machines() {
    let project = Project::new();
    let ran = project.run("up dev --yes --json --stack network");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let all = ran.data();
    let shown: Vec<&str> = all.lines().filter(|line| !line.contains("\"type\":\"plan\"")).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    {"version":1,"type":"start","steps":3,"expected_seconds":[SECONDS]}
    {"version":1,"type":"event","address":"network.subnet:a","action":"create","progress":"finished","seconds":[SECONDS],"id":"subnet-[ID]"}
    {"version":1,"type":"event","address":"network.subnet:a","action":"create","progress":"started","expected_seconds":[SECONDS]}
    {"version":1,"type":"event","address":"network.subnet:b","action":"create","progress":"finished","seconds":[SECONDS],"id":"subnet-[ID]"}
    {"version":1,"type":"event","address":"network.subnet:b","action":"create","progress":"started","expected_seconds":[SECONDS]}
    {"version":1,"type":"event","address":"network.vpc","action":"create","progress":"finished","seconds":[SECONDS],"id":"vpc-[ID]"}
    {"version":1,"type":"event","address":"network.vpc","action":"create","progress":"started","expected_seconds":[SECONDS]}
    {"version":1,"type":"report","complete":true,"done":3,"failed":[],"skipped":[],"seconds":[SECONDS]}
    {"version":1,"type":"outputs","outputs":{"data":{"limits":{"days":30}},"network":{"subnets":["subnet-[ID]","subnet-[ID]"],"vpc_id":"vpc-[ID]"}}}
    "#);
}

#[test]
fn nobody_is_there_to_confirm() {
    let project = Project::new();
    let ran = project.run("up dev --stack network");
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr[ran.stderr.find("error:").unwrap()..], @"
    error: nobody is there to confirm
      hint: give `--yes` where no terminal is
    ");
    let ran = project.run("up dev --json");
    assert_snapshot!(ran.stdout.lines().last().unwrap(), @r#"{"version":1,"type":"error","message":"nobody is there to confirm","causes":[],"hint":"give `--yes` where no terminal is","aws":null,"address":null,"place":null}"#);
    assert_eq!(project.sandbox().calls().by_operation.get("ec2:CreateVpc"), None);
}

#[test]
fn the_stacks_of_this_repository() {
    let project = Project::repository();
    let ran = project.run("up dev --yes --timings");
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stderr.contains("✓ 34 done in "), "{ran}");
    assert!(ran.stderr.lines().all(|line| line == line.trim_end()), "{ran}");
    let endpoint = project.run("outputs dev db.endpoint");
    assert!(endpoint.stdout.ends_with(".us-east-1.rds.amazonaws.com\n"), "{endpoint}");
    assert_snapshot!(project.run("plan dev --detailed-exitcode"), @"
    exit 0
    ── stdout
    Nothing to do; 34 unchanged
    ");
}
