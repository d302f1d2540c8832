//! `provision state`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn listed_and_shown() {
    let project = Project::new().up();
    assert_snapshot!(project.run("state list dev"), @"
    exit 0
    ── stdout
    data.images	ecr.repository	acme-dev/api	ready
    data.lines	logs.log_group	/acme-dev/vpc-[ID]	ready
    network.subnet:a	ec2.subnet	subnet-[ID]	ready
    network.subnet:b	ec2.subnet	subnet-[ID]	ready
    network.vpc	ec2.vpc	vpc-[ID]	ready
    ");
    assert_snapshot!(project.run("state list dev --json"), @r#"
    exit 0
    ── stdout
    {"version":1,"type":"object","address":"data.images","kind":"ecr.repository","id":"acme-dev/api","status":"ready"}
    {"version":1,"type":"object","address":"data.lines","kind":"logs.log_group","id":"/acme-dev/vpc-[ID]","status":"ready"}
    {"version":1,"type":"object","address":"network.subnet:a","kind":"ec2.subnet","id":"subnet-[ID]","status":"ready"}
    {"version":1,"type":"object","address":"network.subnet:b","kind":"ec2.subnet","id":"subnet-[ID]","status":"ready"}
    {"version":1,"type":"object","address":"network.vpc","kind":"ec2.vpc","id":"vpc-[ID]","status":"ready"}
    "#);
    assert_snapshot!(project.run("state show dev network.vpc"), @r#"
    exit 0
    ── stdout
    {
      "format": 1,
      "written_by": "0.1.0",
      "environment": "dev",
      "lineage": "[UUID]",
      "serial": [SERIAL],
      "objects": [
        {
          "address": "network.vpc",
          "kind": "ec2.vpc",
          "status": {
            "ready": {
              "id": "vpc-[ID]",
              "outputs": {
                "id": "vpc-[ID]",
                "arn": "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-[ID]",
                "cidr_block": "10.0.0.0/16"
              }
            }
          },
          "inputs": {
            "cidr_block": "10.0.0.0/16"
          },
          "tags": {
            "owner": "platform"
          }
        }
      ],
      "outputs": {}
    }
    "#);
    assert_snapshot!(project.run("state show dev network.vcp"), @"
    exit 1
    ── stderr
    error: there is no object `network.vcp` in the state
      hint: did you mean `network.vpc`?
    ");
}

#[test]
fn moved_after_a_rename() {
    let project = Project::new().up();
    project.replace("stacks/data.yaml", "  images:", "  pictures:");
    project.replace("stacks/data.yaml", "${images.url}", "${pictures.url}");
    assert_snapshot!(project.run("state mv dev data.images data.pictures"), @"
    exit 0
    ── stderr
    data.images is now data.pictures
    ");
    assert_snapshot!(project.run("plan dev"), @r#"
    exit 0
    ── stdout
    data
      ~ update pictures ecr.repository acme-dev/api
          tag provision:address: "data.pictures"

    1 to update; 4 unchanged
    "#);
    assert_snapshot!(project.run("state mv dev data.pictures network.vpc"), @"
    exit 1
    ── stderr
    error: network.vpc stands for ec2.vpc vpc-[ID] already
      hint: move that one away first, or forget it with `provision state rm`
    ");
    assert_snapshot!(project.run("state mv dev data.pictures pictures"), @"
    exit 1
    ── stderr
    error: `pictures` is not an address: expected `stack.resource`, with a dot
      hint: `provision state list ENV` has the addresses of what is there, `provision plan ENV`
            those of what is not yet
    ");
    assert_snapshot!(project.run("state mv dev data.images data.other"), @"
    exit 1
    ── stderr
    error: there is no object `data.images` in the state
      hint: there are `data.lines`, `data.pictures`, `network.subnet:a`, `network.subnet:b`,
            `network.vpc`
    ");
}

#[test]
fn forgotten_and_found_again_by_its_tags() {
    let project = Project::new().up();
    assert_snapshot!(project.run("state rm dev network.subnet:a"), @"
    exit 0
    ── stderr
    forgot network.subnet:a; subnet-[ID] stays on AWS
    ");
    assert_eq!(project.run("up dev --yes").code, 0);
    let subnets = project.by_hand(async |aws| aws.ec2().describe_subnets().send().await.unwrap());
    assert_eq!(subnets.subnets().len(), 2, "it was not made again");
}

#[test]
fn pulled_and_pushed() {
    let project = Project::new().up();
    let pulled = project.run("state pull dev");
    assert_eq!((pulled.code, pulled.stderr.as_str()), (0, ""));
    assert_eq!(pulled.stdout, project.read(".provision/dev/state.json"));
    project.write("state.json", &pulled.stdout);
    assert_snapshot!(project.run("state push dev state.json"), @"
    exit 0
    ── stderr
    the state has 5 objects now, serial [SERIAL]
    ");
    assert_snapshot!(project.run("plan dev"), @"
    exit 0
    ── stdout
    Nothing to do; 5 unchanged
    ");
}

#[test]
fn what_can_not_be_pushed() {
    let project = Project::new().up();
    let before = project.read(".provision/dev/state.json");
    project.write("state.json", &before.replace("\"dev\"", "\"prod\""));
    project.write("broken.json", "{");
    assert_snapshot!(project.run("state push dev state.json"), @"
    exit 1
    ── stderr
    error: state.json is a state of `prod`, not of `dev`
      hint: nothing was changed: an environment's objects belong to one state only
    ");
    assert_snapshot!(project.run("state push dev broken.json"), @"
    exit 1
    ── stderr
    error: the state at broken.json is corrupt: EOF while parsing an object at line 1 column 1
      hint: nothing was changed: push a whole state
    ");
    assert_snapshot!(project.run("state push dev absent.json"), @"
    exit 1
    ── stderr
    error: absent.json could not be read: No such file or directory (os error 2)
      hint: `provision state pull dev > FILE` makes such a file
    ");
    assert_eq!(project.read(".provision/dev/state.json"), before);
}

#[test]
fn there_is_none_yet() {
    assert_snapshot!(Project::new().run("state list dev"), @"
    exit 1
    ── stderr
    error: the environment `dev` has no state at .provision/dev/state.json
      hint: it is made by the first `provision up`
    ");
}

#[test]
fn a_broken_one_is_refused_and_left_as_it_is() {
    let project = Project::new().up();
    project.write(".provision/dev/state.json", "{");
    assert_snapshot!(project.run("plan dev"), @"
    exit 1
    ── stderr
    error: the state at .provision/dev/state.json is corrupt: EOF while parsing an object at line
      1 column 1
      hint: nothing was changed: restore an earlier version of the file (the bucket keeps them), or
            rebuild it from the objects' tags with `provision recover`
    ");
    assert_eq!(project.read(".provision/dev/state.json"), "{");
}
