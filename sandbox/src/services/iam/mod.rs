//! Identity and Access Management: roles, the policies that they carry, and who may assume them.

use super::{Operation, operation};

mod account;
mod attached;
mod aws_managed;
mod errors;
mod inline;
mod instance_profile;
mod names;
mod paging;
mod password_policy;
mod policy;
mod policy_version;
mod role;
mod service_linked;
pub mod state;
mod summary;
mod tagging;

pub use state::State;

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("AddRoleToInstanceProfile", instance_profile::add_role),
    operation!("AttachRolePolicy", attached::attach),
    operation!("CreateAccountAlias", account::create_alias),
    operation!("CreateInstanceProfile", instance_profile::create),
    operation!("CreatePolicy", policy::create),
    operation!("CreatePolicyVersion", policy_version::create),
    operation!("CreateRole", role::create),
    operation!("CreateServiceLinkedRole", service_linked::create),
    operation!("DeleteAccountAlias", account::delete_alias),
    operation!("DeleteAccountPasswordPolicy", password_policy::delete),
    operation!("DeleteInstanceProfile", instance_profile::delete),
    operation!("DeletePolicy", policy::delete),
    operation!("DeletePolicyVersion", policy_version::delete),
    operation!("DeleteRole", role::delete),
    operation!("DeleteRolePermissionsBoundary", attached::delete_boundary),
    operation!("DeleteRolePolicy", inline::delete),
    operation!("DeleteServiceLinkedRole", service_linked::delete),
    operation!("DetachRolePolicy", attached::detach),
    operation!("GetAccountPasswordPolicy", password_policy::get),
    operation!("GetAccountSummary", summary::get),
    operation!("GetInstanceProfile", instance_profile::get),
    operation!("GetPolicy", policy::get),
    operation!("GetPolicyVersion", policy_version::get),
    operation!("GetRole", role::get),
    operation!("GetRolePolicy", inline::get),
    operation!("GetServiceLinkedRoleDeletionStatus", service_linked::deletion_status),
    operation!("ListAccountAliases", account::list_aliases),
    operation!("ListAttachedRolePolicies", attached::list),
    operation!("ListEntitiesForPolicy", policy::list_entities),
    operation!("ListInstanceProfileTags", tagging::list_profile),
    operation!("ListInstanceProfiles", instance_profile::list),
    operation!("ListInstanceProfilesForRole", instance_profile::list_for_role),
    operation!("ListPolicies", policy::list),
    operation!("ListPolicyTags", tagging::list_policy),
    operation!("ListPolicyVersions", policy_version::list),
    operation!("ListRolePolicies", inline::list),
    operation!("ListRoleTags", tagging::list_role),
    operation!("ListRoles", role::list),
    operation!("PutRolePermissionsBoundary", attached::put_boundary),
    operation!("PutRolePolicy", inline::put),
    operation!("RemoveRoleFromInstanceProfile", instance_profile::remove_role),
    operation!("SetDefaultPolicyVersion", policy_version::set_default),
    operation!("TagInstanceProfile", tagging::tag_profile),
    operation!("TagPolicy", tagging::tag_policy),
    operation!("TagRole", tagging::tag_role),
    operation!("UntagInstanceProfile", tagging::untag_profile),
    operation!("UntagPolicy", tagging::untag_policy),
    operation!("UntagRole", tagging::untag_role),
    operation!("UpdateAccountPasswordPolicy", password_policy::update),
    operation!("UpdateAssumeRolePolicy", role::update_trust),
    operation!("UpdateRole", role::update),
    operation!("UpdateRoleDescription", role::update_description),
];
