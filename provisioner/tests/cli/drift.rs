//! `provision drift`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn none() {
    assert_snapshot!(Project::new().up().run("drift dev"), @"
    exit 0
    ── stdout
    5 objects, all as they were left
    ");
}

#[test]
fn what_is_gone_and_what_was_changed_ends_with_2() {
    let project = Project::new().up();
    let vpc = project.run("outputs dev network.vpc_id");
    let group = format!("/acme-dev/{}", vpc.stdout.trim());
    project.by_hand(async |aws| {
        let retention = aws.logs().put_retention_policy().log_group_name(group);
        retention.retention_in_days(7).send().await.unwrap();
        aws.ecr().delete_repository().repository_name("acme-dev/api").send().await.unwrap();
    });
    assert_snapshot!(project.run("drift dev"), @"
    exit 2
    ── stdout
    - data.images ecr.repository acme-dev/api is gone from AWS
    ~ data.lines logs.log_group /acme-dev/vpc-[ID]
        retention_in_days: 30 → 7

    2 of 5 objects changed by hand
      hint: `provision plan` shows what `up` would put back
    ");
    assert_snapshot!(project.run("drift dev --json"), @r#"
    exit 2
    ── stdout
    {"version":1,"type":"drift","objects":[{"address":"data.images","kind":"ecr.repository","id":"acme-dev/api","gone":true,"changes":[],"tags":{"set":{},"remove":[]}},{"address":"data.lines","kind":"logs.log_group","id":"/acme-dev/vpc-[ID]","gone":false,"changes":[{"path":"retention_in_days","before":30,"after":7,"replaces":false}],"tags":{"set":{},"remove":[]}}]}
    "#);
    assert_eq!(project.run("up dev --yes").code, 0);
    assert_eq!(project.run("drift dev").code, 0, "`up` puts it back");
}
