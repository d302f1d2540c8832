"""STS: who one is, and becoming somebody else."""

from . import ACCOUNT, refused, trust


def run(aws):
    sts, iam = aws("sts"), aws("iam")
    sts.get_caller_identity()
    sts.get_session_token(DurationSeconds=900)
    document = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    role = iam.create_role(RoleName="assumed", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    sts.assume_role(RoleArn=role, RoleSessionName="stranger")
    with refused("AccessDenied"):
        sts.assume_role(RoleArn=role + "-missing", RoleSessionName="stranger")
    iam.delete_role(RoleName="assumed")
