//! Inline policies: documents that belong to one role.

use serde::{Deserialize, Serialize};

use super::errors;
use super::names::{check_name, counted_length, encoded};
use super::paging::{PageEnd, PageRequest};
use super::state::Role;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::policy::{Document, Purpose};

const LONGEST_OF_ROLE: usize = 10_240;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    role_name: String,
    policy_name: String,
    policy_document: String,
}

/// Adds a policy or replaces the one of this name.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    check_name("policyName", &request.policy_name, 128)?;
    let role = call.global().iam.role_mut(&request.role_name)?;
    Document::parse(&request.policy_document, Purpose::Identity)
        .map_err(errors::malformed_policy)?;
    check_size(role, &request)?;
    role.inline.insert(request.policy_name, request.policy_document);
    Ok(Empty {})
}

fn check_size(role: &Role, request: &PutRequest) -> Result<(), Fault> {
    let others = role.inline.iter().filter(|(name, _)| **name != request.policy_name);
    let size: usize = others.map(|(_, document)| counted_length(document)).sum();
    if size + counted_length(&request.policy_document) > LONGEST_OF_ROLE {
        return Err(errors::limit_exceeded(format!(
            "Maximum policy size of {LONGEST_OF_ROLE} bytes exceeded for role {}",
            role.name
        )));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyRequest {
    role_name: String,
    policy_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetResponse {
    role_name: String,
    policy_name: String,
    policy_document: String,
}

/// One policy of a role.
pub(super) fn get(call: &mut Call<'_>, request: PolicyRequest) -> Result<GetResponse, Fault> {
    let role = call.global().iam.role(&request.role_name)?;
    let document = role.inline.get(&request.policy_name);
    let document = document.ok_or_else(|| errors::inline_policy_not_found(&request.policy_name))?;
    let policy_document = encoded(document);
    Ok(GetResponse {
        role_name: request.role_name,
        policy_name: request.policy_name,
        policy_document,
    })
}

/// Removes one policy of a role.
pub(super) fn delete(call: &mut Call<'_>, request: PolicyRequest) -> Result<Empty, Fault> {
    let role = call.global().iam.role_mut(&request.role_name)?;
    match role.inline.remove(&request.policy_name) {
        Some(_) => Ok(Empty {}),
        None => Err(errors::inline_policy_not_found(&request.policy_name)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    role_name: String,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    policy_names: Vec<String>,
    #[serde(flatten)]
    end: PageEnd,
}

/// The names of a role's inline policies.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let role = call.global().iam.role(&request.role_name)?;
    let (policy_names, end) = request.page.of(role.inline.keys().cloned(), String::clone)?;
    Ok(ListResponse { policy_names, end })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    fn fixture() -> Fixture {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole",
            },
        });
        let role = json!({"RoleName": "app", "AssumeRolePolicyDocument": trust.to_string()});
        let mut fixture = Fixture::new();
        fixture.call("iam", "CreateRole", role).unwrap();
        fixture
    }

    fn put(name: &str, action: &str) -> Value {
        let document = json!({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"},
        });
        json!({"RoleName": "app", "PolicyName": name, "PolicyDocument": document.to_string()})
    }

    #[test]
    fn policies_come_and_go() {
        let mut fixture = fixture();
        fixture.call("iam", "PutRolePolicy", put("a", "s3:*")).unwrap();
        fixture.call("iam", "PutRolePolicy", put("b", "s3:*")).unwrap();
        fixture.call("iam", "PutRolePolicy", put("a", "ec2:*")).unwrap();
        let one = json!({"RoleName": "app", "PolicyName": "a"});
        let got = fixture.call("iam", "GetRolePolicy", one.clone()).unwrap();
        assert!(got["PolicyDocument"].as_str().unwrap().contains("ec2%3A%2A"));
        fixture.call("iam", "DeleteRolePolicy", one.clone()).unwrap();
        let listed = fixture.call("iam", "ListRolePolicies", json!({"RoleName": "app"})).unwrap();
        assert_eq!(listed["PolicyNames"], json!(["b"]));
        for operation in ["GetRolePolicy", "DeleteRolePolicy"] {
            assert_eq!(fixture.fault("iam", operation, one.clone()), "NoSuchEntity");
        }
    }

    #[test]
    fn documents_are_checked_and_bounded_together() {
        let mut fixture = fixture();
        let code = fixture.fault("iam", "PutRolePolicy", put("a", "everything"));
        assert_eq!(code, "MalformedPolicyDocument");
        let long = format!("s3:{}", "x".repeat(6000));
        fixture.call("iam", "PutRolePolicy", put("a", &long)).unwrap();
        fixture.call("iam", "PutRolePolicy", put("a", &long)).unwrap();
        assert_eq!(fixture.fault("iam", "PutRolePolicy", put("b", &long)), "LimitExceeded");
    }
}
