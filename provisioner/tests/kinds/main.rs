//! Every kind through its life, with the real SDK: against a sandbox of the test's own, or against
//! the endpoint that `PROVISION_TEST_ENDPOINT` names, e.g. that of
//! `MOTO_IAM_LOAD_MANAGED_POLICIES=true moto_server`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "what is left out elsewhere is said to whoever runs it")]

mod account;
mod acm;
mod apprunner;
mod cloudfront;
mod cloudtrail;
mod cloudwatch;
mod config;
mod content;
mod ec2;
mod ecr;
mod ecs;
mod events;
mod guardduty;
mod harness;
mod iam;
mod kms;
mod logs;
mod rds;
mod s3;
mod secretsmanager;
mod securityhub;
mod sns;
mod wafv2;
