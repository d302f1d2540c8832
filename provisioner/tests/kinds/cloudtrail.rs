use provisioner::aws::cloudtrail::trail::Trail;
use provisioner::aws::iam::role::Role;
use provisioner::aws::logs::log_group::LogGroup;
use serde_json::json;

use crate::harness::{World, adopted, life_cycle, made, made_twice};

#[tokio::test]
async fn trail() {
    let world = World::new().await;
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": "cloudtrail.amazonaws.com" },
    }]});
    let role = made::<Role>(&world, "role", json!({ "assume_role_policy": trust })).await;
    let group = made::<LogGroup>(&world, "group", json!({})).await;
    let first = json!({
        "s3_bucket_name": "events",
        "s3_key_prefix": "trail",
        "is_multi_region_trail": true,
        "enable_log_file_validation": true,
        "cloud_watch_logs_log_group_arn": format!("{}:*", group.outputs.arn),
        "cloud_watch_logs_role_arn": role.outputs.arn,
        "event_selectors": [{
            "data_resources": [{ "type": "AWS::S3::Object", "values": ["arn:aws:s3:::reports/"] }],
        }],
    });
    let changed = json!({
        "s3_bucket_name": "other-events",
        "include_global_service_events": true,
        "is_multi_region_trail": false,
        "advanced_event_selectors": [{
            "name": "what is written",
            "field_selectors": [
                { "field": "eventCategory", "equals": ["Data"] },
                { "field": "resources.type", "equals": ["AWS::S3::Object"] },
                { "field": "resources.ARN", "not_starts_with": ["arn:aws:s3:::events/"] },
            ],
        }],
        "is_logging": false,
    });
    life_cycle::<Trail>(&world, "trail", first, changed).await;
    let plain = json!({ "name": "events", "s3_bucket_name": "events" });
    made_twice::<Trail>(&world, "trail", plain.clone()).await;
    let valid = json!({
        "name": "events", "s3_bucket_name": "events", "enable_log_file_validation": true,
    });
    adopted::<Trail>(&world, plain, valid).await;
}
