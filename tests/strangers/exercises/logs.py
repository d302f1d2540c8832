"""CloudWatch Logs: groups, streams, events."""

import time

from . import ACCOUNT, allow, policy, refused

GROUP = "/stranger/group"
ARN = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}"


def run(aws):
    logs = aws("logs")
    logs.create_log_group(logGroupName=GROUP, tags={"owner": "strangers"})
    with refused("ResourceAlreadyExistsException"):
        logs.create_log_group(logGroupName=GROUP)
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=30)
    with refused("InvalidParameterException"):
        logs.put_retention_policy(logGroupName=GROUP, retentionInDays=31)
    logs.describe_log_groups(logGroupNamePrefix="/stranger", limit=1)
    logs.delete_retention_policy(logGroupName=GROUP)
    key = aws("kms").create_key()["KeyMetadata"]["Arn"]
    logs.associate_kms_key(logGroupName=GROUP, kmsKeyId=key)
    logs.describe_log_groups()
    logs.disassociate_kms_key(logGroupName=GROUP)
    tags(logs)
    events(logs)
    document = policy(
        allow("logs:PutLogEvents", ARN, Principal={"Service": "es.amazonaws.com"})
    )
    logs.put_resource_policy(policyName="stranger", policyDocument=document)
    logs.describe_resource_policies()
    logs.delete_resource_policy(policyName="stranger")
    logs.put_log_group_deletion_protection(
        logGroupIdentifier=GROUP, deletionProtectionEnabled=True
    )
    logs.put_log_group_deletion_protection(
        logGroupIdentifier=GROUP, deletionProtectionEnabled=False
    )
    logs.delete_log_group(logGroupName=GROUP)
    with refused("ResourceNotFoundException"):
        logs.delete_log_group(logGroupName=GROUP)


def tags(logs):
    logs.tag_resource(resourceArn=ARN, tags={"more": "1"})
    logs.list_tags_for_resource(resourceArn=ARN)
    logs.untag_resource(resourceArn=ARN, tagKeys=["more"])
    logs.tag_log_group(logGroupName=GROUP, tags={"older": "1"})
    logs.list_tags_log_group(logGroupName=GROUP)
    logs.untag_log_group(logGroupName=GROUP, tags=["older"])


def events(logs):
    logs.create_log_stream(logGroupName=GROUP, logStreamName="stream")
    now = int(time.time() * 1000)
    entries = [{"timestamp": now + n, "message": f"line {n}"} for n in range(3)]
    logs.put_log_events(logGroupName=GROUP, logStreamName="stream", logEvents=entries)
    logs.describe_log_streams(logGroupName=GROUP)
    logs.get_log_events(logGroupName=GROUP, logStreamName="stream", limit=2)
    logs.filter_log_events(logGroupName=GROUP, filterPattern="line")
    logs.delete_log_stream(logGroupName=GROUP, logStreamName="stream")
