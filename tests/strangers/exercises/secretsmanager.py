"""Secrets Manager: secrets, versions, policies, rotation."""

from . import ACCOUNT, allow, policy, refused

ROTATOR = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotate"


def run(aws):
    secrets = aws("secretsmanager")
    with refused("ResourceNotFoundException"):
        secrets.describe_secret(SecretId="stranger")
    made = secrets.create_secret(
        Name="stranger",
        Description="first",
        SecretString="one",
        Tags=[{"Key": "owner", "Value": "strangers"}],
    )
    with refused("ResourceExistsException"):
        secrets.create_secret(Name="stranger", SecretString="two")
    secrets.create_secret(Name="binary", SecretBinary=b"\x00\x01")
    secrets.describe_secret(SecretId="stranger")
    secrets.get_secret_value(SecretId="stranger")
    secrets.get_secret_value(SecretId="binary")
    second = secrets.put_secret_value(
        SecretId="stranger", SecretString="two", VersionStages=["AWSPENDING"]
    )
    secrets.update_secret_version_stage(
        SecretId="stranger",
        VersionStage="AWSCURRENT",
        MoveToVersionId=second["VersionId"],
        RemoveFromVersionId=made["VersionId"],
    )
    secrets.list_secret_version_ids(SecretId="stranger", IncludeDeprecated=True)
    secrets.update_secret(SecretId="stranger", Description="second", SecretString="three")
    secrets.list_secrets(MaxResults=1)
    secrets.list_secrets(Filters=[{"Key": "name", "Values": ["stranger"]}])
    secrets.batch_get_secret_value(SecretIdList=["stranger", "missing"])
    secrets.get_random_password(PasswordLength=20)
    secrets.tag_resource(SecretId="stranger", Tags=[{"Key": "more", "Value": "1"}])
    secrets.untag_resource(SecretId="stranger", TagKeys=["more"])
    document = policy(
        allow("secretsmanager:GetSecretValue", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    )
    secrets.validate_resource_policy(SecretId="stranger", ResourcePolicy=document)
    secrets.put_resource_policy(SecretId="stranger", ResourcePolicy=document)
    secrets.get_resource_policy(SecretId="stranger")
    secrets.delete_resource_policy(SecretId="stranger")
    secrets.rotate_secret(
        SecretId="stranger",
        RotationLambdaARN=ROTATOR,
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )
    secrets.describe_secret(SecretId="stranger")
    secrets.cancel_rotate_secret(SecretId="stranger")
    secrets.delete_secret(SecretId="stranger", RecoveryWindowInDays=7)
    with refused("InvalidRequestException"):
        secrets.get_secret_value(SecretId="stranger")
    secrets.restore_secret(SecretId="stranger")
    for name in ("stranger", "binary"):
        secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
