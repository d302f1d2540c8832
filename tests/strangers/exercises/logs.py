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
    metric_filters(logs)
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


def metric_filters(logs):
    metric = {"metricName": "failures", "metricNamespace": "stranger", "metricValue": "1"}
    named = {"logGroupName": GROUP, "filterName": "failures"}
    pattern = "{ $.status >= 500 && $.path = \"/api/*\" }"
    logs.put_metric_filter(**named, filterPattern=pattern, metricTransformations=[metric])
    with refused("InvalidParameterException"):
        both = {**metric, "defaultValue": 0, "dimensions": {"path": "$.path"}}
        logs.put_metric_filter(**named, filterPattern=pattern, metricTransformations=[both])
    found = logs.describe_metric_filters(logGroupName=GROUP)["metricFilters"]
    assert [one["filterPattern"] for one in found] == [pattern]
    messages = ['{"status": 503, "path": "/api/cars"}', '{"status": 503, "path": "/"}']
    tried = logs.test_metric_filter(filterPattern=pattern, logEventMessages=messages)["matches"]
    assert [match["eventNumber"] for match in tried] == [1]
    logs.delete_metric_filter(**named)
    with refused("ResourceNotFoundException"):
        logs.delete_metric_filter(**named)


def events(logs):
    logs.create_log_stream(logGroupName=GROUP, logStreamName="stream")
    now = int(time.time() * 1000)
    entries = [{"timestamp": now + n, "message": f"line {n}"} for n in range(3)]
    logs.put_log_events(logGroupName=GROUP, logStreamName="stream", logEvents=entries)
    logs.describe_log_streams(logGroupName=GROUP)
    logs.get_log_events(logGroupName=GROUP, logStreamName="stream", limit=2)
    logs.filter_log_events(logGroupName=GROUP, filterPattern="line")
    logs.delete_log_stream(logGroupName=GROUP, logStreamName="stream")
