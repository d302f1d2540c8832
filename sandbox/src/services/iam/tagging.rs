//! The tags of roles, policies and instance profiles.

use serde::{Deserialize, Serialize};

use super::errors;
use super::paging::{PageEnd, PageRequest};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    tags: Vec<Tag>,
    #[serde(flatten)]
    end: PageEnd,
}

fn add(tags: &mut Tags, added: Vec<Tag>) -> Result<Empty, Fault> {
    tags.add(added).map(|()| Empty {}).map_err(errors::invalid_tags)
}

fn remove(tags: &mut Tags, keys: &[String]) -> Result<Empty, Fault> {
    tags.remove(keys).map(|()| Empty {}).map_err(errors::invalid_tags)
}

fn list(tags: &Tags, page: &PageRequest) -> Result<ListResponse, Fault> {
    let (tags, end) = page.of(tags.list(), |tag| tag.key.clone())?;
    Ok(ListResponse { tags, end })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagRoleRequest {
    role_name: String,
    tags: Vec<Tag>,
}

/// Adds tags to a role or overwrites their values.
pub(super) fn tag_role(call: &mut Call<'_>, request: TagRoleRequest) -> Result<Empty, Fault> {
    add(&mut call.global().iam.any_role_mut(&request.role_name)?.tags, request.tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagRoleRequest {
    role_name: String,
    tag_keys: Vec<String>,
}

/// Removes tags of a role.
pub(super) fn untag_role(call: &mut Call<'_>, request: UntagRoleRequest) -> Result<Empty, Fault> {
    remove(&mut call.global().iam.any_role_mut(&request.role_name)?.tags, &request.tag_keys)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRoleRequest {
    role_name: String,
    #[serde(flatten)]
    page: PageRequest,
}

/// The tags of a role.
pub(super) fn list_role(
    call: &mut Call<'_>,
    request: ListRoleRequest,
) -> Result<ListResponse, Fault> {
    list(&call.global().iam.role(&request.role_name)?.tags, &request.page)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagPolicyRequest {
    policy_arn: String,
    tags: Vec<Tag>,
}

/// Adds tags to a policy or overwrites their values.
pub(super) fn tag_policy(call: &mut Call<'_>, request: TagPolicyRequest) -> Result<Empty, Fault> {
    add(&mut call.global().iam.policy_mut(&request.policy_arn)?.tags, request.tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagPolicyRequest {
    policy_arn: String,
    tag_keys: Vec<String>,
}

/// Removes tags of a policy.
pub(super) fn untag_policy(
    call: &mut Call<'_>,
    request: UntagPolicyRequest,
) -> Result<Empty, Fault> {
    remove(&mut call.global().iam.policy_mut(&request.policy_arn)?.tags, &request.tag_keys)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListPolicyRequest {
    policy_arn: String,
    #[serde(flatten)]
    page: PageRequest,
}

/// The tags of a policy.
pub(super) fn list_policy(
    call: &mut Call<'_>,
    request: ListPolicyRequest,
) -> Result<ListResponse, Fault> {
    list(&call.global().iam.policy(&request.policy_arn)?.tags, &request.page)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagProfileRequest {
    instance_profile_name: String,
    tags: Vec<Tag>,
}

/// Adds tags to an instance profile or overwrites their values.
pub(super) fn tag_profile(call: &mut Call<'_>, request: TagProfileRequest) -> Result<Empty, Fault> {
    let profile = call.global().iam.instance_profile(&request.instance_profile_name)?;
    add(&mut profile.tags, request.tags)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UntagProfileRequest {
    instance_profile_name: String,
    tag_keys: Vec<String>,
}

/// Removes tags of an instance profile.
pub(super) fn untag_profile(
    call: &mut Call<'_>,
    request: UntagProfileRequest,
) -> Result<Empty, Fault> {
    let profile = call.global().iam.instance_profile(&request.instance_profile_name)?;
    remove(&mut profile.tags, &request.tag_keys)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListProfileRequest {
    instance_profile_name: String,
    #[serde(flatten)]
    page: PageRequest,
}

/// The tags of an instance profile.
pub(super) fn list_profile(
    call: &mut Call<'_>,
    request: ListProfileRequest,
) -> Result<ListResponse, Fault> {
    let profile = call.global().iam.instance_profile(&request.instance_profile_name)?;
    list(&profile.tags, &request.page)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn everything_is_tagged_alike() {
        let mut fixture = Fixture::new();
        let document = |extra: serde_json::Value| {
            let mut statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole"});
            statement.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            json!({"Version": "2012-10-17", "Statement": statement}).to_string()
        };
        let role = json!({
            "RoleName": "x",
            "AssumeRolePolicyDocument": document(json!({"Principal": {"AWS": "*"}})),
        });
        let policy =
            json!({"PolicyName": "x", "PolicyDocument": document(json!({"Resource": "*"}))});
        fixture.call("iam", "CreateRole", role).unwrap();
        fixture.call("iam", "CreatePolicy", policy).unwrap();
        fixture.call("iam", "CreateInstanceProfile", json!({"InstanceProfileName": "x"})).unwrap();
        for (noun, member, id) in [
            ("Role", "RoleName", "x"),
            ("Policy", "PolicyArn", "arn:aws:iam::123456789012:policy/x"),
            ("InstanceProfile", "InstanceProfileName", "x"),
        ] {
            let mut call = |operation: &str, more: serde_json::Value| {
                let mut request = json!({member: id});
                request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                fixture.call("iam", operation, request).unwrap()
            };
            let tags = json!([{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]);
            call(&format!("Tag{noun}"), json!({"Tags": tags}));
            call(&format!("Untag{noun}"), json!({"TagKeys": ["a"]}));
            let listed = call(&format!("List{noun}Tags"), json!({}));
            assert_eq!(listed["Tags"], json!([{"Key": "b", "Value": "2"}]), "{noun}");
        }
    }
}
