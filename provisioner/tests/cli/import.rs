//! `provision import`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn an_object_that_was_made_by_hand() {
    let project = Project::new();
    project.by_hand(async |aws| {
        aws.ecr().create_repository().repository_name("acme-dev/api").send().await.unwrap();
    });
    assert_snapshot!(project.run("import dev data.images acme-dev/api"), @"
    exit 0
    ── stderr
    data.images now stands for ecr.repository acme-dev/api
    ");
    assert_snapshot!(project.run("plan dev --stack data").data(), @r#"
    data
      ~ update images ecr.repository acme-dev/api
          tag owner: "platform"
          tag provision:address: "data.images"
          tag provision:environment: "dev"
          tag provision:lineage: "[UUID]"
      + create lines logs.log_group
          retention_in_days: 30
          name: ‹network.vpc.id›

    network
      + create vpc ec2.vpc
          cidr_block: "10.0.0.0/16"

    every new object is tagged owner=platform

    outputs
      + data.limits: { days: 30 }
      + data.url: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme-dev/api"
      + network.vpc_id: ‹network.vpc.id›

    ‹…› is known after apply

    2 to create, 1 to update
    "#);
    assert_snapshot!(project.run("import dev data.images acme-dev/api"), @"
    exit 1
    ── stderr
    error: data.images stands for ecr.repository acme-dev/api already
      hint: `provision state rm dev data.images` forgets that one
    ");
}

#[test]
fn what_can_not_be_imported() {
    let project = Project::new();
    assert_snapshot!(project.run("import dev data.images acme-dev/other"), @"
    exit 1
    ── stderr
    error: there is no ecr.repository acme-dev/other on AWS (account 123456789012, region
      eu-central-1)
     --> stacks/data.yaml:4:3
    4 |   images:
      |   ^^^^^^
        hint: check the id, and that the object is of this account and region
    ");
    assert_snapshot!(project.run("import dev data.image acme-dev/api"), @"
    exit 1
    ── stderr
    error: data.image is not declared
      hint: did you mean `data.images`?
    ");
    assert_snapshot!(project.run("import dev somewhere.else acme-dev/api"), @"
    exit 1
    ── stderr
    error: somewhere.else is not declared
      hint: write it into a stack first: an object that no YAML declares would be deleted by the
            next `up`
    ");
    assert_snapshot!(project.run("import dev images acme-dev/api"), @"
    exit 1
    ── stderr
    error: `images` is not an address: expected `stack.resource`, with a dot
      hint: `provision state list ENV` has the addresses of what is there, `provision plan ENV`
            those of what is not yet
    ");
}
