//! PutObject and CopyObject.

use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag, PutObjectInput,
    PutObjectOutput,
};
use s3s::{S3Request, S3Result};

use super::attributes::{attributes, check_metadata, refuse_unkept};
use super::body::{self, Received};
use super::checksum::{Digests, algorithms_of, announced_body};
use super::state::{Attributes, Bucket, Content, Encryption, Version};
use super::store::{Store, Writer};
use super::{condition, errors, hex, read};

/// The longest key, in bytes.
const KEY_LIMIT: usize = 1024;

/// S3's limit for a single PUT or copy: 5 GiB.
const SIZE_LIMIT: u64 = 5 << 30;

pub async fn put(
    store: &Store,
    mut request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    let body = request.input.body.take();
    let announced = announced_body!(request);
    let input = request.input;
    refuse_unkept!(input);
    check_key(&input.key)?;
    let (attributes, condition) = store.read(&input.bucket, |bucket| {
        let condition = condition::Write::begin(
            bucket,
            &input.key,
            input.if_match.clone(),
            input.if_none_match.clone(),
        )?;
        Ok((attributes!(store, bucket, input), condition))
    })?;
    check_metadata(&attributes.metadata)?;
    if announced.length.is_some_and(|length| length.unsigned_abs() > SIZE_LIMIT) {
        return Err(errors::entity_too_large());
    }
    let received = body::receive(store, body, announced).await?;
    store.write(&input.bucket, |writer| {
        condition.check(writer.bucket(), &input.key)?;
        let (version, content) = commit(writer, &input.key, received, attributes)?;
        Ok(put_output(writer.bucket(), &version, &content))
    })
}

fn put_output(bucket: &Bucket, version: &Version, content: &Content) -> PutObjectOutput {
    let encryption = &content.attributes.encryption;
    let checksum = &content.checksum;
    PutObjectOutput {
        bucket_key_enabled: encryption.shown_bucket_key(),
        checksum_crc32: checksum.checksum_crc32.clone(),
        checksum_crc32c: checksum.checksum_crc32c.clone(),
        checksum_crc64nvme: checksum.checksum_crc64nvme.clone(),
        checksum_sha1: checksum.checksum_sha1.clone(),
        checksum_sha256: checksum.checksum_sha256.clone(),
        checksum_type: checksum.checksum_type.clone(),
        e_tag: Some(ETag::Strong(content.etag.clone())),
        server_side_encryption: Some(encryption.shown_algorithm()),
        ssekms_key_id: encryption.kms_key_id.clone(),
        version_id: bucket.shown_id(version),
        ..PutObjectOutput::default()
    }
}

/// Puts a received body in its place.
fn commit(
    writer: &mut Writer<'_>,
    key: &str,
    received: Received,
    attributes: Attributes,
) -> S3Result<(Version, Content)> {
    let mut version = writer.draft(key);
    let content = Content {
        size: received.size,
        etag: etag(received.md5, &attributes.encryption, version.sequence),
        checksum: received.checksum,
        parts: Vec::new(),
        attributes,
    };
    version.content = Some(content.clone());
    writer.put(version.clone(), Some(received.file))?;
    Ok((version, content))
}

/// The `ETag` of a single PUT: the MD5 of the bytes, except under a KMS key, where S3 documents
/// that it is not, lest anybody count on it.
pub fn etag(md5: [u8; 16], encryption: &Encryption, salt: u64) -> String {
    if encryption.algorithm.is_none() {
        return hex(&md5);
    }
    let mut salted = Md5::new();
    salted.update(&md5);
    salted.update(&salt.to_be_bytes());
    hex(&salted.finalize())
}

/// Refuses a key that S3 does not take.
///
/// # Errors
/// `KeyTooLongError`.
pub fn check_key(key: &str) -> S3Result<()> {
    if key.len() > KEY_LIMIT { Err(errors::key_too_long()) } else { Ok(()) }
}

/// What a copy reads from.
pub struct Source {
    pub content: Content,
    pub path: std::path::PathBuf,
    pub shown_id: Option<String>,
}

impl Source {
    /// Finds what `x-amz-copy-source` names.
    ///
    /// # Errors
    /// What a read of it would answer; `PreconditionFailed`.
    pub fn find(store: &Store, source: &CopySource, condition: &condition::Read) -> S3Result<Self> {
        let CopySource::Bucket { bucket, key, version_id } = source else {
            return Err(errors::not_implemented("access points"));
        };
        store.read(bucket, |bucket| {
            let (version, content) = read::find(bucket, key, version_id.as_deref())?;
            condition.check_copy(version, content)?;
            Ok(Self {
                content: content.clone(),
                path: store.bytes_of(&bucket.name, version),
                shown_id: bucket.shown_id(version),
            })
        })
    }
}

/// The conditions on the source of CopyObject and UploadPartCopy.
macro_rules! source_condition {
    ($input:expr) => {
        $crate::services::s3::condition::Read {
            if_match: $input.copy_source_if_match.clone(),
            if_none_match: $input.copy_source_if_none_match.clone(),
            if_modified_since: $input.copy_source_if_modified_since.clone(),
            if_unmodified_since: $input.copy_source_if_unmodified_since.clone(),
        }
    };
}
pub(super) use source_condition;

pub async fn copy(
    store: &Store,
    request: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    let input = request.input;
    refuse_unkept!(input);
    check_key(&input.key)?;
    let source = Source::find(store, &input.copy_source, &source_condition!(input))?;
    if source.content.size > SIZE_LIMIT {
        return Err(errors::copy_source_too_large());
    }
    let attributes = copied_attributes(store, &input, &source)?;
    check_metadata(&attributes.metadata)?;
    let algorithms = match &input.checksum_algorithm {
        Some(algorithm) => vec![algorithm.clone()],
        None => algorithms_of(&source.content.checksum),
    };
    let digests = Digests::new(algorithms.iter().map(|it| it.as_str()).collect());
    let whole = 0..source.content.size;
    let received = body::join(store, vec![(source.path, whole)], digests).await?;
    store.write(&input.bucket, |writer| {
        let (version, content) = commit(writer, &input.key, received, attributes)?;
        let encryption = &content.attributes.encryption;
        Ok(CopyObjectOutput {
            bucket_key_enabled: encryption.shown_bucket_key(),
            copy_source_version_id: source.shown_id,
            server_side_encryption: Some(encryption.shown_algorithm()),
            ssekms_key_id: encryption.kms_key_id.clone(),
            version_id: writer.bucket().shown_id(&version),
            copy_object_result: Some(copy_result(&version, &content)),
            ..CopyObjectOutput::default()
        })
    })
}

fn copy_result(version: &Version, content: &Content) -> CopyObjectResult {
    let checksum = content.checksum.clone();
    CopyObjectResult {
        checksum_crc32: checksum.checksum_crc32,
        checksum_crc32c: checksum.checksum_crc32c,
        checksum_crc64nvme: checksum.checksum_crc64nvme,
        checksum_sha1: checksum.checksum_sha1,
        checksum_sha256: checksum.checksum_sha256,
        checksum_type: checksum.checksum_type,
        e_tag: Some(ETag::Strong(content.etag.clone())),
        last_modified: Some(version.last_modified.clone()),
    }
}

/// The source's attributes or the request's, as its directives say. Storage class and encryption
/// are always the request's.
fn copied_attributes(
    store: &Store,
    input: &CopyObjectInput,
    source: &Source,
) -> S3Result<Attributes> {
    let replace = |directive: Option<&str>| directive == Some("REPLACE");
    let replace_metadata = replace(input.metadata_directive.as_ref().map(|it| it.as_str()));
    let replace_tags = replace(input.tagging_directive.as_ref().map(|it| it.as_str()));
    let asked = store.read(&input.bucket, |bucket| Ok(attributes!(store, bucket, input)))?;
    let changes = replace_metadata
        || input.storage_class.is_some()
        || input.server_side_encryption.is_some()
        || input.website_redirect_location.is_some();
    if is_onto_itself(input) && !changes {
        return Err(errors::copy_onto_itself());
    }
    let kept = source.content.attributes.clone();
    let tags = if replace_tags { asked.tags.clone() } else { kept.tags.clone() };
    let base = if replace_metadata { asked.clone() } else { kept };
    Ok(Attributes {
        tags,
        storage_class: asked.storage_class,
        encryption: asked.encryption,
        website_redirect_location: asked.website_redirect_location,
        ..base
    })
}

fn is_onto_itself(input: &CopyObjectInput) -> bool {
    match &input.copy_source {
        CopySource::Bucket { bucket, key, version_id: None } => {
            **bucket == *input.bucket && **key == *input.key
        }
        _ => false,
    }
}
