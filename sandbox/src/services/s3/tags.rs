//! Tags of buckets and objects.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use s3s::S3Result;
use s3s::dto::{
    DeleteBucketTaggingInput, DeleteBucketTaggingOutput, DeleteObjectTaggingInput,
    DeleteObjectTaggingOutput, GetBucketTaggingInput, GetBucketTaggingOutput,
    GetObjectTaggingInput, GetObjectTaggingOutput, PutBucketTaggingInput, PutBucketTaggingOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, Tag,
};

use super::store::Store;
use super::{errors, read};

const OBJECT_LIMIT: usize = 10;
const BUCKET_LIMIT: usize = 50;

/// The tags of the header `x-amz-tagging`: `name=value&…`, URL-encoded.
///
/// # Errors
/// `InvalidTag` and `InvalidArgument`, as S3 answers them.
pub fn from_header(header: Option<&str>) -> S3Result<Vec<Tag>> {
    let pairs = header.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let tags = pairs
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok(Tag { key: Some(decode(key)?), value: Some(decode(value)?) })
        })
        .collect::<S3Result<Vec<_>>>()?;
    check(&tags, OBJECT_LIMIT)?;
    Ok(tags)
}

fn decode(text: &str) -> S3Result<String> {
    percent_decode_str(&text.replace('+', " ")).decode_utf8().map(Into::into).map_err(|_| {
        errors::invalid_argument("The header 'x-amz-tagging' shall be encoded as UTF-8")
    })
}

fn check(tags: &[Tag], limit: usize) -> S3Result<()> {
    if tags.len() > limit {
        return Err(errors::too_many_tags(limit));
    }
    let mut seen = HashSet::new();
    for tag in tags {
        let key = tag.key.as_deref().unwrap_or_default();
        let value = tag.value.as_deref().unwrap_or_default();
        if key.is_empty() || key.chars().count() > 128 {
            return Err(errors::invalid_tag("The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(errors::invalid_tag("The TagValue you have provided is invalid"));
        }
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(errors::invalid_tag("System tags cannot be added/updated by requester"));
        }
        if !seen.insert(key) {
            return Err(errors::invalid_tag("Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(())
}

pub fn put_bucket(store: &Store, input: PutBucketTaggingInput) -> S3Result<PutBucketTaggingOutput> {
    let tags = input.tagging.tag_set;
    check(&tags, BUCKET_LIMIT)?;
    store.write(&input.bucket, |writer| writer.change(|settings| settings.tags = tags))?;
    Ok(PutBucketTaggingOutput::default())
}

pub fn get_bucket(store: &Store, input: GetBucketTaggingInput) -> S3Result<GetBucketTaggingOutput> {
    store.read(&input.bucket, |bucket| match bucket.settings.tags.as_slice() {
        [] => Err(errors::no_such_tag_set()),
        tags => Ok(GetBucketTaggingOutput { tag_set: tags.to_vec() }),
    })
}

pub fn delete_bucket(
    store: &Store,
    input: DeleteBucketTaggingInput,
) -> S3Result<DeleteBucketTaggingOutput> {
    store.write(&input.bucket, |writer| writer.change(|settings| settings.tags.clear()))?;
    Ok(DeleteBucketTaggingOutput::default())
}

pub fn put_object(store: &Store, input: PutObjectTaggingInput) -> S3Result<PutObjectTaggingOutput> {
    let tags = input.tagging.tag_set;
    check(&tags, OBJECT_LIMIT)?;
    let version_id = replace(store, &input.bucket, &input.key, input.version_id, tags)?;
    Ok(PutObjectTaggingOutput { version_id })
}

pub fn get_object(store: &Store, input: GetObjectTaggingInput) -> S3Result<GetObjectTaggingOutput> {
    store.read(&input.bucket, |bucket| {
        let (version, content) = read::find(bucket, &input.key, input.version_id.as_deref())?;
        Ok(GetObjectTaggingOutput {
            tag_set: content.attributes.tags.clone(),
            version_id: bucket.shown_id(version),
        })
    })
}

pub fn delete_object(
    store: &Store,
    input: DeleteObjectTaggingInput,
) -> S3Result<DeleteObjectTaggingOutput> {
    let version_id = replace(store, &input.bucket, &input.key, input.version_id, Vec::new())?;
    Ok(DeleteObjectTaggingOutput { version_id })
}

fn replace(
    store: &Store,
    bucket: &str,
    key: &str,
    version_id: Option<String>,
    tags: Vec<Tag>,
) -> S3Result<Option<String>> {
    store.write(bucket, |writer| {
        let (version, _) = read::find(writer.bucket(), key, version_id.as_deref())?;
        let (id, shown) = (version.id.clone(), writer.bucket().shown_id(version));
        writer.set_tags(key, &id, tags)?;
        Ok(shown)
    })
}
