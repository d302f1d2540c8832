//! `provision outputs`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn all_for_people_and_machines_and_one_for_a_script() {
    let project = Project::new().up();
    assert_snapshot!(project.run("outputs dev"), @r#"
    exit 0
    ── stdout
    data.limits      { days: 30 }
    data.url         "123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme-dev/api"
    network.subnets  ["subnet-[ID]", "subnet-[ID]"]
    network.vpc_id   "vpc-[ID]"
    "#);
    assert_snapshot!(project.run("outputs dev --json"), @r#"
    exit 0
    ── stdout
    {"version":1,"type":"outputs","outputs":{"data":{"limits":{"days":30},"url":"123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme-dev/api"},"network":{"subnets":["subnet-[ID]","subnet-[ID]"],"vpc_id":"vpc-[ID]"}}}
    "#);
    assert_snapshot!(project.run("outputs dev data.url"), @"
    exit 0
    ── stdout
    123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme-dev/api
    ");
    assert_snapshot!(project.run("outputs dev network.subnets"), @r#"
    exit 0
    ── stdout
    ["subnet-[ID]","subnet-[ID]"]
    "#);
    assert_snapshot!(project.run("outputs dev data.url --json"), @r#"
    exit 0
    ── stdout
    "123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme-dev/api"
    "#);
    assert_snapshot!(project.run("outputs dev data.ulr"), @"
    exit 1
    ── stderr
    error: there is no output `data.ulr`
      hint: did you mean `data.url`?
    ");
    assert_snapshot!(project.run("outputs dev nothing"), @"
    exit 1
    ── stderr
    error: there is no output `nothing`
      hint: there are `data.limits`, `data.url`, `network.subnets`, `network.vpc_id`
    ");
}

#[test]
fn before_the_first_up() {
    let project = Project::new();
    assert_snapshot!(project.run("outputs dev"), @"
    exit 0
    ── stderr
    no outputs: they are known after the first `provision up`
    ");
    assert_snapshot!(project.run("outputs dev --json"), @r#"
    exit 0
    ── stdout
    {"version":1,"type":"outputs","outputs":{}}
    "#);
    assert_snapshot!(project.run("outputs dev data.url"), @"
    exit 1
    ── stderr
    error: there is no output `data.url`
      hint: outputs are known after the first `provision up`
    ");
}
