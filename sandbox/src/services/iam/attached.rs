//! Managed policies on roles: attached ones, and the one that bounds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::errors;
use super::paging::{PageEnd, PageRequest};
use super::role::RoleRequest;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

const MOST_POLICIES: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AttachRequest {
    role_name: String,
    policy_arn: String,
}

/// Attaches a managed policy; once more is no error.
pub(super) fn attach(call: &mut Call<'_>, request: AttachRequest) -> Result<Empty, Fault> {
    let iam = &mut call.global().iam;
    iam.role_mut(&request.role_name)?;
    iam.check_attachable(&request.policy_arn)?;
    let role = iam.role_mut(&request.role_name)?;
    role.attached.insert(request.policy_arn.clone());
    if role.attached.len() > MOST_POLICIES {
        role.attached.remove(&request.policy_arn);
        return Err(errors::quota_exceeded("PoliciesPerRole", MOST_POLICIES));
    }
    Ok(Empty {})
}

/// Detaches a managed policy.
pub(super) fn detach(call: &mut Call<'_>, request: AttachRequest) -> Result<Empty, Fault> {
    let role = call.global().iam.role_mut(&request.role_name)?;
    if role.attached.remove(&request.policy_arn) {
        Ok(Empty {})
    } else {
        Err(errors::policy_not_found(&request.policy_arn))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    role_name: String,
    #[serde(default)]
    path_prefix: String,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    attached_policies: Vec<Attached>,
    #[serde(flatten)]
    end: PageEnd,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attached {
    policy_name: String,
    policy_arn: String,
}

/// The managed policies of a role.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let role = call.global().iam.role(&request.role_name)?;
    let wanted = under_path(&role.attached, &request.path_prefix);
    let (arns, end) = request.page.of(wanted, |arn| (*arn).clone())?;
    let attached = |arn: &String| Attached {
        policy_name: arn.rsplit('/').next().unwrap_or(arn).to_owned(),
        policy_arn: arn.clone(),
    };
    Ok(ListResponse { attached_policies: arns.into_iter().map(attached).collect(), end })
}

fn under_path<'a>(arns: &'a BTreeSet<String>, prefix: &'a str) -> impl Iterator<Item = &'a String> {
    let path = |arn: &str| arn.split_once(":policy").map(|(_, path)| path.to_owned());
    arns.iter().filter(move |arn| path(arn).is_some_and(|path| path.starts_with(prefix)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BoundaryRequest {
    role_name: String,
    permissions_boundary: String,
}

/// Sets the policy that bounds what the role's policies can allow.
pub(super) fn put_boundary(call: &mut Call<'_>, request: BoundaryRequest) -> Result<Empty, Fault> {
    let iam = &mut call.global().iam;
    iam.role_mut(&request.role_name)?;
    iam.check_attachable(&request.permissions_boundary)?;
    iam.role_mut(&request.role_name)?.boundary = Some(request.permissions_boundary);
    Ok(Empty {})
}

/// Removes the boundary.
pub(super) fn delete_boundary(call: &mut Call<'_>, request: RoleRequest) -> Result<Empty, Fault> {
    let role = call.global().iam.role_mut(&request.role_name)?;
    match role.boundary.take() {
        Some(_) => Ok(Empty {}),
        None => Err(errors::boundary_not_found(&request.role_name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

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

    fn attach(arn: &str) -> Value {
        json!({"RoleName": "app", "PolicyArn": arn})
    }

    #[test]
    fn policies_are_attached_and_detached() {
        let mut fixture = fixture();
        let enhanced = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole";
        fixture.call("iam", "AttachRolePolicy", attach(READ_ONLY)).unwrap();
        fixture.call("iam", "AttachRolePolicy", attach(enhanced)).unwrap();
        fixture.call("iam", "AttachRolePolicy", attach(enhanced)).unwrap();
        let request = json!({"RoleName": "app", "PathPrefix": "/service-role/"});
        let listed = fixture.call("iam", "ListAttachedRolePolicies", request).unwrap();
        assert_eq!(
            listed["AttachedPolicies"],
            json!([{"PolicyName": "AmazonRDSEnhancedMonitoringRole", "PolicyArn": enhanced}])
        );
        fixture.call("iam", "DetachRolePolicy", attach(enhanced)).unwrap();
        assert_eq!(fixture.fault("iam", "DetachRolePolicy", attach(enhanced)), "NoSuchEntity");
    }

    #[test]
    fn unknown_policies_are_refused() {
        let mut fixture = fixture();
        for arn in ["arn:aws:iam::aws:policy/NoSuchPolicy", "arn:aws:iam::123456789012:policy/mine"]
        {
            let fault = fixture.call("iam", "AttachRolePolicy", attach(arn)).unwrap_err();
            assert_eq!(fault.code, "NoSuchEntity");
            let expected = format!("Policy {arn} does not exist or is not attachable.");
            assert_eq!(fault.message, expected);
        }
    }

    #[test]
    fn a_role_has_at_most_ten_policies() {
        let mut fixture = fixture();
        let document = json!({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        });
        for number in 0..10 {
            let request = json!({
                "PolicyName": format!("p{number}"), "PolicyDocument": document.to_string(),
            });
            let created = fixture.call("iam", "CreatePolicy", request).unwrap();
            let arn = created["Policy"]["Arn"].as_str().unwrap().to_owned();
            fixture.call("iam", "AttachRolePolicy", attach(&arn)).unwrap();
        }
        assert_eq!(fixture.fault("iam", "AttachRolePolicy", attach(READ_ONLY)), "LimitExceeded");
    }

    #[test]
    fn a_boundary_is_shown_until_it_is_removed() {
        let mut fixture = fixture();
        let name = json!({"RoleName": "app"});
        let put = json!({"RoleName": "app", "PermissionsBoundary": READ_ONLY});
        fixture.call("iam", "PutRolePermissionsBoundary", put).unwrap();
        let got = fixture.call("iam", "GetRole", name.clone()).unwrap();
        assert_eq!(got["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"], READ_ONLY);
        fixture.call("iam", "DeleteRolePermissionsBoundary", name.clone()).unwrap();
        let got = fixture.call("iam", "GetRole", name.clone()).unwrap();
        assert_eq!(got["Role"].get("PermissionsBoundary"), None);
        let code = fixture.fault("iam", "DeleteRolePermissionsBoundary", name);
        assert_eq!(code, "NoSuchEntity");
    }
}
