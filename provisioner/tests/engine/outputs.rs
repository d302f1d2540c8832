//! What a stack gives to others and to people.

use insta::assert_snapshot;
use serde_json::json;

use crate::environment::Environment;
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

const STACK: &str = r#"
  a: { type: memory.disk, zone: x }
  b: { type: memory.disk, base: "${a.id}" }
outputs:
  where: in ${a.zone}
  both: ["${a.id}", "${b.id}"]
  fixed: 1
"#;

#[test]
fn they_are_known_after_the_run_and_kept() {
    let environment = Environment::of(STACK);
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    create main.a memory.disk
      zone: null → "x"
    create main.b memory.disk
      base: null → ‹main.a.id›
    output main.both: null → [‹main.a.id›, ‹main.b.id›]
    output main.fixed: null → 1
    output main.where: null → ‹main.a.zone›
    0 unchanged
    "#);
    let report = environment.up();
    let (a, b) = (environment.world.object("main.a").0, environment.world.object("main.b").0);
    let expected = json!({ "where": "in x", "both": [a, b], "fixed": 1 });
    assert_eq!(json!(report.outputs["main"]), expected);
    assert_eq!(environment.state().outputs, report.outputs);
    environment.assert_converged();
}

#[test]
fn a_change_of_theirs_alone_is_a_change() {
    let mut environment = Environment::up_with("  a: { type: memory.disk }\noutputs:\n  n: 1\n");
    environment.declare("  a: { type: memory.disk }\noutputs:\n  m: 2\n");
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    output main.m: null → 2
    output main.n: 1 → null
    1 unchanged
    ");
    environment.up();
    assert_eq!(environment.world.take_changes(), [""; 0]);
    environment.assert_converged();
}

#[test]
fn those_of_what_failed_are_left_out() {
    let environment = Environment::of(STACK);
    environment.world.inject(Rule::at(Operation::Create, "main.b", Fault::DENIED));
    let report = environment.try_up().report();
    assert_eq!(json!(report.outputs["main"]), json!({ "where": "in x", "fixed": 1 }));
    environment.up();
    environment.assert_converged();
}

#[test]
fn they_go_with_everything_else() {
    let environment = Environment::up_with(STACK);
    environment.down();
    assert!(environment.state().outputs.values().all(|outputs| outputs.is_empty()));
    environment.assert_empty();
}
