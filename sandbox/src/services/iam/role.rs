//! A role's life: create, get, list, update, delete.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::names::{check_name, checked_path, counted_length, encoded};
use super::paging::{PageEnd, PageRequest};
use super::state::Role;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::policy::{Document, Purpose};
use crate::services::tags::{Tag, Tags};

const HOUR: u32 = 3600;
const LONGEST_TRUST: usize = 2048;

/// A role as answers show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleView {
    path: String,
    role_name: String,
    role_id: String,
    arn: String,
    create_date: Timestamp,
    assume_role_policy_document: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    max_session_duration: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<Boundary>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_last_used: Option<Empty>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Boundary {
    permissions_boundary_type: &'static str,
    permissions_boundary_arn: String,
}

impl RoleView {
    /// What lists show: without boundary, tags and last use, as AWS documents.
    pub(super) fn brief(role: &Role) -> Self {
        Self {
            path: role.path.clone(),
            role_name: role.name.clone(),
            role_id: role.id.clone(),
            arn: role.arn.clone(),
            create_date: role.created,
            assume_role_policy_document: encoded(&role.trust),
            description: role.description.clone(),
            max_session_duration: role.max_session_duration,
            permissions_boundary: None,
            tags: Vec::new(),
            role_last_used: None,
        }
    }

    pub(super) fn full(role: &Role) -> Self {
        let boundary = role.boundary.clone().map(|arn| Boundary {
            permissions_boundary_type: "PermissionsBoundaryPolicy",
            permissions_boundary_arn: arn,
        });
        Self {
            permissions_boundary: boundary,
            tags: role.tags.list(),
            role_last_used: Some(Empty {}),
            ..Self::brief(role)
        }
    }
}

/// An answer that holds one role.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleResponse {
    role: RoleView,
}

impl RoleResponse {
    pub(super) fn of(role: &Role) -> Self {
        Self { role: RoleView::full(role) }
    }
}

/// A request that names a role and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleRequest {
    pub role_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    path: Option<String>,
    role_name: String,
    assume_role_policy_document: String,
    description: Option<String>,
    max_session_duration: Option<u32>,
    permissions_boundary: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Creates a role without policies.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<RoleResponse, Fault> {
    check_name("roleName", &request.role_name, 64)?;
    check_trust(&request.assume_role_policy_document)?;
    let max_session_duration = session_duration(request.max_session_duration)?;
    let path = checked_path(request.path)?;
    if let Some(boundary) = &request.permissions_boundary {
        call.global().iam.check_attachable(boundary)?;
    }
    let mut role = new(call, path, request.role_name, request.assume_role_policy_document);
    role.description = checked_description(request.description)?;
    role.max_session_duration = max_session_duration;
    role.boundary = request.permissions_boundary;
    role.tags = Tags::new(request.tags).map_err(errors::invalid_tags)?;
    insert(call, role)
}

/// A role with nothing but its names and its trust, not stored yet.
pub(super) fn new(call: &mut Call<'_>, path: String, name: String, trust: String) -> Role {
    Role {
        arn: format!("arn:aws:iam::{}:role{path}{name}", call.account),
        id: format!("AROA{}", call.ids.upper(17)),
        path,
        name,
        created: call.clock.now,
        trust,
        description: None,
        max_session_duration: HOUR,
        boundary: None,
        tags: Tags::default(),
        inline: BTreeMap::new(),
        attached: BTreeSet::new(),
        linked_service: None,
    }
}

/// Stores a new role unless the name is taken.
pub(super) fn insert(call: &mut Call<'_>, role: Role) -> Result<RoleResponse, Fault> {
    let roles = &mut call.global().iam.roles;
    let key = role.name.to_lowercase();
    if roles.contains_key(&key) {
        return Err(errors::role_exists(&role.name));
    }
    let response = RoleResponse::of(&role);
    roles.insert(key, role);
    Ok(response)
}

fn check_trust(document: &str) -> Result<(), Fault> {
    Document::parse(document, Purpose::Trust).map_err(errors::malformed_policy)?;
    if counted_length(document) > LONGEST_TRUST {
        return Err(errors::quota_exceeded("ACLSizePerRole", LONGEST_TRUST));
    }
    Ok(())
}

fn session_duration(seconds: Option<u32>) -> Result<u32, Fault> {
    let seconds = seconds.unwrap_or(HOUR);
    let bound = match seconds {
        HOUR..=43_200 => return Ok(seconds),
        0..HOUR => "greater than or equal to 3600",
        _ => "less than or equal to 43200",
    };
    Err(errors::validation(format!(
        "1 validation error detected: Value '{seconds}' at 'maxSessionDuration' failed to \
         satisfy constraint: Member must have value {bound}"
    )))
}

fn checked_description(description: Option<String>) -> Result<Option<String>, Fault> {
    let description = description.filter(|text| !text.is_empty());
    match &description {
        Some(text) if text.chars().count() > 1000 => Err(errors::validation(
            "1 validation error detected: Value at 'description' failed to satisfy constraint: \
             Member must have length less than or equal to 1000",
        )),
        _ => Ok(description),
    }
}

/// One role, with its tags and its boundary.
pub(super) fn get(call: &mut Call<'_>, request: RoleRequest) -> Result<RoleResponse, Fault> {
    call.global().iam.role(&request.role_name).map(RoleResponse::of)
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
    roles: Vec<RoleView>,
    #[serde(flatten)]
    end: PageEnd,
}

/// The roles under a path, by name.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let roles = call.global().iam.roles.values();
    let wanted = roles.filter(|role| role.path.starts_with(&request.path_prefix));
    let (roles, end) = request.page.of(wanted, |role| role.name.to_lowercase())?;
    Ok(ListResponse { roles: roles.into_iter().map(RoleView::brief).collect(), end })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    role_name: String,
    description: Option<String>,
    max_session_duration: Option<u32>,
}

/// Changes the description and the longest session, as far as the request names them.
pub(super) fn update(call: &mut Call<'_>, request: UpdateRequest) -> Result<Empty, Fault> {
    let role = call.global().iam.role_mut(&request.role_name)?;
    if request.max_session_duration.is_some() {
        role.max_session_duration = session_duration(request.max_session_duration)?;
    }
    if request.description.is_some() {
        role.description = checked_description(request.description)?;
    }
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescriptionRequest {
    role_name: String,
    description: String,
}

/// Changes the description. Customers may do so with a service-linked role as well.
pub(super) fn update_description(
    call: &mut Call<'_>,
    request: DescriptionRequest,
) -> Result<RoleResponse, Fault> {
    let description = checked_description(Some(request.description))?;
    let role = call.global().iam.any_role_mut(&request.role_name)?;
    role.description = description;
    Ok(RoleResponse::of(role))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TrustRequest {
    role_name: String,
    policy_document: String,
}

/// Replaces who may assume the role.
pub(super) fn update_trust(call: &mut Call<'_>, request: TrustRequest) -> Result<Empty, Fault> {
    let role = call.global().iam.role_mut(&request.role_name)?;
    check_trust(&request.policy_document)?;
    role.trust = request.policy_document;
    Ok(Empty {})
}

/// Deletes a role that holds no policies and is in no instance profile.
pub(super) fn delete(call: &mut Call<'_>, request: RoleRequest) -> Result<Empty, Fault> {
    let iam = &mut call.global().iam;
    let name = iam.role_mut(&request.role_name)?.name.clone();
    if iam.instance_profiles.values().any(|profile| profile.role.as_ref() == Some(&name)) {
        return Err(errors::delete_conflict(
            "Cannot delete entity, must remove roles from instance profile first.",
        ));
    }
    let role = iam.role(&name)?;
    if !role.attached.is_empty() {
        return Err(errors::delete_conflict(
            "Cannot delete entity, must detach all policies first.",
        ));
    }
    if !role.inline.is_empty() {
        return Err(errors::delete_conflict("Cannot delete entity, must delete policies first."));
    }
    iam.roles.remove(&name.to_lowercase());
    Ok(Empty {})
}

#[cfg(test)]
#[path = "role_tests.rs"]
mod tests;
