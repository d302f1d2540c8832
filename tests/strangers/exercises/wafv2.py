"""WAF: web ACLs, IP sets, their logging and associations."""

import datetime

from . import ACCOUNT, refused

SCOPE = {"Scope": "REGIONAL"}
GROUP = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}
SERVICE = f"arn:aws:apprunner:us-east-1:{ACCOUNT}:service/stranger/1"


def visibility(metric):
    return {
        "SampledRequestsEnabled": True,
        "CloudWatchMetricsEnabled": True,
        "MetricName": metric,
    }


def rules(set_arn):
    return [
        {
            "Name": "banned",
            "Priority": 0,
            "Action": {"Block": {}},
            "Statement": {"IPSetReferenceStatement": {"ARN": set_arn}},
            "VisibilityConfig": visibility("banned"),
        },
        {
            "Name": "common",
            "Priority": 1,
            "OverrideAction": {"None": {}},
            "Statement": {"ManagedRuleGroupStatement": GROUP},
            "VisibilityConfig": visibility("common"),
        },
        {
            "Name": "words",
            "Priority": 2,
            "Action": {"Count": {}},
            "Statement": {
                "ByteMatchStatement": {
                    "SearchString": b"secret",
                    "FieldToMatch": {"UriPath": {}},
                    "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}],
                    "PositionalConstraint": "CONTAINS",
                }
            },
            "VisibilityConfig": visibility("words"),
        },
    ]


def run(aws):
    wafv2 = aws("wafv2")
    managed(wafv2)
    ip_set = sets(wafv2)
    acls(wafv2, aws("logs"), ip_set)
    named = {"Name": "stranger", "Id": ip_set["Id"], **SCOPE}
    lock = wafv2.get_ip_set(**named)["LockToken"]
    wafv2.delete_ip_set(**named, LockToken=lock)


def managed(wafv2):
    wafv2.list_available_managed_rule_groups(**SCOPE)
    wafv2.describe_managed_rule_group(**GROUP, **SCOPE)


def sets(wafv2):
    made = wafv2.create_ip_set(
        Name="stranger",
        Description="addresses",
        IPAddressVersion="IPV4",
        Addresses=["192.0.2.0/24"],
        **SCOPE,
    )["Summary"]
    named = {"Name": "stranger", "Id": made["Id"], **SCOPE}
    wafv2.get_ip_set(**named)
    wafv2.list_ip_sets(**SCOPE)
    wafv2.update_ip_set(
        **named, LockToken=made["LockToken"], Addresses=["192.0.2.0/24", "198.51.100.7/32"]
    )
    with refused("WAFOptimisticLockException"):
        wafv2.delete_ip_set(**named, LockToken=made["LockToken"])
    return made


def acls(wafv2, logs, ip_set):
    content = {
        "DefaultAction": {"Allow": {}},
        "Rules": rules(ip_set["ARN"]),
        "VisibilityConfig": visibility("stranger"),
    }
    wafv2.check_capacity(Rules=content["Rules"], **SCOPE)
    tags = [{"Key": "owner", "Value": "strangers"}]
    made = wafv2.create_web_acl(
        Name="stranger", Description="rules", Tags=tags, **content, **SCOPE
    )["Summary"]
    with refused("WAFDuplicateItemException"):
        wafv2.create_web_acl(Name="stranger", **content, **SCOPE)
    arn, named = made["ARN"], {"Name": "stranger", "Id": made["Id"], **SCOPE}
    wafv2.get_web_acl(**named)
    wafv2.list_web_acls(**SCOPE)
    lock = wafv2.update_web_acl(**named, LockToken=made["LockToken"], **content)["NextLockToken"]
    wafv2.tag_resource(ResourceARN=arn, Tags=[{"Key": "more", "Value": "1"}])
    wafv2.list_tags_for_resource(ResourceARN=arn)
    wafv2.untag_resource(ResourceARN=arn, TagKeys=["more"])
    logging(wafv2, logs, arn)
    now = datetime.datetime.now(datetime.timezone.utc)
    wafv2.get_sampled_requests(
        WebAclArn=arn,
        RuleMetricName="words",
        TimeWindow={"StartTime": now - datetime.timedelta(hours=1), "EndTime": now},
        MaxItems=10,
        **SCOPE,
    )
    wafv2.associate_web_acl(WebACLArn=arn, ResourceArn=SERVICE)
    wafv2.get_web_acl_for_resource(ResourceArn=SERVICE)
    wafv2.list_resources_for_web_acl(WebACLArn=arn, ResourceType="APP_RUNNER_SERVICE")
    with refused("WAFAssociatedItemException"):
        wafv2.delete_web_acl(**named, LockToken=lock)
    wafv2.disassociate_web_acl(ResourceArn=SERVICE)
    wafv2.delete_web_acl(**named, LockToken=lock)
    with refused("WAFNonexistentItemException"):
        wafv2.get_web_acl(**named)


def logging(wafv2, logs, arn):
    group = "aws-waf-logs-stranger"
    logs.create_log_group(logGroupName=group)
    destination = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{group}"
    wafv2.put_logging_configuration(
        LoggingConfiguration={"ResourceArn": arn, "LogDestinationConfigs": [destination]}
    )
    wafv2.get_logging_configuration(ResourceArn=arn)
    wafv2.list_logging_configurations(**SCOPE)
    wafv2.delete_logging_configuration(ResourceArn=arn)
    logs.delete_log_group(logGroupName=group)
