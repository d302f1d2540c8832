use provisioner::aws::events::rule::Rule;
use provisioner::aws::sns::topic::Topic;
use provisioner::resource::Resource;
use serde_json::json;

use crate::harness::{World, life_cycle, made, owner, spec};

#[tokio::test]
async fn rule() {
    let world = World::new().await;
    let topic = made::<Topic>(&world, "topic", json!({})).await.outputs.arn;
    let first = json!({
        "description": "grave findings",
        "event_pattern": { "source": ["aws.securityhub"], "detail": { "n": [{ "numeric": [">", 7] }] } },
        "targets": {
            "people": { "arn": topic, "input_path": "$.detail" },
            "all": { "arn": topic },
        },
    });
    let changed = json!({
        "event_pattern": { "source": ["aws.guardduty"] },
        "enabled": false,
        "targets": { "people": { "arn": topic, "input_transformer": {
            "paths": { "title": "$.detail.title" }, "template": "\"<title>\"",
        } } },
    });
    life_cycle::<Rule>(&world, "rule", first, changed).await;
}

#[tokio::test]
async fn a_rule_of_somebody_else_is_left_alone() {
    let world = World::new().await;
    let json = json!({ "name": "theirs", "event_pattern": { "source": ["aws.ecs"] } });
    made::<Rule>(&world, "theirs", json.clone()).await;
    let error = spec::<Rule>(json).create(&world, &owner("ours")).await.unwrap_err();
    assert!(error.is_already_exists(), "{error}");
}
