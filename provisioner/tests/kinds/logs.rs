use provisioner::aws::logs::log_group::LogGroup;
use provisioner::aws::logs::metric_filter::MetricFilter;
use provisioner::resource::{Id, Resource};
use serde_json::json;

use crate::harness::{World, life_cycle, made, owner, spec};

#[tokio::test]
async fn log_group() {
    let world = World::new().await;
    let spec = json!({ "name": "/kinds/log-group", "retention_in_days": 30 });
    let changed = json!({ "name": "/kinds/log-group" });
    life_cycle::<LogGroup>(&world, "log_group", spec, changed).await;
}

#[tokio::test]
async fn a_hundred_groups_are_read_in_few_calls() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for number in 0..100 {
        let group = spec::<LogGroup>(json!({ "name": format!("/many/{number}") }));
        ids.push(group.create(&world, &owner("many")).await.unwrap().id);
    }
    ids.push(Id::from("/many/missing"));
    let before = world.clients.meter().total();
    let found = LogGroup::read(&world, &ids).await.unwrap();
    assert!(world.clients.meter().total() - before <= 6);
    assert!(found[100].is_none());
    let names = found.iter().flatten().map(|live| live.outputs.name.as_str());
    assert!(names.eq(ids[..100].iter().map(Id::as_str)));
}

#[tokio::test]
async fn protection_of_our_own_making_does_not_stop_us() {
    let world = World::new().await;
    if !world.does_all("moto has no deletion protection of log groups") {
        return;
    }
    let group = spec::<LogGroup>(json!({ "deletion_protection_enabled": true }));
    let id = group.create(&world, &owner("protected")).await.unwrap().id;
    let unprotected = spec::<LogGroup>(json!({}));
    assert!(unprotected.delete(&world, &id).await.is_err());
    group.delete(&world, &id).await.unwrap();
    assert!(group.find(&world, &owner("protected")).await.unwrap().is_empty());
}

#[tokio::test]
async fn metric_filter() {
    let world = World::new().await;
    made::<LogGroup>(&world, "group", json!({ "name": "/kinds/filtered" })).await;
    let filter = |pattern: &str, metric: serde_json::Value| json!({ "log_group_name": "/kinds/filtered", "pattern": pattern, "metric": metric });
    let errors = json!({ "namespace": "kinds", "name": "errors", "default_value": 0 });
    let slow = json!({
        "namespace": "kinds", "name": "slow", "value": "$.ms", "unit": "Milliseconds",
        "dimensions": { "route": "$.route" },
    });
    let (first, changed) = (filter("ERROR", errors), filter("{ $.ms > 500 }", slow));
    life_cycle::<MetricFilter>(&world, "filter", first, changed).await;
}
