//! Which objects there are: `when`, `for_each`, addresses that move, and runs for some stacks.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use provisioner::engine::graph::with_dependencies;

use crate::environment::Environment;
use crate::golden;

#[test]
fn an_object_that_is_switched_off_goes_and_comes_again() {
    let switched = |on: bool| format!("  a: {{ type: memory.disk, when: {on} }}\n");
    let mut environment = Environment::of(&switched(false));
    environment.up();
    environment.assert_empty();
    for (on, change) in [(true, "create main.a"), (false, "delete main.a")] {
        environment.declare(&switched(on));
        environment.up();
        assert_eq!(environment.world.take_changes(), [change]);
        environment.assert_converged();
    }
}

#[test]
fn an_item_more_is_an_object_more_and_the_others_stay() {
    let each = |items: &str| {
        format!(
            "  disk: {{ type: memory.disk, for_each: [{items}], note: \"${{each.key}}\" }}\n  \
             all: {{ type: memory.disk, uses: \"${{disk.*.id}}\" }}\n"
        )
    };
    let mut environment = Environment::up_with(&each("a, b"));
    environment.declare(&each("b, c"));
    assert_snapshot!(golden::plan(&environment.plan()), @r#"
    create main.disk:c memory.disk
      note: null → "c"
    update main.all memory.disk disk-all-1
      uses: ["disk-disk:a-1", "disk-disk:b-1"] → ["disk-disk:b-1", ‹main.disk:c.id›]
    delete main.disk:a memory.disk disk-disk:a-1
    1 unchanged
    "#);
    environment.up();
    assert_eq!(
        environment.world.take_changes(),
        ["create main.disk:c", "update main.all", "delete main.disk:a"]
    );
    environment.assert_converged();
}

#[test]
fn an_object_that_was_given_another_address_is_the_same_object() {
    let mut environment = Environment::up_with(
        "  old: { type: memory.disk }\n  b: { type: memory.disk, base: \"${old.id}\" }\n",
    );
    let (before, _) = environment.world.object("main.old");
    environment.store.change(|state| {
        let (from, to) = ("main.old".parse().unwrap(), "main.new".parse().unwrap());
        assert!(state.rename(&from, &to));
    });
    environment
        .declare("  new: { type: memory.disk }\n  b: { type: memory.disk, base: \"${new.id}\" }\n");
    assert_snapshot!(golden::plan(&environment.plan()), @r"
    update main.new memory.disk disk-old-1
      tag provision:address: main.new
    1 unchanged
    ");
    environment.up();
    assert_eq!(environment.world.take_changes(), ["update main.old"]);
    assert_eq!(environment.entry("main.new").status.id(), Some(&before));
    assert!(environment.plan().is_empty());
}

#[test]
fn a_run_for_one_stack_leaves_the_others_alone() {
    let mut environment = Environment::of("  a: { type: memory.disk }\noutputs:\n  id: ${a.id}\n");
    environment.declare_in("top", "  b: { type: memory.disk, base: \"${stack.main.id}\" }\n");
    environment.declare_in("other", "  c: { type: memory.disk }\noutputs:\n  id: ${c.id}\n");
    let stacks = BTreeSet::from(["top".to_owned()]);
    environment.scope.only = Some(with_dependencies(&environment.program(), &stacks));
    environment.scope.stacks = stacks;
    environment.up();
    assert_eq!(environment.world.take_changes(), ["create main.a", "create top.b"]);
    assert!(environment.plan().is_empty());
    environment.scope = Default::default();
    environment.up();
    assert_eq!(environment.world.take_changes(), ["create other.c"]);
    environment.assert_converged();
}

#[test]
fn a_run_for_one_stack_deletes_what_it_does_not_declare_any_more() {
    let mut environment = Environment::of("  a: { type: memory.disk }\n");
    environment.declare_in("other", "  b: { type: memory.disk }\n  c: { type: memory.disk }\n");
    environment.up();
    environment.declare_in("other", "  b: { type: memory.disk }\n");
    environment.declare("  z: { type: memory.disk }\n");
    let stacks = BTreeSet::from(["other".to_owned()]);
    environment.scope.only = Some(with_dependencies(&environment.program(), &stacks));
    environment.scope.stacks = stacks;
    environment.world.take_calls();
    environment.up();
    assert_eq!(environment.world.take_changes(), ["delete other.c"]);
}

/// The service of one stack moves to another kind in a run that leaves the stack of its user alone.
#[test]
fn what_another_stack_was_made_with_stays_until_that_stack_is_changed_too() {
    let service = |name: &str| {
        format!(
            "  {name}_role: {{ type: memory.disk }}\n  {name}: {{ type: memory.disk, base: \"${{{name}_role.id}}\" }}\noutputs:\n  id: ${{{name}.id}}\n"
        )
    };
    let mut environment = Environment::of(&service("old"));
    environment.declare_in("edge", "  b: { type: memory.disk, uses: [\"${stack.main.id}\"] }\n");
    environment.up();
    environment.declare(&service("new"));
    let stacks = BTreeSet::from(["main".to_owned()]);
    environment.scope.only = Some(with_dependencies(&environment.program(), &stacks));
    environment.scope.stacks = stacks;
    environment.world.take_changes();
    environment.up();
    assert_eq!(environment.world.take_changes(), ["create main.new_role", "create main.new"]);
    environment.scope = Default::default();
    environment.up();
    assert_eq!(
        environment.world.take_changes(),
        ["update edge.b", "delete main.old", "delete main.old_role"]
    );
    environment.assert_converged();
}
