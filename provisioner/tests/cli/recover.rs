//! `provision recover`

use std::fs;

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn a_lost_state_is_found_again_by_tags() {
    let project = Project::new().up();
    assert_snapshot!(project.run("recover dev"), @"
    exit 1
    ── stderr
    error: there is a state at .provision/dev/state.json
      hint: recovering is for a state that was lost; move the file away first if it is worthless
    ");
    fs::remove_file(project.path(".provision/dev/state.json")).unwrap();
    assert_snapshot!(project.run("recover dev"), @"
    exit 0
    ── stderr
    5 objects found, 0 not; run `provision plan dev`
    ");
    assert_snapshot!(project.run("plan dev"), @"
    exit 0
    ── stdout
    Nothing to do; 5 unchanged
    ");
}
