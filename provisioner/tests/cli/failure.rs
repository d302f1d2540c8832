//! What a person reads when something fails.

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn an_object_that_aws_refuses() {
    let project = Project::new();
    project.replace("stacks/network.yaml", "b: 10.0.1.0/24", "b: 10.9.0.0/24");
    project.replace("stacks/data.yaml", "${stack.network.vpc_id}", "${stack.network.subnets[1]}");
    let ran = project.run("up dev --yes");
    assert_eq!(ran.code, 1);
    let said = ran.to_string();
    assert_snapshot!(said[said.find("[n/5]").unwrap()..], @"
    [n/5] ✓ create  data.images [TIME]  acme-dev/api
    [n/5] ✓ create  network.subnet:a [TIME]  subnet-[ID]
    [n/5] ✓ create  network.vpc [TIME]  vpc-[ID]
    [n/5] ✗ create  network.subnet:b [TIME]  InvalidSubnet.Range

    error: network.subnet:b could not be created
     --> stacks/network.yaml:7:3
    7 |   subnet:
      |   ^^^^^^
        ec2:CreateSubnet failed with InvalidSubnet.Range:
        The CIDR '10.9.0.0/24' is invalid.
        request [UUID]
        hint: correct what AWS refuses, and run again: what is done stays done

    ○ not begun, because network.subnet:b failed:
        data.lines

    ✗ 3 done, 1 failed, 1 not begun in [TIME]
    ");
    project.replace("stacks/network.yaml", "b: 10.9.0.0/24", "b: 10.0.1.0/24");
    assert_eq!(project.run("up dev --yes").code, 0, "the same command goes on from there");
}

#[test]
fn an_endpoint_where_nothing_answers() {
    let project = Project::new();
    let config = project.read("config/dev.yaml");
    let url = project.sandbox().url();
    project.write("config/dev.yaml", &config.replace(url, "http://127.0.0.1:1"));
    let ran = project.run("plan dev");
    assert_snapshot!(ran, @"
    exit 1
    ── stderr
    error: sts:GetCallerIdentity failed: the connection failed
     --> config/dev.yaml:3:11
    3 | endpoint: http://127.0.0.1:[PORT]
      |           ^^^^^^^^^^^^^^^^^^
        Connection refused (os error 111)
        hint: start what is to answer at http://127.0.0.1:[PORT], or correct `endpoint:`
    ");
}

#[test]
fn an_account_that_is_not_the_environments() {
    let project = Project::new();
    project.replace("config/dev.yaml", "region:", "account: \"210987654321\"\nregion:");
    assert_snapshot!(project.run("plan dev"), @r#"
    exit 1
    ── stderr
    error: the environment `dev` belongs to account 210987654321, and the caller is
      arn:aws:iam::123456789012:user/sandbox of account 123456789012
     --> config/dev.yaml:1:10
    1 | account: "210987654321"
      |          ^^^^^^^^^^^^^^
        hint: switch to a profile of that account (AWS_PROFILE), or correct `account:`
    "#);
    assert_snapshot!(project.run("plan dev --json"), @r#"
    exit 1
    ── stdout
    {"version":1,"type":"error","message":"the environment `dev` belongs to account 210987654321, and the caller is arn:aws:iam::123456789012:user/sandbox of account 123456789012","causes":[],"hint":"switch to a profile of that account (AWS_PROFILE), or correct `account:`","aws":null,"address":null,"place":{"file":"config/dev.yaml","line":1,"column":10}}
    "#);
}

#[test]
fn no_credentials_at_all() {
    let project = Project::offline();
    project.write("config/prod.yaml", "account: \"210987654321\"\nregion: eu-central-1\n");
    assert_snapshot!(project.run("plan prod"), @"
    exit 1
    ── stderr
    error: no usable AWS credentials were found
      neither the environment, nor the profile, nor this machine has any
      hint: sign in (e.g. `aws sso login`), set AWS_PROFILE, or use the sandbox: `provision up
            sandbox`
    ");
}

#[test]
fn wrong_credentials() {
    let project = Project::new();
    let mut command = project.command("plan dev");
    let ran = project.finish(command.env("AWS_SECRET_ACCESS_KEY", "guessed"));
    assert_snapshot!(ran, @"
    exit 1
    ── stderr
    error: AWS refused a call
      sts:GetCallerIdentity failed with SignatureDoesNotMatch:
      The request signature we calculated does not match the signature you provided. Check your AWS
      Secret Access Key and signing method. Consult the service documentation for details.
      request [UUID]
      hint: check the key: AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
    ");
}

#[test]
fn an_interruption_finishes_what_is_under_way() {
    let project = Project::interrupted_at("CreateVpc");
    let ran = project.run("up dev --yes --stack network");
    let said = ran.to_string();
    assert_eq!(ran.code, 130, "{ran}");
    assert_snapshot!(said[said.find("stopping:").unwrap()..], @"
    stopping: what is under way is finished first; Ctrl-C again stops at once
    [n/3] ✓ create  network.vpc [TIME]  vpc-[ID]

    ○ not begun, because the run was interrupted:
        network.subnet:a, network.subnet:b

    ✗ 1 done, 2 not begun in [TIME]
    the same command goes on from here
    ");
    assert_eq!(project.run("plan dev").code, 0);
}
