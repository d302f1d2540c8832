//! DeleteObject and DeleteObjects.

use s3s::S3Result;
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error, ObjectIdentifier,
};

use super::store::{Store, Writer};
use super::{condition, errors, read};

/// How many objects one DeleteObjects may name.
const BATCH_LIMIT: usize = 1000;

/// What a deletion did.
#[derive(Debug, Default)]
struct Deleted {
    /// The version that was removed or, without a version id in the request, the marker put.
    version_id: Option<String>,
    /// Whether that is a delete marker.
    marker: bool,
}

pub fn one(store: &Store, input: DeleteObjectInput) -> S3Result<DeleteObjectOutput> {
    if input.if_match_size.is_some() || input.if_match_last_modified_time.is_some() {
        return Err(errors::header_not_implemented());
    }
    let deleted = store.write(&input.bucket, |writer| {
        delete(writer, &input.key, input.version_id.as_deref(), input.if_match.as_ref())
    })?;
    Ok(DeleteObjectOutput {
        delete_marker: deleted.marker.then_some(true),
        version_id: deleted.version_id,
        request_charged: None,
    })
}

fn delete(
    writer: &mut Writer<'_>,
    key: &str,
    version_id: Option<&str>,
    if_match: Option<&ETagCondition>,
) -> S3Result<Deleted> {
    if if_match.is_some() {
        let (_, content) = read::find(writer.bucket(), key, version_id)?;
        condition::check_match(if_match, content)?;
    }
    match version_id {
        Some(id) => remove_version(writer, key, id),
        None if writer.bucket().has_versions() => put_marker(writer, key),
        None => {
            writer.remove(key, super::state::NULL_VERSION)?;
            Ok(Deleted::default())
        }
    }
}

/// Removing a version that does not exist succeeds, as S3 answers it.
fn remove_version(writer: &mut Writer<'_>, key: &str, id: &str) -> S3Result<Deleted> {
    read::check_version_id(id)?;
    let removed = writer.remove(key, id)?;
    let marker = removed.is_some_and(|version| version.content.is_none());
    Ok(Deleted { version_id: Some(id.to_owned()), marker })
}

fn put_marker(writer: &mut Writer<'_>, key: &str) -> S3Result<Deleted> {
    let marker = writer.draft(key);
    let version_id = Some(marker.id.clone());
    writer.put(marker, None)?;
    Ok(Deleted { version_id, marker: true })
}

pub fn many(store: &Store, input: DeleteObjectsInput) -> S3Result<DeleteObjectsOutput> {
    let objects = input.delete.objects;
    if objects.is_empty() || objects.len() > BATCH_LIMIT {
        return Err(errors::malformed_xml());
    }
    let quiet = input.delete.quiet == Some(true);
    let mut deleted = Vec::new();
    let mut failed = Vec::new();
    store.write(&input.bucket, |writer| {
        for object in objects {
            let if_match = object.e_tag.clone().map(ETagCondition::ETag);
            let id = object.version_id.as_deref();
            match delete(writer, &object.key, id, if_match.as_ref()) {
                Ok(done) => deleted.push(success(object, done)),
                Err(error) => failed.push(failure(object, &error)),
            }
        }
        Ok(())
    })?;
    Ok(DeleteObjectsOutput {
        deleted: (!quiet).then_some(deleted),
        errors: Some(failed),
        request_charged: None,
    })
}

fn success(object: ObjectIdentifier, done: Deleted) -> DeletedObject {
    let marker_id = done.version_id.filter(|_| done.marker);
    DeletedObject {
        delete_marker: done.marker.then_some(true),
        delete_marker_version_id: marker_id,
        key: Some(object.key),
        version_id: object.version_id,
    }
}

fn failure(object: ObjectIdentifier, error: &s3s::S3Error) -> Error {
    Error {
        code: Some(error.code().as_str().to_owned()),
        key: Some(object.key),
        message: error.message().map(str::to_owned),
        version_id: object.version_id,
    }
}
