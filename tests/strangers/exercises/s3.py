"""S3: buckets, their configuration, objects, versions, uploads."""

from . import policy, refused

BUCKET = "stranger-bucket"
OF = {"Bucket": BUCKET}


def run(aws):
    s3 = aws("s3")
    with refused("NoSuchBucket"):
        s3.list_objects_v2(**OF)
    s3.create_bucket(**OF)
    s3.head_bucket(**OF)
    s3.list_buckets()
    s3.get_bucket_location(**OF)
    configuration(s3)
    objects(s3)
    versions(s3)
    uploads(s3)
    s3.delete_bucket(**OF)


def configuration(s3):
    s3.get_bucket_acl(**OF)
    s3.get_bucket_abac(**OF)
    s3.put_bucket_encryption(
        **OF,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.get_bucket_encryption(**OF)
    s3.delete_bucket_encryption(**OF)
    s3.put_public_access_block(
        **OF, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True}
    )
    s3.get_public_access_block(**OF)
    s3.delete_public_access_block(**OF)
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(**OF, Policy=policy(statement))
    s3.get_bucket_policy(**OF)
    s3.get_bucket_policy_status(**OF)
    s3.delete_bucket_policy(**OF)
    s3.put_bucket_tagging(**OF, Tagging={"TagSet": [{"Key": "owner", "Value": "strangers"}]})
    s3.get_bucket_tagging(**OF)
    s3.delete_bucket_tagging(**OF)
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 9}}
    s3.put_bucket_lifecycle_configuration(**OF, LifecycleConfiguration={"Rules": [rule]})
    s3.get_bucket_lifecycle_configuration(**OF)
    s3.delete_bucket_lifecycle(**OF)
    cors = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    s3.put_bucket_cors(**OF, CORSConfiguration=cors)
    s3.get_bucket_cors(**OF)
    s3.delete_bucket_cors(**OF)
    s3.put_bucket_logging(
        **OF,
        BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": BUCKET, "TargetPrefix": "log/"}},
    )
    s3.get_bucket_logging(**OF)
    owner = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    s3.put_bucket_ownership_controls(**OF, OwnershipControls=owner)
    s3.put_bucket_acl(**OF, ACL="private")
    s3.get_bucket_ownership_controls(**OF)
    s3.delete_bucket_ownership_controls(**OF)
    s3.get_bucket_accelerate_configuration(**OF)
    s3.get_bucket_notification_configuration(**OF)
    s3.get_bucket_request_payment(**OF)
    for read, code in [
        (s3.get_bucket_website, "NoSuchWebsiteConfiguration"),
        (s3.get_bucket_replication, "ReplicationConfigurationNotFoundError"),
        (s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError"),
    ]:
        with refused(code):
            read(**OF)


def objects(s3):
    key = {**OF, "Key": "dir/key"}
    s3.put_object(**key, Body=b"data", Metadata={"a": "1"}, ContentType="text/plain")
    s3.get_object(**key)["Body"].read()
    s3.get_object(**key, Range="bytes=1-2")["Body"].read()
    s3.head_object(**key)
    s3.get_object_attributes(**key, ObjectAttributes=["ETag", "ObjectSize"])
    s3.get_object_acl(**key)
    s3.put_object_tagging(**key, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.get_object_tagging(**key)
    s3.delete_object_tagging(**key)
    s3.copy_object(**OF, Key="copy", CopySource=f"{BUCKET}/dir/key")
    s3.list_objects(**OF, Delimiter="/")
    s3.list_objects_v2(**OF, Delimiter="/", FetchOwner=True)
    s3.delete_object(**OF, Key="copy")
    with refused("NoSuchKey"):
        s3.get_object(**OF, Key="copy")


def versions(s3):
    s3.put_bucket_versioning(**OF, VersioningConfiguration={"Status": "Enabled"})
    s3.get_bucket_versioning(**OF)
    s3.put_object(**OF, Key="dir/key", Body=b"newer")
    s3.delete_object(**OF, Key="dir/key")
    listed = s3.list_object_versions(**OF)
    named = [
        {"Key": it["Key"], "VersionId": it["VersionId"]}
        for it in listed["Versions"] + listed["DeleteMarkers"]
    ]
    s3.delete_objects(**OF, Delete={"Objects": named})


def uploads(s3):
    key = {**OF, "Key": "big"}
    upload = {**key, "UploadId": s3.create_multipart_upload(**key)["UploadId"]}
    part = s3.upload_part(**upload, PartNumber=1, Body=b"part")
    s3.list_parts(**upload)
    s3.list_multipart_uploads(**OF)
    parts = [{"PartNumber": 1, "ETag": part["ETag"]}]
    done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    upload = {**key, "UploadId": s3.create_multipart_upload(**key)["UploadId"]}
    s3.upload_part_copy(**upload, PartNumber=1, CopySource=f"{BUCKET}/big")
    s3.abort_multipart_upload(**upload)
    s3.delete_object(**key, VersionId=done["VersionId"])
