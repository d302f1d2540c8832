use provisioner::aws::kms::key::Key;
use serde_json::json;

use crate::harness::{World, life_cycle};

#[tokio::test]
async fn key() {
    let spec = json!({
        "description": "for tests", "alias": "alias/kinds-key", "enable_key_rotation": true,
        "deletion_window_in_days": 7,
    });
    let changed = json!({
        "description": "for more tests", "alias": "alias/kinds-other-key",
        "enable_key_rotation": false, "deletion_window_in_days": 7,
    });
    life_cycle::<Key>(&*World::new().await, "key", spec, changed).await;
}

#[tokio::test]
async fn the_alias_moves_to_the_key_that_replaces() {
    use provisioner::resource::Resource;
    let world = World::new().await;
    let key = crate::harness::spec::<Key>(json!({ "alias": "alias/kinds-moving" }));
    let owner = crate::harness::owner("moving");
    let old = key.create(&world, &owner).await.unwrap().id;
    let new = key.create(&world, &owner).await.unwrap().id;
    assert_ne!(old, new);
    key.delete(&world, &old).await.unwrap();
    let live = crate::harness::ready::<Key>(&world, &new).await;
    assert_eq!(live.outputs.alias.as_deref(), Some("alias/kinds-moving"));

    let stranger = crate::harness::owner("stranger");
    let refused = key.create(&world, &stranger).await.unwrap_err();
    assert_eq!(refused.code(), Some("AlreadyExistsException"));
    assert_eq!(key.find(&world, &stranger).await.unwrap().len(), 1, "the key itself was made");
}

#[tokio::test]
async fn rotation_and_disabling() {
    let world = World::new().await;
    if !world.does_all("moto rotates every year, whatever is asked for") {
        return;
    }
    let spec = json!({ "enable_key_rotation": true, "rotation_period_in_days": 90 });
    let changed = json!({
        "description": "off", "enabled": false,
        "enable_key_rotation": true, "rotation_period_in_days": 180,
    });
    life_cycle::<Key>(&world, "rotated", spec, changed).await;
}
