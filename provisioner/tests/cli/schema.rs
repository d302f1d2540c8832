//! `provision schema`

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::project::Project;

#[test]
fn printed_and_written_they_are_the_same() {
    let project = Project::offline();
    assert_snapshot!(project.run("schema --write schemas"), @"
    exit 0
    ── stderr
    wrote schemas/stack.schema.json
    wrote schemas/environment.schema.json
    wrote schemas/control.schema.json
    wrote schemas/exception.schema.json
    ");
    for name in ["stack", "environment", "control", "exception"] {
        let printed = project.run(&format!("schema {name}"));
        assert_eq!(printed.code, 0);
        assert_eq!(printed.stdout, project.read(&format!("schemas/{name}.schema.json")));
        let schema: Json = serde_json::from_str(&printed.stdout).unwrap();
        assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    }
}

#[test]
fn where_nothing_can_be_written() {
    let project = Project::offline();
    project.write("file", "");
    assert_snapshot!(project.run("schema --write file/below"), @"
    exit 1
    ── stderr
    error: file/below/stack.schema.json could not be written: Not a directory (os error 20)
      hint: `--write` names a directory; it is made where there is none
    ");
}
