use provisioner::aws::securityhub::hub::Hub;
use provisioner::aws::securityhub::standard::Standard;
use serde_json::json;

use crate::harness::{World, adopted, life_cycle, made, made_twice, read};

#[tokio::test]
async fn hub() {
    let world = World::new().await;
    let first = json!({ "auto_enable_controls": false });
    let changed = json!({
        "auto_enable_controls": true, "control_finding_generator": "STANDARD_CONTROL",
    });
    life_cycle::<Hub>(&world, "hub", first, changed.clone()).await;
    made_twice::<Hub>(&world, "hub", json!({})).await;
    adopted::<Hub>(&world, json!({ "enable_default_standards": true }), changed).await;
}

#[tokio::test]
async fn standard() {
    let world = World::new().await;
    made::<Hub>(&world, "hub", json!({})).await;
    let nist = json!({ "standard": "nist-800-53/v/5.0.0" });
    life_cycle::<Standard>(&world, "nist", nist.clone(), nist).await;
    let oldest = json!({
        "standard": "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
    });
    adopted::<Standard>(&world, oldest.clone(), oldest).await;
}

#[tokio::test]
async fn a_standard_tells_what_it_lacks() {
    let world = World::new().await;
    made::<Hub>(&world, "hub", json!({})).await;
    let nist = json!({ "standard": "nist-800-53/v/5.0.0" });
    let outputs = made::<Standard>(&world, "nist", nist).await.outputs;
    let reason = outputs.incomplete_because.as_deref();
    assert_eq!(reason, Some("NO_AVAILABLE_CONFIGURATION_RECORDER"));
}

/// Where Security Hub is off, there is nothing, which is no error.
#[tokio::test]
async fn without_a_hub() {
    let world = World::new().await;
    let arn = world.arn("securityhub", "hub/default");
    assert!(read::<Hub>(&world, &arn.into()).await.is_none());
    let nist = "arn:aws:securityhub:eu-central-1::standards/nist-800-53/v/5.0.0";
    assert!(read::<Standard>(&world, &nist.into()).await.is_none());
}
