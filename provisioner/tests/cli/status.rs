//! `provision status`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn what_is_there_and_what_somebody_deleted() {
    let project = Project::new().up();
    project.by_hand(async |aws| {
        aws.ecr().delete_repository().repository_name("acme-dev/api").send().await.unwrap();
    });
    assert_snapshot!(project.run("status dev"), @"
    exit 0
    ── stdout
    data
      ✗ images    ecr.repository  gone   acme-dev/api
      ✓ lines     logs.log_group  ready  /acme-dev/vpc-[ID]

    network
      ✓ subnet:a  ec2.subnet      ready  subnet-[ID]
      ✓ subnet:b  ec2.subnet      ready  subnet-[ID]
      ✓ vpc       ec2.vpc         ready  vpc-[ID]

    5 objects in dev; state [SERIAL] of lineage [UUID]
    ");
    assert_snapshot!(project.run("status dev --json"), @r#"
    exit 0
    ── stdout
    {"version":1,"type":"status","objects":[{"address":"data.images","kind":"ecr.repository","id":"acme-dev/api","status":"gone"},{"address":"data.lines","kind":"logs.log_group","id":"/acme-dev/vpc-[ID]","status":"ready"},{"address":"network.subnet:a","kind":"ec2.subnet","id":"subnet-[ID]","status":"ready"},{"address":"network.subnet:b","kind":"ec2.subnet","id":"subnet-[ID]","status":"ready"},{"address":"network.vpc","kind":"ec2.vpc","id":"vpc-[ID]","status":"ready"}]}
    "#);
}

#[test]
fn nothing() {
    let ran = Project::new().run("status dev");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.starts_with("0 objects in dev; state 0 of lineage "), "{ran}");
}
