"""Scenarios that drive the sandbox's S3 with boto3. Usage: s3.py SCENARIO"""

import base64
import contextlib
import hashlib
import http.client
import io
import json
import os
import socket
import sys
import threading
import time
import urllib.request
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError, MissingDependencyException
from botocore.utils import S3RegionRedirectorv2


def client(region="us-east-1", **s3):
    s3.setdefault("addressing_style", "path")
    config = Config(
        s3=s3, signature_version="s3v4", retries={"max_attempts": 1}, max_pool_connections=30
    )
    return boto3.client("s3", region_name=region, config=config)


S3 = client()


@contextlib.contextmanager
def refused(code, status=None):
    try:
        yield
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        got = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert status is None or got == status, f"{code} with {got}"
        return
    raise AssertionError(f"{code} was expected")


def bucket(name="bucket", versioned=False):
    S3.create_bucket(Bucket=name)
    if versioned:
        enabled = {"Status": "Enabled"}
        S3.put_bucket_versioning(Bucket=name, VersioningConfiguration=enabled)
    return name


def put(key, body=b"", **more):
    return S3.put_object(Bucket="bucket", Key=key, Body=body, **more)


def get(key, **more):
    return S3.get_object(Bucket="bucket", Key=key, **more)


def body(key, **more):
    return get(key, **more)["Body"].read()


def conditional_writes_race():
    bucket()
    outcomes = []

    def write(number):
        try:
            put("lock", b"%d" % number, IfNoneMatch="*")
            outcomes.append(("won", number))
        except ClientError as error:
            outcomes.append((error.response["Error"]["Code"], number))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [number for outcome, number in outcomes if outcome == "won"]
    losers = [outcome for outcome, _ in outcomes if outcome != "won"]
    assert len(winners) == 1, outcomes
    assert losers == ["PreconditionFailed"] * 19, outcomes
    assert body("lock") == b"%d" % winners[0]


def conditional_writes():
    bucket()
    first = put("state", b"1", IfNoneMatch="*")["ETag"]
    with refused("PreconditionFailed", 412):
        put("state", b"2", IfNoneMatch="*")
    second = put("state", b"2", IfMatch=first)["ETag"]
    with refused("PreconditionFailed", 412):
        put("state", b"3", IfMatch=first)
    with refused("NoSuchKey", 404):
        put("nothing", b"", IfMatch=first)
    with refused("NotImplemented", 501):
        put("state", b"", IfNoneMatch=first)
    assert body("state") == b"2"
    assert body("state", IfMatch=second) == b"2"
    with refused("PreconditionFailed", 412):
        get("state", IfMatch=first)
    with refused("304", 304):
        get("state", IfNoneMatch=second)
    modified = get("state")["LastModified"]
    with refused("304", 304):
        get("state", IfModifiedSince=modified)
    assert body("state", IfUnmodifiedSince=modified) == b"2"
    with refused("PreconditionFailed", 412):
        S3.delete_object(Bucket="bucket", Key="state", IfMatch=first)
    S3.delete_object(Bucket="bucket", Key="state", IfMatch=second)
    with refused("NoSuchKey", 404):
        get("state")
    conflict_when_deleted_meanwhile()


def conflict_when_deleted_meanwhile():
    """An object that is deleted while a conditional write of it is under way: 409."""
    etag = put("busy", b"old")["ETag"]

    url = S3.generate_presigned_url(
        "put_object", Params={"Bucket": "bucket", "Key": "busy", "IfMatch": etag}
    )
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc)
    connection.putrequest("PUT", f"{address.path}?{address.query}")
    connection.putheader("If-Match", etag)
    connection.putheader("Content-Length", "3")
    connection.endheaders(b"n")
    time.sleep(0.3)
    S3.delete_object(Bucket="bucket", Key="busy")
    connection.send(b"ew")
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status == 409 and "ConditionalRequestConflict" in text, (answer.status, text)


def versions():
    bucket()
    put("before", b"0")
    assert "VersionId" not in put("before", b"1")
    enabled = {"Status": "Enabled"}
    S3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration=enabled)
    assert S3.get_bucket_versioning(Bucket="bucket")["Status"] == "Enabled"
    assert get("before")["VersionId"] == "null"
    one = put("key", b"one")["VersionId"]
    two = put("key", b"two")["VersionId"]
    assert len(one) == 32 and one != two
    assert body("key") == b"two" and body("key", VersionId=one) == b"one"
    marker = S3.delete_object(Bucket="bucket", Key="key")
    assert marker["DeleteMarker"] is True
    with refused("NoSuchKey", 404):
        get("key")
    with refused("MethodNotAllowed", 405):
        get("key", VersionId=marker["VersionId"])
    with refused("NoSuchVersion", 404):
        get("key", VersionId="x" * 32)
    with refused("InvalidArgument", 400):
        get("key", VersionId="no-version")
    listed = S3.list_object_versions(Bucket="bucket", Prefix="key")
    assert [it["VersionId"] for it in listed["Versions"]] == [two, one]
    assert [it["IsLatest"] for it in listed["DeleteMarkers"]] == [True]
    pages = S3.get_paginator("list_object_versions").paginate(
        Bucket="bucket", PaginationConfig={"PageSize": 1}
    )
    seen = [
        (it["Key"], it["VersionId"])
        for page in pages
        for it in page.get("Versions", []) + page.get("DeleteMarkers", [])
    ]
    assert seen == [
        ("before", "null"),
        ("key", marker["VersionId"]),
        ("key", two),
        ("key", one),
    ], seen
    gone = S3.delete_object(Bucket="bucket", Key="key", VersionId=marker["VersionId"])
    assert gone["DeleteMarker"] is True and body("key") == b"two"
    S3.delete_object(Bucket="bucket", Key="key", VersionId=two)
    assert body("key") == b"one"
    suspended = {"Status": "Suspended"}
    S3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration=suspended)
    assert put("key", b"three")["VersionId"] == "null"
    assert put("key", b"four")["VersionId"] == "null"
    assert len(S3.list_object_versions(Bucket="bucket", Prefix="key")["Versions"]) == 2
    S3.delete_object(Bucket="bucket", Key="key")
    S3.delete_object(Bucket="bucket", Key="before")
    with refused("BucketNotEmpty", 409):
        S3.delete_bucket(Bucket="bucket")
    for page in S3.get_paginator("list_object_versions").paginate(Bucket="bucket"):
        for it in page.get("Versions", []) + page.get("DeleteMarkers", []):
            S3.delete_object(Bucket="bucket", Key=it["Key"], VersionId=it["VersionId"])
    S3.delete_bucket(Bucket="bucket")


def pages():
    bucket()
    keys = sorted(["a", "b/1", "b/2", "b/c/3", "d", "e f/ü+", "z"])
    for key in keys:
        put(key, key.encode())
    for name in ["list_objects", "list_objects_v2"]:
        for size in [1, 2, 3, 1000]:
            paginator = S3.get_paginator(name)
            found = list(
                paginator.paginate(Bucket="bucket", PaginationConfig={"PageSize": size})
            )
            assert [it["Key"] for page in found for it in page.get("Contents", [])] == keys
            found = list(
                paginator.paginate(
                    Bucket="bucket", Delimiter="/", PaginationConfig={"PageSize": size}
                )
            )
            assert [it["Key"] for page in found for it in page.get("Contents", [])] == [
                "a",
                "d",
                "z",
            ]
            prefixes = [
                it["Prefix"] for page in found for it in page.get("CommonPrefixes", [])
            ]
            assert prefixes == ["b/", "e f/"], (name, size, prefixes)
    page = S3.list_objects_v2(Bucket="bucket", Prefix="b/", Delimiter="/")
    assert [it["Key"] for it in page["Contents"]] == ["b/1", "b/2"]
    assert [it["Prefix"] for it in page["CommonPrefixes"]] == ["b/c/"]
    assert page["KeyCount"] == 3 and page["IsTruncated"] is False
    page = S3.list_objects_v2(Bucket="bucket", StartAfter="b/2", MaxKeys=2, FetchOwner=True)
    assert [it["Key"] for it in page["Contents"]] == ["b/c/3", "d"]
    assert len(page["Contents"][0]["Owner"]["ID"]) == 64
    assert page["Contents"][0]["StorageClass"] == "STANDARD"
    assert S3.list_objects_v2(Bucket="bucket", MaxKeys=0)["KeyCount"] == 0
    with refused("InvalidArgument", 400):
        S3.list_objects_v2(Bucket="bucket", ContinuationToken="%%%")


def multipart():
    bucket()
    large, small = os.urandom(5 << 20), b"the end"
    upload = S3.create_multipart_upload(
        Bucket="bucket", Key="big", ContentType="text/plain", Metadata={"who": "me"}
    )["UploadId"]
    of = {"Bucket": "bucket", "Key": "big", "UploadId": upload}
    S3.upload_part(**of, PartNumber=1, Body=b"first try")
    one = S3.upload_part(**of, PartNumber=1, Body=large)["ETag"]
    two = S3.upload_part(**of, PartNumber=2, Body=small)["ETag"]
    listed = S3.list_parts(**of, MaxParts=1)
    assert listed["IsTruncated"] and listed["NextPartNumberMarker"] == 1
    assert [it["Size"] for it in S3.list_parts(**of)["Parts"]] == [len(large), len(small)]
    uploads = S3.list_multipart_uploads(Bucket="bucket")["Uploads"]
    assert [(it["Key"], it["UploadId"]) for it in uploads] == [("big", upload)]

    def complete(*parts):
        named = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        return S3.complete_multipart_upload(**of, MultipartUpload={"Parts": named})

    with refused("InvalidPartOrder", 400):
        complete((2, two), (1, one))
    with refused("InvalidPart", 400):
        complete((1, two), (2, two))
    with refused("InvalidPart", 400):
        complete((1, one), (3, two))
    done = complete((1, one), (2, two))
    digests = hashlib.md5(large).digest() + hashlib.md5(small).digest()
    assert done["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-2"', done["ETag"]
    whole = get("big")
    assert whole["Body"].read() == large + small
    assert whole["ContentType"] == "text/plain" and whole["Metadata"] == {"who": "me"}
    part = get("big", PartNumber=2)
    assert part["Body"].read() == small and part["PartsCount"] == 2
    assert S3.head_object(Bucket="bucket", Key="big")["ContentLength"] == len(large + small)
    with refused("NoSuchUpload", 404):
        complete((1, one))

    upload = S3.create_multipart_upload(Bucket="bucket", Key="big")["UploadId"]
    of["UploadId"] = upload
    S3.upload_part(**of, PartNumber=1, Body=b"too small")
    copied = S3.upload_part_copy(
        **of, PartNumber=2, CopySource="bucket/big", CopySourceRange="bytes=0-9"
    )["CopyPartResult"]
    assert copied["ETag"] == f'"{hashlib.md5(large[:10]).hexdigest()}"'
    with refused("EntityTooSmall", 400):
        parts = S3.list_parts(**of)["Parts"]
        complete(*((it["PartNumber"], it["ETag"]) for it in parts))
    S3.abort_multipart_upload(**of)
    with refused("NoSuchUpload", 404):
        S3.list_parts(**of)
    assert "Uploads" not in S3.list_multipart_uploads(Bucket="bucket")


def buckets():
    assert bucket("first-bucket") and bucket("second-bucket")
    assert S3.create_bucket(Bucket="first-bucket")["Location"] == "/first-bucket"
    names = [it["Name"] for it in S3.list_buckets()["Buckets"]]
    assert names == ["first-bucket", "second-bucket"]
    pages = S3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
    listed = [it for page in pages for it in page["Buckets"]]
    assert [it["Name"] for it in listed] == names
    assert listed[0]["BucketRegion"] == "us-east-1"
    head = S3.head_bucket(Bucket="first-bucket")
    assert head["BucketRegion"] == "us-east-1" and head["AccessPointAlias"] is False
    with refused("404", 404):
        S3.head_bucket(Bucket="third-bucket")
    with refused("InvalidBucketName", 400):
        S3.create_bucket(Bucket="192.168.1.1")
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        S3.create_bucket(Bucket="public-bucket", ACL="public-read")
    S3.put_object(Bucket="first-bucket", Key="key")
    with refused("BucketNotEmpty", 409):
        S3.delete_bucket(Bucket="first-bucket")
    S3.delete_object(Bucket="first-bucket", Key="key")
    S3.delete_bucket(Bucket="first-bucket")
    with refused("NoSuchBucket", 404):
        S3.delete_bucket(Bucket="first-bucket")
    assert S3.get_bucket_acl(Bucket="second-bucket")["Grants"][0]["Permission"] == "FULL_CONTROL"
    with refused("AccessDenied", 403):
        S3.get_bucket_acl(Bucket="second-bucket", ExpectedBucketOwner="999999999999")
    S3.get_bucket_acl(Bucket="second-bucket", ExpectedBucketOwner="123456789012")


def regions():
    frankfurt = client("eu-central-1")
    here = {"LocationConstraint": "eu-central-1"}
    there = {"LocationConstraint": "eu-west-1"}
    with refused("IllegalLocationConstraintException", 400):
        frankfurt.create_bucket(Bucket="bucket")
    with refused("IllegalLocationConstraintException", 400):
        frankfurt.create_bucket(Bucket="bucket", CreateBucketConfiguration=there)
    frankfurt.create_bucket(Bucket="bucket", CreateBucketConfiguration=here)
    with refused("BucketAlreadyOwnedByYou", 409):
        frankfurt.create_bucket(Bucket="bucket", CreateBucketConfiguration=here)
    with refused("BucketAlreadyOwnedByYou", 409):
        S3.create_bucket(Bucket="bucket")
    assert S3.get_bucket_location(Bucket="bucket")["LocationConstraint"] == "eu-central-1"
    S3.create_bucket(Bucket="first-region")
    assert S3.get_bucket_location(Bucket="first-region")["LocationConstraint"] is None
    assert frankfurt.list_objects_v2(Bucket="bucket")["KeyCount"] == 0
    with refused("PermanentRedirect", 301):
        without_redirects().list_objects_v2(Bucket="bucket")
    # boto3 follows the redirect by signing for the bucket's region.
    assert S3.list_objects_v2(Bucket="bucket")["KeyCount"] == 0


def without_redirects():
    """A client that shows a redirect instead of following it."""
    original = S3RegionRedirectorv2.redirect_from_error
    S3RegionRedirectorv2.redirect_from_error = lambda *_args, **_kwargs: None
    try:
        return client()
    finally:
        S3RegionRedirectorv2.redirect_from_error = original


def configuration():
    bucket()
    of = {"Bucket": "bucket"}
    rule = S3.get_bucket_encryption(**of)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    kms = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"},
        "BucketKeyEnabled": True,
    }
    S3.put_bucket_encryption(**of, ServerSideEncryptionConfiguration={"Rules": [kms]})
    assert S3.get_bucket_encryption(**of)["ServerSideEncryptionConfiguration"]["Rules"] == [kms]
    encrypted = put("encrypted", b"x")
    assert encrypted["ServerSideEncryption"] == "aws:kms" and encrypted["BucketKeyEnabled"]
    assert encrypted["SSEKMSKeyId"] == "arn:aws:kms:us-east-1:123456789012:key/k"
    assert encrypted["ETag"] != f'"{hashlib.md5(b"x").hexdigest()}"'
    S3.delete_bucket_encryption(**of)
    assert put("plain", b"x")["ServerSideEncryption"] == "AES256"

    block = S3.get_public_access_block(**of)["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
    with refused("NoSuchBucketPolicy", 404):
        S3.get_bucket_policy(**of)
    S3.put_bucket_policy(**of, Policy=json.dumps(policy))
    # Loopback counts as a secure transport.
    assert json.loads(S3.get_bucket_policy(**of)["Policy"]) == policy
    assert S3.get_bucket_policy_status(**of)["PolicyStatus"]["IsPublic"] is False
    with refused("MalformedPolicy", 400):
        S3.put_bucket_policy(**of, Policy="{}")
    policy["Statement"][0].update(Effect="Allow", Condition={})
    with refused("AccessDenied", 403):
        S3.put_bucket_policy(**of, Policy=json.dumps(policy))
    S3.delete_public_access_block(**of)
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        S3.get_public_access_block(**of)
    S3.put_bucket_policy(**of, Policy=json.dumps(policy))
    assert S3.get_bucket_policy_status(**of)["PolicyStatus"]["IsPublic"] is True
    S3.delete_bucket_policy(**of)
    S3.put_public_access_block(**of, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    assert S3.get_public_access_block(**of)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False,
    }

    owner = S3.get_bucket_ownership_controls(**of)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    with refused("AccessControlListNotSupported", 400):
        S3.put_bucket_acl(**of, ACL="private")
    S3.delete_bucket_ownership_controls(**of)
    with refused("OwnershipControlsNotFoundError", 404):
        S3.get_bucket_ownership_controls(**of)
    writer = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    S3.put_bucket_ownership_controls(**of, OwnershipControls=writer)
    assert S3.get_bucket_ownership_controls(**of)["OwnershipControls"] == writer

    with refused("NoSuchLifecycleConfiguration", 404):
        S3.get_bucket_lifecycle_configuration(**of)
    rules = [
        {
            "ID": "old",
            "Status": "Enabled",
            "Filter": {"Prefix": "logs/"},
            "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
            "Expiration": {"Days": 90},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
        }
    ]
    S3.put_bucket_lifecycle_configuration(**of, LifecycleConfiguration={"Rules": rules})
    lifecycle = S3.get_bucket_lifecycle_configuration(**of)
    assert lifecycle["Rules"] == rules, lifecycle
    assert lifecycle["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    S3.delete_bucket_lifecycle(**of)

    with refused("NoSuchCORSConfiguration", 404):
        S3.get_bucket_cors(**of)
    cors = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 60}]
    S3.put_bucket_cors(**of, CORSConfiguration={"CORSRules": cors})
    assert S3.get_bucket_cors(**of)["CORSRules"] == cors
    S3.delete_bucket_cors(**of)

    assert "LoggingEnabled" not in S3.get_bucket_logging(**of)
    target = {"TargetBucket": "bucket", "TargetPrefix": "log/"}
    S3.put_bucket_logging(**of, BucketLoggingStatus={"LoggingEnabled": target})
    assert S3.get_bucket_logging(**of)["LoggingEnabled"] == target
    with refused("InvalidTargetBucketForLogging", 400):
        nowhere = {"TargetBucket": "nowhere", "TargetPrefix": ""}
        S3.put_bucket_logging(**of, BucketLoggingStatus={"LoggingEnabled": nowhere})

    with refused("NoSuchWebsiteConfiguration", 404):
        S3.get_bucket_website(**of)
    with refused("ReplicationConfigurationNotFoundError", 404):
        S3.get_bucket_replication(**of)
    with refused("ObjectLockConfigurationNotFoundError", 404):
        S3.get_object_lock_configuration(**of)
    assert "Status" not in S3.get_bucket_accelerate_configuration(**of)
    assert S3.get_bucket_request_payment(**of)["Payer"] == "BucketOwner"
    assert "QueueConfigurations" not in S3.get_bucket_notification_configuration(**of)
    assert "Status" not in S3.get_bucket_versioning(**of)
    assert S3.get_bucket_abac(**of)["AbacStatus"]["Status"] == "Disabled"


def objects():
    bucket()
    written = put(
        "dir/key ü",
        b"0123456789",
        ContentType="text/plain",
        CacheControl="max-age=60",
        ContentDisposition="inline",
        ContentEncoding="identity",
        ContentLanguage="en",
        Metadata={"one": "1", "two": "2"},
        StorageClass="STANDARD_IA",
    )
    assert written["ETag"] == f'"{hashlib.md5(b"0123456789").hexdigest()}"'
    got = get("dir/key ü")
    assert got["Body"].read() == b"0123456789"
    for name, value in {
        "ContentType": "text/plain",
        "CacheControl": "max-age=60",
        "ContentDisposition": "inline",
        "ContentEncoding": "identity",
        "ContentLanguage": "en",
        "Metadata": {"one": "1", "two": "2"},
        "StorageClass": "STANDARD_IA",
        "ServerSideEncryption": "AES256",
        "AcceptRanges": "bytes",
        "ContentLength": 10,
    }.items():
        assert got[name] == value, (name, got[name])
    head = S3.head_object(Bucket="bucket", Key="dir/key ü")
    assert head["ContentLength"] == 10 and head["ETag"] == got["ETag"]
    part = get("dir/key ü", Range="bytes=2-4")
    assert part["Body"].read() == b"234" and part["ContentRange"] == "bytes 2-4/10"
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert body("dir/key ü", Range="bytes=-3") == b"789"
    assert body("dir/key ü", Range="bytes=8-") == b"89"
    with refused("InvalidRange", 416):
        get("dir/key ü", Range="bytes=10-")
    with refused("404", 404):
        S3.head_object(Bucket="bucket", Key="nothing")
    changed = get("dir/key ü", ResponseContentType="application/json")
    assert changed["ContentType"] == "application/json"
    attributes = S3.get_object_attributes(
        Bucket="bucket", Key="dir/key ü", ObjectAttributes=["ETag", "ObjectSize", "StorageClass"]
    )
    assert attributes["ObjectSize"] == 10 and attributes["StorageClass"] == "STANDARD_IA"
    assert attributes["ETag"].strip('"') == got["ETag"].strip('"')
    S3.delete_object(Bucket="bucket", Key="dir/key ü")
    S3.delete_object(Bucket="bucket", Key="dir/key ü")
    url = S3.generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "signed"})
    with urllib.request.urlopen(urllib.request.Request(url, data=b"data", method="PUT")) as done:
        assert done.status == 200
    assert body("signed") == b"data"
    put("empty")
    assert body("empty") == b""
    large = os.urandom(20 << 20)
    S3.upload_fileobj(io.BytesIO(large), "bucket", "large")
    assert body("large") == large


def copies():
    bucket(versioned=True)
    bucket("other")
    source = put("source", b"content", ContentType="text/plain", Metadata={"a": "1"}, Tagging="t=1")
    copied = S3.copy_object(Bucket="other", Key="copy", CopySource="bucket/source")
    assert copied["CopySourceVersionId"] == source["VersionId"]
    got = S3.get_object(Bucket="other", Key="copy")
    assert got["Body"].read() == b"content" and got["Metadata"] == {"a": "1"}
    assert got["ContentType"] == "text/plain" and got["TagCount"] == 1
    S3.copy_object(
        Bucket="other",
        Key="copy",
        CopySource={"Bucket": "bucket", "Key": "source", "VersionId": source["VersionId"]},
        MetadataDirective="REPLACE",
        Metadata={"b": "2"},
    )
    assert S3.head_object(Bucket="other", Key="copy")["Metadata"] == {"b": "2"}
    with refused("InvalidRequest", 400):
        S3.copy_object(Bucket="bucket", Key="source", CopySource="bucket/source")
    with refused("PreconditionFailed", 412):
        S3.copy_object(
            Bucket="other", Key="x", CopySource="bucket/source", CopySourceIfMatch="no"
        )
    with refused("NoSuchKey", 404):
        S3.copy_object(Bucket="other", Key="x", CopySource="bucket/nothing")
    with refused("NoSuchBucket", 404):
        S3.copy_object(Bucket="other", Key="x", CopySource="nowhere/nothing")


def tags():
    bucket()
    with refused("NoSuchTagSet", 404):
        S3.get_bucket_tagging(Bucket="bucket")
    pairs = [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]
    S3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": pairs})
    assert S3.get_bucket_tagging(Bucket="bucket")["TagSet"] == pairs
    S3.delete_bucket_tagging(Bucket="bucket")
    with refused("NoSuchTagSet", 404):
        S3.get_bucket_tagging(Bucket="bucket")
    put("key", b"", Tagging="a=1&b=two%20words&c=x+y")
    of = {"Bucket": "bucket", "Key": "key"}
    read = {it["Key"]: it["Value"] for it in S3.get_object_tagging(**of)["TagSet"]}
    assert read == {"a": "1", "b": "two words", "c": "x y"}
    S3.put_object_tagging(**of, Tagging={"TagSet": pairs})
    assert S3.get_object_tagging(**of)["TagSet"] == pairs and get("key")["TagCount"] == 2
    S3.delete_object_tagging(**of)
    assert S3.get_object_tagging(**of)["TagSet"] == []
    for wrong, code in [
        ([{"Key": "aws:x", "Value": ""}], "InvalidTag"),
        ([{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}], "InvalidTag"),
        ([{"Key": str(n), "Value": ""} for n in range(11)], "BadRequest"),
    ]:
        with refused(code, 400):
            S3.put_object_tagging(**of, Tagging={"TagSet": wrong})


def checksums():
    bucket()
    default = put("default", b"data")
    assert default["ChecksumCRC32"] and default["ChecksumType"] == "FULL_OBJECT"
    plain = boto3.client(
        "s3",
        config=Config(
            s3={"addressing_style": "path"}, request_checksum_calculation="when_required"
        ),
    )
    assert plain.put_object(Bucket="bucket", Key="own", Body=b"data")["ChecksumCRC64NVME"]
    for algorithm in ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]:
        try:
            written = put("key", b"data", ChecksumAlgorithm=algorithm)
        except MissingDependencyException:
            continue  # CRC32C and CRC64NVME need botocore[crt]
        got = get("key", ChecksumMode="ENABLED")
        assert got[f"Checksum{algorithm}"] == written[f"Checksum{algorithm}"]
        assert got["Body"].read() == b"data"
    right = base64.b64encode(hashlib.sha256(b"data").digest()).decode()
    assert put("key", b"data", ChecksumSHA256=right)["ChecksumSHA256"] == right
    with refused("BadDigest", 400):
        put("key", b"other", ChecksumSHA256=right)
    md5 = base64.b64encode(hashlib.md5(b"data").digest()).decode()
    put("key", b"data", ContentMD5=md5)
    with refused("BadDigest", 400):
        put("key", b"other", ContentMD5=md5)
    with refused("InvalidDigest", 400):
        put("key", b"other", ContentMD5="AAAA")

    upload = S3.create_multipart_upload(
        Bucket="bucket", Key="parts", ChecksumAlgorithm="SHA256"
    )
    assert upload["ChecksumType"] == "COMPOSITE"
    of = {"Bucket": "bucket", "Key": "parts", "UploadId": upload["UploadId"]}
    part = S3.upload_part(**of, PartNumber=1, Body=b"data", ChecksumAlgorithm="SHA256")
    named = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": part["ChecksumSHA256"]}
    done = S3.complete_multipart_upload(**of, MultipartUpload={"Parts": [named]})
    composite = hashlib.sha256(hashlib.sha256(b"data").digest()).digest()
    assert done["ChecksumSHA256"] == base64.b64encode(composite).decode() + "-1"


def errors():
    with refused("NoSuchBucket", 404):
        put("key")
    bucket()
    wrong = boto3.client("s3", aws_access_key_id="AKIANOBODY", aws_secret_access_key="x")
    with refused("InvalidAccessKeyId", 403):
        wrong.list_buckets()
    forged = boto3.client(
        "s3", aws_secret_access_key="x", aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"]
    )
    with refused("SignatureDoesNotMatch", 403):
        forged.list_buckets()
    anonymous = boto3.client("s3", config=Config(signature_version=UNSIGNED))
    with refused("AccessDenied", 403):
        anonymous.list_objects_v2(Bucket="bucket")
    with refused("KeyTooLongError", 400):
        put("x" * 1025)
    with refused("MetadataTooLarge", 400):
        put("key", b"", Metadata={"x": "y" * 2100})
    with refused("NotImplemented", 501):
        S3.put_bucket_accelerate_configuration(
            Bucket="bucket", AccelerateConfiguration={"Status": "Enabled"}
        )
    try:
        get("nothing")
    except ClientError as error:
        metadata = error.response["ResponseMetadata"]
        assert metadata["RequestId"] and metadata["HostId"], error.response
    assert put("key")["ResponseMetadata"]["RequestId"]


def virtual_hosts():
    port = os.environ["AWS_ENDPOINT_URL"].rsplit(":", 1)[1]
    config = Config(s3={"addressing_style": "virtual"})
    virtual = boto3.client("s3", endpoint_url=f"http://localhost:{port}", config=config)
    resolve = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more)
    virtual.create_bucket(Bucket="virtual-bucket")
    virtual.put_object(Bucket="virtual-bucket", Key="a/b", Body=b"data")
    assert virtual.get_object(Bucket="virtual-bucket", Key="a/b")["Body"].read() == b"data"
    listed = virtual.list_objects_v2(Bucket="virtual-bucket")["Contents"]
    assert [it["Key"] for it in listed] == ["a/b"]
    assert S3.get_object(Bucket="virtual-bucket", Key="a/b")["Body"].read() == b"data"
    assert virtual.get_bucket_abac(Bucket="virtual-bucket")["AbacStatus"]["Status"] == "Disabled"
    assert [it["Name"] for it in virtual.list_buckets()["Buckets"]] == ["virtual-bucket"]


def bulk_deletion():
    bucket(versioned=True)
    version = put("a")["VersionId"]
    put("b")
    done = S3.delete_objects(
        Bucket="bucket",
        Delete={
            "Objects": [
                {"Key": "a", "VersionId": version},
                {"Key": "b"},
                {"Key": "c", "VersionId": "wrong"},
            ]
        },
    )
    deleted = {it["Key"]: it for it in done["Deleted"]}
    assert deleted["a"]["VersionId"] == version and "DeleteMarker" not in deleted["a"]
    assert deleted["b"]["DeleteMarker"] and len(deleted["b"]["DeleteMarkerVersionId"]) == 32
    assert [it["Code"] for it in done["Errors"]] == ["InvalidArgument"]
    quiet = S3.delete_objects(
        Bucket="bucket", Delete={"Objects": [{"Key": "b"}], "Quiet": True}
    )
    assert "Deleted" not in quiet


def before_restart():
    bucket(versioned=True)
    put("key", b"one", Metadata={"a": "1"})
    put("key", b"two")
    S3.put_bucket_tagging(Bucket="bucket", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    logging = {"TargetBucket": "bucket", "TargetPrefix": "log/"}
    S3.put_bucket_logging(Bucket="bucket", BucketLoggingStatus={"LoggingEnabled": logging})
    upload = S3.create_multipart_upload(Bucket="bucket", Key="big", ChecksumAlgorithm="CRC32")
    S3.upload_part(
        Bucket="bucket", Key="big", UploadId=upload["UploadId"], PartNumber=1, Body=b"part"
    )
    S3.create_bucket(Bucket="plain")
    S3.put_object(Bucket="plain", Key="key", Body=b"old")
    S3.put_object(Bucket="plain", Key="key", Body=b"new")
    S3.put_object(Bucket="plain", Key="gone", Body=b"gone")
    S3.delete_object(Bucket="plain", Key="gone")


def after_restart():
    versions = S3.list_object_versions(Bucket="bucket")["Versions"]
    read = [body("key", VersionId=it["VersionId"]) for it in versions]
    assert read == [b"two", b"one"]
    assert get("key", VersionId=versions[1]["VersionId"])["Metadata"] == {"a": "1"}
    assert S3.get_bucket_tagging(Bucket="bucket")["TagSet"] == [{"Key": "k", "Value": "v"}]
    assert S3.get_bucket_logging(Bucket="bucket")["LoggingEnabled"]["TargetPrefix"] == "log/"
    assert put("key", b"three")["VersionId"] not in [it["VersionId"] for it in versions]
    upload = S3.list_multipart_uploads(Bucket="bucket")["Uploads"][0]["UploadId"]
    of = {"Bucket": "bucket", "Key": "big", "UploadId": upload}
    parts = [
        {name: it[name] for name in ["PartNumber", "ETag", "ChecksumCRC32"]}
        for it in S3.list_parts(**of)["Parts"]
    ]
    S3.complete_multipart_upload(**of, MultipartUpload={"Parts": parts})
    assert body("big") == b"part"
    assert S3.get_object(Bucket="plain", Key="key")["Body"].read() == b"new"
    assert S3.list_objects_v2(Bucket="plain")["KeyCount"] == 1


if __name__ == "__main__":
    globals()[sys.argv[1]]()
