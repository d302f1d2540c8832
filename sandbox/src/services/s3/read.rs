//! GetObject, HeadObject, GetObjectAttributes, GetObjectAcl.

use std::ops::Range;

use s3s::S3Result;
use s3s::dto::{
    ChecksumMode, ETag, GetObjectAclInput, GetObjectAclOutput, GetObjectAttributesInput,
    GetObjectAttributesOutput, GetObjectAttributesParts, GetObjectInput, GetObjectOutput,
    HeadObjectInput, HeadObjectOutput, ObjectAttributes, StorageClass,
};
use s3s::{S3Request, dto};
use tokio::fs::File;

use super::attributes::describe;
use super::state::{Bucket, Content, Version};
use super::store::Store;
use super::{body, buckets, condition, errors};

/// The version that a reader asks for, which is not a delete marker.
///
/// # Errors
/// `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a delete marker by its id.
pub fn find<'a>(
    bucket: &'a Bucket,
    key: &str,
    id: Option<&str>,
) -> S3Result<(&'a Version, &'a Content)> {
    let version = match id {
        None => bucket.newest(key).ok_or_else(errors::no_such_key)?,
        Some(id) => {
            check_version_id(id)?;
            bucket.version(key, id).ok_or_else(errors::no_such_version)?
        }
    };
    match (&version.content, id) {
        (Some(content), _) => Ok((version, content)),
        (None, None) => Err(errors::deleted(version)),
        (None, Some(_)) => Err(errors::marker_has_no_content(version)),
    }
}

/// Refuses what cannot be a version id.
///
/// # Errors
/// `InvalidArgument`.
pub fn check_version_id(id: &str) -> S3Result<()> {
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id || id == super::state::NULL_VERSION {
        return Ok(());
    }
    Err(errors::invalid_argument("Invalid version id specified"))
}

/// Which bytes are asked for, and of how many parts the object is, where a part was asked for.
struct Selection {
    range: Range<u64>,
    partial: bool,
    parts: Option<i32>,
}

impl Selection {
    fn of(
        content: &Content,
        range: Option<&dto::Range>,
        part_number: Option<i32>,
    ) -> S3Result<Self> {
        let whole = Self { range: 0..content.size, partial: false, parts: None };
        match (range, part_number) {
            (Some(_), Some(_)) => Err(errors::invalid_request(
                "Cannot specify both Range header and partNumber query parameter",
            )),
            (Some(range), None) => {
                let range = range.check(content.size).map_err(|_| errors::invalid_range())?;
                Ok(Self { range, partial: true, parts: None })
            }
            (None, Some(number)) => Self::part(content, number),
            (None, None) => Ok(whole),
        }
    }

    fn part(content: &Content, number: i32) -> S3Result<Self> {
        let single = [content.size];
        let parts = if content.parts.is_empty() { &single[..] } else { &content.parts };
        let index = usize::try_from(number - 1).map_err(|_| errors::invalid_part_number())?;
        let size = parts.get(index).ok_or_else(errors::invalid_part_number)?;
        let start: u64 = parts[..index].iter().sum();
        let count = i32::try_from(content.parts.len()).ok().filter(|count| *count > 0);
        Ok(Self { range: start..start + size, partial: true, parts: count })
    }

    fn length(&self) -> Option<i64> {
        i64::try_from(self.range.end - self.range.start).ok()
    }

    fn content_range(&self, content: &Content) -> Option<String> {
        let last = self.range.end.saturating_sub(1);
        (self.partial && content.size > 0)
            .then(|| format!("bytes {}-{last}/{}", self.range.start, content.size))
    }
}

/// Sets the members of a selection and, for a whole object, the checksum that was asked for.
macro_rules! select {
    ($output:expr, $input:expr, $selection:expr, $content:expr) => {
        $output.content_length = $selection.length();
        $output.content_range = $selection.content_range($content);
        $output.parts_count = $selection.parts;
        if wants_checksum($input.checksum_mode.as_ref()) && !$selection.partial {
            $output.checksum_crc32 = $content.checksum.checksum_crc32.clone();
            $output.checksum_crc32c = $content.checksum.checksum_crc32c.clone();
            $output.checksum_crc64nvme = $content.checksum.checksum_crc64nvme.clone();
            $output.checksum_sha1 = $content.checksum.checksum_sha1.clone();
            $output.checksum_sha256 = $content.checksum.checksum_sha256.clone();
            $output.checksum_type = $content.checksum.checksum_type.clone();
        }
    };
}

fn wants_checksum(mode: Option<&ChecksumMode>) -> bool {
    mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED)
}

macro_rules! read_condition {
    ($input:expr) => {
        condition::Read {
            if_match: $input.if_match.clone(),
            if_none_match: $input.if_none_match.clone(),
            if_modified_since: $input.if_modified_since.clone(),
            if_unmodified_since: $input.if_unmodified_since.clone(),
        }
    };
}

pub async fn get(store: &Store, request: S3Request<GetObjectInput>) -> S3Result<GetObjectOutput> {
    open(store, request.input).await
}

/// An object and its bytes.
pub async fn open(store: &Store, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    // The file is opened under the lock: a deletion that comes next leaves it readable.
    let (mut output, file, range) = store.read(&input.bucket, |bucket| {
        let (version, content) = find(bucket, &input.key, input.version_id.as_deref())?;
        read_condition!(input).check(version, content)?;
        let selection = Selection::of(content, input.range.as_ref(), input.part_number)?;
        let mut output = describe!(GetObjectOutput, bucket, version, content);
        select!(output, input, selection, content);
        output.tag_count =
            i32::try_from(content.attributes.tags.len()).ok().filter(|count| *count > 0);
        let file = std::fs::File::open(store.bytes_of(&bucket.name, version));
        Ok((output, file.map_err(errors::disk)?, selection.range))
    })?;
    output.body = Some(body::send(File::from_std(file), range).await?);
    Ok(output)
}

pub fn head(store: &Store, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    store.read(&input.bucket, |bucket| {
        let (version, content) = find(bucket, &input.key, input.version_id.as_deref())?;
        read_condition!(input).check(version, content)?;
        let selection = Selection::of(content, input.range.as_ref(), input.part_number)?;
        let mut output = describe!(HeadObjectOutput, bucket, version, content);
        select!(output, input, selection, content);
        Ok(output)
    })
}

pub fn attributes(
    store: &Store,
    input: GetObjectAttributesInput,
) -> S3Result<GetObjectAttributesOutput> {
    // Some clients send one header with commas, others several headers.
    let names = input.object_attributes.iter().flat_map(|it| it.as_str().split(','));
    let names: Vec<_> = names.map(str::trim).collect();
    let asked = |name: &str| names.contains(&name);
    store.read(&input.bucket, |bucket| {
        let (version, content) = find(bucket, &input.key, input.version_id.as_deref())?;
        let class = content.attributes.storage_class.clone();
        let standard = || StorageClass::from_static(StorageClass::STANDARD);
        Ok(GetObjectAttributesOutput {
            checksum: asked(ObjectAttributes::CHECKSUM).then(|| content.checksum.clone()),
            e_tag: asked(ObjectAttributes::ETAG).then(|| ETag::Strong(content.etag.clone())),
            last_modified: Some(version.last_modified.clone()),
            object_parts: asked(ObjectAttributes::OBJECT_PARTS)
                .then(|| part_count(content))
                .flatten(),
            object_size: asked(ObjectAttributes::OBJECT_SIZE)
                .then(|| i64::try_from(content.size).ok())
                .flatten(),
            storage_class: asked(ObjectAttributes::STORAGE_CLASS)
                .then(|| class.unwrap_or_else(standard)),
            version_id: bucket.shown_id(version),
            ..GetObjectAttributesOutput::default()
        })
    })
}

fn part_count(content: &Content) -> Option<GetObjectAttributesParts> {
    let total_parts_count = i32::try_from(content.parts.len()).ok().filter(|count| *count > 0);
    total_parts_count.map(|_| GetObjectAttributesParts {
        total_parts_count,
        ..GetObjectAttributesParts::default()
    })
}

pub fn acl(store: &Store, input: GetObjectAclInput) -> S3Result<GetObjectAclOutput> {
    store.read(&input.bucket, |bucket| {
        find(bucket, &input.key, input.version_id.as_deref())?;
        let grants = Some(buckets::owner_has_full_control(store));
        Ok(GetObjectAclOutput { grants, owner: Some(store.owner()), request_charged: None })
    })
}
