//! Images by their manifests: put, get, list, describe, delete.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::errors;
use super::state::{Image, Repository, find};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::apprunner;
use crate::services::page::page;

const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// What names an image: its digest, a tag, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ImageId {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_tag: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageView {
    registry_id: String,
    repository_name: String,
    image_id: ImageId,
    image_manifest: String,
    image_manifest_media_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PutRequest {
    registry_id: Option<String>,
    repository_name: String,
    image_manifest: String,
    image_manifest_media_type: Option<String>,
    image_tag: Option<String>,
    image_digest: Option<String>,
}

#[derive(Serialize)]
pub(super) struct PutResponse {
    image: ImageView,
}

/// Puts a manifest, and moves the tag to it where tags may move.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<PutResponse, Fault> {
    let clock = call.clock;
    let manifest: Value = serde_json::from_str(&request.image_manifest)
        .map_err(|_| errors::invalid("ImageManifest", "Invalid JSON syntax"))?;
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let digest = digest(&request.image_manifest);
    check_put(repository, &request, &digest, &manifest)?;
    let tag = request.image_tag;
    for image in repository.images.values_mut() {
        image.tags.retain(|held| Some(held) != tag.as_ref());
    }
    let image = repository.images.entry(digest.clone()).or_insert_with(|| Image {
        media_type: media_type(request.image_manifest_media_type, &manifest),
        artifact_type: artifact_type(&manifest),
        size: size(&manifest),
        manifest: request.image_manifest,
        pushed: clock.now,
        tags: BTreeSet::new(),
    });
    image.tags.extend(tag.clone());
    let (manifest, stated) = (image.manifest.clone(), image.media_type.clone());
    repository.expect_expiry(clock);
    repository.scan_push(&digest, clock);
    let uri = repository.uri.clone();
    let id = ImageId { image_digest: Some(digest), image_tag: tag.clone() };
    let image = ImageView {
        image_id: id,
        image_manifest: manifest,
        image_manifest_media_type: stated,
        registry_id: repository.registry.clone(),
        repository_name: repository.name.clone(),
    };
    if let Some(tag) = tag {
        apprunner::follow(call, &uri, &tag);
    }
    Ok(PutResponse { image })
}

/// A manifest that came over the registry's own API.
pub(super) struct Pushed {
    pub manifest: String,
    pub media_type: Option<String>,
    pub tag: Option<String>,
    pub digest: Option<String>,
}

/// Puts a manifest, and gives its digest. One that is there already is no mistake.
pub(super) fn push(call: &mut Call<'_>, name: &str, pushed: Pushed) -> Result<String, Fault> {
    let own = digest(&pushed.manifest);
    let request = PutRequest {
        registry_id: None,
        repository_name: name.to_owned(),
        image_manifest: pushed.manifest,
        image_manifest_media_type: pushed.media_type,
        image_tag: pushed.tag,
        image_digest: pushed.digest,
    };
    match put(call, request) {
        Err(fault) if fault.code != errors::IMAGE_EXISTS => Err(fault),
        _ => Ok(own),
    }
}

fn check_put(
    repository: &Repository,
    request: &PutRequest,
    digest: &str,
    manifest: &Value,
) -> Result<(), Fault> {
    let (name, registry) = (&repository.name, &repository.registry);
    if let Some(wanted) = request.image_digest.as_deref().filter(|wanted| *wanted != digest) {
        return Err(errors::digest_mismatch(wanted, digest));
    }
    if let Some(missing) =
        references(manifest).find(|digest| !repository.images.contains_key(*digest))
    {
        return Err(errors::referenced_images_not_found(missing, name));
    }
    let tag = request.image_tag.as_deref();
    let holder = tag.and_then(|tag| repository.tagged(tag));
    match (tag, holder) {
        (None, _) if repository.images.contains_key(digest) => {
            Err(errors::image_exists(digest, None, name, registry))
        }
        (Some(_), Some(holder)) if holder == digest => {
            Err(errors::image_exists(digest, tag, name, registry))
        }
        (Some(tag), Some(_)) if repository.mutability.fixes(tag) => {
            Err(errors::tag_immutable(tag, name))
        }
        _ => Ok(()),
    }
}

fn digest(manifest: &str) -> String {
    let digest = Sha256::digest(manifest.as_bytes());
    digest.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// The images that a list of images refers to.
fn references(manifest: &Value) -> impl Iterator<Item = &str> {
    let entries = manifest["manifests"].as_array().into_iter().flatten();
    entries.filter_map(|entry| entry["digest"].as_str())
}

fn media_type(stated: Option<String>, manifest: &Value) -> String {
    let own = manifest["mediaType"].as_str().map(str::to_owned);
    stated.or(own).unwrap_or_else(|| DOCKER_MANIFEST.to_owned())
}

fn artifact_type(manifest: &Value) -> Option<String> {
    let stated = manifest["artifactType"].as_str();
    stated.or_else(|| manifest["config"]["mediaType"].as_str()).map(str::to_owned)
}

/// What the layers take up, as they are compressed.
fn size(manifest: &Value) -> u64 {
    let layers = manifest["layers"].as_array().into_iter().flatten();
    layers.filter_map(|layer| layer["size"].as_u64()).sum()
}

impl Repository {
    /// The digest of the image that an id names.
    pub(super) fn digest(&self, id: &ImageId) -> Result<String, ImageFailure> {
        let tagged = id.image_tag.as_deref().map(|tag| self.tagged(tag));
        match (&id.image_digest, tagged) {
            (None, None) => Err(ImageFailure::of(
                id,
                "MissingDigestAndTag",
                "Invalid request parameters: both tag and digest cannot be null",
            )),
            (Some(digest), Some(tagged)) if tagged != Some(digest.as_str()) => {
                Err(ImageFailure::of(
                    id,
                    "ImageTagDoesNotMatchDigest",
                    "The tag does not belong to the image with this digest",
                ))
            }
            (Some(digest), _) if self.images.contains_key(digest) => Ok(digest.clone()),
            (None, Some(Some(digest))) => Ok(digest.to_owned()),
            _ => Err(ImageFailure::of(id, "ImageNotFound", "Requested image not found")),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ImageFailure {
    image_id: ImageId,
    failure_code: &'static str,
    failure_reason: &'static str,
}

impl ImageFailure {
    fn of(id: &ImageId, failure_code: &'static str, failure_reason: &'static str) -> Self {
        Self { image_id: id.clone(), failure_code, failure_reason }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchRequest {
    registry_id: Option<String>,
    repository_name: String,
    image_ids: Vec<ImageId>,
}

#[derive(Serialize)]
pub(super) struct BatchGetResponse {
    images: Vec<ImageView>,
    failures: Vec<ImageFailure>,
}

/// The manifests of the images that are named.
pub(super) fn batch_get(
    call: &mut Call<'_>,
    request: BatchRequest,
) -> Result<BatchGetResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let mut response = BatchGetResponse { images: Vec::new(), failures: Vec::new() };
    for id in request.image_ids {
        let found = repository.digest(&id).map(|digest| (repository.images.get(&digest), digest));
        match found {
            Ok((Some(image), digest)) => response.images.push(ImageView {
                registry_id: repository.registry.clone(),
                repository_name: repository.name.clone(),
                image_id: ImageId { image_digest: Some(digest), image_tag: id.image_tag },
                image_manifest: image.manifest.clone(),
                image_manifest_media_type: image.media_type.clone(),
            }),
            Ok((None, _)) => {}
            Err(failure) => response.failures.push(failure),
        }
    }
    Ok(response)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BatchDeleteResponse {
    image_ids: Vec<ImageId>,
    failures: Vec<ImageFailure>,
}

/// Deletes images by digest, and tags by tag; an image goes with its last tag.
pub(super) fn batch_delete(
    call: &mut Call<'_>,
    request: BatchRequest,
) -> Result<BatchDeleteResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let mut response = BatchDeleteResponse { image_ids: Vec::new(), failures: Vec::new() };
    for id in request.image_ids {
        match delete(repository, &id) {
            Ok(deleted) => response.image_ids.extend(deleted),
            Err(failure) => response.failures.push(failure),
        }
    }
    Ok(response)
}

fn delete(repository: &mut Repository, id: &ImageId) -> Result<Vec<ImageId>, ImageFailure> {
    let digest = repository.digest(id)?;
    let held = repository.images.get(&digest).map(|image| image.tags.clone()).unwrap_or_default();
    let gone = match &id.image_tag {
        Some(tag) => BTreeSet::from([tag.clone()]),
        None => held.clone(),
    };
    if gone == held {
        if is_referenced(repository, &digest) {
            return Err(ImageFailure::of(
                id,
                "ImageReferencedByManifestList",
                "Requested image referenced by manifest list",
            ));
        }
        repository.images.remove(&digest);
        repository.scans.remove(&digest);
    } else if let Some(image) = repository.images.get_mut(&digest) {
        image.tags.retain(|tag| !gone.contains(tag));
    }
    Ok(ids(&digest, &gone))
}

/// Whether a list of images refers to it.
pub(super) fn is_referenced(repository: &Repository, digest: &str) -> bool {
    repository.images.values().any(|image| {
        let manifest = serde_json::from_str(&image.manifest).unwrap_or(Value::Null);
        references(&manifest).any(|reference| reference == digest)
    })
}

/// One id for each tag; an untagged image has one without.
fn ids(digest: &str, tags: &BTreeSet<String>) -> Vec<ImageId> {
    let id = |image_tag| ImageId { image_digest: Some(digest.to_owned()), image_tag };
    match tags.is_empty() {
        true => vec![id(None)],
        false => tags.iter().map(|tag| id(Some(tag.clone()))).collect(),
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum TagStatus {
    Tagged,
    Untagged,
    #[default]
    Any,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Filter {
    tag_status: TagStatus,
}

impl Filter {
    fn admits(&self, image: &Image) -> bool {
        match self.tag_status {
            TagStatus::Any => true,
            TagStatus::Tagged => !image.tags.is_empty(),
            TagStatus::Untagged => image.tags.is_empty(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListRequest {
    registry_id: Option<String>,
    repository_name: String,
    #[serde(default)]
    image_ids: Vec<ImageId>,
    next_token: Option<String>,
    max_results: Option<usize>,
    #[serde(default)]
    filter: Filter,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListResponse {
    image_ids: Vec<ImageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The ids of the images, one for each tag.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let images = repository.images.iter().filter(|(_, image)| request.filter.admits(image));
    let all = images.flat_map(|(digest, image)| ids(digest, &image.tags));
    let limit = request.max_results.unwrap_or(100).min(1000);
    let page = page(all, request.next_token.as_deref(), limit, |id| {
        [&id.image_digest, &id.image_tag].map(|part| part.as_deref().unwrap_or("")).join(" ")
    })
    .map_err(errors::invalid_token)?;
    Ok(ListResponse { image_ids: page.items, next_token: page.next })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DescribeResponse {
    image_details: Vec<Detail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    registry_id: String,
    repository_name: String,
    image_digest: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    image_tags: Vec<String>,
    image_size_in_bytes: u64,
    image_pushed_at: Timestamp,
    image_manifest_media_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_media_type: Option<String>,
    image_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_scan_status: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_scan_findings_summary: Option<Value>,
}

impl Detail {
    fn of(repository: &Repository, digest: &str, image: &Image, now: Timestamp) -> Self {
        let scan = repository.scans.get(digest);
        Self {
            registry_id: repository.registry.clone(),
            repository_name: repository.name.clone(),
            image_digest: digest.to_owned(),
            image_tags: image.tags.iter().cloned().collect(),
            image_size_in_bytes: image.size,
            image_pushed_at: image.pushed,
            image_manifest_media_type: image.media_type.clone(),
            artifact_media_type: image.artifact_type.clone(),
            image_status: "ACTIVE",
            image_scan_status: scan.map(|scan| scan.status(now)),
            image_scan_findings_summary: scan.and_then(|scan| scan.summary(now)),
        }
    }
}

/// The images that are named, or all of them by pages.
pub(super) fn describe(
    call: &mut Call<'_>,
    request: ListRequest,
) -> Result<DescribeResponse, Fault> {
    let now = call.clock.now;
    let repository = find(call, request.registry_id.as_deref(), &request.repository_name)?;
    let mut wanted = BTreeSet::new();
    for id in &request.image_ids {
        let digest = repository.digest(id).map_err(|_failure| {
            let (digest, tag) = (id.image_digest.as_deref(), id.image_tag.as_deref());
            errors::image_not_found(digest, tag, &repository.name, &repository.registry)
        })?;
        wanted.insert(digest);
    }
    let images = repository.images.iter().filter(|(digest, image)| {
        request.filter.admits(image) && (wanted.is_empty() || wanted.contains(*digest))
    });
    let limit = request.max_results.unwrap_or(100).min(1000);
    let page = page(images, request.next_token.as_deref(), limit, |(digest, _)| (*digest).clone())
        .map_err(errors::invalid_token)?;
    let detail = |(digest, image): (&String, &Image)| Detail::of(repository, digest, image, now);
    let image_details = page.items.into_iter().map(detail).collect();
    Ok(DescribeResponse { image_details, next_token: page.next })
}

#[cfg(test)]
#[path = "image_tests.rs"]
mod tests;
