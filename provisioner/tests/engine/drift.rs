//! What somebody changed by hand, told without touching it.

use insta::assert_json_snapshot;

use crate::environment::Environment;
use crate::memory::{Fault, Operation, Rule};

#[test]
fn what_is_as_it_was_left_has_not_drifted() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, size: 1, secret: x }\n");
    assert_eq!(environment.drift(), []);
    environment.declare("  a: { type: memory.disk, size: 2 }\n");
    assert_eq!(environment.drift(), [], "what is declared has no part in it");
}

#[test]
fn drift_is_told_from_what_was_applied_to_what_is_there() {
    let environment = Environment::up_with(
        "  a: { type: memory.disk, size: 1, tags: { team: blue } }\n  b: { type: memory.disk }\n",
    );
    environment.world.change("main.a", |object| {
        object.properties.insert("size".to_owned(), 5.into());
        object.tags.as_mut().unwrap().remove("team");
    });
    environment.world.remove("main.b");
    assert_json_snapshot!(environment.drift(), @r#"
    [
      {
        "address": "main.a",
        "kind": "memory.disk",
        "id": "disk-a-1",
        "gone": false,
        "changes": [
          {
            "path": "size",
            "before": 1,
            "after": 5,
            "replaces": false
          }
        ],
        "tags": {
          "set": {
            "team": "blue"
          },
          "remove": []
        }
      },
      {
        "address": "main.b",
        "kind": "memory.disk",
        "id": "disk-b-1",
        "gone": true,
        "changes": [],
        "tags": {
          "set": {},
          "remove": []
        }
      }
    ]
    "#);
    assert_eq!(environment.world.take_changes(), [""; 0]);
}

#[test]
fn what_a_run_has_left_half_done_is_not_drift() {
    let mut environment = Environment::up_with("  a: { type: memory.disk, size: 1 }\n");
    environment.declare("  a: { type: memory.disk, size: 2 }\n");
    environment.world.inject(Rule::any(Operation::Update, Fault::DeathAfter));
    environment.try_up();
    assert_eq!(environment.drift(), []);
}
