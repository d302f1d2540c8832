//! What comes after what, and how much at once.

use std::time::Duration;

use crate::environment::Environment;
use crate::memory::Operation;

#[test]
fn what_is_only_said_to_depend_waits_too() {
    let environment = Environment::of(
        "
  a: { type: memory.disk, depends_on: [b] }
  b: { type: memory.cluster, depends_on: [c] }
  c: { type: memory.disk }
",
    );
    environment.up();
    let made = ["create main.c", "create main.b", "create main.a"];
    assert_eq!(environment.world.take_changes(), made);
    environment.down();
    let gone = ["delete main.a", "delete main.b", "delete main.c"];
    assert_eq!(environment.world.take_changes(), gone);
    environment.assert_empty();
}

#[test]
fn a_dependency_that_is_said_no_more_is_not_waited_for_again() {
    let mut environment = Environment::up_with(
        "  a: { type: memory.disk, depends_on: [b] }\n  b: { type: memory.disk }\n",
    );
    environment
        .declare("  a: { type: memory.disk }\n  b: { type: memory.disk, depends_on: [a] }\n");
    environment.up();
    assert_eq!(environment.world.take_changes(), [""; 0]);
    environment.down();
    assert_eq!(environment.world.take_changes(), ["delete main.b", "delete main.a"]);
}

#[test]
fn what_serves_goes_when_what_is_new_beside_it_is_there() {
    let of = |key: &str| format!("  a: {{ type: memory.cluster, for_each: [{key}] }}\n");
    let mut environment = Environment::up_with(&of("old"));
    environment.declare(&of("new"));
    environment.world.take_calls();
    environment.up();
    let calls = environment.world.take_calls();
    let of_kind = |operation| calls.iter().position(|call| call.operation == operation).unwrap();
    let (made, gone) = (of_kind(Operation::Create), of_kind(Operation::Delete));
    let looks = calls[made..gone].iter().filter(|call| call.operation == Operation::Read);
    assert!(made < gone && looks.count() > 0, "it is waited for: {calls:?}");
    environment.assert_converged();
}

#[test]
fn no_more_calls_are_under_way_than_allowed_and_no_fewer_than_possible() {
    let mut environment = Environment::of(
        &(0..12).map(|n| format!("  d{n}: {{ type: memory.disk }}\n")).collect::<String>(),
    );
    environment.parallel = 3;
    environment.world.slow_down(Duration::from_millis(5));
    environment.up();
    assert_eq!(environment.world.most_under_way(), 3);
    environment.assert_converged();
}

#[test]
fn an_object_that_only_waits_keeps_nobody_from_calling() {
    let mut environment = Environment::of(
        "  a: { type: memory.cluster }\n  b: { type: memory.cluster }\n  c: { type: memory.disk }\n",
    );
    environment.parallel = 1;
    environment.up();
    let calls = environment.world.take_calls();
    let first_look = calls.iter().position(|call| call.operation == Operation::Read).unwrap();
    let made = calls[..first_look].iter().filter(|call| call.operation == Operation::Create);
    assert_eq!(made.count(), 3, "{calls:?}");
    environment.assert_converged();
}

#[test]
fn all_that_wait_are_read_in_one_call() {
    let environment = Environment::of("  a: { type: memory.cluster, for_each: [1, 2, 3, 4, 5] }\n");
    environment.up();
    let calls = environment.world.take_calls();
    let looks: Vec<&str> = calls
        .iter()
        .filter(|call| call.operation == Operation::Read)
        .map(|call| call.subject.as_str())
        .collect();
    assert!(looks.contains(&"5 × memory.cluster"), "{looks:?}");
    assert!(looks.len() < 10, "{looks:?}");
    environment.assert_converged();
}

#[test]
fn a_hundred_in_a_row_and_a_hundred_in_a_rank() {
    let mut text = "  d0: { type: memory.disk }\n".to_owned();
    for n in 1..100 {
        text += &format!("  d{n}: {{ type: memory.disk, base: \"${{d{}.id}}\" }}\n", n - 1);
        text += &format!("  e{n}: {{ type: memory.server, base: \"${{d0.id}}\" }}\n");
    }
    let environment = Environment::of(&text);
    environment.up();
    environment.assert_converged();
    environment.down();
    environment.assert_empty();
}
