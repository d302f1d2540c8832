//! A definition that is wrong: nothing is touched, and the exit code is 3.

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn every_mistake_at_once_with_its_place() {
    let project = Project::new();
    project.replace("stacks/data.yaml", "retention_in_days: 30", "retention_days: 30");
    project.replace("stacks/data.yaml", "${stack.network.vpc_id}", "${stack.network.vpcid}");
    project.replace("stacks/network.yaml", "${config.cidr_block}", "${config.cidr}");
    let ran = project.run("up dev --yes");
    assert_snapshot!(ran, @"
    exit 3
    ── stderr
    error: Unknown reference
      --> stacks/data.yaml:10:26
    10 |     name: /${env.prefix}/${stack.network.vpcid}
       |                          ^^^^^^^^^^^^^^^^^^^^^^
         The stack `network` has no output `vpcid`.
         hint: did you mean `vpc_id`?

    error: Unknown property in data.lines
      --> stacks/data.yaml:11:5
    11 |     retention_days: 30
       |     ^^^^^^^^^^^^^^
         `logs.log_group` has no property `retention_days`.
         hint: did you mean `retention_in_days`?

    error: Unknown reference
     --> stacks/network.yaml:6:17
    6 |     cidr_block: ${config.cidr}
      |                 ^^^^^^^^^^^^^^
        There is no `config.cidr` in `config/dev.yaml`.
        hint: did you mean `cidr_block`?

    3 errors
    ");
    assert_eq!(project.sandbox().calls().total, 0);
    let lines = project.run("plan dev --json").lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["diagnostics"].as_array().unwrap().len(), 3);
}

#[test]
fn a_value_that_is_missing_is_said_once() {
    let project = Project::offline();
    project.write("config/dev.yaml", "region: eu-central-1\nendpoint: sandbox\n");
    let stack = "stack: a\nresources:\n  main:\n    type: network\n    \
                 cidr_block: 10.0.0.0/16\n    zones: ${config.zones}\n";
    project.write("stacks/a.yaml", stack);
    assert_snapshot!(project.run("plan dev"), @"
    exit 3
    ── stderr
    error: Unknown reference
     --> stacks/a.yaml:6:12
    6 |     zones: ${config.zones}
      |            ^^^^^^^^^^^^^^^
        There is no `config.zones` in `config/dev.yaml`.
        hint: there are `region`, `endpoint`

    1 error
    ");
}

#[test]
fn an_environment_that_does_not_exist() {
    let project = Project::new();
    assert_snapshot!(project.run("plan dv"), @"
    exit 3
    ── stderr
    error: Unknown environment
        There is no environment `dv`: `config/dv.yaml` does not exist.
        hint: did you mean `dev`?

    1 error
    ");
    assert_snapshot!(project.run("plan production"), @"
    exit 3
    ── stderr
    error: Unknown environment
        There is no environment `production`: `config/production.yaml` does not exist.
        hint: there is `dev`

    1 error
    ");
    assert_snapshot!(project.run("plan ../config/dev"), @"
    exit 3
    ── stderr
    error: Unknown environment
        There is no environment `../config/dev`: `config/../config/dev.yaml` does not exist.
        hint: there is `dev`

    1 error
    ");
}

#[test]
fn no_project() {
    let project = Project::offline();
    assert_snapshot!(project.run("plan dev"), @"
    exit 3
    ── stderr
    error: Unknown environment
        There is no environment `dev`: `config/dev.yaml` does not exist.
        hint: there is no environment in config: run in the project's directory, or name it with
              `--root`

    1 error
    ");
    assert_snapshot!(project.run("plan dev --root absent"), @"
    exit 3
    ── stderr
    error: No project
        The directory absent can't be read: No such file or directory (os error 2).
        hint: `--root DIR` names the project's directory: the one with `config` and `stacks`

    1 error
    ");
    std::fs::remove_dir(project.path("stacks")).unwrap();
    std::fs::remove_dir(project.path("config")).unwrap();
    assert_snapshot!(project.run("plan dev"), @"
    exit 3
    ── stderr
    error: No stacks
        `stacks` can't be read in .: No such file or directory (os error 2).
        hint: run in the project's directory: the one with `config` and `stacks`

    error: Unknown environment
        There is no environment `dev`: `config/dev.yaml` does not exist.
        hint: there is no environment in config: run in the project's directory, or name it with
              `--root`

    2 errors
    ");
}

#[test]
fn a_file_that_can_not_be_read() {
    let project = Project::new();
    std::fs::create_dir(project.path("stacks/web.yaml")).unwrap();
    assert_snapshot!(project.run("plan dev"), @"
    exit 3
    ── stderr
    error: Unreadable file
        `stacks/web.yaml` can't be read: Is a directory (os error 21).
        hint: nothing is done while a file is missing from the picture: make it readable, or move it
              away

    1 error
    ");
}
