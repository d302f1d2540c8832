//! The service's errors, in AWS's words.

use crate::fault::Fault;
use crate::services::page::InvalidToken;
use crate::services::policy::PolicyError;
use crate::services::tags::TagError;

fn no_such_entity(message: String) -> Fault {
    Fault::new("NoSuchEntity", message).with_status(404)
}

fn already_exists(message: String) -> Fault {
    Fault::new("EntityAlreadyExists", message).with_status(409)
}

pub(super) fn limit_exceeded(message: impl Into<String>) -> Fault {
    Fault::new("LimitExceeded", message).with_status(409)
}

pub(super) fn quota_exceeded(quota: &str, limit: usize) -> Fault {
    limit_exceeded(format!("Cannot exceed quota for {quota}: {limit}"))
}

pub(super) fn delete_conflict(message: impl Into<String>) -> Fault {
    Fault::new("DeleteConflict", message).with_status(409)
}

pub(super) fn role_not_found(name: &str) -> Fault {
    no_such_entity(format!("The role with name {name} cannot be found."))
}

pub(super) fn role_exists(name: &str) -> Fault {
    already_exists(format!("Role with name {name} already exists."))
}

pub(super) fn inline_policy_not_found(name: &str) -> Fault {
    no_such_entity(format!("The role policy with name {name} cannot be found."))
}

pub(super) fn policy_not_found(arn: &str) -> Fault {
    no_such_entity(format!("Policy {arn} was not found."))
}

pub(super) fn policy_not_attachable(arn: &str) -> Fault {
    no_such_entity(format!("Policy {arn} does not exist or is not attachable."))
}

pub(super) fn policy_exists(name: &str) -> Fault {
    already_exists(format!(
        "A policy called {name} already exists. Duplicate names are not allowed."
    ))
}

pub(super) fn version_not_found(arn: &str, version: &str) -> Fault {
    no_such_entity(format!("Policy {arn} version {version} does not exist or is not attachable."))
}

pub(super) fn boundary_not_found(role: &str) -> Fault {
    no_such_entity(format!("The role {role} has no permissions boundary."))
}

pub(super) fn instance_profile_not_found(name: &str) -> Fault {
    no_such_entity(format!("Instance Profile {name} cannot be found."))
}

pub(super) fn instance_profile_exists(name: &str) -> Fault {
    already_exists(format!("Instance Profile {name} already exists."))
}

pub(super) fn role_not_in_profile(role: &str, profile: &str) -> Fault {
    no_such_entity(format!("Role {role} in Instance Profile {profile} cannot be found."))
}

pub(super) fn account_alias_not_found(alias: &str) -> Fault {
    no_such_entity(format!("The account alias {alias} cannot be found."))
}

pub(super) fn account_alias_exists(alias: &str) -> Fault {
    already_exists(format!("The account alias {alias} already exists."))
}

pub(super) fn no_password_policy(account: &str) -> Fault {
    no_such_entity(format!("The Password Policy with domain name {account} cannot be found."))
}

pub(super) fn deletion_task_not_found(task: &str) -> Fault {
    no_such_entity(format!("Deletion task {task} cannot be found."))
}

pub(super) fn protected_role(name: &str, service: &str) -> Fault {
    Fault::new(
        "UnmodifiableEntity",
        format!(
            "Cannot perform the operation on the protected role '{name}' - this role is only \
             modifiable by {service}"
        ),
    )
}

pub(super) fn aws_managed_policy(arn: &str) -> Fault {
    Fault::new("AccessDenied", format!("The policy {arn} is managed by AWS.")).with_status(403)
}

pub(super) fn aws_managed_document(arn: &str) -> Fault {
    Fault::new(
        "NotImplemented",
        format!("The sandbox knows of {arn}, but does not hold its document."),
    )
    .with_status(501)
}

pub(super) fn invalid_input(message: impl Into<String>) -> Fault {
    Fault::new("InvalidInput", message)
}

pub(super) fn validation(message: impl Into<String>) -> Fault {
    Fault::new("ValidationError", message)
}

pub(super) fn malformed_policy(error: PolicyError) -> Fault {
    Fault::new("MalformedPolicyDocument", error.to_string())
}

pub(super) fn invalid_tags(error: TagError) -> Fault {
    match error {
        TagError::TooMany => quota_exceeded("TagsPerResource", 50),
        _ => invalid_input(error.to_string()),
    }
}

pub(super) fn invalid_marker(_: InvalidToken) -> Fault {
    validation("Invalid Marker.")
}
