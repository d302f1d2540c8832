//! What exists: repositories with their images, and the registry's settings.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::mutability::Mutability;
use super::preview::Preview;
use super::registry::Scanning;
use super::scan::Scan;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::tags::Tags;

/// The registry of one region.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) repositories: BTreeMap<String, Repository>,
    pub(super) scanning: Scanning,
    /// The passwords that were given out, with when they end.
    pub(super) passwords: BTreeMap<String, Timestamp>,
}

/// A repository with its images, by digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Repository {
    pub name: String,
    pub arn: String,
    pub uri: String,
    pub registry: String,
    pub created: Timestamp,
    pub mutability: Mutability,
    pub scan_on_push: bool,
    pub encryption: Encryption,
    pub tags: Tags,
    pub policy: Option<String>,
    pub lifecycle_policy: Option<String>,
    pub images: BTreeMap<String, Image>,
    /// When the lifecycle policy is evaluated next.
    #[serde(default)]
    pub expiry: Option<Timestamp>,
    /// The last preview of a lifecycle policy.
    #[serde(default)]
    pub preview: Option<Preview>,
    /// The last scans of images, by digest.
    #[serde(default)]
    pub scans: BTreeMap<String, Scan>,
    /// The blobs that were pushed or mounted, by digest, with their sizes.
    #[serde(default)]
    pub layers: BTreeMap<String, u64>,
}

/// How a repository's contents are encrypted; fixed for its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Encryption {
    pub encryption_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<String>,
}

/// An image, or a list of images, by its manifest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Image {
    pub manifest: String,
    pub media_type: String,
    pub artifact_type: Option<String>,
    pub size: u64,
    pub pushed: Timestamp,
    pub tags: BTreeSet<String>,
}

impl State {
    /// Forgets the passwords that have ended, and the images that lifecycle policies expire.
    pub fn settle(&mut self, now: Timestamp) {
        self.repositories.values_mut().for_each(|repository| repository.settle(now));
        self.passwords.retain(|_, end| *end > now);
    }

    /// The digest and the manifest of an image, by its digest or its tag.
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<(String, String)> {
        let repository = self.repositories.get(repository)?;
        let digest = match reference.starts_with("sha256:") {
            true => reference,
            false => repository.tagged(reference)?,
        };
        Some((digest.to_owned(), repository.images.get(digest)?.manifest.clone()))
    }

    /// The layers that some repository has, by digest.
    pub fn layers(&self) -> impl Iterator<Item = &str> {
        self.repositories
            .values()
            .flat_map(|repository| repository.layers.keys().map(String::as_str))
    }

    /// Whether `GetAuthorizationToken` gave this password out and it has not ended yet. The user
    /// that goes with it is `AWS`.
    pub fn accepts_password(&self, password: &str, now: Timestamp) -> bool {
        self.passwords.get(password).is_some_and(|end| *end > now)
    }
}

/// A repository of the caller's registry, or of the one that the request names.
pub(super) fn find<'a>(
    call: &'a mut Call<'_>,
    registry: Option<&str>,
    name: &str,
) -> Result<&'a mut Repository, Fault> {
    let account = call.account.to_owned();
    let registry = registry.unwrap_or(&account);
    let repository = call.region().ecr.repositories.get_mut(name);
    repository
        .filter(|repository| repository.registry == registry)
        .ok_or_else(|| errors::repository_not_found(name, registry))
}

impl Repository {
    /// The digest under a tag.
    pub(super) fn tagged(&self, tag: &str) -> Option<&str> {
        let image = self.images.iter().find(|(_, image)| image.tags.contains(tag));
        image.map(|(digest, _)| digest.as_str())
    }
}
