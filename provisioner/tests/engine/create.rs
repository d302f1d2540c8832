//! Objects made, and then left alone.

use insta::assert_snapshot;
use provisioner::engine::event::Progress;
use provisioner::state::Status;

use crate::environment::{Ended, Environment};
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

const CHAIN: &str = r#"
  disk: { type: memory.disk, zone: a }
  server: { type: memory.server, base: "${disk.id}", tags: { team: blue } }
  volume: { type: memory.disk, base: "${server.id}", note: "on ${server.id} in ${disk.zone}" }
"#;

#[test]
fn a_first_run_makes_everything_and_a_second_finds_nothing_to_do() {
    let environment = Environment::of(CHAIN);
    let report = environment.up();
    assert_eq!(report.done, 3);
    assert_eq!(
        environment.world.take_changes(),
        ["create main.disk", "create main.server", "create main.volume"]
    );
    environment.assert_converged();
    environment.world.take_calls();
    assert_eq!(environment.up().done, 0);
    let calls: Vec<_> = environment.world.take_calls();
    let read: Vec<_> =
        calls.iter().map(|call| format!("{} {}", call.operation, call.subject)).collect();
    assert_eq!(read, ["read 2 × memory.disk", "read 1 × memory.server"]);
}

#[test]
fn a_plan_shows_what_only_aws_can_tell_by_where_it_comes_from() {
    let environment = Environment::of(CHAIN);
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    create main.disk memory.disk
      zone: null → "a"
    create main.server memory.server
      base: null → ‹main.disk.id›
      tag team: blue
    create main.volume memory.disk
      base: null → ‹main.server.id›
      note: null → ‹main.server.id›
    0 unchanged
    "#);
}

#[test]
fn a_plan_is_the_same_every_time() {
    let environment = Environment::of(CHAIN);
    assert_eq!(environment.plan().steps, environment.plan().steps);
    environment.up();
    environment.world.remove("main.disk");
    assert_eq!(environment.plan(), environment.plan());
}

#[test]
fn what_an_object_becomes_is_what_was_planned_with_the_values_filled_in() {
    let environment = Environment::up_with(CHAIN);
    let (disk, _) = environment.world.object("main.disk");
    let (server, object) = environment.world.object("main.server");
    assert_eq!(object.properties["base"], disk.as_str());
    assert_eq!(object.tags.unwrap()["team"], "blue");
    let (_, volume) = environment.world.object("main.volume");
    assert_eq!(volume.properties["note"], format!("on {server} in a"));
}

#[test]
fn what_needs_an_object_waits_until_it_is_ready() {
    let environment = Environment::of(
        r#"
  cluster: { type: memory.cluster }
  disk: { type: memory.disk, base: "${cluster.id}" }
"#,
    );
    let events = environment.try_up().events();
    let told: Vec<String> = events
        .iter()
        .map(|event| match &event.progress {
            Progress::Started { .. } => format!("{} begins", event.address),
            Progress::Working { status } => format!("{} is {status}", event.address),
            Progress::Finished { id, .. } => format!("{} is {}", event.address, id.is_some()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            "main.cluster begins",
            "main.cluster is pending",
            "main.cluster is true",
            "main.disk begins",
            "main.disk is true",
        ]
    );
    environment.assert_converged();
}

#[test]
fn the_intent_is_in_the_store_before_the_call_leaves() {
    let environment = Environment::of("  disk: { type: memory.disk, size: 3 }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::DeathBefore));
    assert!(matches!(environment.try_up(), Ended::Died));
    let entry = environment.entry("main.disk");
    assert!(matches!(entry.status, Status::Creating { id: None, .. }));
    assert_eq!(entry.inputs["size"], 3);
}

#[test]
fn a_rule_that_a_value_breaks_once_it_is_known_is_told_before_anything_is_done() {
    let mut environment = Environment::up_with("  a: { type: memory.disk }\n");
    environment.world.change("main.a", |object| {
        object.properties.insert("size".to_owned(), 0.into());
    });
    environment.declare(
        r#"
  a: { type: memory.disk }
  b: { type: memory.disk, size: "${a.size}" }
  c: { type: memory.disk }
"#,
    );
    let Ended::NotPlanned(errors) = environment.try_up() else { panic!("it was planned") };
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].address.as_str(), "main.b");
    assert_eq!(errors[0].problems[0].path, "size");
    assert_eq!(environment.world.take_changes(), [""; 0]);
}
