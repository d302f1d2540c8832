//! A repository's life: create, describe, delete, and what can be set on it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::mutability::{Exclusion, Mutability, Setting};
use super::state::{Encryption, Repository, find};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::kms;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

/// A repository as answers show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryView {
    repository_arn: String,
    registry_id: String,
    repository_name: String,
    repository_uri: String,
    created_at: Timestamp,
    image_tag_mutability: Setting,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tag_mutability_exclusion_filters: Vec<Exclusion>,
    image_scanning_configuration: Scanning,
    encryption_configuration: Encryption,
}

/// Whether images are scanned when they arrive.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Scanning {
    scan_on_push: bool,
}

impl RepositoryView {
    fn of(repository: &Repository) -> Self {
        Self {
            repository_arn: repository.arn.clone(),
            registry_id: repository.registry.clone(),
            repository_name: repository.name.clone(),
            repository_uri: repository.uri.clone(),
            created_at: repository.created,
            image_tag_mutability: repository.mutability.setting,
            image_tag_mutability_exclusion_filters: repository.mutability.exclusions.clone(),
            image_scanning_configuration: Scanning { scan_on_push: repository.scan_on_push },
            encryption_configuration: repository.encryption.clone(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RepositoryResponse {
    repository: RepositoryView,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateRequest {
    registry_id: Option<String>,
    repository_name: String,
    #[serde(default)]
    tags: Vec<Tag>,
    #[serde(default)]
    image_tag_mutability: Setting,
    #[serde(default)]
    image_tag_mutability_exclusion_filters: Vec<Exclusion>,
    #[serde(default)]
    image_scanning_configuration: Scanning,
    encryption_configuration: Option<Encryption>,
}

/// Creates an empty repository.
pub(super) fn create(
    call: &mut Call<'_>,
    request: CreateRequest,
) -> Result<RepositoryResponse, Fault> {
    let name = request.repository_name;
    check_name(&name)?;
    let registry = call.account.to_owned();
    if request.registry_id.is_some_and(|id| id != registry) {
        return Err(errors::invalid("registryId", "must be the caller's own registry"));
    }
    if call.region().ecr.repositories.contains_key(&name) {
        return Err(errors::repository_exists(&name, &registry));
    }
    let exclusions = request.image_tag_mutability_exclusion_filters;
    let repository = Repository {
        arn: call.arn("ecr", &format!("repository/{name}")),
        uri: format!("{registry}.dkr.ecr.{}.amazonaws.com/{name}", call.region),
        registry,
        created: call.clock.now,
        mutability: Mutability::new(request.image_tag_mutability, exclusions)?,
        scan_on_push: request.image_scanning_configuration.scan_on_push,
        encryption: encryption(call, request.encryption_configuration)?,
        tags: Tags::new(request.tags).map_err(errors::invalid_tags)?,
        policy: None,
        lifecycle_policy: None,
        images: BTreeMap::new(),
        expiry: None,
        preview: None,
        scans: BTreeMap::new(),
        layers: BTreeMap::new(),
        name: name.clone(),
    };
    let view = RepositoryView::of(&repository);
    call.region().ecr.repositories.insert(name, repository);
    Ok(RepositoryResponse { repository: view })
}

/// Path components of lower-case letters and digits, with single separators inside.
fn check_name(name: &str) -> Result<(), Fault> {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let component = |part: &str| {
        let ends = part.starts_with(alphanumeric) && part.ends_with(alphanumeric);
        let mut separators = part.split(alphanumeric).filter(|piece| !piece.is_empty());
        ends && separators.all(|piece| {
            matches!(piece, "." | "_" | "__") || piece.bytes().all(|byte| byte == b'-')
        })
    };
    if (2..=256).contains(&name.len()) && name.split('/').all(component) {
        Ok(())
    } else {
        Err(errors::invalid(
            "repositoryName",
            "must satisfy regular expression \
             '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'",
        ))
    }
}

/// A KMS encryption without a key is one with AWS's own.
fn encryption(call: &mut Call<'_>, asked: Option<Encryption>) -> Result<Encryption, Fault> {
    let Some(asked) = asked else {
        return Ok(Encryption { encryption_type: "AES256".to_owned(), kms_key: None });
    };
    if asked.encryption_type == "AES256" {
        return match asked.kms_key {
            None => Ok(asked),
            Some(_) => Err(errors::invalid(
                "encryptionConfiguration",
                "a KMS key may only be named with encryption type KMS or KMS_DSSE",
            )),
        };
    }
    let id = asked.kms_key.as_deref().unwrap_or("alias/aws/ecr");
    let key = kms::find_key(call, id).map_err(|fault| errors::unusable_key(fault.message))?;
    if !key.is_enabled() || !key.is_symmetric() {
        return Err(errors::unusable_key("it is not an enabled symmetric key"));
    }
    Ok(Encryption { kms_key: Some(key.arn().to_owned()), ..asked })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeRequest {
    registry_id: Option<String>,
    #[serde(default)]
    repository_names: Vec<String>,
    next_token: Option<String>,
    max_results: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeResponse {
    repositories: Vec<RepositoryView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The repositories that are named, or all of them by pages.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: DescribeRequest,
) -> Result<DescribeResponse, Fault> {
    let registry = request.registry_id.as_deref();
    if !request.repository_names.is_empty() {
        let views = request.repository_names.iter().map(|name| {
            find(call, registry, name).map(|repository| RepositoryView::of(repository))
        });
        return Ok(DescribeResponse {
            repositories: views.collect::<Result<_, _>>()?,
            next_token: None,
        });
    }
    let repositories = call.region().ecr.repositories.values();
    let own = repositories.filter(|one| registry.is_none_or(|registry| one.registry == registry));
    let limit = request.max_results.unwrap_or(100).min(1000);
    let page = page(own, request.next_token.as_deref(), limit, |one| one.name.clone())
        .map_err(errors::invalid_token)?;
    let repositories = page.items.into_iter().map(RepositoryView::of).collect();
    Ok(DescribeResponse { repositories, next_token: page.next })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeleteRequest {
    registry_id: Option<String>,
    repository_name: String,
    #[serde(default)]
    force: bool,
}

/// Deletes a repository that is empty, or any with force.
pub(super) fn delete(
    call: &mut Call<'_>,
    request: DeleteRequest,
) -> Result<RepositoryResponse, Fault> {
    let name = &request.repository_name;
    let repository = find(call, request.registry_id.as_deref(), name)?;
    if !repository.images.is_empty() && !request.force {
        return Err(errors::repository_not_empty(name, &repository.registry));
    }
    let view = RepositoryView::of(repository);
    call.region().ecr.repositories.remove(name);
    Ok(RepositoryResponse { repository: view })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanningRequest {
    registry_id: Option<String>,
    repository_name: String,
    image_scanning_configuration: Scanning,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScanningResponse {
    registry_id: String,
    repository_name: String,
    image_scanning_configuration: Scanning,
}

/// Sets whether images are scanned when they arrive.
pub(super) fn put_scanning(
    call: &mut Call<'_>,
    request: ScanningRequest,
) -> Result<ScanningResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    repository.scan_on_push = request.image_scanning_configuration.scan_on_push;
    Ok(ScanningResponse {
        registry_id: repository.registry.clone(),
        repository_name: request.repository_name,
        image_scanning_configuration: request.image_scanning_configuration,
    })
}

#[cfg(test)]
#[path = "repository_tests.rs"]
mod tests;
