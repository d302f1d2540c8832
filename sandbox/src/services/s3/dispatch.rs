//! The table of operations: one row gives the dispatch and the list of what is supported.

use std::sync::Arc;

use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::store::Store;
use super::{buckets, configuration, delete, list, multipart, objects, read, tags, uploads};

/// The operations on a store.
pub struct Operations(pub Arc<Store>);

/// `answer` rows are functions of the input alone; `stream` rows take the whole request, for its
/// body or its region, and may wait.
macro_rules! operations {
    (
        answer { $($answered:literal $method:ident($input:ident) -> $output:ident: $function:path;)* }
        stream { $($streamed:literal $s_method:ident($s_input:ident) -> $s_output:ident: $s_function:path;)* }
    ) => {
        /// The names of all supported operations, as AWS spells them.
        pub const OPERATIONS: &[&str] = &[$($answered,)* $($streamed,)* "GetBucketAbac"];

        #[async_trait::async_trait]
        impl S3 for Operations {
            $(async fn $method(
                &self,
                request: S3Request<$input>,
            ) -> S3Result<S3Response<$output>> {
                $function(&self.0, request.input).map(S3Response::new)
            })*
            $(async fn $s_method(
                &self,
                request: S3Request<$s_input>,
            ) -> S3Result<S3Response<$s_output>> {
                $s_function(&self.0, request).await.map(S3Response::new)
            })*
        }
    };
}

operations! {
    answer {
        "HeadBucket" head_bucket(HeadBucketInput) -> HeadBucketOutput: buckets::head;
        "ListBuckets" list_buckets(ListBucketsInput) -> ListBucketsOutput: buckets::list;
        "DeleteBucket" delete_bucket(DeleteBucketInput) -> DeleteBucketOutput: buckets::delete;
        "GetBucketLocation" get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput: buckets::location_of;
        "GetBucketAcl" get_bucket_acl(GetBucketAclInput) -> GetBucketAclOutput: buckets::acl;
        "PutBucketAcl" put_bucket_acl(PutBucketAclInput) -> PutBucketAclOutput: configuration::put_acl;
        "PutBucketVersioning" put_bucket_versioning(PutBucketVersioningInput) -> PutBucketVersioningOutput: configuration::put_versioning;
        "GetBucketVersioning" get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput: configuration::get_versioning;
        "PutBucketEncryption" put_bucket_encryption(PutBucketEncryptionInput) -> PutBucketEncryptionOutput: configuration::put_encryption;
        "GetBucketEncryption" get_bucket_encryption(GetBucketEncryptionInput) -> GetBucketEncryptionOutput: configuration::get_encryption;
        "DeleteBucketEncryption" delete_bucket_encryption(DeleteBucketEncryptionInput) -> DeleteBucketEncryptionOutput: configuration::delete_encryption;
        "PutPublicAccessBlock" put_public_access_block(PutPublicAccessBlockInput) -> PutPublicAccessBlockOutput: configuration::put_public_access_block;
        "GetPublicAccessBlock" get_public_access_block(GetPublicAccessBlockInput) -> GetPublicAccessBlockOutput: configuration::get_public_access_block;
        "DeletePublicAccessBlock" delete_public_access_block(DeletePublicAccessBlockInput) -> DeletePublicAccessBlockOutput: configuration::delete_public_access_block;
        "PutBucketOwnershipControls" put_bucket_ownership_controls(PutBucketOwnershipControlsInput) -> PutBucketOwnershipControlsOutput: configuration::put_ownership_controls;
        "GetBucketOwnershipControls" get_bucket_ownership_controls(GetBucketOwnershipControlsInput) -> GetBucketOwnershipControlsOutput: configuration::get_ownership_controls;
        "DeleteBucketOwnershipControls" delete_bucket_ownership_controls(DeleteBucketOwnershipControlsInput) -> DeleteBucketOwnershipControlsOutput: configuration::delete_ownership_controls;
        "PutBucketPolicy" put_bucket_policy(PutBucketPolicyInput) -> PutBucketPolicyOutput: configuration::put_policy;
        "GetBucketPolicy" get_bucket_policy(GetBucketPolicyInput) -> GetBucketPolicyOutput: configuration::get_policy;
        "GetBucketPolicyStatus" get_bucket_policy_status(GetBucketPolicyStatusInput) -> GetBucketPolicyStatusOutput: configuration::get_policy_status;
        "DeleteBucketPolicy" delete_bucket_policy(DeleteBucketPolicyInput) -> DeleteBucketPolicyOutput: configuration::delete_policy;
        "PutBucketLifecycleConfiguration" put_bucket_lifecycle_configuration(PutBucketLifecycleConfigurationInput) -> PutBucketLifecycleConfigurationOutput: configuration::put_lifecycle;
        "GetBucketLifecycleConfiguration" get_bucket_lifecycle_configuration(GetBucketLifecycleConfigurationInput) -> GetBucketLifecycleConfigurationOutput: configuration::get_lifecycle;
        "DeleteBucketLifecycle" delete_bucket_lifecycle(DeleteBucketLifecycleInput) -> DeleteBucketLifecycleOutput: configuration::delete_lifecycle;
        "PutBucketCors" put_bucket_cors(PutBucketCorsInput) -> PutBucketCorsOutput: configuration::put_cors;
        "GetBucketCors" get_bucket_cors(GetBucketCorsInput) -> GetBucketCorsOutput: configuration::get_cors;
        "DeleteBucketCors" delete_bucket_cors(DeleteBucketCorsInput) -> DeleteBucketCorsOutput: configuration::delete_cors;
        "PutBucketLogging" put_bucket_logging(PutBucketLoggingInput) -> PutBucketLoggingOutput: configuration::put_logging;
        "GetBucketLogging" get_bucket_logging(GetBucketLoggingInput) -> GetBucketLoggingOutput: configuration::get_logging;
        "GetBucketWebsite" get_bucket_website(GetBucketWebsiteInput) -> GetBucketWebsiteOutput: configuration::get_website;
        "GetBucketReplication" get_bucket_replication(GetBucketReplicationInput) -> GetBucketReplicationOutput: configuration::get_replication;
        "GetObjectLockConfiguration" get_object_lock_configuration(GetObjectLockConfigurationInput) -> GetObjectLockConfigurationOutput: configuration::get_object_lock;
        "GetBucketAccelerateConfiguration" get_bucket_accelerate_configuration(GetBucketAccelerateConfigurationInput) -> GetBucketAccelerateConfigurationOutput: configuration::get_accelerate;
        "GetBucketNotificationConfiguration" get_bucket_notification_configuration(GetBucketNotificationConfigurationInput) -> GetBucketNotificationConfigurationOutput: configuration::get_notification;
        "GetBucketRequestPayment" get_bucket_request_payment(GetBucketRequestPaymentInput) -> GetBucketRequestPaymentOutput: configuration::get_request_payment;
        "PutBucketTagging" put_bucket_tagging(PutBucketTaggingInput) -> PutBucketTaggingOutput: tags::put_bucket;
        "GetBucketTagging" get_bucket_tagging(GetBucketTaggingInput) -> GetBucketTaggingOutput: tags::get_bucket;
        "DeleteBucketTagging" delete_bucket_tagging(DeleteBucketTaggingInput) -> DeleteBucketTaggingOutput: tags::delete_bucket;
        "PutObjectTagging" put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput: tags::put_object;
        "GetObjectTagging" get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput: tags::get_object;
        "DeleteObjectTagging" delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput: tags::delete_object;
        "HeadObject" head_object(HeadObjectInput) -> HeadObjectOutput: read::head;
        "GetObjectAttributes" get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput: read::attributes;
        "GetObjectAcl" get_object_acl(GetObjectAclInput) -> GetObjectAclOutput: read::acl;
        "DeleteObject" delete_object(DeleteObjectInput) -> DeleteObjectOutput: delete::one;
        "DeleteObjects" delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput: delete::many;
        "ListObjectsV2" list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output: list::objects_v2;
        "ListObjects" list_objects(ListObjectsInput) -> ListObjectsOutput: list::objects;
        "ListObjectVersions" list_object_versions(ListObjectVersionsInput) -> ListObjectVersionsOutput: list::versions;
        "CreateMultipartUpload" create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput: multipart::create;
        "AbortMultipartUpload" abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput: multipart::abort;
        "ListParts" list_parts(ListPartsInput) -> ListPartsOutput: uploads::parts;
        "ListMultipartUploads" list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput: uploads::all;
    }
    stream {
        "CreateBucket" create_bucket(CreateBucketInput) -> CreateBucketOutput: buckets::create;
        "PutObject" put_object(PutObjectInput) -> PutObjectOutput: objects::put;
        "GetObject" get_object(GetObjectInput) -> GetObjectOutput: read::get;
        "CopyObject" copy_object(CopyObjectInput) -> CopyObjectOutput: objects::copy;
        "UploadPart" upload_part(UploadPartInput) -> UploadPartOutput: multipart::upload_part;
        "UploadPartCopy" upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput: multipart::upload_part_copy;
        "CompleteMultipartUpload" complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput: multipart::complete;
    }
}
