use provisioner::aws::secretsmanager::secret::Secret;
use provisioner::resource::{Id, Resource};
use serde_json::{Value as Json, json};

use crate::harness::{World, life_cycle, owner, spec};

async fn value(world: &World, id: &Id) -> String {
    let request = world.clients.secretsmanager().get_secret_value().secret_id(id.as_str());
    request.send().await.unwrap().secret_string.unwrap()
}

#[tokio::test]
async fn secret() {
    let first = json!({
        "description": "of a test",
        "generate": { "length": 40 },
        "recovery_window_in_days": 0,
    });
    let changed = json!({
        "description": "of another test",
        "generate": { "length": 20 },
        "policy": { "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:root" },
            "Action": "secretsmanager:GetSecretValue", "Resource": "*",
        }]},
        "recovery_window_in_days": 0,
    });
    life_cycle::<Secret>(&*World::new().await, "secret", first, changed).await;
}

#[tokio::test]
async fn a_value_is_made_up_and_kept_to_itself() {
    let world = World::new().await;
    let secret = spec::<Secret>(json!({ "generate": {
        "length": 40, "exclude_punctuation": true,
        "template": { "username": "app" }, "key": "password",
    }}));
    let created = secret.create(&world, &owner("template")).await.unwrap();
    let value: Json = serde_json::from_str(&value(&world, &created.id).await).unwrap();
    assert_eq!(value["username"], "app");
    let password = value["password"].as_str().unwrap();
    assert!(password.len() == 40 && password.chars().all(|c| c.is_ascii_alphanumeric()));
    assert!(!format!("{created:?}").contains(password));
}

#[tokio::test]
async fn a_deleted_secret_of_ours_is_restored_with_its_value() {
    let world = World::new().await;
    let secret = spec::<Secret>(
        json!({ "name": "kinds-restored", "generate": {}, "recovery_window_in_days": 7 }),
    );
    let owner = owner("restored");
    let first = secret.create(&world, &owner).await.unwrap();
    let before = value(&world, &first.id).await;
    secret.delete(&world, &first.id).await.unwrap();
    assert!(secret.find(&world, &owner).await.unwrap().is_empty());

    let again = secret.create(&world, &owner).await.unwrap();
    assert_eq!((&again.id, again.unfinished), (&first.id, true));
    assert_eq!(value(&world, &again.id).await, before);

    secret.delete(&world, &first.id).await.unwrap();
    let refused = secret.create(&world, &crate::harness::owner("stranger")).await.unwrap_err();
    assert!(!refused.is_transient(), "{refused}");
}
