//! What fails, what that keeps from being done, and what is told of it.

use std::time::Duration;

use insta::assert_snapshot;
use provisioner::state::Status;

use crate::environment::{Ended, Environment};
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

const BRANCHES: &str = r#"
  a: { type: memory.disk }
  a1: { type: memory.disk, base: "${a.id}" }
  a2: { type: memory.disk, base: "${a1.id}" }
  b: { type: memory.disk }
  b1: { type: memory.disk, base: "${b.id}" }
"#;

#[test]
fn a_failure_keeps_only_what_needs_it_from_being_done() {
    let environment = Environment::of(BRANCHES);
    environment.world.inject(Rule::at(Operation::Create, "main.a", Fault::REFUSED));
    let report = environment.try_up().report();
    assert_snapshot!(golden::report(&report), @r"
    2 done
    could not create main.a: ValidationException: injected
    left out main.a1 because of main.a
    left out main.a2 because of main.a
    ");
    assert_eq!(environment.world.objects().len(), 2);
    let known: Vec<String> = environment.state().entries.keys().map(ToString::to_string).collect();
    assert_eq!(known, ["main.b", "main.b1"]);
    environment.up();
    environment.assert_converged();
}

#[test]
fn every_root_cause_is_told_and_nothing_that_follows_from_it() {
    let environment = Environment::of(BRANCHES);
    for address in ["main.a1", "main.b"] {
        environment.world.inject(Rule::at(Operation::Create, address, Fault::DENIED));
    }
    let report = environment.try_up().report();
    assert_snapshot!(golden::report(&report), @r"
    1 done
    could not create main.a1: AccessDenied: injected
    could not create main.b: AccessDenied: injected
    left out main.a2 because of main.a1
    left out main.b1 because of main.b
    ");
}

#[test]
fn a_deletion_that_fails_keeps_what_it_stands_on() {
    let environment = Environment::up_with(BRANCHES);
    environment.world.inject(Rule::at(Operation::Delete, "main.a1", Fault::DENIED));
    let report = environment.try_down().report();
    assert_snapshot!(golden::report(&report), @r"
    3 done
    could not delete main.a1: AccessDenied: injected
    left out main.a because of main.a1
    ");
    let known: Vec<String> = environment.state().entries.keys().map(ToString::to_string).collect();
    assert_eq!(known, ["main.a", "main.a1"]);
    environment.down();
    environment.assert_empty();
}

#[test]
fn an_object_on_which_aws_gave_up_is_replaced_by_the_next_run() {
    let environment = Environment::of(BRANCHES);
    environment.world.inject(Rule::at(Operation::Create, "main.a1", Fault::GivesUp));
    let report = environment.try_up().report();
    assert_snapshot!(golden::report(&report), @r"
    3 done
    could not create main.a1: AWS gave up on disk-a1-1: no capacity
    left out main.a2 because of main.a1
    ");
    assert!(matches!(environment.entry("main.a1").status, Status::Failed { .. }));
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    replace (delete first) main.a1 memory.disk disk-a1-1
      because AWS could not create it: no capacity
    create main.a2 memory.disk
      base: null → ‹main.a1.id›
    3 unchanged
    ");
    environment.world.take_calls();
    environment.up();
    assert_eq!(
        environment.world.take_changes(),
        ["delete main.a1", "create main.a1", "create main.a2"]
    );
    environment.assert_converged();
}

#[test]
fn credentials_that_run_out_stop_the_whole_run_and_are_told_once() {
    let mut environment = Environment::of(BRANCHES);
    environment.parallel = 2;
    environment.world.slow_down(Duration::from_millis(2));
    environment.world.inject(Rule::any(Operation::Create, Fault::EXPIRED).times(2));
    let report = environment.try_up().report();
    assert_snapshot!(golden::report(&report), @r"
    0 done
    could not create main.a: ExpiredTokenException: injected
    left out main.a1 because of main.a
    left out main.a2 because of main.a
    left out main.b because of main.a
    left out main.b1 because of main.a
    ");
    assert_eq!(environment.world.objects().len(), 0);
    environment.up();
    environment.assert_converged();
}

#[test]
fn nothing_is_asked_of_aws_when_the_intent_can_not_be_written() {
    let environment = Environment::of(BRANCHES);
    environment.store.inject(0, Fault::CallLost);
    assert!(matches!(environment.try_up(), Ended::NotWritten(_)));
    assert_eq!(environment.world.take_changes(), [""; 0]);
    environment.store.calm();
    environment.up();
    environment.assert_converged();
}

#[test]
fn what_takes_too_long_fails_and_the_next_run_goes_on_waiting() {
    let slow = "  a: { type: memory.cluster, timeout: 1s }\n  b: { type: memory.disk, base: \"${a.id}\" }\n";
    let environment = Environment::of(slow);
    environment.world.inject(Rule::any(Operation::Create, Fault::Stuck));
    let report = environment.try_up().report();
    assert_snapshot!(golden::report(&report), @r"
    0 done
    could not create main.a: cluster-a-1 was not ready within 1 s; AWS's last word was `pending`
    left out main.b because of main.a
    ");
    environment.world.change("main.a", |object| object.phase = crate::memory::Phase::Ready);
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    create main.b memory.disk
      base: null → "cluster-a-1"
    1 unchanged
    "#);
    environment.world.take_calls();
    environment.up();
    assert_eq!(environment.world.take_changes(), ["create main.b"]);
    environment.assert_converged();
}
