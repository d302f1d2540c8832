//! Where records are kept: a bucket for what CloudTrail and AWS Config write, one for who reads
//! them, the key for both services, and who may do what with them.

use serde_json::{Value as Json, json};

use super::{Compliance, Place};
use crate::components::Expansion;

/// What the keys of the trail's files begin with.
pub(super) const TRAIL: &str = "trail";
/// What the keys of AWS Config's files begin with.
pub(super) const CONFIG: &str = "config";

impl Compliance {
    pub(super) fn declare_records(&self, scope: &mut Expansion<'_>, place: &Place) {
        let key = json!({
            "description": "Encrypts what CloudTrail and AWS Config write down",
            "enable_key_rotation": true,
            "policy": key_policy(place),
        });
        scope.resource("key", "kms.key", key);
        scope.output("key_arn", json!("${self.key.arn}"));

        let encryption = json!({
            "sse_algorithm": "aws:kms",
            "kms_master_key_id": "${self.key.arn}",
            "bucket_key_enabled": true,
        });
        let logging =
            json!({ "target_bucket": "${self.accesses.name}", "target_prefix": "bucket/" });
        let mut bucket = self.bucket(encryption);
        bucket["logging"] = logging;
        scope.resource("bucket", "s3.bucket", bucket).from("retention_days");
        scope.output("bucket", json!("${self.bucket.name}"));
        let of_bucket =
            json!({ "bucket": "${self.bucket.name}", "policy": self.bucket_policy(place) });
        scope.resource("bucket_policy", "s3.bucket_policy", of_bucket);

        // S3 delivers access logs to no bucket that is encrypted with a key of one's own.
        let accesses = self.bucket(json!({ "sse_algorithm": "AES256" }));
        scope.resource("accesses", "s3.bucket", accesses).from("retention_days");
        let write = json!({
            "Sid": "AccessLogs",
            "Effect": "Allow",
            "Principal": { "Service": "logging.s3.amazonaws.com" },
            "Action": "s3:PutObject",
            "Resource": "${self.accesses.arn}/bucket/*",
            "Condition": { "StringEquals": { "aws:SourceAccount": place.account } },
        });
        let of_accesses = json!({
            "bucket": "${self.accesses.name}",
            "policy": policy(vec![tls_only("accesses"), write]),
        });
        scope.resource("accesses_policy", "s3.bucket_policy", of_accesses);
    }

    fn bucket(&self, encryption: Json) -> Json {
        json!({
            "versioning": true,
            "encryption": encryption,
            "public_access_block": {
                "block_public_acls": true,
                "ignore_public_acls": true,
                "block_public_policy": true,
                "restrict_public_buckets": true,
            },
            "object_ownership": "BucketOwnerEnforced",
            "lifecycle_rules": [
                { "id": "end", "expiration_days": self.retention_days },
                { "id": "old-versions", "noncurrent_version_expiration_days": 30 },
                { "id": "unfinished-uploads", "abort_incomplete_multipart_upload_days": 7 },
            ],
        })
    }

    fn bucket_policy(&self, place: &Place) -> Json {
        let mut statements = vec![tls_only("bucket")];
        if self.trail {
            let this = json!({ "aws:SourceArn": place.trail_arn() });
            statements.extend(writer("Trail", "cloudtrail.amazonaws.com", TRAIL, &this, place));
        }
        if self.recorder {
            let this = json!({ "aws:SourceAccount": place.account });
            statements.extend(writer("Config", "config.amazonaws.com", CONFIG, &this, place));
        }
        policy(statements)
    }
}

/// What both services ask for: to look at the bucket, and to write where they write.
fn writer(name: &str, service: &str, prefix: &str, source: &Json, place: &Place) -> [Json; 2] {
    let who = json!({ "Service": service });
    let mut owned = source.clone();
    owned["s3:x-amz-acl"] = json!("bucket-owner-full-control");
    let look = json!({
        "Sid": format!("{name}Looks"),
        "Effect": "Allow",
        "Principal": who,
        "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
        "Resource": "${self.bucket.arn}",
        "Condition": { "StringEquals": source },
    });
    let write = json!({
        "Sid": format!("{name}Writes"),
        "Effect": "Allow",
        "Principal": who,
        "Action": "s3:PutObject",
        "Resource": format!("${{self.bucket.arn}}/{prefix}/AWSLogs/{}/*", place.account),
        "Condition": { "StringEquals": owned },
    });
    [look, write]
}

/// The account itself, and each service for what it writes.
fn key_policy(place: &Place) -> Json {
    let Place { partition, region, account, .. } = place;
    let allow = |sid: &str, service: &str, actions: &[&str], condition: Json| {
        json!({
            "Sid": sid,
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": actions,
            "Resource": "*",
            "Condition": condition,
        })
    };
    let encrypt = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*"];
    let logs = format!("arn:{partition}:logs:{region}:{account}:log-group:*");
    policy(vec![
        json!({
            "Sid": "Account",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:{partition}:iam::{account}:root") },
            "Action": "kms:*",
            "Resource": "*",
        }),
        allow(
            "Trail",
            "cloudtrail.amazonaws.com",
            &encrypt,
            json!({ "StringEquals": { "aws:SourceArn": place.trail_arn() } }),
        ),
        allow(
            "Config",
            "config.amazonaws.com",
            &encrypt,
            json!({ "StringEquals": { "aws:SourceAccount": account } }),
        ),
        allow(
            "Logs",
            &format!("logs.{region}.amazonaws.com"),
            &[
                "kms:Decrypt*",
                "kms:Describe*",
                "kms:Encrypt*",
                "kms:GenerateDataKey*",
                "kms:ReEncrypt*",
            ],
            json!({ "ArnLike": { "kms:EncryptionContext:aws:logs:arn": logs } }),
        ),
    ])
}

/// CloudTrail's role for writing to the log group.
pub(super) fn trail_role(place: &Place) -> Json {
    json!({
        "description": "Lets CloudTrail write to its log group",
        "assume_role_policy": policy(vec![json!({
            "Effect": "Allow",
            "Principal": { "Service": "cloudtrail.amazonaws.com" },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "aws:SourceArn": place.trail_arn() } },
        })]),
        "inline_policies": {
            "write": policy(vec![json!({
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": "${self.trail_log.arn}:log-stream:*",
            })]),
        },
    })
}

fn policy(statements: Vec<Json>) -> Json {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Nobody comes to a bucket in the clear.
fn tls_only(bucket: &str) -> Json {
    let arn = format!("${{self.{bucket}.arn}}");
    json!({
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, format!("{arn}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })
}
