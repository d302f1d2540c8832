//! S3's errors, in AWS's words; no code string stands anywhere else.

use std::borrow::Cow;

use http::{HeaderValue, StatusCode};
use s3s::{S3Error, S3ErrorCode};

use super::state::Version;

/// An error whose code the protocol library does not know.
fn custom(
    code: &'static str,
    status: StatusCode,
    message: impl Into<Cow<'static, str>>,
) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message);
    error.set_status_code(status);
    error
}

fn with_header(mut error: S3Error, name: &'static str, value: &str) -> S3Error {
    let mut headers = error.headers().cloned().unwrap_or_default();
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
    error.set_headers(headers);
    error
}

pub fn no_such_bucket() -> S3Error {
    S3Error::with_message(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
}

pub fn bucket_already_owned_by_you() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::BucketAlreadyOwnedByYou,
        "Your previous request to create the named bucket succeeded and you already own it.",
    )
}

pub fn bucket_not_empty(versioned: bool) -> S3Error {
    let message = if versioned {
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
    } else {
        "The bucket you tried to delete is not empty"
    };
    S3Error::with_message(S3ErrorCode::BucketNotEmpty, message)
}

pub fn illegal_location_constraint(constraint: &str) -> S3Error {
    let message = format!(
        "The {constraint} location constraint is incompatible for the region specific endpoint \
         this request was sent to."
    );
    S3Error::with_message(S3ErrorCode::IllegalLocationConstraintException, message)
}

pub fn invalid_location_constraint() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidLocationConstraint,
        "The specified location-constraint is not valid",
    )
}

/// The bucket is in another region: a client that follows it signs for the region in the header.
pub fn permanent_redirect(region: &str) -> S3Error {
    let error = S3Error::with_message(
        S3ErrorCode::PermanentRedirect,
        "The bucket you are attempting to access must be addressed using the specified endpoint. \
         Please send all future requests to this endpoint.",
    );
    with_header(error, "x-amz-bucket-region", region)
}

pub fn access_denied() -> S3Error {
    S3Error::with_message(S3ErrorCode::AccessDenied, "Access Denied")
}

pub fn invalid_access_key() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidAccessKeyId,
        "The AWS Access Key Id you provided does not exist in our records.",
    )
}

pub fn invalid_token() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidToken,
        "The provided token is malformed or otherwise invalid.",
    )
}

pub fn expired_token() -> S3Error {
    S3Error::with_message(S3ErrorCode::ExpiredToken, "The provided token has expired.")
}

pub fn no_such_key() -> S3Error {
    S3Error::with_message(S3ErrorCode::NoSuchKey, "The specified key does not exist.")
}

/// The newest version of the key is a delete marker.
pub fn deleted(marker: &Version) -> S3Error {
    mark(no_such_key(), marker)
}

/// A delete marker was asked for by its version id.
pub fn marker_has_no_content(marker: &Version) -> S3Error {
    let error = S3Error::with_message(
        S3ErrorCode::MethodNotAllowed,
        "The specified method is not allowed against this resource.",
    );
    with_header(mark(error, marker), "allow", "DELETE")
}

fn mark(error: S3Error, marker: &Version) -> S3Error {
    let error = with_header(error, "x-amz-delete-marker", "true");
    with_header(error, "x-amz-version-id", &marker.id)
}

pub fn no_such_version() -> S3Error {
    S3Error::with_message(S3ErrorCode::NoSuchVersion, "The specified version does not exist.")
}

pub fn no_such_upload() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::NoSuchUpload,
        "The specified multipart upload does not exist. The upload ID may be invalid, or the \
         upload may have been aborted or completed.",
    )
}

pub fn precondition_failed() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold",
    )
}

pub fn conditional_request_conflict() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::ConditionalRequestConflict,
        "The conditional request cannot succeed due to a conflicting operation against this \
         resource.",
    )
}

pub fn not_modified(etag: &str) -> S3Error {
    let error = S3Error::new(S3ErrorCode::NotModified);
    with_header(error, "etag", &format!("\"{etag}\""))
}

pub fn invalid_argument(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidArgument, message)
}

pub fn invalid_request(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidRequest, message)
}

pub fn invalid_range() -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidRange, "The requested range is not satisfiable")
}

pub fn invalid_part_number() -> S3Error {
    custom(
        "InvalidPartNumber",
        StatusCode::RANGE_NOT_SATISFIABLE,
        "The requested partnumber is not satisfiable",
    )
}

/// A header that S3 knows, with a value that this operation does not take.
pub fn header_not_implemented() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::NotImplemented,
        "A header you provided implies functionality that is not implemented",
    )
}

pub fn not_implemented(what: &str) -> S3Error {
    let message = format!("The sandbox does not implement {what}.");
    S3Error::with_message(S3ErrorCode::NotImplemented, message)
}

pub fn invalid_digest() -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidDigest, "The Content-MD5 you specified was invalid.")
}

pub fn bad_digest(algorithm: &str) -> S3Error {
    let message = format!("The {algorithm} you specified did not match the calculated checksum.");
    S3Error::with_message(S3ErrorCode::BadDigest, message)
}

pub fn bad_content_md5() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::BadDigest,
        "The Content-MD5 you specified did not match what we received.",
    )
}

pub fn incomplete_body() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::IncompleteBody,
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    )
}

pub fn content_hash_mismatch() -> S3Error {
    custom(
        "XAmzContentSHA256Mismatch",
        StatusCode::BAD_REQUEST,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
}

pub fn signature_does_not_match() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::SignatureDoesNotMatch,
        "The request signature we calculated does not match the signature you provided. Check \
         your key and signing method.",
    )
}

pub fn entity_too_small() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::EntityTooSmall,
        "Your proposed upload is smaller than the minimum allowed size",
    )
}

pub fn entity_too_large() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::EntityTooLarge,
        "Your proposed upload exceeds the maximum allowed size",
    )
}

pub fn copy_source_too_large() -> S3Error {
    invalid_request(
        "The specified copy source is larger than the maximum allowable size for a copy source: \
         5368709120",
    )
}

pub fn copy_onto_itself() -> S3Error {
    invalid_request(
        "This copy request is illegal because it is trying to copy an object to itself without \
         changing the object's metadata, storage class, website redirect location or encryption \
         attributes.",
    )
}

pub fn key_too_long() -> S3Error {
    S3Error::with_message(S3ErrorCode::KeyTooLongError, "Your key is too long")
}

pub fn invalid_part() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidPart,
        "One or more of the specified parts could not be found.  The part may not have been \
         uploaded, or the specified entity tag may not match the part's entity tag.",
    )
}

pub fn invalid_part_order() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidPartOrder,
        "The list of parts was not in ascending order. Parts must be ordered by part number.",
    )
}

pub fn metadata_too_large() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::MetadataTooLarge,
        "Your metadata headers exceed the maximum allowed metadata size",
    )
}

pub fn malformed_xml() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::MalformedXML,
        "The XML you provided was not well-formed or did not validate against our published \
         schema",
    )
}

pub fn invalid_tag(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidTag, message)
}

pub fn too_many_tags(limit: usize) -> S3Error {
    let what = if limit == 10 { "Object" } else { "Bucket" };
    let message = format!("{what} tags cannot be greater than {limit}");
    custom("BadRequest", StatusCode::BAD_REQUEST, message)
}

pub fn malformed_policy(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::MalformedPolicy, message)
}

pub fn acl_not_supported() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::AccessControlListNotSupported,
        "The bucket does not allow ACLs",
    )
}

pub fn acl_with_ownership() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidBucketAclWithObjectOwnership,
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    )
}

pub fn no_such_policy() -> S3Error {
    S3Error::with_message(S3ErrorCode::NoSuchBucketPolicy, "The bucket policy does not exist")
}

pub fn no_such_tag_set() -> S3Error {
    S3Error::with_message(S3ErrorCode::NoSuchTagSet, "The TagSet does not exist")
}

pub fn no_such_lifecycle() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::NoSuchLifecycleConfiguration,
        "The lifecycle configuration does not exist",
    )
}

pub fn no_such_cors() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::NoSuchCORSConfiguration,
        "The CORS configuration does not exist",
    )
}

pub fn no_such_logging_target() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidTargetBucketForLogging,
        "The target bucket for logging does not exist",
    )
}

pub fn no_such_website() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::NoSuchWebsiteConfiguration,
        "The specified bucket does not have a website configuration",
    )
}

pub fn no_such_replication() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::ReplicationConfigurationNotFoundError,
        "The replication configuration was not found",
    )
}

pub fn no_such_object_lock() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::ObjectLockConfigurationNotFoundError,
        "Object Lock configuration does not exist for this bucket",
    )
}

pub fn no_such_ownership_controls() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::OwnershipControlsNotFoundError,
        "The bucket ownership controls were not found",
    )
}

pub fn no_such_public_access_block() -> S3Error {
    custom(
        "NoSuchPublicAccessBlockConfiguration",
        StatusCode::NOT_FOUND,
        "The public access block configuration was not found",
    )
}

/// What an operation was reading was removed by another.
pub fn operation_aborted() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::OperationAborted,
        "A conflicting conditional operation is currently in progress against this resource. \
         Please try again.",
    )
}

/// The disk refused: a broken promise inside the sandbox.
pub fn disk(error: std::io::Error) -> S3Error {
    let mut fault = S3Error::with_message(
        S3ErrorCode::InternalError,
        "We encountered an internal error. Please try again.",
    );
    fault.set_source(Box::new(error));
    fault
}
