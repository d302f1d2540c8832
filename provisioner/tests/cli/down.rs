//! `provision down`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn everything_in_reverse_order() {
    let project = Project::new().up();
    assert_snapshot!(project.run("down dev --yes"), @"
    exit 0
    ── stderr
    network
      - delete vpc ec2.vpc vpc-[ID]
      - delete subnet:b ec2.subnet subnet-[ID]
      - delete subnet:a ec2.subnet subnet-[ID]

    data
      - delete lines logs.log_group /acme-dev/vpc-[ID]
          its log lines go with it
      - delete images ecr.repository acme-dev/api
          it is empty

    5 to delete

    [n/5] ✓ delete  data.images [TIME]
    [n/5] ✓ delete  data.lines [TIME]
    [n/5] ✓ delete  network.subnet:a [TIME]
    [n/5] ✓ delete  network.subnet:b [TIME]
    [n/5] ✓ delete  network.vpc [TIME]

    ✓ 5 done in [TIME]
    ");
    assert!(!project.path(".provision/dev/state.json").exists());
    assert_snapshot!(project.run("down dev --yes"), @"
    exit 0
    ── stderr
    Nothing to do
    ");
}

#[test]
fn protected_objects_are_refused_by_name() {
    let project = Project::new();
    project.replace("config/dev.yaml", "protect: false", "protect: true");
    let project = project.up();
    let ran = project.run("down dev --yes");
    assert_snapshot!(ran.code, @"1");
    assert_snapshot!(ran.stderr.rsplit_once("\n\n").unwrap().1, @"
    error: protected: data.images; nothing was deleted
     --> stacks/data.yaml:4:3
    4 |   images:
      |   ^^^^^^
        hint: set `protect: false` for them, in the stack or the environment's file, and try again
    ");
    assert_eq!(project.run("drift dev").code, 0, "nothing was deleted");
}

#[test]
fn nobody_is_there_to_type_the_name() {
    let project = Project::new().up();
    let ran = project.run("down dev");
    assert_snapshot!(ran, @"
    exit 1
    ── stderr
    network
      - delete vpc ec2.vpc vpc-[ID]
      - delete subnet:b ec2.subnet subnet-[ID]
      - delete subnet:a ec2.subnet subnet-[ID]

    data
      - delete lines logs.log_group /acme-dev/vpc-[ID]
          its log lines go with it
      - delete images ecr.repository acme-dev/api
          it is empty

    5 to delete

    error: nobody is there to confirm
      hint: give `--yes` where no terminal is
    ");
}
