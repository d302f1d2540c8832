use provisioner::aws::iam::role::Role;
use serde_json::json;

use crate::harness::{World, life_cycle};

#[tokio::test]
async fn role() {
    let trust = |service: &str| {
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": service } },
        ]})
    };
    let policy = |action: &str| {
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": action, "Resource": "*" },
        ]})
    };
    let spec = json!({
        "assume_role_policy": trust("rds.amazonaws.com"),
        "description": "reads secrets",
        "inline_policies": { "a": policy("s3:GetObject"), "b": policy("s3:PutObject").to_string() },
        "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    });
    let changed = json!({
        "assume_role_policy": trust("ec2.amazonaws.com"),
        "description": "writes secrets",
        "max_session_duration": 7200,
        "inline_policies": { "b": policy("s3:PutObject"), "c": policy("s3:DeleteObject") },
        "managed_policies": ["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"],
    });
    life_cycle::<Role>(&*World::new().await, "role", spec, changed).await;
}
