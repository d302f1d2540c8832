//! Calls that fail for a reason that passes, and answers that never come.

use provisioner::engine::event::Progress;

use crate::environment::Environment;
use crate::memory::{Fault, Operation, Rule};

const PASSING: [Fault; 4] = [Fault::THROTTLED, Fault::BUSY, Fault::NOT_FOUND, Fault::CallLost];

#[test]
fn a_reason_that_passes_fails_nothing() {
    for fault in PASSING {
        let mut environment = Environment::of("  a: { type: memory.server, size: 1 }\n");
        environment.world.inject(Rule::any(Operation::Create, fault).times(2));
        environment.up();
        environment.assert_converged();
        environment.declare("  a: { type: memory.server, size: 2 }\n");
        environment.world.inject(Rule::any(Operation::Update, fault).times(2));
        environment.up();
        environment.assert_converged();
        environment.world.take_calls();
        environment.world.inject(Rule::any(Operation::Delete, fault).times(2));
        environment.down();
        assert_eq!(environment.world.take_changes(), ["delete main.a"; 3], "{fault:?}");
        environment.assert_empty();
    }
}

#[test]
fn a_reason_is_told_once_and_not_at_every_attempt() {
    let environment = Environment::of("  a: { type: memory.server }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::THROTTLED).times(2));
    environment.world.inject(Rule::any(Operation::Create, Fault::BUSY).times(2));
    let events = environment.try_up().events();
    let told = events.iter().filter(|event| matches!(event.progress, Progress::Working { .. }));
    assert_eq!(told.count(), 2, "{events:#?}");
    environment.assert_converged();
}

#[test]
fn a_lost_answer_makes_no_second_object() {
    for kind in ["disk", "server", "bucket", "cluster"] {
        let environment = Environment::of(&format!("  a: {{ type: memory.{kind}, secret: x }}\n"));
        environment.world.inject(Rule::any(Operation::Create, Fault::AnswerLost));
        environment.up();
        environment.assert_converged();
    }
}

#[test]
fn a_lost_answer_is_found_although_the_object_bears_no_tags() {
    let environment = Environment::of(
        r#"
  a: { type: memory.disk }
  b: { type: memory.disk }
  link: { type: memory.link, base: "${a.id}", uses: ["${b.id}"] }
"#,
    );
    environment.world.inject(Rule::at(Operation::Create, "main.link", Fault::AnswerLost));
    environment.up();
    environment.assert_converged();
}

#[test]
fn a_name_taken_by_what_the_lost_call_made_is_not_somebody_elses() {
    let environment = Environment::of("  a: { type: memory.bucket }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::AnswerLost));
    environment.world.inject(Rule::any(Operation::Find, Fault::Blind).times(2));
    environment.up();
    environment.assert_converged();
}

#[test]
fn a_name_taken_by_somebody_else_is_left_alone() {
    let environment = Environment::up_with("  a: { type: memory.bucket, name: ours }\n");
    let (_, theirs) = environment.world.object("main.a");
    let other = Environment::of("  a: { type: memory.bucket, name: theirs }\n");
    let theirs = crate::memory::Object {
        address: "other.thing".parse().unwrap(),
        tags: Some(Default::default()),
        ..theirs
    };
    other.world.insert("theirs", theirs.clone());
    let report = other.try_up().report();
    assert!(report.failed[0].hint("lab").unwrap().contains("provision import"));
    assert_eq!(other.world.objects().into_values().collect::<Vec<_>>(), [theirs]);
    assert_eq!(other.state().entries.len(), 0);
}

#[test]
fn a_lost_answer_to_a_change_or_deletion_is_asked_again() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, size: 1, secret: x }\n");
    environment.declare("  a: { type: memory.disk, size: 2, secret: y }\n");
    environment.world.inject(Rule::any(Operation::Update, Fault::AnswerLost));
    environment.up();
    environment.assert_converged();
    environment.world.inject(Rule::any(Operation::Delete, Fault::AnswerLost));
    environment.down();
    environment.assert_empty();
}

#[test]
fn a_look_that_fails_is_repeated() {
    let environment = Environment::of("  a: { type: memory.cluster }\n");
    environment.world.inject(Rule::any(Operation::Read, Fault::THROTTLED).times(2));
    environment.up();
    environment.assert_converged();
}
