use provisioner::aws::acm::certificate::Certificate;
use provisioner::resource::Resource;
use serde_json::json;

use crate::harness::{World, life_cycle, made, made_twice, owner, spec};

#[tokio::test]
async fn certificate() {
    let world = World::new().await;
    let definition = json!({
        "domain_name": "www.example.com",
        "subject_alternative_names": ["example.com", "*.example.com"],
        "key_algorithm": "EC_prime256v1",
        "region": "us-east-1",
    });
    if world.does_all("moto lists no certificates of elliptic curves, and issues after a minute") {
        life_cycle::<Certificate>(&world, "certificate", definition.clone(), definition).await;
    }
}

#[tokio::test]
async fn a_certificate_that_is_asked_for_twice_is_one() {
    let world = World::new().await;
    if world.does_all("moto issues after a minute") {
        let definition = json!({ "domain_name": "api.example.com" });
        made_twice::<Certificate>(&world, "twice", definition).await;
    }
}

#[tokio::test]
async fn records_prove_each_zone() {
    let world = World::new().await;
    if !world.does_all("moto makes up the records of each name for itself") {
        return;
    }
    let names = json!({
        "domain_name": "example.com", "subject_alternative_names": ["*.example.com", "a.org"],
    });
    let live = made::<Certificate>(&world, "records", names.clone()).await;
    assert!(live.outputs.arn.starts_with("arn:aws:acm:eu-central-1:"), "{:?}", live.outputs);
    let records = live.outputs.validation_records;
    assert_eq!(records.len(), 3);
    assert_eq!(records[0].name, records[1].name, "a wildcard shares its parent's record");
    assert_ne!(records[0].name, records[2].name);
    assert!(records.iter().all(|record| record.kind == "CNAME"));
    let others = spec::<Certificate>(names).find(&world, &owner("other")).await.unwrap();
    assert!(others.is_empty(), "{others:?}");
}
