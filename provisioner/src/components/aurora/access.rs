//! The roles with which RDS does its work, and no more than that.

use serde_json::{Value as Json, json};

use crate::aws::partition;

/// The role with which RDS writes measurements of operating systems to CloudWatch Logs. It may
/// what AWS's own `AmazonRDSEnhancedMonitoringRole` may.
pub(super) fn monitoring_role(region: &str) -> Json {
    let groups = format!("arn:{}:logs:*:*:log-group:RDS*", partition(region));
    json!({
        "assume_role_policy": trust("monitoring.rds.amazonaws.com"),
        "description": "Lets RDS write measurements to CloudWatch Logs",
        "inline_policies": { "monitoring": policy(json!([
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
                "Resource": groups,
            },
            {
                "Effect": "Allow",
                "Action": [
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:GetLogEvents",
                    "logs:PutLogEvents",
                ],
                "Resource": format!("{groups}:log-stream:*"),
            },
        ]))},
    })
}

/// The role with which a proxy reads the master user's secret, and uses the key that encrypts it
/// where that is not AWS's.
pub(super) fn proxy_role(kms_key: &Json, region: &str) -> Json {
    let mut statements = vec![json!({
        "Effect": "Allow",
        "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        "Resource": "${self.cluster.secret_arn}",
    })];
    if !kms_key.is_null() {
        let service = format!("secretsmanager.{region}.amazonaws.com");
        statements.push(json!({
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": kms_key,
            "Condition": { "StringEquals": { "kms:ViaService": service } },
        }));
    }
    json!({
        "assume_role_policy": trust("rds.amazonaws.com"),
        "description": "Lets the database proxy read its password",
        "inline_policies": { "secret": policy(json!(statements)) },
    })
}

fn trust(service: &str) -> Json {
    policy(json!([{
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": { "Service": service },
    }]))
}

fn policy(statements: Json) -> Json {
    json!({ "Version": "2012-10-17", "Statement": statements })
}
