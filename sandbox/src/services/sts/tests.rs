//! Sessions, from role to expiry.

use std::time::Duration;

use serde_json::{Value, json};

use crate::testing::Fixture;

const ROLE: &str = "arn:aws:iam::123456789012:role/deploy";

fn with_role(principal: Value) -> Fixture {
    let mut fixture = Fixture::new();
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal },
    });
    let role = json!({ "RoleName": "deploy", "AssumeRolePolicyDocument": trust.to_string() });
    fixture.call("iam", "CreateRole", role).unwrap();
    fixture
}

fn assume(seconds: u64) -> Value {
    json!({ "RoleArn": ROLE, "RoleSessionName": "ci", "DurationSeconds": seconds })
}

#[test]
fn a_role_that_trusts_the_caller_gives_keys_that_end() {
    let mut fixture = with_role(json!({ "AWS": "arn:aws:iam::123456789012:root" }));
    let answer = fixture.call("sts", "AssumeRole", assume(900)).unwrap();
    let user = &answer["AssumedRoleUser"];
    assert_eq!(user["Arn"], "arn:aws:sts::123456789012:assumed-role/deploy/ci");
    assert!(user["AssumedRoleId"].as_str().unwrap().ends_with(":ci"));
    assert_eq!(answer["Credentials"]["Expiration"], "2026-01-01T00:15:00Z");
    let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap();
    let session = fixture.world.global.sts.session(key).unwrap();
    assert_eq!(session.principal.role_arn.as_deref(), Some(ROLE));
}

#[test]
fn a_missing_role_and_one_that_trusts_another_look_the_same() {
    let mut trusting_another = with_role(json!({ "Service": "ec2.amazonaws.com" }));
    let denied = trusting_another.call("sts", "AssumeRole", assume(900)).unwrap_err();
    assert_eq!(denied.status, 403);
    assert_eq!(
        denied.message,
        "User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: \
         sts:AssumeRole on resource: arn:aws:iam::123456789012:role/deploy"
    );
    let missing = Fixture::new().call("sts", "AssumeRole", assume(900)).unwrap_err();
    assert_eq!(missing, denied);
}

#[test]
fn a_session_is_not_longer_than_the_role_allows() {
    let mut fixture = with_role(json!({ "AWS": "123456789012" }));
    assert_eq!(fixture.fault("sts", "AssumeRole", assume(3601)), "ValidationError");
    fixture.call("sts", "AssumeRole", assume(3600)).unwrap();
}

#[test]
fn sessions_are_forgotten_a_day_after_their_end() {
    let mut fixture = Fixture::new();
    let request = json!({ "DurationSeconds": 900 });
    let answer = fixture.call("sts", "GetSessionToken", request).unwrap();
    let key = answer["Credentials"]["AccessKeyId"].as_str().unwrap().to_owned();
    let remembered = |fixture: &mut Fixture| {
        fixture.call("sts", "GetCallerIdentity", json!({})).unwrap();
        fixture.world.global.sts.session(&key).is_some()
    };
    fixture.pass(Duration::from_secs(900 + 24 * 3600 - 1));
    assert!(remembered(&mut fixture));
    fixture.pass(Duration::from_secs(1));
    assert!(!remembered(&mut fixture));
}
