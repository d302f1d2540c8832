//! Which operation a request is, from its method, path and query alone.
//!
//! The protocol library decides the same, but tells only after it has checked the signature; the
//! call log and injected faults need the name before. A test holds the two together.

use http::request::Parts;
use http::{HeaderMap, Method};

use super::access;

/// What an address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The service.
    Root,
    /// A bucket.
    Bucket,
    /// An object.
    Object,
}

use Level::{Bucket, Object, Root};

/// One row: method, level, what must be there (query parameters, some with their value; a header
/// behind `@`), the operation. The first row that fits counts.
type Route = (Method, Level, &'static str, &'static str);

const ROUTES: &[Route] = &[
    (Method::HEAD, Bucket, "", "HeadBucket"),
    (Method::HEAD, Object, "", "HeadObject"),
    (Method::GET, Root, "x-id=ListDirectoryBuckets", "ListDirectoryBuckets"),
    (Method::GET, Root, "", "ListBuckets"),
    (Method::GET, Bucket, "abac", "GetBucketAbac"),
    (Method::GET, Bucket, "metadataConfiguration", "GetBucketMetadataConfiguration"),
    (Method::GET, Bucket, "analytics id", "GetBucketAnalyticsConfiguration"),
    (Method::GET, Bucket, "intelligent-tiering id", "GetBucketIntelligentTieringConfiguration"),
    (Method::GET, Bucket, "inventory id", "GetBucketInventoryConfiguration"),
    (Method::GET, Bucket, "metrics id", "GetBucketMetricsConfiguration"),
    (Method::GET, Bucket, "analytics", "ListBucketAnalyticsConfigurations"),
    (Method::GET, Bucket, "intelligent-tiering", "ListBucketIntelligentTieringConfigurations"),
    (Method::GET, Bucket, "inventory", "ListBucketInventoryConfigurations"),
    (Method::GET, Bucket, "metrics", "ListBucketMetricsConfigurations"),
    (Method::GET, Bucket, "accelerate", "GetBucketAccelerateConfiguration"),
    (Method::GET, Bucket, "acl", "GetBucketAcl"),
    (Method::GET, Bucket, "cors", "GetBucketCors"),
    (Method::GET, Bucket, "encryption", "GetBucketEncryption"),
    (Method::GET, Bucket, "lifecycle", "GetBucketLifecycleConfiguration"),
    (Method::GET, Bucket, "location", "GetBucketLocation"),
    (Method::GET, Bucket, "logging", "GetBucketLogging"),
    (Method::GET, Bucket, "notification", "GetBucketNotificationConfiguration"),
    (Method::GET, Bucket, "ownershipControls", "GetBucketOwnershipControls"),
    (Method::GET, Bucket, "policy", "GetBucketPolicy"),
    (Method::GET, Bucket, "policyStatus", "GetBucketPolicyStatus"),
    (Method::GET, Bucket, "replication", "GetBucketReplication"),
    (Method::GET, Bucket, "requestPayment", "GetBucketRequestPayment"),
    (Method::GET, Bucket, "tagging", "GetBucketTagging"),
    (Method::GET, Bucket, "versioning", "GetBucketVersioning"),
    (Method::GET, Bucket, "website", "GetBucketWebsite"),
    (Method::GET, Bucket, "object-lock", "GetObjectLockConfiguration"),
    (Method::GET, Bucket, "publicAccessBlock", "GetPublicAccessBlock"),
    (Method::GET, Bucket, "uploads", "ListMultipartUploads"),
    (Method::GET, Bucket, "versions", "ListObjectVersions"),
    (Method::GET, Bucket, "list-type=2", "ListObjectsV2"),
    (Method::GET, Bucket, "", "ListObjects"),
    (Method::GET, Object, "attributes", "GetObjectAttributes"),
    (Method::GET, Object, "acl", "GetObjectAcl"),
    (Method::GET, Object, "legal-hold", "GetObjectLegalHold"),
    (Method::GET, Object, "retention", "GetObjectRetention"),
    (Method::GET, Object, "tagging", "GetObjectTagging"),
    (Method::GET, Object, "uploadId", "ListParts"),
    (Method::GET, Object, "", "GetObject"),
    (Method::POST, Bucket, "delete", "DeleteObjects"),
    (Method::POST, Object, "restore", "RestoreObject"),
    (Method::POST, Object, "uploads", "CreateMultipartUpload"),
    (Method::POST, Object, "uploadId", "CompleteMultipartUpload"),
    (Method::PUT, Bucket, "abac", "PutBucketAbac"),
    (Method::PUT, Bucket, "analytics", "PutBucketAnalyticsConfiguration"),
    (Method::PUT, Bucket, "intelligent-tiering", "PutBucketIntelligentTieringConfiguration"),
    (Method::PUT, Bucket, "inventory", "PutBucketInventoryConfiguration"),
    (Method::PUT, Bucket, "metrics", "PutBucketMetricsConfiguration"),
    (Method::PUT, Bucket, "accelerate", "PutBucketAccelerateConfiguration"),
    (Method::PUT, Bucket, "acl", "PutBucketAcl"),
    (Method::PUT, Bucket, "cors", "PutBucketCors"),
    (Method::PUT, Bucket, "encryption", "PutBucketEncryption"),
    (Method::PUT, Bucket, "lifecycle", "PutBucketLifecycleConfiguration"),
    (Method::PUT, Bucket, "logging", "PutBucketLogging"),
    (Method::PUT, Bucket, "notification", "PutBucketNotificationConfiguration"),
    (Method::PUT, Bucket, "ownershipControls", "PutBucketOwnershipControls"),
    (Method::PUT, Bucket, "policy", "PutBucketPolicy"),
    (Method::PUT, Bucket, "replication", "PutBucketReplication"),
    (Method::PUT, Bucket, "requestPayment", "PutBucketRequestPayment"),
    (Method::PUT, Bucket, "tagging", "PutBucketTagging"),
    (Method::PUT, Bucket, "versioning", "PutBucketVersioning"),
    (Method::PUT, Bucket, "website", "PutBucketWebsite"),
    (Method::PUT, Bucket, "object-lock", "PutObjectLockConfiguration"),
    (Method::PUT, Bucket, "publicAccessBlock", "PutPublicAccessBlock"),
    (Method::PUT, Bucket, "", "CreateBucket"),
    (Method::PUT, Object, "acl", "PutObjectAcl"),
    (Method::PUT, Object, "legal-hold", "PutObjectLegalHold"),
    (Method::PUT, Object, "retention", "PutObjectRetention"),
    (Method::PUT, Object, "tagging", "PutObjectTagging"),
    (Method::PUT, Object, "partNumber uploadId @x-amz-copy-source", "UploadPartCopy"),
    (Method::PUT, Object, "partNumber uploadId", "UploadPart"),
    (Method::PUT, Object, "@x-amz-copy-source", "CopyObject"),
    (Method::PUT, Object, "", "PutObject"),
    (Method::DELETE, Bucket, "analytics", "DeleteBucketAnalyticsConfiguration"),
    (Method::DELETE, Bucket, "intelligent-tiering", "DeleteBucketIntelligentTieringConfiguration"),
    (Method::DELETE, Bucket, "inventory", "DeleteBucketInventoryConfiguration"),
    (Method::DELETE, Bucket, "metrics", "DeleteBucketMetricsConfiguration"),
    (Method::DELETE, Bucket, "cors", "DeleteBucketCors"),
    (Method::DELETE, Bucket, "encryption", "DeleteBucketEncryption"),
    (Method::DELETE, Bucket, "lifecycle", "DeleteBucketLifecycle"),
    (Method::DELETE, Bucket, "ownershipControls", "DeleteBucketOwnershipControls"),
    (Method::DELETE, Bucket, "policy", "DeleteBucketPolicy"),
    (Method::DELETE, Bucket, "publicAccessBlock", "DeletePublicAccessBlock"),
    (Method::DELETE, Bucket, "replication", "DeleteBucketReplication"),
    (Method::DELETE, Bucket, "tagging", "DeleteBucketTagging"),
    (Method::DELETE, Bucket, "website", "DeleteBucketWebsite"),
    (Method::DELETE, Bucket, "", "DeleteBucket"),
    (Method::DELETE, Object, "tagging", "DeleteObjectTagging"),
    (Method::DELETE, Object, "uploadId", "AbortMultipartUpload"),
    (Method::DELETE, Object, "", "DeleteObject"),
];

/// The name of a request's operation; `Unknown` when it is none.
pub fn name(head: &Parts) -> &'static str {
    let host = super::text_header(&head.headers, "host");
    let path = head.uri.path().trim_start_matches('/');
    let level = match (access::bucket_of_host(&host), path.split_once('/')) {
        (Some(_), _) if path.is_empty() => Bucket,
        (Some(_), _) => Object,
        (None, _) if path.is_empty() => Root,
        (None, None | Some((_, ""))) => Bucket,
        (None, Some(_)) => Object,
    };
    route(&head.method, level, head.uri.query().unwrap_or_default(), &head.headers)
}

fn route(method: &Method, level: Level, query: &str, headers: &HeaderMap) -> &'static str {
    let has = |wanted: &str| match wanted.strip_prefix('@') {
        Some(header) => headers.contains_key(header),
        None => query.split('&').any(|pair| {
            pair == wanted || pair.split_once('=').is_some_and(|(name, _)| name == wanted)
        }),
    };
    ROUTES
        .iter()
        .find(|(of, at, wanted, _)| {
            of == method && *at == level && wanted.split_whitespace().all(has)
        })
        .map_or("Unknown", |(_, _, _, name)| name)
}

/// Whether the protocol library takes the request for another operation, because it is younger
/// than the library.
pub fn is_unknown_to_library(query: &str) -> bool {
    ["abac", "metadataConfiguration"]
        .into_iter()
        .any(|name| query.split('&').any(|pair| pair.split('=').next() == Some(name)))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use s3s::access::{S3Access, S3AccessContext};
    use s3s::auth::SimpleAuth;
    use s3s::service::S3ServiceBuilder;
    use s3s::{Body, S3Result};

    use super::*;

    struct Nothing;
    impl s3s::S3 for Nothing {}

    /// Remembers what the protocol library takes a request for.
    #[derive(Clone, Default)]
    struct Recorder(Arc<Mutex<Option<String>>>);

    #[async_trait::async_trait]
    impl S3Access for Recorder {
        async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
            *self.0.lock().unwrap() = Some(context.s3_op().name().to_owned());
            Err(super::super::errors::access_denied())
        }
    }

    fn request(row: &Route) -> http::Request<Body> {
        let (method, level, wanted, _) = row;
        let path = match level {
            Root => "/",
            Bucket => "/some-bucket",
            Object => "/some-bucket/a/key",
        };
        let (headers, query): (Vec<_>, Vec<_>) =
            wanted.split_whitespace().partition(|it| it.starts_with('@'));
        let mut request = http::Request::builder()
            .method(method.clone())
            .uri(format!("{path}?{}", query.join("&")))
            .header("host", "127.0.0.1:9000");
        for header in headers {
            request = request.header(&header[1..], "other/key");
        }
        request.body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn every_row_is_what_the_library_takes_it_for() {
        let recorder = Recorder::default();
        let mut builder = S3ServiceBuilder::new(Nothing);
        builder.set_auth(SimpleAuth::new());
        builder.set_access(recorder.clone());
        let service = builder.build();
        for row in ROUTES.iter().filter(|row| !is_unknown_to_library(row.2)) {
            let request = request(row);
            let (head, body) = request.into_parts();
            assert_eq!(name(&head), row.3);
            service.call(http::Request::from_parts(head, body)).await.unwrap();
            assert_eq!(recorder.0.lock().unwrap().take().as_deref(), Some(row.3), "{row:?}");
        }
    }

    #[test]
    fn a_bucket_may_be_in_the_host() {
        let head = |host: &str, path: &str| {
            let request = http::Request::builder().uri(path).header("host", host);
            request.body(()).unwrap().into_parts().0
        };
        assert_eq!(name(&head("site.localhost:9000", "/index.html")), "GetObject");
        assert_eq!(name(&head("site.localhost:9000", "/?list-type=2")), "ListObjectsV2");
        assert_eq!(name(&head("localhost:9000", "/")), "ListBuckets");
        assert_eq!(name(&head("localhost:9000", "/site/")), "ListObjects");
    }
}
