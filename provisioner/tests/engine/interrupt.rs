//! A run that somebody stops.

use std::time::Duration;

use insta::assert_snapshot;

use crate::environment::Environment;
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

const CHAIN: &str = r#"
  a: { type: memory.disk }
  b: { type: memory.cluster, base: "${a.id}" }
  c: { type: memory.disk, base: "${b.id}" }
  d: { type: memory.disk, base: "${c.id}" }
"#;

#[test]
fn what_is_under_way_is_finished_and_nothing_more_is_begun() {
    let environment = Environment::of(CHAIN);
    environment.world.inject(Rule::at(Operation::Create, "main.b", Fault::Stop));
    let report = environment.try_up().report();
    assert_snapshot!(golden::report(&report), @r"
    2 done
    left out main.c because of the run was stopped
    left out main.d because of the run was stopped
    ");
    assert_eq!(environment.world.take_changes(), ["create main.a", "create main.b"]);
    environment.up();
    assert_eq!(environment.world.take_changes(), ["create main.c", "create main.d"]);
    environment.assert_converged();
}

#[test]
fn a_replacement_is_stopped_between_its_steps_and_goes_on() {
    for kind in ["disk", "server"] {
        let stacked = |zone: &str| {
            format!(
                r#"
  a: {{ type: memory.{kind}, zone: {zone} }}
  b: {{ type: memory.{kind}, base: "${{a.id}}" }}
"#
            )
        };
        for number in 0..4 {
            let mut environment = Environment::up_with(&stacked("x"));
            environment.declare(&stacked("y"));
            environment.world.inject(Rule::call(1 + number, Fault::Stop));
            environment.try_up().report();
            environment.up();
            environment.assert_converged();
        }
    }
}

#[test]
fn what_waits_for_its_turn_when_the_run_is_stopped_is_not_begun() {
    let mut environment = Environment::of(
        &(0..6).map(|n| format!("  d{n}: {{ type: memory.disk }}\n")).collect::<String>(),
    );
    environment.parallel = 2;
    environment.world.slow_down(Duration::from_millis(5));
    environment.world.inject(Rule::any(Operation::Create, Fault::Stop));
    let report = environment.try_up().report();
    assert_eq!((report.done, report.failed.len(), report.skipped.len()), (2, 0, 4));
    environment.up();
    environment.assert_converged();
}
