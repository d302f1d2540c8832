//! Objects deleted, or left alone, when the YAML names them no more.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use provisioner::engine::execute::chain;

use crate::environment::Environment;
use crate::golden;
use crate::memory::{Fault, Object, Operation, Phase, Rule};

const STACKED: &str = r#"
  a: { type: memory.disk }
  b: { type: memory.disk, base: "${a.id}" }
  c: { type: memory.cluster, base: "${b.id}" }
"#;

#[test]
fn what_is_not_declared_any_more_goes_in_reverse_order() {
    let mut environment = Environment::up_with(STACKED);
    environment.declare("  a: { type: memory.disk }\n");
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    delete main.c memory.cluster cluster-c-1
    delete main.b memory.disk disk-b-1
    1 unchanged
    ");
    environment.up();
    assert_eq!(environment.world.take_changes(), ["delete main.c", "delete main.b"]);
    environment.assert_converged();
}

#[test]
fn down_deletes_everything_and_then_there_is_nothing_to_do() {
    let environment = Environment::up_with(STACKED);
    environment.down();
    assert_eq!(
        environment.world.take_changes(),
        ["delete main.c", "delete main.b", "delete main.a"]
    );
    environment.assert_empty();
    assert_eq!(environment.down().done, 0);
}

#[test]
fn an_object_moves_off_what_goes_before_that_goes() {
    let mut environment = Environment::up_with(
        r#"
  old: { type: memory.disk }
  user: { type: memory.disk, uses: ["${old.id}"] }
"#,
    );
    environment.declare(
        r#"
  new: { type: memory.disk }
  user: { type: memory.disk, uses: ["${new.id}"] }
"#,
    );
    environment.up();
    assert_eq!(
        environment.world.take_changes(),
        ["create main.new", "update main.user", "delete main.old"]
    );
    environment.assert_converged();
}

/// The service moves to another kind, as with another `runtime`: nobody is without one.
const OLD: &str = r#"
  role: { type: memory.disk }
  old: { type: memory.cluster, base: "${role.id}" }
  edge: { type: memory.cluster, uses: ["${old.id}"] }
"#;
const NEW: &str = r#"
  task: { type: memory.disk }
  new: { type: memory.cluster, base: "${task.id}" }
  edge: { type: memory.cluster, uses: ["${new.id}"] }
"#;

#[test]
fn the_new_is_ready_before_its_user_moves_and_the_old_goes_last() {
    let mut environment = Environment::up_with(OLD);
    environment.declare(NEW);
    environment.up();
    assert_eq!(
        environment.world.take_changes(),
        [
            "create main.task",
            "create main.new",
            "update main.edge",
            "delete main.old",
            "delete main.role"
        ]
    );
    environment.assert_converged();
}

#[test]
fn the_old_stays_when_the_new_does_not_come_up_or_its_user_does_not_move() {
    for (operation, subject, fault) in [
        (Operation::Create, "main.new", Fault::GivesUp),
        (Operation::Update, "main.edge", Fault::DENIED),
    ] {
        let mut environment = Environment::up_with(OLD);
        environment.declare(NEW);
        environment.world.inject(Rule::at(operation, subject, fault));
        assert_eq!(environment.try_up().report().failed.len(), 1);
        let changes = environment.world.take_changes();
        assert!(!changes.iter().any(|change| change.starts_with("delete")), "{changes:?}");
        environment.up();
        environment.assert_converged();
    }
}

#[test]
fn a_retained_object_stays_and_is_known_no_more() {
    let mut environment = Environment::up_with(
        "  a: { type: memory.disk, retain: true }\n  b: { type: memory.disk }\n",
    );
    environment.declare("  b: { type: memory.disk }\n");
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    forget main.a memory.disk disk-a-1
    1 unchanged
    ");
    environment.up();
    assert_eq!(environment.world.take_changes(), [""; 0]);
    environment.world.object("main.a");
    assert!(!environment.state().entries.contains_key("main.a"));
    environment.down();
    environment.world.object("main.a");
}

#[test]
fn what_somebody_else_has_deleted_is_only_forgotten() {
    let mut environment = Environment::up_with(STACKED);
    environment.world.remove("main.c");
    environment
        .declare("  a: { type: memory.disk }\n  b: { type: memory.disk, base: \"${a.id}\" }\n");
    assert!(environment.plan().is_empty());
    environment.up();
    assert_eq!(environment.world.take_changes(), [""; 0]);
    environment.assert_converged();
}

#[test]
fn a_deletion_goes_on_trying_while_something_holds_on_to_the_object() {
    let environment = Environment::up_with("  a: { type: memory.disk }\n");
    environment.world.inject(Rule::any(Operation::Delete, Fault::NEEDED).times(2));
    environment.down();
    assert_eq!(environment.world.take_changes(), ["delete main.a"; 3]);
    environment.assert_empty();
}

#[test]
fn what_stands_in_the_way_for_good_is_named() {
    let limited = |zone: &str| {
        format!(
            "  a: {{ type: memory.disk, zone: {zone}, timeout: 1s }}\n  b: {{ type: memory.disk }}\n"
        )
    };
    let mut environment = Environment::up_with(&limited("x"));
    let (id, object) = environment.world.object("main.a");
    let foreign = Object {
        address: "other.thing".parse().unwrap(),
        properties: BTreeMap::from([("base".to_owned(), id.as_str().into())]).into_iter().collect(),
        tags: Some(BTreeMap::new()),
        phase: Phase::Ready,
        ..object
    };
    environment.world.insert("disk-foreign", foreign);
    environment.declare(&limited("y"));
    let report = environment.try_up().report();
    assert_snapshot!(
        chain(&report.failed[0].error),
        @"disk-a-1 is still needed by disk-foreign: DependencyViolation: something stands on it"
    );
    environment.world.take_away(&"disk-foreign".into());
    environment.up();
    environment.assert_converged();
}

#[test]
fn a_stack_that_is_gone_takes_its_objects_with_it() {
    let mut environment = Environment::of("  a: { type: memory.disk }\n");
    environment.declare_in("other", "  b: { type: memory.disk, base: \"${stack.main.id}\" }\n");
    environment.declare("  a: { type: memory.disk }\noutputs:\n  id: ${a.id}\n");
    environment.up();
    environment.assert_converged();
    environment.drop_stack("other");
    environment.world.take_calls();
    environment.up();
    assert_eq!(environment.world.take_changes(), ["delete other.b"]);
    environment.assert_converged();
}
