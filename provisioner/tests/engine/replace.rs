//! Objects replaced, in both orders.

use insta::assert_snapshot;
use provisioner::engine::plan::Action;

use crate::environment::{Ended, Environment};
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

#[test]
fn the_old_one_goes_first_after_everything_that_stands_on_it() {
    let stacked = |zone: &str| {
        format!(
            r#"
  a: {{ type: memory.disk, zone: {zone} }}
  b: {{ type: memory.disk, base: "${{a.id}}" }}
  c: {{ type: memory.disk, uses: ["${{b.id}}"] }}
"#
        )
    };
    let mut environment = Environment::up_with(&stacked("x"));
    environment.declare(&stacked("y"));
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    replace (delete first) main.a memory.disk disk-a-1
      zone: "x" → "y", replaces
    replace (delete first) main.b memory.disk disk-b-1
      base: "disk-a-1" → ‹main.a.id›, replaces
    update main.c memory.disk disk-c-1
      uses: ["disk-b-1"] → [‹main.b.id›]
    0 unchanged
    "#);
    environment.up();
    assert_eq!(
        environment.world.take_changes(),
        ["delete main.b", "delete main.a", "create main.a", "create main.b", "update main.c"]
    );
    environment.assert_converged();
}

#[test]
fn the_new_one_comes_first_and_the_old_one_goes_after_its_users_have_moved() {
    let stacked = |zone: &str| {
        format!(
            r#"
  a: {{ type: memory.server, zone: {zone} }}
  b: {{ type: memory.server, base: "${{a.id}}" }}
  c: {{ type: memory.disk, uses: ["${{b.id}}"] }}
"#
        )
    };
    let mut environment = Environment::up_with(&stacked("x"));
    environment.declare(&stacked("y"));
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    replace (create first) main.a memory.server server-a-1
      zone: "x" → "y", replaces
    replace (create first) main.b memory.server server-b-1
      base: "server-a-1" → ‹main.a.id›, replaces
    update main.c memory.disk disk-c-1
      uses: ["server-b-1"] → [‹main.b.id›]
    0 unchanged
    "#);
    environment.up();
    assert_eq!(
        environment.world.take_changes(),
        ["create main.a", "create main.b", "update main.c", "delete main.b", "delete main.a",]
    );
    environment.assert_converged();
}

#[test]
fn nothing_outlives_what_it_stands_on() {
    let stacked = |zone: &str| {
        format!(
            r#"
  disk: {{ type: memory.disk, zone: {zone} }}
  server: {{ type: memory.server, base: "${{disk.id}}" }}
"#
        )
    };
    let mut environment = Environment::up_with(&stacked("x"));
    environment.declare(&stacked("y"));
    environment.up();
    assert_eq!(
        environment.world.take_changes(),
        ["delete main.server", "delete main.disk", "create main.disk", "create main.server"]
    );
    environment.assert_converged();
}

#[test]
fn an_order_in_which_steps_would_wait_for_each_other_is_not_taken() {
    let mut environment = Environment::up_with(
        r#"
  a: { type: memory.disk, zone: x }
  c: { type: memory.disk }
  b: { type: memory.server, base: "${a.id}" }
"#,
    );
    environment.declare(
        r#"
  a: { type: memory.disk, zone: y }
  c: { type: memory.disk, uses: ["${a.id}"] }
  b: { type: memory.server, base: "${c.id}" }
"#,
    );
    let plan = environment.plan();
    let server = plan.steps.iter().find(|step| step.address.as_str() == "main.b").unwrap();
    assert_eq!(server.action, Action::ReplaceDeleteFirst);
    environment.up();
    environment.assert_converged();
}

#[test]
fn a_change_that_no_order_can_bring_about_is_refused_and_takes_two_runs() {
    let mut environment = Environment::up_with(
        r#"
  a: { type: memory.disk, zone: x }
  b: { type: memory.disk, uses: ["${a.id}"] }
  c: { type: memory.disk, uses: ["${b.id}"] }
"#,
    );
    let moved = |zone: &str| {
        format!(
            "  a: {{ type: memory.disk, zone: {zone} }}\n  \
             c: {{ type: memory.disk, uses: [\"${{a.id}}\"] }}\n"
        )
    };
    environment.declare(&moved("y"));
    assert!(environment.try_up().is_entangled());
    assert_eq!(environment.world.take_changes(), [""; 0]);
    for zone in ["x", "y"] {
        environment.declare(&moved(zone));
        environment.up();
        environment.assert_converged();
    }
}

#[test]
fn another_kind_at_the_same_address_is_another_object() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, size: 1 }\n");
    environment.declare("  a: { type: memory.server, size: 1 }\n");
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    replace (delete first) main.a memory.server disk-a-1
      because its type was memory.disk
      size: null → 1
    0 unchanged
    ");
    environment.up();
    assert_eq!(environment.world.take_changes(), ["delete main.a", "create main.a"]);
    environment.assert_converged();
}

#[test]
fn a_new_one_that_aws_refuses_leaves_the_old_one_in_its_place() {
    let mut environment = Environment::up_with("  a: { type: memory.server, zone: x }\n");
    let before = environment.world.objects();
    environment.declare("  a: { type: memory.server, zone: y }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::REFUSED));
    assert_eq!(environment.try_up().report().failed.len(), 1);
    assert_eq!(environment.world.objects(), before);
    environment.declare("  a: { type: memory.server, zone: x }\n");
    environment.world.take_calls();
    environment.up();
    assert_eq!(environment.world.take_changes(), [""; 0]);
    environment.assert_converged();
}

#[test]
fn what_is_not_known_of_an_object_is_not_known_either_when_it_is_in_its_place_again() {
    let server = |zone: &str, secret: &str| {
        format!("  a: {{ type: memory.server, zone: {zone}, secret: {secret} }}\n")
    };
    let mut environment = Environment::up_with(&server("x", "one"));
    environment.declare(&server("x", "two"));
    environment.world.inject(Rule::any(Operation::Update, Fault::DeathAfter));
    assert!(matches!(environment.try_up(), Ended::Died));
    environment.declare(&server("y", "one"));
    environment.world.inject(Rule::any(Operation::Create, Fault::REFUSED));
    environment.try_up().report();
    environment.declare(&server("x", "one"));
    environment.up();
    environment.assert_converged();
}

#[test]
fn a_name_that_is_still_taken_is_free_when_the_old_one_is_gone() {
    let mut environment = Environment::up_with("  a: { type: memory.bucket, zone: x }\n");
    environment.declare("  a: { type: memory.bucket, zone: y }\n");
    let Ended::Refused(plan) = environment.try_up() else { panic!("it was not refused") };
    assert_snapshot!(golden::plan(&plan), @r#"
    replace (delete first) main.a memory.bucket acme-main-a
      zone: "x" → "y", replaces
    refused: main.a holds data
    0 unchanged
    "#);
    environment.scope.consent.insert("main.a".parse().unwrap());
    environment.up();
    assert_eq!(environment.world.take_changes(), ["delete main.a", "create main.a"]);
    environment.assert_converged();
}

#[test]
fn an_object_that_joins_others_follows_them() {
    let joined = |zone: &str| {
        format!(
            r#"
  a: {{ type: memory.server, zone: {zone} }}
  b: {{ type: memory.disk }}
  link: {{ type: memory.link, base: "${{a.id}}", uses: ["${{b.id}}"] }}
"#
        )
    };
    let mut environment = Environment::up_with(&joined("x"));
    environment.declare(&joined("y"));
    environment.up();
    let changes = environment.world.take_changes();
    assert_eq!(changes[2..], ["create main.link", "delete main.a"], "{changes:?}");
    environment.assert_converged();
}
