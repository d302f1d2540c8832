use serde_json::{Value, json};

use crate::testing::Fixture;

fn document(action: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"},
    })
    .to_string()
}

fn create(fixture: &mut Fixture, name: &str) -> String {
    let request = json!({"PolicyName": name, "PolicyDocument": document("s3:*")});
    let created = fixture.call("iam", "CreatePolicy", request).unwrap();
    created["Policy"]["Arn"].as_str().unwrap().to_owned()
}

fn role(fixture: &mut Fixture, name: &str) {
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    });
    let request = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
    fixture.call("iam", "CreateRole", request).unwrap();
}

#[test]
fn a_policy_counts_what_it_is_attached_to() {
    let mut fixture = Fixture::new();
    let arn = create(&mut fixture, "data");
    assert_eq!(arn, "arn:aws:iam::123456789012:policy/data");
    role(&mut fixture, "app");
    let attach = json!({"RoleName": "app", "PolicyArn": arn});
    fixture.call("iam", "AttachRolePolicy", attach.clone()).unwrap();
    let got = fixture.call("iam", "GetPolicy", json!({"PolicyArn": arn})).unwrap();
    assert_eq!(got["Policy"]["AttachmentCount"], 1);
    assert_eq!(got["Policy"]["DefaultVersionId"], "v1");
    let entities = fixture.call("iam", "ListEntitiesForPolicy", json!({"PolicyArn": arn})).unwrap();
    assert_eq!(entities["PolicyRoles"][0]["RoleName"], "app");
    let code = fixture.fault("iam", "DeletePolicy", json!({"PolicyArn": arn}));
    assert_eq!(code, "DeleteConflict");
    fixture.call("iam", "DetachRolePolicy", attach).unwrap();
    fixture.call("iam", "DeletePolicy", json!({"PolicyArn": arn})).unwrap();
    assert_eq!(fixture.fault("iam", "GetPolicy", json!({"PolicyArn": arn})), "NoSuchEntity");
}

#[test]
fn names_are_unique_and_documents_sound() {
    let mut fixture = Fixture::new();
    create(&mut fixture, "data");
    for (name, document, code) in [
        ("DATA", document("s3:*"), "EntityAlreadyExists"),
        ("other", "{".to_owned(), "MalformedPolicyDocument"),
        ("other", document(&format!("s3:{}", "x".repeat(6144))), "LimitExceeded"),
        ("a b", document("s3:*"), "ValidationError"),
    ] {
        let request = json!({"PolicyName": name, "PolicyDocument": document});
        assert_eq!(fixture.fault("iam", "CreatePolicy", request), code, "{name}");
    }
}

#[test]
fn the_scope_of_a_list_is_the_account_or_aws() {
    let mut fixture = Fixture::new();
    create(&mut fixture, "data");
    let mut arns = |request: Value| -> Vec<String> {
        let listed = fixture.call("iam", "ListPolicies", request).unwrap();
        let policies = listed["Policies"].as_array().unwrap();
        policies.iter().map(|policy| policy["Arn"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(arns(json!({"Scope": "Local"})), ["arn:aws:iam::123456789012:policy/data"]);
    assert_eq!(arns(json!({"OnlyAttached": true})), Vec::<String>::new());
    let functions = arns(json!({"Scope": "AWS", "PathPrefix": "/job-function/"}));
    assert!(functions.contains(&"arn:aws:iam::aws:policy/job-function/ViewOnlyAccess".to_owned()));
    assert_eq!(arns(json!({"MaxItems": 3})).len(), 3);
}

#[test]
fn policies_of_aws_are_seen_and_not_changed() {
    let mut fixture = Fixture::new();
    let arn = json!({"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"});
    let got = fixture.call("iam", "GetPolicy", arn.clone()).unwrap();
    assert_eq!(got["Policy"]["PolicyName"], "ReadOnlyAccess");
    assert_eq!(fixture.fault("iam", "DeletePolicy", arn), "AccessDenied");
}
