//! Every operation of the sandbox is called with boto3, and each raw response is held to botocore's
//! service model and to the hand-written table of what AWS always sends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests")]

mod strangers;

use std::collections::BTreeMap;

use sandbox::services;
use strangers::Stranger;

/// How many operations the sandbox has. It may only rise.
const OPERATIONS: usize = include!("../strangers/operations.count");

const SERVICES: &[&str] = &[
    "acm",
    "apprunner",
    "cloudfront",
    "cloudtrail",
    "config",
    "ec2",
    "ecr",
    "ecs",
    "events",
    "guardduty",
    "iam",
    "kms",
    "logs",
    "monitoring",
    "rds",
    "s3control",
    "secretsmanager",
    "securityhub",
    "sns",
    "sts",
    "wafv2",
];

/// The operations of every service, as their tables name them.
fn operations() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut operations: BTreeMap<_, Vec<_>> = SERVICES
        .iter()
        .map(|service| {
            let table = services::operations(service).expect("a service");
            (*service, table.iter().map(|operation| operation.name).collect())
        })
        .collect();
    operations.insert("s3", services::s3::OPERATIONS.to_vec());
    operations
}

#[test]
fn the_number_of_operations_only_rises() {
    let count: usize = operations().values().map(Vec::len).sum();
    assert_eq!(
        count, OPERATIONS,
        "write the new number to tests/strangers/operations.count; it may not be smaller"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_is_of_the_shape_that_aws_documents() {
    let Some(stranger) = Stranger::python("boto3").await else { return };
    let names = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(names.as_file(), &operations()).unwrap();
    stranger.run("validate.py", &[names.path().to_str().unwrap()]).await;
}
