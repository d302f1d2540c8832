//! `provision plan`

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn of_a_new_environment() {
    assert_snapshot!(Project::new().run("plan dev"), @r#"
    exit 0
    ── stdout
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
    "#);
}

#[test]
fn of_a_change_a_replacement_and_what_is_declared_no_more() {
    let project = Project::new().up();
    project.replace("stacks/data.yaml", "retention_in_days: 30", "retention_in_days: 90");
    project.replace("stacks/network.yaml", "b: 10.0.1.0/24", "c: 10.0.2.0/24");
    project.replace("stacks/network.yaml", "a: 10.0.0.0/24", "a: 10.0.3.0/24");
    assert_snapshot!(project.run("plan dev"), @r#"
    exit 0
    ── stdout
    data
      ~ update lines logs.log_group /acme-dev/vpc-[ID]
          retention_in_days: 30 → 90

    network
      ∓ replace subnet:a ec2.subnet subnet-[ID], the old one goes first
          cidr_block: "10.0.0.0/24" → "10.0.3.0/24" (forces replacement)
      + create subnet:c ec2.subnet
          vpc_id: "vpc-[ID]"
          cidr_block: "10.0.2.0/24"
          availability_zone: "eu-central-1c"
          tag owner: "platform"
      - delete subnet:b ec2.subnet subnet-[ID]

    outputs
      ~ network.subnets:
          - - "subnet-[ID]"
          - - "subnet-[ID]"
          + - ‹network.subnet:a.id›
          + - ‹network.subnet:c.id›

    ‹…› is known after apply

    1 to create, 1 to update, 1 to replace, 1 to delete; 2 unchanged
    "#);
    assert_snapshot!(project.run("plan dev --markdown").data(), @r#"
    ### `dev`: 1 to create, 1 to update, 1 to replace, 1 to delete; 2 unchanged

    | | object | kind | change |
    | --- | --- | --- | --- |
    | update | `data.lines` | logs.log_group | `retention_in_days`: `30` → `90` |
    | replace | `network.subnet:a` | ec2.subnet | `cidr_block`: `"10.0.0.0/24"` → `"10.0.3.0/24"` **forces replacement** |
    | create | `network.subnet:c` | ec2.subnet |  |
    | delete | `network.subnet:b` | ec2.subnet |  |
    | output | `network.subnets` | | `["subnet-[ID]", "subnet-[ID]"]` → `[‹network.subnet:a.id›, ‹network.subnet:c.id›]` |

    <details><summary>Properties of 3 objects</summary>

    ````diff
    ~ update data.lines logs.log_group
        retention_in_days: 30 → 90
    ∓ replace network.subnet:a ec2.subnet
        cidr_block: "10.0.0.0/24" → "10.0.3.0/24" (forces replacement)
    + create network.subnet:c ec2.subnet
        vpc_id: "vpc-[ID]"
        cidr_block: "10.0.2.0/24"
        availability_zone: "eu-central-1c"
        tag owner: "platform"
    ````

    ‹…› is known after apply

    </details>
    "#);
    assert_eq!(project.run("plan dev --detailed-exitcode").code, 2);
}

#[test]
fn of_what_holds_data_needs_consent() {
    let project = Project::new().up();
    project.replace("config/dev.yaml", "prefix: acme-dev", "prefix: acme");
    assert_snapshot!(project.run("plan dev --stack data").data(), @r#"
    data
      ∓ replace images ecr.repository acme-dev/api, the old one goes first
          it is empty
          name: "acme-dev/api" → "acme/api" (forces replacement)
      ∓ replace lines logs.log_group /acme-dev/vpc-[ID], the old one goes first
          its log lines go with it
          name: "/acme-dev/vpc-[ID]" → "/acme/vpc-[ID]" (forces replacement)

    outputs
      ~ data.url: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme-dev/api" → ‹data.images.url›

    ✗ data.images holds data and would be replaced
      hint: allow it with `--allow-replace data.images`

    ✗ data.lines holds data and would be replaced
      hint: allow it with `--allow-replace data.lines`

    ‹…› is known after apply

    2 to replace; 1 unchanged
    "#);
    let refused = project.run("up dev --yes");
    assert_eq!(refused.code, 1);
    assert_snapshot!(refused.stderr[refused.stderr.find("error:").unwrap()..], @"
    error: the plan would lose objects that it must not lose; nothing was changed
     --> stacks/data.yaml:4:3
    4 |   images:
      |   ^^^^^^
        hint: the plan above says for each how to allow it
    ");
    let allowed = project.run("plan dev --allow-replace data.images --allow-replace data.lines");
    assert!(!allowed.stdout.contains("holds data"), "{allowed}");
}

#[test]
fn of_nothing() {
    let project = Project::new().up();
    assert_snapshot!(project.run("plan dev --detailed-exitcode"), @"
    exit 0
    ── stdout
    Nothing to do; 5 unchanged
    ");
    assert_snapshot!(project.run("plan dev --markdown"), @"
    exit 0
    ── stdout
    ### `dev`: Nothing to do; 5 unchanged
    ");
    assert_snapshot!(project.run("plan dev --json"), @r#"
    exit 0
    ── stdout
    {"version":1,"type":"plan","environment":"dev","lineage":"[UUID]","steps":[],"outputs":[],"unchanged":5,"refusals":[]}
    "#);
}

#[test]
fn for_machines() {
    let ran = Project::new().run("plan dev --json --stack network");
    let [plan] = ran.lines().try_into().unwrap();
    assert_eq!((plan["version"].as_u64(), plan["type"].as_str()), (Some(1), Some("plan")));
    let steps = plan["steps"].as_array().unwrap().iter();
    let steps: Vec<_> = steps.map(|step| (&step["action"], &step["address"])).collect();
    assert_snapshot!(serde_json::json!(steps), @r#"[["create","network.vpc"],["create","network.subnet:a"],["create","network.subnet:b"]]"#);
}

#[test]
fn saved_and_carried_out_unless_the_world_has_moved() {
    let project = Project::new();
    let saved = project.run("plan dev --out merge.plan");
    assert_snapshot!(saved.stderr, @"saved: `provision up dev --plan merge.plan` carries out exactly this");
    let carried_out = project.run("up dev --plan merge.plan --yes");
    assert_eq!(carried_out.code, 0, "{carried_out}");
    let again = project.run("up dev --plan merge.plan --yes");
    assert_eq!(again.code, 1);
    assert_snapshot!(again, @"
    exit 1
    ── stderr
    error: the plan in merge.plan is out of date: the world has moved: data.images, data.lines,
      network.subnet:a, network.subnet:b, network.vpc
      hint: make the plan again and review it
    ");
}

#[test]
fn what_is_no_plan_for_this_environment() {
    let project = Project::new();
    assert_snapshot!(project.run("up dev --plan absent.plan"), @"
    exit 1
    ── stderr
    error: the plan in absent.plan could not be read: No such file or directory (os error 2)
      hint: make one with `provision plan dev --out FILE`
    ");
    assert_snapshot!(project.run("up dev --plan config/dev.yaml"), @"
    exit 1
    ── stderr
    error: the plan in config/dev.yaml is none: expected value at line 1 column 1
      hint: make one with `provision plan dev --out FILE`
    ");
    project.write("config/prod.yaml", &project.read("config/dev.yaml"));
    assert_eq!(project.run("plan prod --out prod.plan").code, 0);
    assert_snapshot!(project.run("up dev --plan prod.plan"), @"
    exit 1
    ── stderr
    error: the plan in prod.plan is for `prod`
      hint: make one with `provision plan dev --out FILE`
    ");
    assert_snapshot!(project.run("plan dev --stack network --out nowhere/merge.plan").stderr, @"
    error: the plan could not be saved to nowhere/merge.plan: No such file or directory (os error
      2)
      hint: `--out` names a file in a directory that exists
    ");
}

#[test]
fn where_the_time_went() {
    let ran = Project::new().run("plan dev --timings --stack network").to_string();
    assert_snapshot!(ran[ran.find("── stderr").unwrap()..], @"
    ── stderr

    where the time went
      load [TIME]
      connect [TIME]
      refresh [TIME]
      plan [TIME]

    1 call to AWS
          1 × sts:GetCallerIdentity [TIME]
    ");
}

#[test]
fn of_one_stack_that_does_not_exist() {
    assert_snapshot!(Project::new().run("plan dev --stack databse"), @"
    exit 1
    ── stderr
    error: there is no stack `databse`
      hint: there are `data`, `network`
    ");
    assert_snapshot!(Project::new().run("plan dev --allow-delete images"), @"
    exit 1
    ── stderr
    error: `images` is not an address: expected `stack.resource`, with a dot
      hint: `provision state list ENV` has the addresses of what is there, `provision plan ENV`
            those of what is not yet
    ");
}
