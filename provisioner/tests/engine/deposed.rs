//! What a replacement has left behind.

use insta::{allow_duplicates, assert_snapshot};

use crate::environment::Environment;
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

/// An environment whose server was replaced, and whose old server could not be deleted.
fn left_behind() -> Environment {
    let mut environment = Environment::up_with("  a: { type: memory.server, zone: x }\n");
    environment.declare("  a: { type: memory.server, zone: y }\n");
    environment.world.inject(Rule::any(Operation::Delete, Fault::DENIED));
    let report = environment.try_up().report();
    allow_duplicates! {
        assert_snapshot!(golden::report(&report), @r"
        1 done
        could not replace (create first) main.a: AccessDenied: injected
        ");
    }
    environment.world.take_calls();
    environment
}

#[test]
fn it_is_known_and_the_next_run_deletes_it() {
    let environment = left_behind();
    assert_eq!(environment.world.objects_of("main.a").len(), 2);
    assert_eq!(environment.entry("main.a").deposed.len(), 1);
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    clean up main.a memory.server server-a-1
    1 unchanged
    ");
    environment.up();
    environment.assert_converged();
}

#[test]
fn it_goes_with_everything_else() {
    let environment = left_behind();
    environment.down();
    environment.assert_empty();
}

#[test]
fn it_goes_when_its_address_is_not_declared_any_more() {
    let mut environment = left_behind();
    environment.declare("  b: { type: memory.disk }\n");
    environment.up();
    environment.assert_converged();
}

#[test]
fn it_is_forgotten_when_somebody_else_has_deleted_it() {
    let environment = left_behind();
    let old = environment.entry("main.a").deposed.remove(0);
    environment.world.take_away(&old.id);
    assert!(environment.plan().is_empty());
    environment.up();
    assert_eq!(environment.world.take_changes(), [""; 0]);
    environment.assert_converged();
}

#[test]
fn what_it_stands_on_outlives_it() {
    let stacked = |zone: &str| {
        format!(
            r#"
  base: {{ type: memory.disk }}
  a: {{ type: memory.server, zone: {zone}, base: "${{base.id}}" }}
"#
        )
    };
    let mut environment = Environment::up_with(&stacked("x"));
    environment.declare(&stacked("y"));
    environment.world.inject(Rule::any(Operation::Delete, Fault::DENIED));
    environment.try_up().report();
    environment.world.take_calls();
    environment.declare("  other: { type: memory.disk }\n");
    environment.up();
    let changes = environment.world.take_changes();
    assert_eq!(changes.last().unwrap(), "delete main.base", "{changes:?}");
    environment.assert_converged();
}

#[test]
fn it_may_be_replaced_in_its_turn() {
    let mut environment = left_behind();
    environment.declare("  a: { type: memory.server, zone: z }\n");
    environment.world.inject(Rule::any(Operation::Delete, Fault::DENIED).times(2));
    environment.try_up().report();
    assert_eq!(environment.entry("main.a").deposed.len(), 2);
    environment.up();
    environment.assert_converged();
}
