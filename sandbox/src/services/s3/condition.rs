//! Preconditions of reads and writes.

use s3s::S3Result;
use s3s::dto::{ETagCondition, Timestamp, TimestampFormat};

use super::errors;
use super::state::{Bucket, Content, Version};

fn matches(condition: &ETagCondition, etag: &str) -> bool {
    condition.is_any() || condition.as_etag().is_some_and(|wanted| wanted.value() == etag)
}

/// The conditions of a read, as RFC 9110 orders them.
#[derive(Debug, Default)]
pub struct Read {
    pub if_match: Option<ETagCondition>,
    pub if_none_match: Option<ETagCondition>,
    pub if_modified_since: Option<Timestamp>,
    pub if_unmodified_since: Option<Timestamp>,
}

impl Read {
    /// Whether the version may be read.
    ///
    /// # Errors
    /// `PreconditionFailed`, or `NotModified` when the reader has it already.
    pub fn check(&self, version: &Version, content: &Content) -> S3Result<()> {
        self.check_failed(version, content)?;
        if self.is_unmodified(version, content) {
            return Err(errors::not_modified(&content.etag));
        }
        Ok(())
    }

    /// Whether the version may be copied; a copy that is not wanted is always a failure.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub fn check_copy(&self, version: &Version, content: &Content) -> S3Result<()> {
        self.check_failed(version, content)?;
        if self.is_unmodified(version, content) {
            return Err(errors::precondition_failed());
        }
        Ok(())
    }

    fn check_failed(&self, version: &Version, content: &Content) -> S3Result<()> {
        let failed = match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) => !matches(condition, &content.etag),
            (None, Some(since)) => is_later(&version.last_modified, since),
            (None, None) => false,
        };
        if failed { Err(errors::precondition_failed()) } else { Ok(()) }
    }

    fn is_unmodified(&self, version: &Version, content: &Content) -> bool {
        match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => matches(condition, &content.etag),
            (None, Some(since)) => !is_later(&version.last_modified, since),
            (None, None) => false,
        }
    }
}

/// Later by whole seconds, which is all that an HTTP date can say.
fn is_later(moment: &Timestamp, than: &Timestamp) -> bool {
    fn seconds(timestamp: &Timestamp) -> Option<i64> {
        let mut text = Vec::new();
        timestamp.format(TimestampFormat::EpochSeconds, &mut text).ok()?;
        let text = String::from_utf8(text).ok()?;
        text.split('.').next()?.parse().ok()
    }
    seconds(moment) > seconds(than)
}

/// The conditions of a write, with what the key held when the write began.
///
/// S3 lets the first write that ends win: the others find its object and fail with
/// `PreconditionFailed`. When an object that was there at the start was deleted before the end,
/// it answers `ConditionalRequestConflict`, which asks the client to try again.
#[derive(Debug)]
pub struct Write {
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
    existed: bool,
}

impl Write {
    /// The conditions of a write that begins now.
    ///
    /// # Errors
    /// `NotImplemented` for `If-None-Match` with anything but `*`, as S3 answers it.
    pub fn begin(
        bucket: &Bucket,
        key: &str,
        if_match: Option<ETagCondition>,
        if_none_match: Option<ETagCondition>,
    ) -> S3Result<Self> {
        if if_none_match.as_ref().is_some_and(|condition| !condition.is_any()) {
            return Err(errors::header_not_implemented());
        }
        Ok(Self { if_match, if_none_match, existed: bucket.current(key).is_some() })
    }

    /// Whether the write may end now.
    ///
    /// # Errors
    /// `PreconditionFailed`, `ConditionalRequestConflict`, or `NoSuchKey` for an `If-Match` on
    /// nothing.
    pub fn check(&self, bucket: &Bucket, key: &str) -> S3Result<()> {
        let conditional = self.if_match.is_some() || self.if_none_match.is_some();
        match bucket.current(key) {
            Some(_) if self.if_none_match.is_some() => Err(errors::precondition_failed()),
            Some((_, content)) => check_match(self.if_match.as_ref(), content),
            None if conditional && self.existed => Err(errors::conditional_request_conflict()),
            None if self.if_match.is_some() => Err(errors::no_such_key()),
            None => Ok(()),
        }
    }
}

/// Whether an object has the `ETag` that a write or a deletion asks for.
///
/// # Errors
/// `PreconditionFailed`.
pub fn check_match(condition: Option<&ETagCondition>, content: &Content) -> S3Result<()> {
    match condition {
        Some(condition) if !matches(condition, &content.etag) => Err(errors::precondition_failed()),
        _ => Ok(()),
    }
}
