//! ListObjectsV2, ListObjects and ListObjectVersions.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE;
use s3s::S3Result;
use s3s::dto::{
    DeleteMarkerEntry, ETag, ListObjectVersionsInput, ListObjectVersionsOutput, ListObjectsInput,
    ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, Object, ObjectStorageClass,
    ObjectVersion, ObjectVersionStorageClass, Owner, StorageClass,
};

use super::page::{Page, Query};
use super::state::{Bucket, Content, Version};
use super::store::Store;
use super::{checksum, errors};

type Current<'a> = (&'a Version, &'a Content);

/// The objects after a key; delete markers hide what they delete.
fn current_after<'a>(
    bucket: &'a Bucket,
    after: Option<&str>,
) -> impl Iterator<Item = (&'a str, Current<'a>)> {
    let after = after.map(str::to_owned);
    bucket.objects.iter().filter_map(move |(key, versions)| {
        let is_after = after.as_ref().is_none_or(|after| key > after);
        let version = versions.first().filter(|_| is_after)?;
        Some((key.as_str(), (version, version.content.as_ref()?)))
    })
}

pub fn objects_v2(store: &Store, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let query =
        Query::new(input.prefix, input.delimiter, input.max_keys, input.encoding_type.as_ref())?;
    let token = input.continuation_token.as_deref().map(read_token).transpose()?;
    let after = token.as_deref().or(input.start_after.as_deref());
    let owner = (input.fetch_owner == Some(true)).then(|| store.owner());
    store.read(&input.bucket, |bucket| {
        let page = query.page(current_after(bucket, after), token.as_deref());
        Ok(ListObjectsV2Output {
            name: Some(input.bucket.clone()),
            prefix: Some(query.encode(&query.prefix)),
            delimiter: query.delimiter.as_deref().map(|it| query.encode(it)),
            max_keys: query.shown_limit(),
            key_count: i32::try_from(page.len()).ok(),
            encoding_type: input.encoding_type.clone(),
            start_after: input.start_after.as_deref().map(|it| query.encode(it)),
            continuation_token: input.continuation_token.clone(),
            next_continuation_token: page.next().map(write_token),
            is_truncated: Some(page.truncated),
            common_prefixes: Some(query.common_prefixes(&page.prefixes)),
            contents: Some(contents(&query, page, owner.as_ref())),
            request_charged: None,
        })
    })
}

pub fn objects(store: &Store, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let query =
        Query::new(input.prefix, input.delimiter, input.max_keys, input.encoding_type.as_ref())?;
    let marker = input.marker.filter(|marker| !marker.is_empty());
    let owner = store.owner();
    store.read(&input.bucket, |bucket| {
        let page = query.page(current_after(bucket, marker.as_deref()), marker.as_deref());
        // S3 names the next marker only where a delimiter may hide the last key.
        let next = page.next().filter(|_| query.delimiter.is_some());
        Ok(ListObjectsOutput {
            name: Some(input.bucket.clone()),
            prefix: Some(query.encode(&query.prefix)),
            delimiter: query.delimiter.as_deref().map(|it| query.encode(it)),
            marker: Some(query.encode(marker.as_deref().unwrap_or_default())),
            max_keys: query.shown_limit(),
            encoding_type: input.encoding_type.clone(),
            next_marker: next.map(|next| query.encode(next)),
            is_truncated: Some(page.truncated),
            common_prefixes: Some(query.common_prefixes(&page.prefixes)),
            contents: Some(contents(&query, page, Some(&owner))),
            request_charged: None,
        })
    })
}

fn contents(query: &Query, page: Page<'_, Current<'_>>, owner: Option<&Owner>) -> Vec<Object> {
    page.entries
        .into_iter()
        .map(|(key, (version, content))| Object {
            checksum_algorithm: Some(checksum::algorithms_of(&content.checksum)),
            checksum_type: content.checksum.checksum_type.clone(),
            e_tag: Some(ETag::Strong(content.etag.clone())),
            key: Some(query.encode(key)),
            last_modified: Some(version.last_modified.clone()),
            owner: owner.cloned(),
            restore_status: None,
            size: i64::try_from(content.size).ok(),
            storage_class: Some(ObjectStorageClass::from(storage_class(content))),
        })
        .collect()
}

fn storage_class(content: &Content) -> String {
    let class = content.attributes.storage_class.as_ref();
    class.map_or(StorageClass::STANDARD, StorageClass::as_str).to_owned()
}

fn write_token(key: &str) -> String {
    BASE64_URL_SAFE.encode(key)
}

fn read_token(token: &str) -> S3Result<String> {
    let bytes = BASE64_URL_SAFE.decode(token).ok();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| errors::invalid_argument("The continuation token provided is incorrect"))
}

/// All versions after a marker, newest first within a key.
fn versions_after<'a>(
    bucket: &'a Bucket,
    key_marker: Option<&'a str>,
    id_marker: Option<&'a str>,
) -> impl Iterator<Item = (&'a str, (&'a Version, bool))> {
    let marked = id_marker.and_then(|id| bucket.version(key_marker?, id));
    let is_after = move |version: &Version| match (key_marker, marked) {
        (None, _) => true,
        (Some(key), Some(marked)) if version.key == key => version.sequence < marked.sequence,
        (Some(key), _) => version.key.as_str() > key,
    };
    bucket
        .objects
        .iter()
        .flat_map(|(key, versions)| {
            let newest = |index| index == 0;
            versions.iter().enumerate().map(move |(index, it)| (key.as_str(), (it, newest(index))))
        })
        .filter(move |(_, (version, _))| is_after(version))
}

pub fn versions(
    store: &Store,
    input: ListObjectVersionsInput,
) -> S3Result<ListObjectVersionsOutput> {
    let query =
        Query::new(input.prefix, input.delimiter, input.max_keys, input.encoding_type.as_ref())?;
    let key_marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
    let id_marker = input.version_id_marker.as_deref().filter(|marker| !marker.is_empty());
    if id_marker.is_some() && key_marker.is_none() {
        return Err(errors::invalid_argument(
            "A version-id marker cannot be specified without a key marker.",
        ));
    }
    store.read(&input.bucket, |bucket| {
        let page = query.page(versions_after(bucket, key_marker, id_marker), key_marker);
        let next = page.next();
        // A page that ends in a common prefix goes on after it, without a version.
        let last = page.entries.last().filter(|(key, _)| Some(*key) == next);
        let (markers, versions): (Vec<_>, Vec<_>) =
            page.entries.iter().partition(|(_, (version, _))| version.content.is_none());
        Ok(ListObjectVersionsOutput {
            name: Some(input.bucket.clone()),
            prefix: Some(query.encode(&query.prefix)),
            delimiter: query.delimiter.as_deref().map(|it| query.encode(it)),
            max_keys: query.shown_limit(),
            encoding_type: input.encoding_type.clone(),
            key_marker: Some(query.encode(key_marker.unwrap_or_default())),
            version_id_marker: Some(id_marker.unwrap_or_default().to_owned()),
            next_key_marker: next.map(|next| query.encode(next)),
            next_version_id_marker: last.map(|(_, (version, _))| version.id.clone()),
            is_truncated: Some(page.truncated),
            common_prefixes: Some(query.common_prefixes(&page.prefixes)),
            delete_markers: Some(
                markers.iter().map(|(_, entry)| marker(store, &query, *entry)).collect(),
            ),
            versions: Some(
                versions.iter().map(|(_, entry)| version(store, &query, *entry)).collect(),
            ),
            request_charged: None,
        })
    })
}

fn marker(store: &Store, query: &Query, entry: (&Version, bool)) -> DeleteMarkerEntry {
    let (version, is_latest) = entry;
    DeleteMarkerEntry {
        is_latest: Some(is_latest),
        key: Some(query.encode(&version.key)),
        last_modified: Some(version.last_modified.clone()),
        owner: Some(store.owner()),
        version_id: Some(version.id.clone()),
    }
}

fn version(store: &Store, query: &Query, entry: (&Version, bool)) -> ObjectVersion {
    let (version, is_latest) = entry;
    let content = version.content.as_ref();
    ObjectVersion {
        checksum_algorithm: content.map(|it| checksum::algorithms_of(&it.checksum)),
        checksum_type: content.and_then(|it| it.checksum.checksum_type.clone()),
        e_tag: content.map(|it| ETag::Strong(it.etag.clone())),
        is_latest: Some(is_latest),
        key: Some(query.encode(&version.key)),
        last_modified: Some(version.last_modified.clone()),
        owner: Some(store.owner()),
        restore_status: None,
        size: content.and_then(|it| i64::try_from(it.size).ok()),
        storage_class: content.map(|it| ObjectVersionStorageClass::from(storage_class(it))),
        version_id: Some(version.id.clone()),
    }
}
