//! Multipart uploads.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, Checksum, ChecksumAlgorithm,
    ChecksumType, CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart,
    CopyPartResult, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, Range,
    UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Result};

use super::attributes::{attributes, check_metadata, refuse_unkept};
use super::body::{self, Received};
use super::checksum::{self, Digests, announced_body, checksum_values};
use super::objects::{Source, check_key, etag, source_condition};
use super::state::{Bucket, Content, Part, Upload};
use super::store::{Store, now};
use super::{condition, errors, hex};

/// Every part but the last is at least this long: 5 MiB.
const SMALLEST_PART: u64 = 5 << 20;

/// The upload with this id, if it is of this key.
///
/// # Errors
/// `NoSuchUpload`.
pub fn find<'a>(bucket: &'a Bucket, key: &str, id: &str) -> S3Result<&'a Upload> {
    bucket.uploads.get(id).filter(|upload| upload.key == key).ok_or_else(errors::no_such_upload)
}

pub fn create(
    store: &Store,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    refuse_unkept!(input);
    check_key(&input.key)?;
    let checksum_type = checksum_type(&input)?;
    store.write(&input.bucket, |writer| {
        let attributes = attributes!(store, writer.bucket(), input);
        check_metadata(&attributes.metadata)?;
        let encryption = attributes.encryption.clone();
        let upload = Upload {
            id: crate::call::Ids::random().mixed(64),
            key: input.key.clone(),
            initiated: now(),
            attributes,
            checksum_algorithm: input.checksum_algorithm.clone(),
            checksum_type: Some(checksum_type.clone()),
            parts: BTreeMap::new(),
        };
        let upload_id = Some(upload.id.clone());
        writer.start_upload(upload)?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket.clone()),
            bucket_key_enabled: encryption.shown_bucket_key(),
            checksum_type: input.checksum_algorithm.as_ref().map(|_| checksum_type.clone()),
            checksum_algorithm: input.checksum_algorithm.clone(),
            key: Some(input.key.clone()),
            server_side_encryption: Some(encryption.shown_algorithm()),
            ssekms_key_id: encryption.kms_key_id,
            upload_id,
            ..CreateMultipartUploadOutput::default()
        })
    })
}

/// CRC64NVME is of the whole object only, SHA of the parts only; CRC32 may be either.
fn checksum_type(input: &CreateMultipartUploadInput) -> S3Result<ChecksumType> {
    let algorithm = input.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str);
    let asked = input.checksum_type.as_ref().map(ChecksumType::as_str);
    let only = match algorithm {
        None | Some(ChecksumAlgorithm::CRC64NVME) => Some(ChecksumType::FULL_OBJECT),
        Some(ChecksumAlgorithm::SHA1 | ChecksumAlgorithm::SHA256) => Some(ChecksumType::COMPOSITE),
        Some(_) => None,
    };
    match (asked, only) {
        (Some(asked), Some(only)) if asked != only => Err(errors::invalid_request(
            "The checksum type is not supported for the checksum algorithm of this upload.",
        )),
        (asked, only) => {
            let chosen = asked.or(only).unwrap_or(ChecksumType::COMPOSITE);
            Ok(ChecksumType::from(chosen.to_owned()))
        }
    }
}

fn check_part_number(number: i32) -> S3Result<()> {
    if (1..=10_000).contains(&number) {
        return Ok(());
    }
    Err(errors::invalid_argument("Part number must be an integer between 1 and 10000, inclusive"))
}

pub async fn upload_part(
    store: &Store,
    mut request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let body = request.input.body.take();
    let mut announced = announced_body!(request);
    let input = request.input;
    check_part_number(input.part_number)?;
    let upload =
        store.read(&input.bucket, |bucket| find(bucket, &input.key, &input.upload_id).cloned())?;
    announced.checksum.algorithm = announced.checksum.algorithm.or(upload.checksum_algorithm);
    let received = body::receive(store, body, announced).await?;
    let part = put_part(store, &input.bucket, &upload.id, input.part_number, received)?;
    let encryption = upload.attributes.encryption;
    Ok(UploadPartOutput {
        bucket_key_enabled: encryption.shown_bucket_key(),
        checksum_crc32: part.checksum.checksum_crc32,
        checksum_crc32c: part.checksum.checksum_crc32c,
        checksum_crc64nvme: part.checksum.checksum_crc64nvme,
        checksum_sha1: part.checksum.checksum_sha1,
        checksum_sha256: part.checksum.checksum_sha256,
        e_tag: Some(ETag::Strong(part.etag)),
        server_side_encryption: Some(encryption.shown_algorithm()),
        ssekms_key_id: encryption.kms_key_id,
        ..UploadPartOutput::default()
    })
}

fn put_part(
    store: &Store,
    bucket: &str,
    upload: &str,
    number: i32,
    received: Received,
) -> S3Result<Part> {
    let part = Part {
        number,
        sequence: store.next(),
        size: received.size,
        etag: hex(&received.md5),
        checksum: received.checksum,
        last_modified: now(),
    };
    store.write(bucket, |writer| {
        if !writer.bucket().uploads.contains_key(upload) {
            return Err(errors::no_such_upload());
        }
        writer.put_part(upload, part.clone(), received.file)
    })?;
    Ok(part)
}

pub async fn upload_part_copy(
    store: &Store,
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<UploadPartCopyOutput> {
    let input = request.input;
    check_part_number(input.part_number)?;
    let upload =
        store.read(&input.bucket, |bucket| find(bucket, &input.key, &input.upload_id).cloned())?;
    let source = Source::find(store, &input.copy_source, &source_condition!(input))?;
    let range = match input.copy_source_range.as_deref() {
        None => 0..source.content.size,
        Some(range) => Range::parse(range)
            .ok()
            .and_then(|range| range.check(source.content.size).ok())
            .ok_or_else(errors::invalid_range)?,
    };
    let algorithm = upload.checksum_algorithm.as_ref().map_or("CRC64NVME", |it| it.as_str());
    let digests = Digests::new(vec![algorithm]);
    let received = body::join(store, vec![(source.path, range)], digests).await?;
    let part = put_part(store, &input.bucket, &upload.id, input.part_number, received)?;
    let encryption = upload.attributes.encryption;
    Ok(UploadPartCopyOutput {
        bucket_key_enabled: encryption.shown_bucket_key(),
        copy_part_result: Some(CopyPartResult {
            checksum_crc32: part.checksum.checksum_crc32,
            checksum_crc32c: part.checksum.checksum_crc32c,
            checksum_crc64nvme: part.checksum.checksum_crc64nvme,
            checksum_sha1: part.checksum.checksum_sha1,
            checksum_sha256: part.checksum.checksum_sha256,
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(part.last_modified),
        }),
        copy_source_version_id: source.shown_id,
        server_side_encryption: Some(encryption.shown_algorithm()),
        ssekms_key_id: encryption.kms_key_id,
        ..UploadPartCopyOutput::default()
    })
}

pub async fn complete(
    store: &Store,
    request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<CompleteMultipartUploadOutput> {
    let input = request.input;
    let named = input.multipart_upload.clone().and_then(|it| it.parts).unwrap_or_default();
    let (upload, parts, condition) = store.read(&input.bucket, |bucket| {
        let upload = find(bucket, &input.key, &input.upload_id)?;
        let (if_match, if_none_match) = (input.if_match.clone(), input.if_none_match.clone());
        let condition = condition::Write::begin(bucket, &input.key, if_match, if_none_match)?;
        Ok((upload.clone(), choose(upload, &named)?, condition))
    })?;
    let received = join(store, &input.bucket, &upload, &parts).await?;
    let checksum = object_checksum(&upload, &parts, received.checksum)?;
    let expected = checksum::Announced { values: checksum_values!(input), ..Default::default() };
    expected.verify(&checksum)?;
    if input.mpu_object_size.is_some_and(|size| u64::try_from(size) != Ok(received.size)) {
        return Err(errors::invalid_request(
            "The provided 'x-amz-mp-object-size' header does not match what was computed.",
        ));
    }
    let content = Content {
        size: received.size,
        etag: format!("{}-{}", parts_etag(&upload, &parts), parts.len()),
        checksum,
        parts: parts.iter().map(|part| part.size).collect(),
        attributes: upload.attributes,
    };
    store.write(&input.bucket, |writer| {
        find(writer.bucket(), &input.key, &input.upload_id)?;
        condition.check(writer.bucket(), &input.key)?;
        let mut version = writer.draft(&input.key);
        version.content = Some(content.clone());
        let version_id = writer.bucket().shown_id(&version);
        writer.put(version, Some(received.file))?;
        writer.end_upload(&input.upload_id)?;
        Ok(completed(&input, content, version_id))
    })
}

/// The parts that the client names, which must be in order, as they were uploaded, and but for
/// the last not too small.
fn choose(upload: &Upload, named: &[CompletedPart]) -> S3Result<Vec<Part>> {
    if named.is_empty() {
        return Err(errors::malformed_xml());
    }
    if !named.is_sorted_by(|one, other| one.part_number < other.part_number) {
        return Err(errors::invalid_part_order());
    }
    let parts = named
        .iter()
        .map(|named| choose_part(upload, named).cloned())
        .collect::<S3Result<Vec<_>>>()?;
    let (_, all_but_last) = parts.split_last().ok_or_else(errors::malformed_xml)?;
    if all_but_last.iter().any(|part| part.size < SMALLEST_PART) {
        return Err(errors::entity_too_small());
    }
    Ok(parts)
}

fn choose_part<'a>(upload: &'a Upload, named: &CompletedPart) -> S3Result<&'a Part> {
    let part = named.part_number.and_then(|number| upload.parts.get(&number));
    let part = part.ok_or_else(errors::invalid_part)?;
    let etag_differs = named.e_tag.as_ref().is_none_or(|etag| etag.value() != part.etag);
    let claimed = checksum_values!(named);
    let checksum_differs = checksum::ALGORITHMS.into_iter().any(|algorithm| {
        let claimed = checksum::value(&claimed, algorithm);
        claimed.is_some() && claimed != checksum::value(&part.checksum, algorithm)
    });
    if etag_differs || checksum_differs { Err(errors::invalid_part()) } else { Ok(part) }
}

async fn join(store: &Store, bucket: &str, upload: &Upload, parts: &[Part]) -> S3Result<Received> {
    let algorithm = upload.checksum_algorithm.as_ref().map_or("CRC64NVME", |it| it.as_str());
    let sources = parts
        .iter()
        .map(|part| (store.bytes_of_part(bucket, &upload.id, part), 0..part.size))
        .collect();
    body::join(store, sources, Digests::new(vec![algorithm])).await
}

fn object_checksum(upload: &Upload, parts: &[Part], whole: Checksum) -> S3Result<Checksum> {
    match &upload.checksum_algorithm {
        Some(algorithm) if is_composite(upload) => {
            let values = parts
                .iter()
                .map(|part| {
                    let value = checksum::value(&part.checksum, algorithm.as_str());
                    BASE64_STANDARD
                        .decode(value.unwrap_or_default())
                        .map_err(|_| errors::invalid_part())
                })
                .collect::<S3Result<Vec<_>>>()?;
            Ok(checksum::composite(algorithm.as_str(), &values))
        }
        _ => Ok(whole),
    }
}

fn is_composite(upload: &Upload) -> bool {
    upload.checksum_type.as_ref().map(ChecksumType::as_str) == Some(ChecksumType::COMPOSITE)
}

/// The MD5 of the parts' MD5s, as AWS's multipart `ETag`s begin.
fn parts_etag(upload: &Upload, parts: &[Part]) -> String {
    let mut md5 = Md5::new();
    for part in parts {
        let bytes: Vec<u8> = (0..part.etag.len())
            .step_by(2)
            .filter_map(|at| u8::from_str_radix(&part.etag[at..at + 2], 16).ok())
            .collect();
        md5.update(&bytes);
    }
    let salt = parts.first().map_or(0, |part| part.sequence);
    etag(md5.finalize(), &upload.attributes.encryption, salt)
}

fn completed(
    input: &CompleteMultipartUploadInput,
    content: Content,
    version_id: Option<String>,
) -> CompleteMultipartUploadOutput {
    let encryption = content.attributes.encryption;
    CompleteMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        bucket_key_enabled: encryption.shown_bucket_key(),
        checksum_crc32: content.checksum.checksum_crc32,
        checksum_crc32c: content.checksum.checksum_crc32c,
        checksum_crc64nvme: content.checksum.checksum_crc64nvme,
        checksum_sha1: content.checksum.checksum_sha1,
        checksum_sha256: content.checksum.checksum_sha256,
        checksum_type: content.checksum.checksum_type,
        e_tag: Some(ETag::Strong(content.etag)),
        key: Some(input.key.clone()),
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        server_side_encryption: Some(encryption.shown_algorithm()),
        ssekms_key_id: encryption.kms_key_id,
        version_id,
        ..CompleteMultipartUploadOutput::default()
    }
}

pub fn abort(
    store: &Store,
    input: AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    store.write(&input.bucket, |writer| {
        find(writer.bucket(), &input.key, &input.upload_id)?;
        writer.end_upload(&input.upload_id)
    })?;
    Ok(AbortMultipartUploadOutput::default())
}
