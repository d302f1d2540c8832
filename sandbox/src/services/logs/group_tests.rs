use serde_json::{Value, json};

use crate::testing::Fixture;

fn fixture(names: &[&str]) -> Fixture {
    let mut fixture = Fixture::new();
    for name in names {
        fixture.call("logs", "CreateLogGroup", json!({"logGroupName": name})).unwrap();
    }
    fixture
}

fn names(fixture: &mut Fixture, request: Value) -> Vec<String> {
    let described = fixture.call("logs", "DescribeLogGroups", request).unwrap();
    let groups = described["logGroups"].as_array().unwrap();
    groups.iter().map(|group| group["logGroupName"].as_str().unwrap().to_owned()).collect()
}

fn only(fixture: &mut Fixture) -> Value {
    fixture.call("logs", "DescribeLogGroups", json!({})).unwrap()["logGroups"][0].clone()
}

#[test]
fn the_two_arns_differ_in_their_end() {
    let mut fixture = fixture(&["/app/api"]);
    let group = only(&mut fixture);
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:/app/api";
    assert_eq!(group["logGroupArn"], arn);
    assert_eq!(group["arn"], format!("{arn}:*"));
    assert_eq!(group["logGroupClass"], "STANDARD");
    assert_eq!(group["storedBytes"], 0);
    assert_eq!(group["creationTime"], 1_767_225_600_000_i64);
    assert_eq!(group.get("retentionInDays"), None);
}

#[test]
fn groups_are_found_by_prefix_pattern_and_identifier() {
    let mut fixture = fixture(&["/app/api", "/app/db", "other"]);
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:other:*";
    for (request, expected) in [
        (json!({"logGroupNamePrefix": "/app/"}), vec!["/app/api", "/app/db"]),
        (json!({"logGroupNamePattern": "DB"}), vec!["/app/db"]),
        (json!({"logGroupIdentifiers": [arn]}), vec!["other"]),
        (json!({"logGroupClass": "INFREQUENT_ACCESS"}), vec![]),
    ] {
        assert_eq!(names(&mut fixture, request), expected);
    }
    let both = json!({"logGroupNamePrefix": "a", "logGroupNamePattern": "b"});
    let code = fixture.fault("logs", "DescribeLogGroups", both);
    assert_eq!(code, "InvalidParameterException");
}

#[test]
fn fifty_groups_are_a_page() {
    let many: Vec<String> = (0..60).map(|number| format!("g{number:02}")).collect();
    let mut fixture = fixture(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let first = fixture.call("logs", "DescribeLogGroups", json!({})).unwrap();
    assert_eq!(first["logGroups"].as_array().unwrap().len(), 50);
    let rest = names(&mut fixture, json!({"nextToken": first["nextToken"]}));
    assert_eq!(rest, many[50..]);
}

#[test]
fn names_are_unique_and_have_rules() {
    let mut fixture = fixture(&["a"]);
    for (name, code) in [
        ("a", "ResourceAlreadyExistsException"),
        ("a b", "InvalidParameterException"),
        ("", "InvalidParameterException"),
        ("aws/x", "InvalidParameterException"),
    ] {
        let request = json!({"logGroupName": name});
        assert_eq!(fixture.fault("logs", "CreateLogGroup", request), code, "{name}");
    }
}

#[test]
fn retention_is_one_of_the_allowed_days() {
    let mut fixture = fixture(&["a"]);
    let put = |days: u32| json!({"logGroupName": "a", "retentionInDays": days});
    fixture.call("logs", "PutRetentionPolicy", put(30)).unwrap();
    assert_eq!(only(&mut fixture)["retentionInDays"], 30);
    for days in [0, 2, 31, 4000] {
        let code = fixture.fault("logs", "PutRetentionPolicy", put(days));
        assert_eq!(code, "InvalidParameterException", "{days}");
    }
    fixture.call("logs", "DeleteRetentionPolicy", json!({"logGroupName": "a"})).unwrap();
    assert_eq!(only(&mut fixture).get("retentionInDays"), None);
}

#[test]
fn a_key_is_associated_if_it_can_encrypt() {
    let mut fixture = fixture(&["a"]);
    let key = fixture.call("kms", "CreateKey", json!({})).unwrap();
    let arn = key["KeyMetadata"]["Arn"].clone();
    let associate = json!({"logGroupName": "a", "kmsKeyId": arn});
    fixture.call("logs", "AssociateKmsKey", associate.clone()).unwrap();
    assert_eq!(only(&mut fixture)["kmsKeyId"], arn);
    let identifier = json!({
        "resourceIdentifier": "arn:aws:logs:us-east-1:123456789012:log-group:a",
    });
    fixture.call("logs", "DisassociateKmsKey", identifier).unwrap();
    assert_eq!(only(&mut fixture).get("kmsKeyId"), None);
    fixture.call("kms", "DisableKey", json!({"KeyId": arn})).unwrap();
    assert_eq!(fixture.fault("logs", "AssociateKmsKey", associate), "InvalidParameterException");
}

#[test]
fn a_protected_group_stays() {
    let mut fixture = fixture(&["a"]);
    let name = json!({"logGroupName": "a"});
    let protect = |on: bool| json!({"logGroupIdentifier": "a", "deletionProtectionEnabled": on});
    fixture.call("logs", "PutLogGroupDeletionProtection", protect(true)).unwrap();
    assert_eq!(fixture.fault("logs", "DeleteLogGroup", name.clone()), "ValidationException");
    fixture.call("logs", "PutLogGroupDeletionProtection", protect(false)).unwrap();
    fixture.call("logs", "DeleteLogGroup", name.clone()).unwrap();
    assert_eq!(fixture.fault("logs", "DeleteLogGroup", name), "ResourceNotFoundException");
}
