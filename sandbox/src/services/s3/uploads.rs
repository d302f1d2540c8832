//! ListParts and ListMultipartUploads.

use s3s::S3Result;
use s3s::dto::{
    ChecksumType, ETag, Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListPartsInput, ListPartsOutput, MultipartUpload, Part, StorageClass,
};

use super::page::Query;
use super::state::{self, Upload};
use super::store::Store;
use super::{errors, multipart};

fn initiator(store: &Store) -> Initiator {
    let owner = store.owner();
    Initiator { id: owner.id, display_name: owner.display_name }
}

fn storage_class(upload: &Upload) -> StorageClass {
    let class = upload.attributes.storage_class.clone();
    class.unwrap_or_else(|| StorageClass::from_static(StorageClass::STANDARD))
}

/// S3 names the type only where the algorithm was chosen.
fn shown_type(upload: &Upload) -> Option<ChecksumType> {
    upload.checksum_type.clone().filter(|_| upload.checksum_algorithm.is_some())
}

pub fn parts(store: &Store, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let marker = input.part_number_marker.unwrap_or(0);
    let limit = usize::try_from(input.max_parts.unwrap_or(1000)).map_err(|_| {
        errors::invalid_argument("Argument max-parts must be an integer between 0 and 2147483647")
    })?;
    store.read(&input.bucket, |bucket| {
        let upload = multipart::find(bucket, &input.key, &input.upload_id)?;
        let rest: Vec<_> = upload.parts.range(marker + 1..).map(|(_, part)| part).collect();
        let page = &rest[..rest.len().min(limit.min(1000))];
        Ok(ListPartsOutput {
            bucket: Some(input.bucket.clone()),
            checksum_algorithm: upload.checksum_algorithm.clone(),
            checksum_type: shown_type(upload),
            initiator: Some(initiator(store)),
            is_truncated: Some(page.len() < rest.len()),
            key: Some(input.key.clone()),
            max_parts: i32::try_from(limit.min(1000)).ok(),
            next_part_number_marker: page.last().map(|part| part.number),
            owner: Some(store.owner()),
            part_number_marker: Some(marker),
            parts: Some(page.iter().map(|part| describe(part)).collect()),
            storage_class: Some(storage_class(upload)),
            upload_id: Some(upload.id.clone()),
            ..ListPartsOutput::default()
        })
    })
}

fn describe(part: &state::Part) -> Part {
    let checksum = part.checksum.clone();
    Part {
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        e_tag: Some(ETag::Strong(part.etag.clone())),
        last_modified: Some(part.last_modified.clone()),
        part_number: Some(part.number),
        size: i64::try_from(part.size).ok(),
    }
}

pub fn all(
    store: &Store,
    input: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    let encoding = input.encoding_type.as_ref();
    let query = Query::new(input.prefix, input.delimiter, input.max_uploads, encoding)?;
    let key_marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
    let id_marker = input.upload_id_marker.as_deref().filter(|marker| !marker.is_empty());
    store.read(&input.bucket, |bucket| {
        let mut uploads: Vec<&Upload> = bucket.uploads.values().collect();
        uploads.sort_by_key(|upload| (&upload.key, &upload.id));
        let rest = uploads.into_iter().filter(|upload| match (key_marker, id_marker) {
            (None, _) => true,
            (Some(key), Some(id)) => (upload.key.as_str(), upload.id.as_str()) > (key, id),
            (Some(key), None) => upload.key.as_str() > key,
        });
        let page = query.page(rest.map(|upload| (upload.key.as_str(), upload)), key_marker);
        let next = page.next();
        let last = page.entries.last().filter(|(key, _)| Some(*key) == next);
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket.clone()),
            common_prefixes: Some(query.common_prefixes(&page.prefixes)),
            delimiter: query.delimiter.as_deref().map(|it| query.encode(it)),
            encoding_type: input.encoding_type.clone(),
            is_truncated: Some(page.truncated),
            key_marker: Some(query.encode(key_marker.unwrap_or_default())),
            max_uploads: query.shown_limit(),
            next_key_marker: next.map(|next| query.encode(next)),
            next_upload_id_marker: last.map(|(_, upload)| upload.id.clone()),
            prefix: Some(query.encode(&query.prefix)),
            upload_id_marker: Some(id_marker.unwrap_or_default().to_owned()),
            uploads: Some(
                page.entries
                    .iter()
                    .map(|(_, upload)| describe_upload(store, &query, upload))
                    .collect(),
            ),
            request_charged: None,
        })
    })
}

fn describe_upload(store: &Store, query: &Query, upload: &Upload) -> MultipartUpload {
    MultipartUpload {
        checksum_algorithm: upload.checksum_algorithm.clone(),
        checksum_type: shown_type(upload),
        initiated: Some(upload.initiated.clone()),
        initiator: Some(initiator(store)),
        key: Some(query.encode(&upload.key)),
        owner: Some(store.owner()),
        storage_class: Some(storage_class(upload)),
        upload_id: Some(upload.id.clone()),
    }
}
