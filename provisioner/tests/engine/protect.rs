//! What may not be lost.

use insta::assert_snapshot;

use crate::environment::{Ended, Environment};
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

fn refused(ended: Ended) -> String {
    match ended {
        Ended::Refused(plan) => golden::plan(&plan),
        other => panic!("{other:#?}"),
    }
}

#[test]
fn a_protected_object_is_neither_deleted_nor_replaced() {
    let mut environment =
        Environment::up_with("  a: { type: memory.disk, zone: x, protect: true }\n");
    assert_snapshot!(refused(environment.try_down()), @r"
    delete main.a memory.disk disk-a-1
    refused: main.a is protected
    0 unchanged
    ");
    environment.declare("  a: { type: memory.disk, zone: y, protect: true }\n");
    assert_snapshot!(refused(environment.try_up()), @r#"
    replace (delete first) main.a memory.disk disk-a-1
      zone: "x" → "y", replaces
    refused: main.a is protected
    0 unchanged
    "#);
    environment.declare("  b: { type: memory.disk }\n");
    assert_snapshot!(refused(environment.try_up()), @r"
    create main.b memory.disk
    delete main.a memory.disk disk-a-1
    refused: main.a is protected
    0 unchanged
    ");
    assert_eq!(environment.world.take_changes(), [""; 0]);
}

#[test]
fn a_protected_object_may_be_changed() {
    let mut environment =
        Environment::up_with("  a: { type: memory.disk, size: 1, protect: true }\n");
    environment.declare("  a: { type: memory.disk, size: 2, protect: true }\n");
    environment.up();
    environment.assert_converged();
}

#[test]
fn protection_that_was_lifted_protects_no_more() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, protect: true }\n");
    environment.declare("  a: { type: memory.disk }\n");
    environment.up();
    assert_eq!(environment.world.take_changes(), [""; 0]);
    assert!(!environment.entry("main.a").protect);
    environment.down();
    environment.assert_empty();
}

#[test]
fn what_holds_data_needs_consent() {
    let environment = Environment::up_with(
        "  a: { type: memory.bucket }\n  b: { type: memory.bucket }\n  c: { type: memory.disk }\n",
    );
    assert_snapshot!(refused(environment.try_down()), @r"
    delete main.c memory.disk disk-c-1
    delete main.b memory.bucket acme-main-b
    delete main.a memory.bucket acme-main-a
    refused: main.b holds data
    refused: main.a holds data
    0 unchanged
    ");
    let mut environment = environment;
    environment.scope.consent = ["main.a", "main.b"].map(|text| text.parse().unwrap()).into();
    environment.down();
    environment.assert_empty();
}

#[test]
fn consent_does_not_lift_protection() {
    let mut environment = Environment::up_with("  a: { type: memory.bucket, protect: true }\n");
    environment.scope.consent.insert("main.a".parse().unwrap());
    assert_snapshot!(refused(environment.try_down()), @r"
    delete main.a memory.bucket acme-main-a
    refused: main.a is protected
    0 unchanged
    ");
}

#[test]
fn what_never_worked_holds_nothing() {
    let environment = Environment::of("  a: { type: memory.bucket, protect: true }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::GivesUp));
    environment.try_up().report();
    assert_eq!(environment.world.objects().len(), 1);
    environment.up();
    environment.assert_converged();
}
