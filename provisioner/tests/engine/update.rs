//! Objects changed in place.

use insta::assert_snapshot;

use crate::environment::Environment;
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

#[test]
fn what_differs_is_changed_and_nothing_else() {
    let mut environment = Environment::up_with(
        "
  a: { type: memory.disk, size: 1, note: old }
  b: { type: memory.disk, size: 1 }
",
    );
    let (before, _) = environment.world.object("main.a");
    environment.declare(
        "
  a: { type: memory.disk, size: 2, note: old }
  b: { type: memory.disk, size: 1 }
",
    );
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    update main.a memory.disk disk-a-1
      size: 1 → 2
    1 unchanged
    ");
    environment.up();
    assert_eq!(environment.world.take_changes(), ["update main.a"]);
    let (after, object) = environment.world.object("main.a");
    assert_eq!((after, &object.properties["size"]), (before, &2.into()));
    environment.assert_converged();
}

#[test]
fn what_the_yaml_does_not_say_is_for_aws_to_choose() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, size: 3 }\n");
    environment.declare("  a: { type: memory.disk }\n");
    assert!(environment.plan().is_empty());
    environment.up();
    assert_eq!(environment.world.object("main.a").1.properties["size"], 3);
    environment.assert_converged();
}

#[test]
fn a_clearable_property_goes_with_its_line() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, note: old }\n");
    environment.declare("  a: { type: memory.disk }\n");
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    update main.a memory.disk disk-a-1
      note: "old" → null
    0 unchanged
    "#);
    environment.up();
    assert!(!environment.world.object("main.a").1.properties.contains_key("note"));
    environment.assert_converged();
}

#[test]
fn tags_come_and_go_and_those_of_others_stay() {
    let mut environment =
        Environment::up_with("  a: { type: memory.disk, tags: { team: blue, cost: low } }\n");
    environment.world.change("main.a", |object| {
        object.tags.as_mut().unwrap().insert("theirs".to_owned(), "kept".to_owned());
    });
    environment.declare("  a: { type: memory.disk, tags: { team: red } }\n");
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    update main.a memory.disk disk-a-1
      tag team: red
      tag cost goes
    0 unchanged
    ");
    environment.up();
    let tags = environment.world.object("main.a").1.tags.unwrap();
    assert_eq!(tags["team"], "red");
    assert_eq!(tags["theirs"], "kept");
    assert!(!tags.contains_key("cost"));
    environment.assert_converged();
}

#[test]
fn what_aws_does_not_give_back_is_changed_when_the_yaml_changes() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, secret: one }\n");
    environment.assert_converged();
    environment.declare("  a: { type: memory.disk, secret: two }\n");
    environment.up();
    assert_eq!(environment.world.object("main.a").1.properties["secret"], "two");
    environment.assert_converged();
}

#[test]
fn what_aws_does_not_give_back_is_changed_again_after_a_change_that_failed() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, secret: one }\n");
    environment.declare("  a: { type: memory.disk, secret: two }\n");
    environment.world.inject(Rule::any(Operation::Update, Fault::REFUSED));
    assert_eq!(environment.try_up().report().failed.len(), 1);
    environment.declare("  a: { type: memory.disk, secret: one }\n");
    environment.up();
    assert_eq!(environment.world.take_changes(), ["update main.a", "update main.a"]);
    environment.assert_converged();
}

#[test]
fn a_change_that_takes_its_time_is_waited_for() {
    let mut environment = Environment::up_with("  a: { type: memory.cluster, size: 1 }\n");
    environment.declare(
        r#"
  a: { type: memory.cluster, size: 2 }
  b: { type: memory.disk, note: "size ${a.size}" }
"#,
    );
    environment.up();
    assert_eq!(environment.world.object("main.b").1.properties["note"], "size 2");
    environment.assert_converged();
}

#[test]
fn an_output_that_shows_a_property_changes_with_it() {
    let mut environment = Environment::up_with(
        r#"
  a: { type: memory.disk, size: 1 }
  b: { type: memory.disk, size: "${a.size}", uses: ["${a.id}"] }
"#,
    );
    environment.declare(
        r#"
  a: { type: memory.disk, size: 2 }
  b: { type: memory.disk, size: "${a.size}", uses: ["${a.id}"] }
"#,
    );
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    update main.a memory.disk disk-a-1
      size: 1 → 2
    update main.b memory.disk disk-b-1
      size: 1 → 2
    0 unchanged
    ");
    environment.up();
    environment.assert_converged();
}

#[test]
fn a_change_that_was_taken_back_is_a_failure_and_is_made_by_the_next_run() {
    let mut environment = Environment::up_with(
        "  a: { type: memory.cluster, size: 1 }\n  b: { type: memory.disk, base: \"${a.id}\" }\n",
    );
    environment.declare(
        "  a: { type: memory.cluster, size: 2 }\n  b: { type: memory.disk, base: \"${a.id}\", note: new }\n",
    );
    environment.world.inject(Rule::at(Operation::Update, "main.a", Fault::TakenBack));
    let report = environment.try_up().report();
    assert_snapshot!(golden::report(&report), @r"
    0 done
    could not update main.a: the change of cluster-a-1 was taken back
    left out main.b because of main.a
    ");
    assert_eq!(environment.world.object("main.a").1.properties["size"], 1);
    environment.up();
    assert_eq!(environment.world.object("main.a").1.properties["size"], 2);
    environment.assert_converged();
}

/// AWS finds the new version healthy, and its users don't.
#[test]
fn a_change_that_fails_its_users_is_taken_back() {
    let mut environment = Environment::up_with("  a: { type: memory.cluster, size: 1 }\n");
    let better = "  a: { type: memory.cluster, size: 2, note: watched }\n";
    environment.declare(better);
    environment.world.inject(Rule::at(Operation::Traffic, "main.a", Fault::Useless));
    let attempt = environment.try_up();
    let failure = attempt.report().failed[0].error.to_string();
    assert!(failure.contains("was taken back: CloudWatch counts 60 failures of 100"), "{failure}");
    let object = environment.world.object("main.a").1;
    assert_eq!(object.properties["size"], 1);
    assert!(!object.properties.contains_key("note"));
    assert_eq!(environment.world.take_changes(), ["update main.a", "update main.a"]);

    environment.declare(better);
    environment.up();
    assert_eq!(environment.world.object("main.a").1.properties["size"], 2);
    environment.assert_converged();
}

#[test]
fn what_can_not_be_watched_is_not_taken_back() {
    let mut environment = Environment::up_with("  a: { type: memory.cluster, size: 1 }\n");
    environment.declare("  a: { type: memory.cluster, size: 2, note: watched }\n");
    environment.world.inject(Rule::at(Operation::Traffic, "main.a", Fault::DENIED));
    environment.up();
    environment.assert_converged();
}
