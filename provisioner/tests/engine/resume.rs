//! Runs that go on where an earlier one stopped.

use insta::assert_snapshot;
use provisioner::state::Status;

use crate::environment::{Ended, Environment};
use crate::golden;
use crate::memory::{Fault, Operation, Phase, Rule};

#[test]
fn only_what_was_left_out_is_done() {
    let environment = Environment::of(
        r#"
  a: { type: memory.disk }
  b: { type: memory.disk, base: "${a.id}" }
  c: { type: memory.disk, base: "${b.id}" }
"#,
    );
    environment.world.inject(Rule::at(Operation::Create, "main.b", Fault::DENIED));
    environment.try_up().report();
    environment.world.take_calls();
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    create main.b memory.disk
      base: null → "disk-a-1"
    create main.c memory.disk
      base: null → ‹main.b.id›
    1 unchanged
    "#);
    environment.up();
    assert_eq!(environment.world.take_changes(), ["create main.b", "create main.c"]);
    environment.assert_converged();
}

#[test]
fn what_a_dead_run_has_made_is_found_and_kept() {
    for kind in ["disk", "server", "bucket", "cluster"] {
        let environment = Environment::of(&format!("  a: {{ type: memory.{kind}, size: 3 }}\n"));
        environment.world.inject(Rule::any(Operation::Create, Fault::DeathAfter));
        assert!(matches!(environment.try_up(), Ended::Died));
        let (id, _) = environment.world.object("main.a");
        environment.world.take_calls();
        environment.up();
        assert_eq!(environment.world.take_changes(), [""; 0], "{kind}");
        assert_eq!(environment.world.object("main.a").0, id);
        environment.assert_converged();
    }
}

#[test]
fn what_a_dead_run_has_made_is_brought_to_what_is_declared_now() {
    let mut environment = Environment::of("  a: { type: memory.disk, size: 3 }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::DeathAfter));
    assert!(matches!(environment.try_up(), Ended::Died));
    environment.declare("  a: { type: memory.disk, size: 4 }\n");
    environment.world.take_calls();
    environment.up();
    assert_eq!(environment.world.take_changes(), ["update main.a"]);
    environment.assert_converged();
}

#[test]
fn what_a_dead_run_has_made_goes_when_it_is_not_declared_any_more() {
    let mut environment = Environment::of("  a: { type: memory.disk }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::DeathAfter));
    assert!(matches!(environment.try_up(), Ended::Died));
    environment.declare("  b: { type: memory.disk }\n");
    environment.up();
    environment.assert_converged();
}

#[test]
fn an_intent_that_came_to_nothing_is_forgotten() {
    let mut environment = Environment::of("  a: { type: memory.disk }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::DeathBefore));
    assert!(matches!(environment.try_up(), Ended::Died));
    environment.declare("  b: { type: memory.disk }\n");
    environment.up();
    environment.assert_converged();
}

#[test]
fn a_search_that_does_not_see_what_was_made_yet_makes_no_second_one() {
    for kind in ["server", "bucket", "cluster"] {
        let environment = Environment::of(&format!("  a: {{ type: memory.{kind} }}\n"));
        environment.world.inject(Rule::any(Operation::Create, Fault::DeathAfter));
        assert!(matches!(environment.try_up(), Ended::Died));
        environment.world.inject(Rule::any(Operation::Find, Fault::Blind));
        environment.up();
        environment.assert_converged();
    }
}

#[test]
fn nor_does_one_that_wants_it_otherwise_by_now() {
    for kind in ["server", "bucket", "cluster"] {
        let text = format!("  a: {{ type: memory.{kind}, zone: z0, size: 1 }}\n");
        let mut environment = Environment::of(&text);
        environment.world.inject(Rule::any(Operation::Create, Fault::DeathAfter));
        assert!(matches!(environment.try_up(), Ended::Died));
        environment.declare(&text.replace("size: 1", "size: 2"));
        environment.world.inject(Rule::any(Operation::Find, Fault::Blind));
        environment.up();
        environment.assert_converged();
    }
}

#[test]
fn a_creation_under_way_is_gone_on_with() {
    let environment = Environment::of("  a: { type: memory.cluster }\n");
    environment.world.inject(Rule::any(Operation::Read, Fault::DeathBefore));
    assert!(matches!(environment.try_up(), Ended::Died));
    assert!(matches!(environment.entry("main.a").status, Status::Creating { id: Some(_), .. }));
    environment.world.change("main.a", |object| object.phase = Phase::ReadyAt(20));
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    resume main.a memory.cluster cluster-a-1
    0 unchanged
    ");
    environment.world.take_calls();
    environment.up();
    assert_eq!(environment.world.take_changes(), [""; 0]);
    environment.assert_converged();
}

#[test]
fn a_change_that_was_begun_is_finished() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, size: 1, secret: x }\n");
    environment.declare("  a: { type: memory.disk, size: 2, secret: y }\n");
    environment.world.inject(Rule::any(Operation::Update, Fault::DeathBefore));
    assert!(matches!(environment.try_up(), Ended::Died));
    assert!(matches!(environment.entry("main.a").status, Status::Updating { .. }));
    environment.up();
    assert_eq!(environment.world.object("main.a").1.properties["secret"], "y");
    environment.assert_converged();
}

#[test]
fn a_deletion_that_was_begun_is_finished() {
    for fault in [Fault::DeathBefore, Fault::DeathAfter] {
        let environment = Environment::up_with("  a: { type: memory.cluster }\n");
        environment.world.inject(Rule::any(Operation::Delete, fault));
        assert!(matches!(environment.try_down(), Ended::Died));
        assert!(matches!(environment.entry("main.a").status, Status::Deleting { .. }));
        environment.down();
        environment.assert_empty();
    }
}

#[test]
fn a_deletion_that_was_begun_and_is_not_wanted_any_more_ends_in_another_object() {
    let environment = Environment::up_with("  a: { type: memory.cluster }\n");
    environment.world.inject(Rule::any(Operation::Delete, Fault::DeathAfter));
    assert!(matches!(environment.try_down(), Ended::Died));
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    replace (delete first) main.a memory.cluster cluster-a-1
      because its deletion was begun
    0 unchanged
    ");
    environment.up();
    environment.assert_converged();
}
