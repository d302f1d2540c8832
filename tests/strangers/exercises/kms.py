"""KMS: keys, their policies, aliases and rotation."""

from . import ACCOUNT, allow, policy, refused

TAGS = [{"TagKey": "owner", "TagValue": "strangers"}]


def run(aws):
    kms = aws("kms")
    key = kms.create_key(Description="first", Tags=TAGS)["KeyMetadata"]["KeyId"]
    kms.describe_key(KeyId=key)
    kms.list_keys(Limit=1)
    kms.update_key_description(KeyId=key, Description="second")
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    kms.get_key_rotation_status(KeyId=key)
    kms.disable_key_rotation(KeyId=key)
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "more", "TagValue": ""}])
    kms.list_resource_tags(KeyId=key)
    kms.untag_resource(KeyId=key, TagKeys=["more"])
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    kms.put_key_policy(KeyId=key, Policy=policy(allow("kms:*", Principal=root)))
    kms.get_key_policy(KeyId=key)
    kms.list_key_policies(KeyId=key)
    kms.create_alias(AliasName="alias/stranger", TargetKeyId=key)
    with refused("AlreadyExistsException"):
        kms.create_alias(AliasName="alias/stranger", TargetKeyId=key)
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName="alias/stranger", TargetKeyId=other)
    kms.list_aliases(KeyId=other)
    kms.delete_alias(AliasName="alias/stranger")
    with refused("NotFoundException"):
        kms.describe_key(KeyId="alias/stranger")
    kms.disable_key(KeyId=key)
    kms.enable_key(KeyId=key)
    for each in (key, other):
        kms.schedule_key_deletion(KeyId=each, PendingWindowInDays=7)
    kms.describe_key(KeyId=key)
    with refused("KMSInvalidStateException"):
        kms.enable_key(KeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
