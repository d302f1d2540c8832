//! What is read before anything is planned.

use insta::assert_snapshot;
use provisioner::engine::execute::chain;
use provisioner::resource::Id;

use crate::environment::{Ended, Environment};
use crate::golden;
use crate::memory::{Fault, Operation, Rule};

#[test]
fn an_object_that_is_gone_is_made_again_and_what_needs_it_follows() {
    let environment = Environment::up_with(
        r#"
  a: { type: memory.disk }
  b: { type: memory.disk, uses: ["${a.id}"] }
"#,
    );
    environment.world.remove("main.a");
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    create main.a memory.disk
      because disk-a-1 is gone from AWS
    update main.b memory.disk disk-b-1
      uses: ["disk-a-1"] → [‹main.a.id›]
    0 unchanged
    "#);
    environment.up();
    environment.assert_converged();
}

#[test]
fn an_object_that_was_changed_by_hand_is_brought_back() {
    let environment = Environment::up_with("  a: { type: memory.disk, size: 1 }\n");
    environment.world.change("main.a", |object| {
        object.properties.insert("size".to_owned(), 5.into());
        object.properties.insert("note".to_owned(), "theirs".into());
    });
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    update main.a memory.disk disk-a-1
      size: 5 → 1
    0 unchanged
    ");
    environment.up();
    let (_, object) = environment.world.object("main.a");
    assert_eq!(
        (&object.properties["size"], &object.properties["note"]),
        (&1.into(), &"theirs".into())
    );
    environment.assert_converged();
}

#[test]
fn what_could_not_be_read_is_not_gone() {
    for fault in [Fault::DENIED, Fault::CallLost, Fault::EXPIRED, Fault::REFUSED] {
        let environment = Environment::up_with("  a: { type: memory.disk }\n");
        let before = environment.state();
        environment.world.inject(Rule::any(Operation::Read, fault));
        let Ended::NotRead(error) = environment.try_up() else { panic!("{fault:?} was ignored") };
        assert_eq!(error.to_string(), "could not read 1 × memory.disk");
        assert_eq!(environment.world.take_changes(), [""; 0]);
        assert_eq!(environment.state(), before);
        environment.assert_converged();
    }
}

#[test]
fn what_an_interrupted_run_has_made_is_not_given_up_for_a_search_that_fails() {
    let environment = Environment::of("  a: { type: memory.disk }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::DeathAfter));
    assert!(matches!(environment.try_up(), Ended::Died));
    environment.world.inject(Rule::any(Operation::Find, Fault::DENIED));
    assert!(matches!(environment.try_up(), Ended::NotRead(_)));
    environment.up();
    environment.assert_converged();
}

#[test]
fn many_objects_are_read_in_few_calls() {
    let items: Vec<String> = (0..450).map(|n| format!("k{n}")).collect();
    let items = items.join(", ");
    let environment =
        Environment::up_with(&format!("  disk: {{ type: memory.disk, for_each: [{items}] }}\n"));
    environment.plan();
    let calls = environment.world.take_calls();
    let mut read: Vec<&str> = calls.iter().map(|call| call.subject.as_str()).collect();
    read.sort_unstable();
    assert_eq!(read, ["200 × memory.disk", "200 × memory.disk", "50 × memory.disk"]);
}

#[test]
fn two_objects_for_one_address_are_a_question_for_a_person() {
    let environment = Environment::of("  a: { type: memory.disk }\n");
    environment.world.inject(Rule::any(Operation::Create, Fault::DeathAfter));
    assert!(matches!(environment.try_up(), Ended::Died));
    let (_, twin) = environment.world.object("main.a");
    environment.world.insert("disk-twin", twin);
    let Ended::NotRead(error) = environment.try_up() else { panic!("one was chosen") };
    assert_snapshot!(chain(&error), @"main.a stands for 2 objects on AWS (disk-a-1, disk-twin): two runs made one each");
    environment.world.take_away(&Id::from("disk-twin"));
    environment.up();
    environment.assert_converged();
}

#[test]
fn a_state_with_a_kind_that_is_not_known_is_not_guessed_at() {
    let environment = Environment::up_with("  a: { type: memory.disk }\n");
    environment.store.change(|state| {
        state.entries.values_mut().for_each(|entry| entry.kind = "memory.tape".to_owned());
    });
    let Ended::NotRead(error) = environment.try_up() else { panic!("it was guessed at") };
    assert_snapshot!(chain(&error), @"main.a is of the kind `memory.tape`, which this version of provision does not know");
}
