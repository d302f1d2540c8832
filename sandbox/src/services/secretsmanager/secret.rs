//! A secret's life: create, describe, update, schedule for deletion, restore.

use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::rotation::Rotation;
use super::state::{CURRENT, Secret, SecretValue};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The answer of most operations: which secret it was, and which version where one was meant.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

impl Named {
    pub(super) fn of(secret: &Secret) -> Self {
        Self { arn: secret.arn.clone(), name: secret.name.clone(), version_id: None }
    }

    pub(super) fn with_version(secret: &Secret, version: String) -> Self {
        Self { version_id: Some(version), ..Self::of(secret) }
    }
}

/// A request that names a secret and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SecretRequest {
    pub secret_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    name: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_binary: Option<String>,
    secret_string: Option<String>,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    add_replica_regions: Vec<serde::de::IgnoredAny>,
    #[serde(rename = "Type")]
    kind: Option<String>,
}

/// Creates a secret, with a first version if the request has a value. The same name, token and
/// value again are the same secret.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Named, Fault> {
    check_name(&request.name)?;
    if !request.add_replica_regions.is_empty() {
        return Err(errors::replication_not_built());
    }
    let value = SecretValue::of(request.secret_string, request.secret_binary)?;
    let token = version_token(call, request.client_request_token)?;
    if let Some(known) = call.region().secretsmanager.secrets.get(&request.name) {
        return repeated(known, token, value.as_ref());
    }
    if value.is_some() {
        check_key(call, request.kms_key_id.as_deref())?;
    }
    let suffix = call.ids.mixed(6);
    let now = call.clock.now;
    let mut secret = Secret {
        arn: call.arn("secretsmanager", &format!("secret:{}-{suffix}", request.name)),
        name: request.name,
        description: request.description.filter(|text| !text.is_empty()),
        kms_key_id: request.kms_key_id.filter(|key| !key.is_empty()),
        kind: request.kind,
        owning_service: None,
        tags: Tags::new(request.tags).map_err(errors::invalid_tags)?,
        versions: IndexMap::new(),
        policy: None,
        rotation: Rotation::default(),
        created: now,
        changed: now,
        accessed: None,
        deletion: None,
    };
    let named = put_if_any(&mut secret, token, value, now)?;
    call.region().secretsmanager.secrets.insert(secret.name.clone(), secret);
    Ok(named)
}

fn repeated(known: &Secret, token: String, value: Option<&SecretValue>) -> Result<Named, Fault> {
    if known.deletion.is_some() {
        return Err(errors::name_scheduled_for_deletion());
    }
    match (known.versions.get(&token), value) {
        (Some(version), Some(value)) if version.value == *value => {
            Ok(Named::with_version(known, token))
        }
        _ => Err(errors::exists(&known.name)),
    }
}

fn put_if_any(
    secret: &mut Secret,
    token: String,
    value: Option<SecretValue>,
    now: Timestamp,
) -> Result<Named, Fault> {
    let Some(value) = value else { return Ok(Named::of(secret)) };
    secret.put(&token, value, &[CURRENT.to_owned()], now)?;
    Ok(Named::with_version(secret, token))
}

fn check_name(name: &str) -> Result<(), Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-/_+=.@!".contains(c);
    if (1..=512).contains(&name.len()) && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(errors::invalid_name())
    }
}

/// The identifier of a new version: the caller's token, or one made up as an SDK would.
pub(super) fn version_token(call: &mut Call<'_>, token: Option<String>) -> Result<String, Fault> {
    let token = token.unwrap_or_else(|| call.ids.uuid());
    if (32..=64).contains(&token.len()) {
        Ok(token)
    } else {
        Err(errors::invalid_parameter("ClientRequestToken must be 32-64 characters long."))
    }
}

/// Refuses a key that cannot encrypt. Keys of other accounts are not known here.
pub(super) fn check_key(call: &mut Call<'_>, key: Option<&str>) -> Result<(), Fault> {
    let account = call.account.to_owned();
    match key {
        Some(key) if !call.region().kms.can_encrypt(key, &account) => {
            Err(errors::encryption_failure())
        }
        _ => Ok(()),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeResponse {
    #[serde(flatten)]
    entry: super::list::Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_ids_to_stages: Option<std::collections::BTreeMap<String, Vec<String>>>,
}

/// Everything about a secret but its value; also of one that is scheduled for deletion.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: SecretRequest,
) -> Result<DescribeResponse, Fault> {
    let secret = call.region().secretsmanager.find(&request.secret_id)?;
    Ok(DescribeResponse {
        entry: super::list::Entry::of(secret),
        version_ids_to_stages: secret.stages(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UpdateRequest {
    secret_id: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_binary: Option<String>,
    secret_string: Option<String>,
    #[serde(rename = "Type")]
    kind: Option<String>,
}

/// Changes what the request names; a value becomes a new current version.
pub(super) fn update(call: &mut Call<'_>, request: UpdateRequest) -> Result<Named, Fault> {
    let value = SecretValue::of(request.secret_string, request.secret_binary)?;
    let token = version_token(call, request.client_request_token)?;
    let key = {
        let secret = call.region().secretsmanager.live(&request.secret_id)?;
        secret.refuse_if_managed()?;
        request.kms_key_id.or_else(|| secret.kms_key_id.clone())
    };
    check_key(call, key.as_deref())?;
    let now = call.clock.now;
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    let named = put_if_any(secret, token, value, now)?;
    if let Some(description) = request.description {
        secret.description = Some(description).filter(|text| !text.is_empty());
    }
    secret.kms_key_id = key.filter(|key| !key.is_empty());
    secret.kind = request.kind.or(secret.kind.take());
    secret.changed = now;
    Ok(named)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteRequest {
    secret_id: String,
    recovery_window_in_days: Option<u32>,
    #[serde(default)]
    force_delete_without_recovery: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteResponse {
    #[serde(flatten)]
    named: Named,
    deletion_date: Timestamp,
}

/// Schedules a secret for deletion after 7 to 30 days, or deletes it at once.
///
/// As AWS documents, a forced deletion of what does not exist is no error.
pub(super) fn delete(call: &mut Call<'_>, request: DeleteRequest) -> Result<DeleteResponse, Fault> {
    let window = recovery_window(&request)?;
    let now = call.clock.now;
    if request.force_delete_without_recovery {
        return delete_now(call, &request.secret_id);
    }
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    secret.refuse_if_managed()?;
    let deletion_date = secret.delete_after(now, window);
    Ok(DeleteResponse { named: Named::of(secret), deletion_date })
}

fn recovery_window(request: &DeleteRequest) -> Result<Duration, Fault> {
    let days = request.recovery_window_in_days;
    if days.is_some() && request.force_delete_without_recovery {
        return Err(errors::invalid_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    match days.unwrap_or(30) {
        days @ 7..=30 => Ok(DAY * days),
        _ => Err(errors::invalid_parameter(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        )),
    }
}

fn delete_now(call: &mut Call<'_>, id: &str) -> Result<DeleteResponse, Fault> {
    let deletion_date = call.clock.now;
    let absent = if id.starts_with("arn:") {
        Named { arn: id.to_owned(), name: id.to_owned(), version_id: None }
    } else {
        let suffix = call.ids.mixed(6);
        let arn = call.arn("secretsmanager", &format!("secret:{id}-{suffix}"));
        Named { arn, name: id.to_owned(), version_id: None }
    };
    let state = &mut call.region().secretsmanager;
    let Ok(secret) = state.find(id) else {
        return Ok(DeleteResponse { named: absent, deletion_date });
    };
    secret.refuse_if_managed()?;
    let named = Named::of(secret);
    state.secrets.remove(&named.name);
    Ok(DeleteResponse { named, deletion_date })
}

/// Takes back a scheduled deletion; a secret without one stays as it is.
pub(super) fn restore(call: &mut Call<'_>, request: SecretRequest) -> Result<Named, Fault> {
    let secret = call.region().secretsmanager.find_mut(&request.secret_id)?;
    secret.deletion = None;
    Ok(Named::of(secret))
}

#[cfg(test)]
#[path = "secret_tests.rs"]
mod tests;
