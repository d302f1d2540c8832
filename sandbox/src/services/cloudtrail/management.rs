//! Which calls are management events, and what CloudTrail calls them.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html>

use crate::gateway::log::Entry;
use crate::services;

/// What reads and writes data rather than resources.
const DATA: &[(&str, &[&str])] = &[
    ("events", &["PutEvents"]),
    ("logs", &["FilterLogEvents", "GetLogEvents", "PutLogEvents"]),
    ("monitoring", &["GetMetricData", "PutMetricData"]),
    ("sns", &["Publish"]),
];
/// S3's operations on buckets that are data events by AWS's list.
const DATA_OF_BUCKETS: &[&str] = &["HeadBucket"];
/// S3's operations whose names do not say that they are on buckets, and their names as events.
const S3_NAMES: &[(&str, &str)] = &[
    ("DeletePublicAccessBlock", "DeleteBucketPublicAccessBlock"),
    ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
];
/// The services whose events are in us-east-1, wherever the caller is.
const GLOBAL: &[&str] = &["cloudfront", "iam"];
/// What AWS's verbs do that change nothing.
const READING: &[&str] = &[
    "BatchCheck",
    "BatchGet",
    "Check",
    "Describe",
    "Filter",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Test",
    "Validate",
];
/// A refusal of a signature is no event of the account.
const UNAUTHENTIC: &[&str] = &[
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];

/// Whether a call that came to its end is a management event.
pub(super) fn is_event(entry: &Entry) -> bool {
    let operation = entry.operation.as_str();
    // Of what was dropped before it did anything, AWS has never heard.
    let is_heard = entry.executed || entry.status.is_some();
    let is_authentic = entry.code.as_deref().is_none_or(|code| !UNAUTHENTIC.contains(&code));
    // Of confirmations without a signature, SNS tells CloudTrail nothing.
    let is_told = entry.service != "sns" || !entry.access_key.is_empty();
    is_heard && is_authentic && is_told && is_management(&entry.service, operation)
}

fn is_management(service: &str, operation: &str) -> bool {
    if matches!(service, "s3" | "s3express") {
        let is_on_bucket = operation.contains("Bucket") && !DATA_OF_BUCKETS.contains(&operation);
        return is_on_bucket || S3_NAMES.iter().any(|(name, _)| *name == operation);
    }
    let is_data = |(of, names): &(&str, &[&str])| *of == service && names.contains(&operation);
    let table = services::operations(service).unwrap_or_default();
    table.iter().any(|known| known.name == operation) && !DATA.iter().any(is_data)
}

/// Where the event is.
pub(super) fn region(entry: &Entry) -> &str {
    if GLOBAL.contains(&entry.service.as_str()) { "us-east-1" } else { &entry.region }
}

/// The event's name.
pub(super) fn name(entry: &Entry) -> &str {
    let operation = entry.operation.as_str();
    let known = S3_NAMES.iter().find(|(name, _)| entry.service == "s3" && *name == operation);
    known.map_or(operation, |(_, name)| name)
}

/// The service's name as the source of events.
pub(super) fn source(entry: &Entry) -> String {
    let service = match entry.service.as_str() {
        "s3control" | "s3express" => "s3",
        service => service,
    };
    format!("{service}.amazonaws.com")
}

/// Whether CloudTrail calls it read-only. Giving out sessions changes nothing for it.
pub(super) fn is_read_only(operation: &str) -> bool {
    operation == "AssumeRole" || READING.iter().any(|verb| operation.starts_with(verb))
}
