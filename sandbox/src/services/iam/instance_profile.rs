//! Instance profiles: what lends a role to an EC2 instance.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::names::{check_name, checked_path};
use super::paging::{PageEnd, PageRequest};
use super::role::RoleView;
use super::state::{InstanceProfile, State};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProfileView {
    path: String,
    instance_profile_name: String,
    instance_profile_id: String,
    arn: String,
    create_date: Timestamp,
    roles: Vec<RoleView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl ProfileView {
    fn of(profile: &InstanceProfile, state: &State) -> Self {
        let role = profile.role.as_ref().and_then(|name| state.role(name).ok());
        Self {
            path: profile.path.clone(),
            instance_profile_name: profile.name.clone(),
            instance_profile_id: profile.id.clone(),
            arn: profile.arn.clone(),
            create_date: profile.created,
            roles: role.into_iter().map(RoleView::brief).collect(),
            tags: profile.tags.list(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProfileResponse {
    instance_profile: ProfileView,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    instance_profile_name: String,
    path: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Creates an instance profile without a role.
pub(super) fn create(
    call: &mut Call<'_>,
    request: CreateRequest,
) -> Result<ProfileResponse, Fault> {
    let name = request.instance_profile_name;
    check_name("instanceProfileName", &name, 128)?;
    let path = checked_path(request.path)?;
    let profile = InstanceProfile {
        arn: format!("arn:aws:iam::{}:instance-profile{path}{name}", call.account),
        id: format!("AIPA{}", call.ids.upper(17)),
        name,
        path,
        created: call.clock.now,
        role: None,
        tags: Tags::new(request.tags).map_err(errors::invalid_tags)?,
    };
    let iam = &mut call.global().iam;
    let key = profile.name.to_lowercase();
    if iam.instance_profiles.contains_key(&key) {
        return Err(errors::instance_profile_exists(&profile.name));
    }
    let view = ProfileView::of(&profile, iam);
    iam.instance_profiles.insert(key, profile);
    Ok(ProfileResponse { instance_profile: view })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ProfileRequest {
    instance_profile_name: String,
}

/// One instance profile.
pub(super) fn get(call: &mut Call<'_>, request: ProfileRequest) -> Result<ProfileResponse, Fault> {
    let iam = &mut call.global().iam;
    let profile = iam.instance_profile(&request.instance_profile_name)?.clone();
    Ok(ProfileResponse { instance_profile: ProfileView::of(&profile, iam) })
}

/// Deletes an instance profile that holds no role.
pub(super) fn delete(call: &mut Call<'_>, request: ProfileRequest) -> Result<Empty, Fault> {
    let iam = &mut call.global().iam;
    if iam.instance_profile(&request.instance_profile_name)?.role.is_some() {
        return Err(errors::delete_conflict(
            "Cannot delete entity, must remove roles from instance profile first.",
        ));
    }
    iam.instance_profiles.remove(&request.instance_profile_name.to_lowercase());
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MemberRequest {
    instance_profile_name: String,
    role_name: String,
}

/// Puts a role into an instance profile, which holds at most one.
pub(super) fn add_role(call: &mut Call<'_>, request: MemberRequest) -> Result<Empty, Fault> {
    let iam = &mut call.global().iam;
    iam.role_mut(&request.role_name)?;
    let profile = iam.instance_profile(&request.instance_profile_name)?;
    if profile.role.is_some() {
        return Err(errors::quota_exceeded("InstanceSessionsPerInstanceProfile", 1));
    }
    profile.role = Some(request.role_name);
    Ok(Empty {})
}

/// Takes a role out of an instance profile.
pub(super) fn remove_role(call: &mut Call<'_>, request: MemberRequest) -> Result<Empty, Fault> {
    let profile = call.global().iam.instance_profile(&request.instance_profile_name)?;
    if profile.role.as_ref() != Some(&request.role_name) {
        let MemberRequest { instance_profile_name, role_name } = request;
        return Err(errors::role_not_in_profile(&role_name, &instance_profile_name));
    }
    profile.role = None;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(default)]
    path_prefix: String,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    instance_profiles: Vec<ProfileView>,
    #[serde(flatten)]
    end: PageEnd,
}

/// The instance profiles under a path.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let iam = &call.global().iam;
    let under_path = |profile: &InstanceProfile| profile.path.starts_with(&request.path_prefix);
    listed(iam, &request.page, under_path)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListForRoleRequest {
    role_name: String,
    #[serde(flatten)]
    page: PageRequest,
}

/// The instance profiles that hold a role.
pub(super) fn list_for_role(
    call: &mut Call<'_>,
    request: ListForRoleRequest,
) -> Result<ListResponse, Fault> {
    let iam = &call.global().iam;
    iam.role(&request.role_name)?;
    listed(iam, &request.page, |profile| profile.role.as_ref() == Some(&request.role_name))
}

fn listed(
    state: &State,
    page: &PageRequest,
    wanted: impl Fn(&InstanceProfile) -> bool,
) -> Result<ListResponse, Fault> {
    let profiles = state.instance_profiles.values().filter(|profile| wanted(profile));
    let (profiles, end) = page.of(profiles, |profile| profile.name.to_lowercase())?;
    let view = |profile| ProfileView { tags: Vec::new(), ..ProfileView::of(profile, state) };
    Ok(ListResponse { instance_profiles: profiles.into_iter().map(view).collect(), end })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn a_profile_holds_one_role() {
        let mut fixture = Fixture::new();
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        });
        for name in ["one", "two"] {
            let role = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
            fixture.call("iam", "CreateRole", role).unwrap();
        }
        let name = json!({"InstanceProfileName": "web"});
        fixture.call("iam", "CreateInstanceProfile", name.clone()).unwrap();
        let code = fixture.fault("iam", "CreateInstanceProfile", name.clone());
        assert_eq!(code, "EntityAlreadyExists");
        let member = |role: &str| json!({"InstanceProfileName": "web", "RoleName": role});
        fixture.call("iam", "AddRoleToInstanceProfile", member("one")).unwrap();
        let code = fixture.fault("iam", "AddRoleToInstanceProfile", member("two"));
        assert_eq!(code, "LimitExceeded");
        let of_role = json!({"RoleName": "one"});
        let listed = fixture.call("iam", "ListInstanceProfilesForRole", of_role).unwrap();
        assert_eq!(listed["InstanceProfiles"][0]["Roles"][0]["RoleName"], "one");
        let code = fixture.fault("iam", "DeleteInstanceProfile", name.clone());
        assert_eq!(code, "DeleteConflict");
        let code = fixture.fault("iam", "RemoveRoleFromInstanceProfile", member("two"));
        assert_eq!(code, "NoSuchEntity");
        fixture.call("iam", "RemoveRoleFromInstanceProfile", member("one")).unwrap();
        fixture.call("iam", "DeleteInstanceProfile", name.clone()).unwrap();
        assert_eq!(fixture.fault("iam", "GetInstanceProfile", name), "NoSuchEntity");
    }
}
