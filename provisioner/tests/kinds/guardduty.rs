use provisioner::aws::guardduty::detector::Detector;
use serde_json::json;

use crate::harness::{World, adopted, life_cycle, made_twice};

#[tokio::test]
async fn detector() {
    let world = World::new().await;
    let first = json!({
        "finding_publishing_frequency": "FIFTEEN_MINUTES",
        "features": { "S3_DATA_EVENTS": "ENABLED", "EKS_AUDIT_LOGS": "DISABLED" },
    });
    let changed = json!({
        "enable": false,
        "finding_publishing_frequency": "ONE_HOUR",
        "features": { "RDS_LOGIN_EVENTS": "DISABLED", "RUNTIME_MONITORING": "ENABLED" },
        "runtime_monitoring_agents": { "ECS_FARGATE_AGENT_MANAGEMENT": "ENABLED" },
    });
    life_cycle::<Detector>(&world, "detector", first.clone(), changed).await;
    made_twice::<Detector>(&world, "detector", json!({})).await;
    adopted::<Detector>(&world, json!({}), first).await;
}
