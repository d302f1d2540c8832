use serde_json::{Value, json};

use crate::testing::Fixture;

fn trust(service: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
        }],
    })
    .to_string()
}

fn role(name: &str) -> Value {
    json!({"RoleName": name, "AssumeRolePolicyDocument": trust("rds.amazonaws.com")})
}

fn with(mut request: Value, member: &str, value: Value) -> Value {
    request[member] = value;
    request
}

fn fixture(names: &[&str]) -> Fixture {
    let mut fixture = Fixture::new();
    for name in names {
        fixture.call("iam", "CreateRole", role(name)).unwrap();
    }
    fixture
}

#[test]
fn a_role_has_defaults_and_an_encoded_document() {
    let mut fixture = fixture(&["app"]);
    let got = fixture.call("iam", "GetRole", json!({"RoleName": "app"})).unwrap();
    let role = &got["Role"];
    assert_eq!(role["Arn"], "arn:aws:iam::123456789012:role/app");
    assert_eq!(role["Path"], "/");
    assert_eq!(role["MaxSessionDuration"], 3600);
    assert_eq!(role["RoleLastUsed"], json!({}));
    assert!(role["RoleId"].as_str().unwrap().starts_with("AROA"));
    let document = role["AssumeRolePolicyDocument"].as_str().unwrap();
    assert!(document.starts_with("%7B%22Version%22%3A%222012-10-17%22"), "{document}");
}

#[test]
fn a_path_is_part_of_the_arn_and_narrows_lists() {
    let mut fixture = fixture(&["a"]);
    let request = with(role("b"), "Path", json!("/team/"));
    let created = fixture.call("iam", "CreateRole", request).unwrap();
    assert_eq!(created["Role"]["Arn"], "arn:aws:iam::123456789012:role/team/b");
    let listed = fixture.call("iam", "ListRoles", json!({"PathPrefix": "/team"})).unwrap();
    assert_eq!(listed["Roles"].as_array().unwrap().len(), 1);
    assert_eq!(listed["IsTruncated"], false);
}

#[test]
fn lists_have_pages() {
    let mut fixture = fixture(&["a", "B", "c"]);
    let first = fixture.call("iam", "ListRoles", json!({"MaxItems": 2})).unwrap();
    assert_eq!(first["Roles"][1]["RoleName"], "B");
    assert_eq!(first["IsTruncated"], true);
    let next = json!({"MaxItems": 2, "Marker": first["Marker"]});
    let second = fixture.call("iam", "ListRoles", next).unwrap();
    assert_eq!(second["Roles"][0]["RoleName"], "c");
    assert_eq!(second["IsTruncated"], false);
    let code = fixture.fault("iam", "ListRoles", json!({"Marker": "?"}));
    assert_eq!(code, "ValidationError");
}

#[test]
fn names_are_unique_without_regard_to_case() {
    let mut fixture = fixture(&["app"]);
    let fault = fixture.call("iam", "CreateRole", role("APP")).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.status), ("EntityAlreadyExists", 409));
    assert_eq!(fault.message, "Role with name APP already exists.");
}

#[test]
fn what_a_role_is_made_of_is_checked() {
    let mut fixture = Fixture::new();
    for (member, value, code) in [
        ("RoleName", json!("a b"), "ValidationError"),
        ("RoleName", json!("x".repeat(65)), "ValidationError"),
        ("Path", json!("team"), "ValidationError"),
        ("MaxSessionDuration", json!(3599), "ValidationError"),
        ("MaxSessionDuration", json!(43201), "ValidationError"),
        ("AssumeRolePolicyDocument", json!("{}"), "MalformedPolicyDocument"),
        ("AssumeRolePolicyDocument", json!(trust("rds")), "MalformedPolicyDocument"),
        ("PermissionsBoundary", json!("arn:aws:iam::aws:policy/None"), "NoSuchEntity"),
        ("Tags", json!([{"Key": "aws:x", "Value": ""}]), "InvalidInput"),
    ] {
        let request = with(role("app"), member, value);
        assert_eq!(fixture.fault("iam", "CreateRole", request), code, "{member}");
    }
}

#[test]
fn updating_changes_what_is_named() {
    let mut fixture = fixture(&["app"]);
    let request = json!({"RoleName": "app", "Description": "one", "MaxSessionDuration": 7200});
    fixture.call("iam", "UpdateRole", request).unwrap();
    let request = json!({"RoleName": "app", "Description": "two"});
    fixture.call("iam", "UpdateRoleDescription", request).unwrap();
    let document = json!({"RoleName": "app", "PolicyDocument": trust("ecs.amazonaws.com")});
    fixture.call("iam", "UpdateAssumeRolePolicy", document).unwrap();
    let got = fixture.call("iam", "GetRole", json!({"RoleName": "app"})).unwrap();
    assert_eq!(got["Role"]["Description"], "two");
    assert_eq!(got["Role"]["MaxSessionDuration"], 7200);
    let iam = &fixture.world.global.iam;
    let arn = "arn:aws:iam::123456789012:role/app";
    assert!(iam.role_trusts(arn, "ecs.amazonaws.com"));
    assert!(!iam.role_trusts(arn, "rds.amazonaws.com"));
    assert!(!iam.role_trusts("arn:aws:iam::123456789012:role/none", "ecs.amazonaws.com"));
}

#[test]
fn a_role_that_holds_something_cannot_be_deleted() {
    let mut fixture = fixture(&["app"]);
    let name = json!({"RoleName": "app"});
    let document = json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    });
    let inline = json!({
        "RoleName": "app", "PolicyName": "p", "PolicyDocument": document.to_string(),
    });
    let managed = json!({"RoleName": "app", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"});
    let profile = json!({"InstanceProfileName": "app"});
    let member = json!({"InstanceProfileName": "app", "RoleName": "app"});
    fixture.call("iam", "CreateInstanceProfile", profile).unwrap();
    for (add, remove, request) in [
        ("PutRolePolicy", "DeleteRolePolicy", inline),
        ("AttachRolePolicy", "DetachRolePolicy", managed),
        ("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile", member),
    ] {
        fixture.call("iam", add, request.clone()).unwrap();
        assert_eq!(fixture.fault("iam", "DeleteRole", name.clone()), "DeleteConflict", "{add}");
        let mut undo = request;
        undo.as_object_mut().unwrap().remove("PolicyDocument");
        fixture.call("iam", remove, undo).unwrap();
    }
    fixture.call("iam", "DeleteRole", name.clone()).unwrap();
    let fault = fixture.call("iam", "DeleteRole", name).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.status), ("NoSuchEntity", 404));
    assert_eq!(fault.message, "The role with name app cannot be found.");
}
