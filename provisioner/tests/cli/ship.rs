//! `provision deploy`, `rollback` and `history`

use serde_json::Value as Json;

use crate::project::{Project, Ran};

const API: &str = "\
stack: api

resources:
  repository:
    type: ecr.repository
    name: acme/api
  image:
    type: image
    repository: ${repository.name}
    build:
      command: [sh, build.sh, \"{output}\"]
      sources: [source, build.sh]

outputs:
  digest: ${image.digest}
";

/// A project that ships a file.
fn project() -> Project {
    let project = Project::new();
    project.write("stacks/api.yaml", API);
    project.write("build.sh", "echo built >> builds; test ! -e broken && cp source \"$1\"\n");
    project.write("source", "one");
    project.up()
}

fn builds(project: &Project) -> usize {
    std::fs::read_to_string(project.path("builds")).unwrap().lines().count()
}

fn digest(project: &Project) -> String {
    project.run("outputs dev api.digest").stdout
}

fn history(project: &Project) -> Vec<Json> {
    let lines = project.run("history dev api --json").lines();
    lines[0]["releases"].as_array().unwrap().clone()
}

fn succeeds(ran: &Ran) {
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn a_release_goes_out_alone_and_back_without_a_build() {
    let project = project();
    let first = digest(&project);
    assert_eq!(builds(&project), 1);
    succeeds(&project.run("up dev --yes"));
    assert_eq!((builds(&project), history(&project).len()), (1, 1), "nothing had changed");

    project.write("source", "two");
    // What else has changed is not the deployment's business.
    project.replace("stacks/data.yaml", "retention_in_days: 30", "retention_in_days: 7");
    succeeds(&project.run("deploy dev api --yes"));
    assert_eq!(builds(&project), 2);
    assert_ne!(digest(&project), first);
    let left = project.run("plan dev");
    assert!(left.stdout.contains("1 to update"), "{left}");

    let back = project.run("rollback dev api --yes");
    succeeds(&back);
    assert_eq!((builds(&project), digest(&project)), (2, first));
    let releases = history(&project);
    let outcomes: Vec<&Json> = releases.iter().map(|release| &release["outcome"]).collect();
    assert_eq!(outcomes, ["done", "done", "done"]);
    assert_eq!(releases[2]["back_to"], 1);
    let shown = project.run("history dev");
    assert!(
        shown.stdout.starts_with("api 3 ") && shown.stdout.contains("done, back to 1"),
        "{shown}"
    );

    // What is declared is shipped again.
    succeeds(&project.run("deploy dev api --yes"));
    assert_eq!(builds(&project), 2, "the image is still there");
    assert_eq!(history(&project).len(), 4);
}

#[test]
fn a_release_that_fails_is_none_to_go_back_to() {
    let project = project();
    project.write("source", "two");
    project.write("broken", "");
    let failed = project.run("deploy dev api --yes");
    assert_eq!(failed.code, 1, "{failed}");
    assert!(failed.stderr.contains("the image could not be built"), "{failed}");
    assert_eq!(history(&project)[1]["outcome"], "failed");
    let nowhere = project.run("rollback dev api --yes");
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.stderr.contains("has no earlier release that ran"), "{nowhere}");
    let never = project.run("rollback dev api --to 2 --yes");
    assert!(never.stderr.contains("release 2 of `api` never ran"), "{never}");

    std::fs::remove_file(project.path("broken")).unwrap();
    succeeds(&project.run("deploy dev api --yes"));
    assert_eq!(history(&project)[2]["outcome"], "done");
}

#[test]
fn what_ships_nothing_is_refused() {
    let project = project();
    let refused = project.run("deploy dev network --yes");
    assert_eq!(refused.code, 1, "{refused}");
    assert!(refused.stderr.contains("the stack `network` ships nothing"), "{refused}");
    assert!(refused.stderr.contains("what ships something: `api`"), "{refused}");
    let unknown = project.run("deploy dev apo --yes");
    assert!(unknown.stderr.contains("there is no stack `apo`"), "{unknown}");
}

#[test]
fn migrations_that_break_the_running_release_are_refused() {
    let project = Project::new();
    let brings = "sources: [source, build.sh]\n    migrations: source";
    project.write("stacks/api.yaml", &API.replace("sources: [source, build.sh]", brings));
    project.write("build.sh", "echo built >> builds; cat source/* > \"$1\"\n");
    std::fs::create_dir(project.path("source")).unwrap();
    project.write("source/1_cars.up.sql", "create table cars (id bigint, make text);\n");
    let project = project.up();

    project.write("source/2_wheels.up.sql", "create table wheels (id bigint);\n");
    succeeds(&project.run("deploy dev api --yes"));
    project.write("source/3_less.up.sql", "-- Away.\nalter table cars drop column make;\n");
    for command in ["deploy dev api --yes", "up dev --yes"] {
        let refused = project.run(command);
        assert_eq!((refused.code, builds(&project)), (1, 2), "{refused}");
        for said in [
            "the release that runs can't live with these migrations; nothing was changed",
            "source/3_less.up.sql:2:1: the release that runs may still use it",
            "alter table cars drop column make;",
            "--force-migrations",
        ] {
            assert!(refused.stderr.contains(said), "{said}: {refused}");
        }
    }
    succeeds(&project.run("deploy dev api --yes --force-migrations"));
    let migrations: Vec<usize> = history(&project)
        .iter()
        .map(|release| release["migrations"]["api.image.image"].as_object().unwrap().len())
        .collect();
    assert_eq!(migrations, [1, 2, 3]);

    // What runs brought them along: to go back takes none back, and what is new is judged anew.
    succeeds(&project.run("rollback dev api --yes"));
    succeeds(&project.run("deploy dev api --yes"));
    project.write("source/1_cars.up.sql", "create table cars (id text);\n");
    let refused = project.run("deploy dev api --yes");
    assert!(refused.stderr.contains("1_cars.up.sql:1:1: it was applied as something else"));
}
