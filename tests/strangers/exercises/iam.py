"""IAM: roles, policies, instance profiles."""

from . import ACCOUNT, allow, policy, refused, trust

POLICY = f"arn:aws:iam::{ACCOUNT}:policy/stranger"
MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TAGS = [{"Key": "owner", "Value": "strangers"}]


def password_policy(iam):
    with refused("NoSuchEntity"):
        iam.get_account_password_policy()
    iam.update_account_password_policy(
        MinimumPasswordLength=14, MaxPasswordAge=90, PasswordReusePrevention=24
    )
    iam.get_account_password_policy()
    iam.delete_account_password_policy()


def run(aws):
    iam = aws("iam")
    roles(iam)
    policies(iam)
    attachments(iam)
    profiles(iam)
    service_linked(iam)
    password_policy(iam)
    iam.get_account_summary()
    iam.create_account_alias(AccountAlias="stranger-alias")
    iam.list_account_aliases()
    iam.delete_account_alias(AccountAlias="stranger-alias")
    clean(iam)


def roles(iam):
    with refused("NoSuchEntity"):
        iam.get_role(RoleName="stranger")
    with refused("MalformedPolicyDocument"):
        iam.create_role(RoleName="stranger", AssumeRolePolicyDocument="{")
    iam.create_role(
        RoleName="stranger",
        Description="first",
        AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}),
        Tags=TAGS,
    )
    with refused("EntityAlreadyExists"):
        iam.create_role(
            RoleName="stranger", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"})
        )
    iam.get_role(RoleName="stranger")
    iam.list_roles(PathPrefix="/", MaxItems=1)
    iam.update_role(RoleName="stranger", Description="second", MaxSessionDuration=7200)
    iam.update_role_description(RoleName="stranger", Description="third")
    iam.update_assume_role_policy(
        RoleName="stranger", PolicyDocument=trust({"Service": "ecs-tasks.amazonaws.com"})
    )
    iam.tag_role(RoleName="stranger", Tags=[{"Key": "more", "Value": ""}])
    iam.list_role_tags(RoleName="stranger")
    iam.untag_role(RoleName="stranger", TagKeys=["more"])
    iam.put_role_policy(
        RoleName="stranger", PolicyName="inline", PolicyDocument=policy(allow("s3:GetObject"))
    )
    iam.get_role_policy(RoleName="stranger", PolicyName="inline")
    iam.list_role_policies(RoleName="stranger")
    with refused("DeleteConflict"):
        iam.delete_role(RoleName="stranger")
    iam.delete_role_policy(RoleName="stranger", PolicyName="inline")


def policies(iam):
    iam.create_policy(
        PolicyName="stranger",
        Description="a policy",
        PolicyDocument=policy(allow("s3:ListBucket")),
        Tags=TAGS,
    )
    iam.get_policy(PolicyArn=POLICY)
    iam.list_policies(Scope="Local")
    iam.create_policy_version(
        PolicyArn=POLICY, PolicyDocument=policy(allow("s3:*")), SetAsDefault=True
    )
    iam.get_policy_version(PolicyArn=POLICY, VersionId="v2")
    iam.list_policy_versions(PolicyArn=POLICY)
    iam.set_default_policy_version(PolicyArn=POLICY, VersionId="v1")
    iam.delete_policy_version(PolicyArn=POLICY, VersionId="v2")
    iam.tag_policy(PolicyArn=POLICY, Tags=[{"Key": "more", "Value": "1"}])
    iam.list_policy_tags(PolicyArn=POLICY)
    iam.untag_policy(PolicyArn=POLICY, TagKeys=["more"])


def attachments(iam):
    iam.put_role_permissions_boundary(RoleName="stranger", PermissionsBoundary=POLICY)
    iam.get_role(RoleName="stranger")
    iam.delete_role_permissions_boundary(RoleName="stranger")
    iam.attach_role_policy(RoleName="stranger", PolicyArn=POLICY)
    iam.attach_role_policy(RoleName="stranger", PolicyArn=MANAGED)
    iam.list_attached_role_policies(RoleName="stranger")
    iam.list_entities_for_policy(PolicyArn=POLICY)
    with refused("DeleteConflict"):
        iam.delete_policy(PolicyArn=POLICY)


def profiles(iam):
    iam.create_instance_profile(InstanceProfileName="stranger", Tags=TAGS)
    iam.add_role_to_instance_profile(InstanceProfileName="stranger", RoleName="stranger")
    iam.get_instance_profile(InstanceProfileName="stranger")
    iam.list_instance_profiles()
    iam.list_instance_profiles_for_role(RoleName="stranger")
    iam.tag_instance_profile(InstanceProfileName="stranger", Tags=[{"Key": "x", "Value": "y"}])
    iam.list_instance_profile_tags(InstanceProfileName="stranger")
    iam.untag_instance_profile(InstanceProfileName="stranger", TagKeys=["x"])


def service_linked(iam):
    iam.create_service_linked_role(AWSServiceName="rds.amazonaws.com")
    task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForRDS")
    iam.get_service_linked_role_deletion_status(DeletionTaskId=task["DeletionTaskId"])


def clean(iam):
    iam.remove_role_from_instance_profile(InstanceProfileName="stranger", RoleName="stranger")
    iam.delete_instance_profile(InstanceProfileName="stranger")
    iam.detach_role_policy(RoleName="stranger", PolicyArn=POLICY)
    iam.detach_role_policy(RoleName="stranger", PolicyArn=MANAGED)
    iam.delete_policy(PolicyArn=POLICY)
    iam.delete_role(RoleName="stranger")
