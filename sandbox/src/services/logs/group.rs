//! A log group's life: create, describe, delete, and what can be set on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::errors;
use super::state::{Class, LogGroup, name_of};
use super::tagging::tags;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::page::page;

const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateRequest {
    log_group_name: String,
    kms_key_id: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    log_group_class: Class,
    #[serde(default)]
    deletion_protection_enabled: bool,
}

/// Creates a log group whose events are kept for ever.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Empty, Fault> {
    let name = request.log_group_name;
    check_name(&name)?;
    if call.region().logs.groups.contains_key(&name) {
        return Err(errors::group_exists());
    }
    check_key(call, request.kms_key_id.as_deref())?;
    let group = LogGroup {
        arn: call.arn("logs", &format!("log-group:{name}")),
        name: name.clone(),
        created: call.clock.now,
        class: request.log_group_class,
        // Groups that deliver to other services keep events for one day, as AWS documents.
        retention_days: (request.log_group_class == Class::Delivery).then_some(1),
        kms_key_id: request.kms_key_id,
        protected: request.deletion_protection_enabled,
        tags: tags(request.tags)?,
        streams: BTreeMap::new(),
        filters: BTreeMap::new(),
    };
    call.region().logs.groups.insert(name, group);
    Ok(Empty {})
}

fn check_name(name: &str) -> Result<(), Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
    if !(1..=512).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(errors::invalid_parameter(format!(
            "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        )));
    }
    if name.starts_with("aws/") {
        return Err(errors::invalid_parameter(
            "Log groups starting with AWS/ are reserved for AWS.",
        ));
    }
    Ok(())
}

fn check_key(call: &mut Call<'_>, key: Option<&str>) -> Result<(), Fault> {
    let account = call.account.to_owned();
    match key {
        Some(key) if !call.region().kms.can_encrypt(key, &account) => Err(errors::key_unusable()),
        _ => Ok(()),
    }
}

/// A request that names a log group and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupRequest {
    pub log_group_name: String,
}

/// Deletes a log group with all its streams, unless it is protected.
pub(super) fn delete(call: &mut Call<'_>, request: GroupRequest) -> Result<Empty, Fault> {
    let logs = &mut call.region().logs;
    if logs.group(&request.log_group_name)?.protected {
        return Err(errors::group_protected());
    }
    logs.groups.remove(&request.log_group_name);
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    log_group_class: Option<Class>,
    #[serde(default)]
    log_group_identifiers: Vec<String>,
    next_token: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeResponse {
    log_groups: Vec<GroupView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupView {
    log_group_name: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_in_days: Option<u32>,
    metric_filter_count: usize,
    arn: String,
    stored_bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    log_group_class: Class,
    log_group_arn: String,
    deletion_protection_enabled: bool,
}

impl GroupView {
    fn of(group: &LogGroup) -> Self {
        Self {
            log_group_name: group.name.clone(),
            creation_time: group.created.as_millisecond(),
            retention_in_days: group.retention_days,
            metric_filter_count: group.filters.len(),
            arn: format!("{}:*", group.arn),
            stored_bytes: group.stored_bytes(),
            kms_key_id: group.kms_key_id.clone(),
            log_group_class: group.class,
            log_group_arn: group.arn.clone(),
            deletion_protection_enabled: group.protected,
        }
    }
}

/// The log groups by name, at most fifty at a time.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<DescribeResponse, Fault> {
    if request.log_group_name_prefix.is_some() && request.log_group_name_pattern.is_some() {
        return Err(errors::invalid_parameter(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    if request.log_group_identifiers.len() > 50 {
        return Err(errors::invalid_parameter("At most 50 logGroupIdentifiers can be named."));
    }
    let groups = call.region().logs.groups.values();
    let wanted = groups.filter(|group| wanted(group, &request));
    let limit = request.limit.unwrap_or(50).min(50);
    let page = page(wanted, request.next_token.as_deref(), limit, |group| group.name.clone())
        .map_err(errors::invalid_token)?;
    let log_groups = page.items.into_iter().map(GroupView::of).collect();
    Ok(DescribeResponse { log_groups, next_token: page.next })
}

/// The pattern is a piece of the name without regard to case.
fn wanted(group: &LogGroup, request: &DescribeRequest) -> bool {
    let (prefix, pattern) = (&request.log_group_name_prefix, &request.log_group_name_pattern);
    let identifiers = &request.log_group_identifiers;
    prefix.as_ref().is_none_or(|prefix| group.name.starts_with(prefix))
        && pattern
            .as_ref()
            .is_none_or(|pattern| group.name.to_lowercase().contains(&pattern.to_lowercase()))
        && request.log_group_class.is_none_or(|class| group.class == class)
        && (identifiers.is_empty() || identifiers.iter().any(|id| name_of(id) == group.name))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RetentionRequest {
    log_group_name: String,
    retention_in_days: u32,
}

/// Keeps events for one of the numbers of days that AWS allows.
pub(super) fn put_retention(
    call: &mut Call<'_>,
    request: RetentionRequest,
) -> Result<Empty, Fault> {
    let group = call.region().logs.group_mut(&request.log_group_name)?;
    if !RETENTION_DAYS.contains(&request.retention_in_days) {
        return Err(errors::invalid_parameter(format!(
            "1 validation error detected: Value '{}' at 'retentionInDays' failed to satisfy \
             constraint: Member must satisfy enum value set: {RETENTION_DAYS:?}",
            request.retention_in_days
        )));
    }
    group.retention_days = Some(request.retention_in_days);
    Ok(Empty {})
}

/// Keeps events for ever.
pub(super) fn delete_retention(call: &mut Call<'_>, request: GroupRequest) -> Result<Empty, Fault> {
    call.region().logs.group_mut(&request.log_group_name)?.retention_days = None;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeyRequest {
    log_group_name: Option<String>,
    resource_identifier: Option<String>,
    kms_key_id: Option<String>,
}

impl KeyRequest {
    /// The group; exactly one member may name it.
    fn group(&self) -> Result<String, Fault> {
        match (&self.log_group_name, &self.resource_identifier) {
            (Some(name), None) => Ok(name.clone()),
            (None, Some(arn)) if arn.contains(":log-group:") => Ok(name_of(arn).to_owned()),
            _ => Err(errors::invalid_parameter(
                "Specify either logGroupName or the ARN of a log group as resourceIdentifier.",
            )),
        }
    }
}

/// Encrypts what is ingested from now on with a key of the customer.
pub(super) fn associate_key(call: &mut Call<'_>, request: KeyRequest) -> Result<Empty, Fault> {
    let name = request.group()?;
    call.region().logs.group(&name)?;
    check_key(call, request.kms_key_id.as_deref())?;
    call.region().logs.group_mut(&name)?.kms_key_id = request.kms_key_id;
    Ok(Empty {})
}

/// Encrypts with AWS's own key again.
pub(super) fn disassociate_key(call: &mut Call<'_>, request: KeyRequest) -> Result<Empty, Fault> {
    let name = request.group()?;
    call.region().logs.group_mut(&name)?.kms_key_id = None;
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProtectionRequest {
    log_group_identifier: String,
    deletion_protection_enabled: bool,
}

/// Switches the protection against deletion.
pub(super) fn put_protection(
    call: &mut Call<'_>,
    request: ProtectionRequest,
) -> Result<Empty, Fault> {
    let group = call.region().logs.identified(&request.log_group_identifier)?;
    group.protected = request.deletion_protection_enabled;
    Ok(Empty {})
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
