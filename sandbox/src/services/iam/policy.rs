//! Customer managed policies: create, get, list, delete, and who uses them.

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::aws_managed;
use super::errors;
use super::names::{check_name, checked_path, counted_length};
use super::paging::{PageEnd, PageRequest};
use super::state::State;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::policy::{Document, Purpose};
use crate::services::tags::{Tag, Tags};

const LONGEST: usize = 6144;

/// A policy that a customer manages, in up to five versions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Policy {
    pub name: String,
    pub path: String,
    pub id: String,
    pub arn: String,
    pub description: Option<String>,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub tags: Tags,
    pub versions: IndexMap<String, Version>,
    pub default_version: String,
    /// The number of the next version; numbers are not used again.
    pub next_version: u32,
}

/// One version of a policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Version {
    pub document: String,
    pub created: Timestamp,
}

/// A policy as answers show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyView {
    pub policy_name: String,
    pub policy_id: String,
    pub arn: String,
    pub path: String,
    pub default_version_id: String,
    pub attachment_count: usize,
    pub permissions_boundary_usage_count: usize,
    pub is_attachable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub create_date: Timestamp,
    pub update_date: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

impl PolicyView {
    fn of(policy: &Policy, state: &State) -> Self {
        Self {
            policy_name: policy.name.clone(),
            policy_id: policy.id.clone(),
            arn: policy.arn.clone(),
            path: policy.path.clone(),
            default_version_id: policy.default_version.clone(),
            attachment_count: state.attachments(&policy.arn),
            permissions_boundary_usage_count: state.bounded(&policy.arn),
            is_attachable: true,
            description: policy.description.clone(),
            create_date: policy.created,
            update_date: policy.updated,
            tags: policy.tags.list(),
        }
    }

    /// As lists show it: without description and tags, as AWS documents.
    fn brief(self) -> Self {
        Self { description: None, tags: Vec::new(), ..self }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyResponse {
    policy: PolicyView,
}

impl State {
    pub(super) fn policy(&self, arn: &str) -> Result<&Policy, Fault> {
        self.policies.get(arn).ok_or_else(|| errors::policy_not_found(arn))
    }

    /// A policy that customers may change.
    pub(super) fn policy_mut(&mut self, arn: &str) -> Result<&mut Policy, Fault> {
        if aws_managed::find(arn).is_some() {
            return Err(errors::aws_managed_policy(arn));
        }
        self.policies.get_mut(arn).ok_or_else(|| errors::policy_not_found(arn))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    policy_name: String,
    path: Option<String>,
    policy_document: String,
    description: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// Creates a policy with a first version, which is the default one.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<PolicyResponse, Fault> {
    check_name("policyName", &request.policy_name, 128)?;
    check_document(&request.policy_document)?;
    let path = checked_path(request.path)?;
    let name = request.policy_name;
    let mut policies = call.global().iam.policies.values();
    if policies.any(|policy| policy.name.eq_ignore_ascii_case(&name)) {
        return Err(errors::policy_exists(&name));
    }
    let now = call.clock.now;
    let version = Version { document: request.policy_document, created: now };
    let policy = Policy {
        arn: format!("arn:aws:iam::{}:policy{path}{name}", call.account),
        id: format!("ANPA{}", call.ids.upper(17)),
        name,
        path,
        description: request.description.filter(|text| !text.is_empty()),
        created: now,
        updated: now,
        tags: Tags::new(request.tags).map_err(errors::invalid_tags)?,
        versions: IndexMap::from([("v1".to_owned(), version)]),
        default_version: "v1".to_owned(),
        next_version: 2,
    };
    let iam = &mut call.global().iam;
    let view = PolicyView::of(&policy, iam);
    iam.policies.insert(policy.arn.clone(), policy);
    Ok(PolicyResponse { policy: view })
}

/// Refuses a document that is not sound or too long.
pub(super) fn check_document(document: &str) -> Result<(), Fault> {
    Document::parse(document, Purpose::Identity).map_err(errors::malformed_policy)?;
    if counted_length(document) > LONGEST {
        return Err(errors::quota_exceeded("PolicySize", LONGEST));
    }
    Ok(())
}

/// A request that names a policy and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyRequest {
    pub policy_arn: String,
}

/// One policy, AWS's own included.
pub(super) fn get(call: &mut Call<'_>, request: PolicyRequest) -> Result<PolicyResponse, Fault> {
    let iam = &call.global().iam;
    let arn = &request.policy_arn;
    let policy = match aws_managed::find(arn) {
        Some(policy) => policy.view(iam.attachments(arn), iam.bounded(arn)),
        None => PolicyView::of(iam.policy(arn)?, iam),
    };
    Ok(PolicyResponse { policy })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    only_attached: bool,
    #[serde(default)]
    path_prefix: String,
    policy_usage_filter: Option<Usage>,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
enum Scope {
    #[default]
    All,
    #[serde(rename = "AWS")]
    Aws,
    Local,
}

/// What a policy does for a role.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Usage {
    PermissionsPolicy,
    PermissionsBoundary,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    policies: Vec<PolicyView>,
    #[serde(flatten)]
    end: PageEnd,
}

/// The policies of the account, of AWS, or both, by ARN.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let iam = &call.global().iam;
    let mut policies = Vec::new();
    if request.scope != Scope::Aws {
        policies.extend(iam.policies.values().map(|policy| PolicyView::of(policy, iam)));
    }
    if request.scope != Scope::Local {
        let view = |policy: aws_managed::AwsPolicy| {
            let arn = policy.arn();
            policy.view(iam.attachments(&arn), iam.bounded(&arn))
        };
        policies.extend(aws_managed::all().map(view));
    }
    policies.retain(|policy| wanted(policy, &request));
    policies.sort_by(|left, right| left.arn.cmp(&right.arn));
    let (policies, end) = request.page.of(policies, |policy| policy.arn.clone())?;
    Ok(ListResponse { policies: policies.into_iter().map(PolicyView::brief).collect(), end })
}

fn wanted(policy: &PolicyView, request: &ListRequest) -> bool {
    let (attached, bounds) =
        (policy.attachment_count > 0, policy.permissions_boundary_usage_count > 0);
    policy.path.starts_with(&request.path_prefix)
        && (!request.only_attached || attached || bounds)
        && match request.policy_usage_filter {
            None => true,
            Some(Usage::PermissionsPolicy) => attached,
            Some(Usage::PermissionsBoundary) => bounds,
        }
}

/// Deletes a policy that nothing uses and that has no version but the default one.
pub(super) fn delete(call: &mut Call<'_>, request: PolicyRequest) -> Result<Empty, Fault> {
    let iam = &mut call.global().iam;
    let arn = &request.policy_arn;
    let versions = iam.policy_mut(arn)?.versions.len();
    if iam.attachments(arn) + iam.bounded(arn) > 0 {
        return Err(errors::delete_conflict("Cannot delete a policy attached to entities."));
    }
    if versions > 1 {
        return Err(errors::delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete \
             the policy's versions. The default version is deleted with the policy.",
        ));
    }
    iam.policies.remove(arn);
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EntitiesRequest {
    policy_arn: String,
    entity_filter: Option<String>,
    #[serde(default)]
    path_prefix: String,
    policy_usage_filter: Option<Usage>,
    #[serde(flatten)]
    page: PageRequest,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EntitiesResponse {
    policy_groups: [Empty; 0],
    policy_users: [Empty; 0],
    policy_roles: Vec<PolicyRole>,
    #[serde(flatten)]
    end: PageEnd,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyRole {
    role_name: String,
    role_id: String,
}

/// Who uses a policy. The sandbox has roles, but neither users nor groups.
pub(super) fn list_entities(
    call: &mut Call<'_>,
    request: EntitiesRequest,
) -> Result<EntitiesResponse, Fault> {
    let iam = &call.global().iam;
    let arn = &request.policy_arn;
    if aws_managed::find(arn).is_none() {
        iam.policy(arn)?;
    }
    let roles_wanted = request.entity_filter.as_deref().is_none_or(|filter| filter == "Role");
    let users = iam.roles.values().filter(|role| {
        let attached = role.attached.contains(arn);
        let bounded = role.boundary.as_ref() == Some(arn);
        let uses = match request.policy_usage_filter {
            None => attached || bounded,
            Some(Usage::PermissionsPolicy) => attached,
            Some(Usage::PermissionsBoundary) => bounded,
        };
        roles_wanted && uses && role.path.starts_with(&request.path_prefix)
    });
    let (roles, end) = request.page.of(users, |role| role.name.to_lowercase())?;
    let view = |role: &super::state::Role| PolicyRole {
        role_name: role.name.clone(),
        role_id: role.id.clone(),
    };
    let policy_roles = roles.into_iter().map(view).collect();
    Ok(EntitiesResponse { policy_groups: [], policy_users: [], policy_roles, end })
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
