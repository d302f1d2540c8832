use std::time::Duration;

use serde_json::{Value, json};

use crate::testing::Fixture;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn call(fixture: &mut Fixture, operation: &str, request: Value) -> Value {
    fixture.call("secretsmanager", operation, request).unwrap()
}

#[test]
fn the_arn_ends_in_six_random_characters() {
    let mut fixture = Fixture::new();
    let created = call(&mut fixture, "CreateSecret", json!({"Name": "app/db"}));
    let arn = created["ARN"].as_str().unwrap();
    let suffix =
        arn.strip_prefix("arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-").unwrap();
    assert_eq!(suffix.len(), 6);
    assert_eq!(created.get("VersionId"), None);
    let partial = arn.strip_suffix(&format!("-{suffix}")).unwrap();
    for id in ["app/db", arn, partial] {
        let described = call(&mut fixture, "DescribeSecret", json!({"SecretId": id}));
        assert_eq!(described["ARN"], arn);
    }
}

#[test]
fn the_same_token_and_value_are_the_same_secret() {
    let mut fixture = Fixture::new();
    let request =
        |value: &str| json!({"Name": "db", "ClientRequestToken": TOKEN, "SecretString": value});
    let first = call(&mut fixture, "CreateSecret", request("x"));
    assert_eq!(call(&mut fixture, "CreateSecret", request("x")), first);
    let code = fixture.fault("secretsmanager", "CreateSecret", request("y"));
    assert_eq!(code, "ResourceExistsException");
}

#[test]
fn a_name_in_its_recovery_window_is_blocked_until_it_is_over() {
    let mut fixture = Fixture::new();
    let id = json!({"SecretId": "db"});
    call(&mut fixture, "CreateSecret", json!({"Name": "db", "SecretString": "x"}));
    let deleted =
        call(&mut fixture, "DeleteSecret", json!({"SecretId": "db", "RecoveryWindowInDays": 7}));
    assert_eq!(deleted["DeletionDate"], "2026-01-08T00:00:00Z");
    let fault = fixture.call("secretsmanager", "CreateSecret", json!({"Name": "db"})).unwrap_err();
    assert_eq!(
        fault.message,
        "You can't create this secret because a secret with this name is already scheduled for \
         deletion."
    );
    for operation in ["GetSecretValue", "DeleteSecret", "UpdateSecret"] {
        let code = fixture.fault("secretsmanager", operation, id.clone());
        assert_eq!(code, "InvalidRequestException", "{operation}");
    }
    let described = call(&mut fixture, "DescribeSecret", id.clone());
    assert_eq!(described["DeletedDate"], "2026-01-08T00:00:00Z");

    fixture.pass(Duration::from_secs(7 * 24 * 60 * 60));
    let code = fixture.fault("secretsmanager", "DescribeSecret", id);
    assert_eq!(code, "ResourceNotFoundException");
    call(&mut fixture, "CreateSecret", json!({"Name": "db"}));
}

#[test]
fn restoring_brings_back_the_value() {
    let mut fixture = Fixture::new();
    let id = json!({"SecretId": "db"});
    call(&mut fixture, "CreateSecret", json!({"Name": "db", "SecretString": "x"}));
    call(&mut fixture, "DeleteSecret", id.clone());
    call(&mut fixture, "RestoreSecret", id.clone());
    assert_eq!(call(&mut fixture, "GetSecretValue", id)["SecretString"], "x");
}

#[test]
fn forced_deletion_is_at_once_and_repeatable() {
    let mut fixture = Fixture::new();
    let force = json!({"SecretId": "db", "ForceDeleteWithoutRecovery": true});
    call(&mut fixture, "CreateSecret", json!({"Name": "db"}));
    call(&mut fixture, "DeleteSecret", json!({"SecretId": "db"}));
    call(&mut fixture, "DeleteSecret", force.clone());
    call(&mut fixture, "CreateSecret", json!({"Name": "db"}));
    call(&mut fixture, "DeleteSecret", force.clone());
    let again = call(&mut fixture, "DeleteSecret", force);
    assert_eq!(again["Name"], "db");
}

#[test]
fn the_recovery_window_is_7_to_30_days_and_not_with_force() {
    let mut fixture = Fixture::new();
    call(&mut fixture, "CreateSecret", json!({"Name": "db"}));
    for request in [
        json!({"SecretId": "db", "RecoveryWindowInDays": 6}),
        json!({"SecretId": "db", "RecoveryWindowInDays": 31}),
        json!({
            "SecretId": "db", "RecoveryWindowInDays": 7, "ForceDeleteWithoutRecovery": true,
        }),
    ] {
        let code = fixture.fault("secretsmanager", "DeleteSecret", request);
        assert_eq!(code, "InvalidParameterException");
    }
}

#[test]
fn updating_changes_only_what_is_named() {
    let mut fixture = Fixture::new();
    let create = json!({"Name": "db", "Description": "one", "SecretString": "x"});
    call(&mut fixture, "CreateSecret", create);
    let named = call(
        &mut fixture,
        "UpdateSecret",
        json!({"SecretId": "db", "SecretString": "y", "ClientRequestToken": TOKEN}),
    );
    assert_eq!(named["VersionId"], TOKEN);
    let described = call(&mut fixture, "DescribeSecret", json!({"SecretId": "db"}));
    assert_eq!(described["Description"], "one");
    let described = {
        call(&mut fixture, "UpdateSecret", json!({"SecretId": "db", "Description": ""}));
        call(&mut fixture, "DescribeSecret", json!({"SecretId": "db"}))
    };
    assert_eq!(described.get("Description"), None);
}

#[test]
fn bad_names_tokens_tags_and_values_are_refused() {
    let mut fixture = Fixture::new();
    for (request, code) in [
        (json!({"Name": "a b"}), "ValidationException"),
        (json!({"Name": "db", "ClientRequestToken": "short"}), "InvalidParameterException"),
        (
            json!({"Name": "db", "SecretString": "x", "SecretBinary": "eA=="}),
            "InvalidParameterException",
        ),
        (
            json!({"Name": "db", "Tags": [{"Key": "aws:x", "Value": ""}]}),
            "InvalidParameterException",
        ),
        (json!({"Name": "db", "SecretString": "x".repeat(65_537)}), "InvalidParameterException"),
        (json!({"Name": "db", "SecretString": "x", "KmsKeyId": "alias/none"}), "EncryptionFailure"),
    ] {
        assert_eq!(fixture.fault("secretsmanager", "CreateSecret", request), code);
    }
}
