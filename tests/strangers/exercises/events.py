"""EventBridge: rules, targets, events."""

import json

from . import ACCOUNT, allow, policy, refused

TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:events"
ARN = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/critical"
PATTERN = json.dumps({"source": ["stranger"], "detail": {"severity": [{"numeric": [">=", 90]}]}})


def run(aws):
    events, sns = aws("events"), aws("sns")
    allowed = policy(allow("sns:Publish", TOPIC, Principal={"Service": "events.amazonaws.com"}))
    sns.create_topic(Name="events", Attributes={"Policy": allowed})
    tags = [{"Key": "owner", "Value": "strangers"}]
    put = events.put_rule(Name="critical", EventPattern=PATTERN, Description="bad", Tags=tags)
    assert put["RuleArn"] == ARN
    with refused("InvalidEventPatternException"):
        events.put_rule(Name="wrong", EventPattern='{"source": "stranger"}')
    rule = events.describe_rule(Name="critical")
    assert (rule["State"], rule["EventPattern"]) == ("ENABLED", PATTERN), rule
    assert [rule["Name"] for rule in events.list_rules(NamePrefix="crit")["Rules"]] == ["critical"]
    events.tag_resource(ResourceARN=ARN, Tags=[{"Key": "more", "Value": "1"}])
    events.untag_resource(ResourceARN=ARN, TagKeys=["more"])
    assert events.list_tags_for_resource(ResourceARN=ARN)["Tags"] == tags
    with refused("ResourceNotFoundException"):
        events.list_tags_for_resource(ResourceARN=ARN + "er")
    targets(events)
    happen(events)
    events.disable_rule(Name="critical")
    events.enable_rule(Name="critical")
    with refused("ValidationException"):
        events.delete_rule(Name="critical")
    events.remove_targets(Rule="critical", Ids=["topic"])
    events.delete_rule(Name="critical")
    with refused("ResourceNotFoundException"):
        events.describe_rule(Name="critical")
    sns.delete_topic(TopicArn=TOPIC)


def targets(events):
    transformer = {"InputPathsMap": {"s": "$.detail.severity"}, "InputTemplate": '"severity <s>"'}
    target = {"Id": "topic", "Arn": TOPIC, "InputTransformer": transformer}
    assert events.put_targets(Rule="critical", Targets=[target])["FailedEntryCount"] == 0
    with refused("ResourceNotFoundException"):
        events.put_targets(Rule="gone", Targets=[target])
    assert events.list_targets_by_rule(Rule="critical")["Targets"] == [target]


def happen(events):
    entry = {"Source": "stranger", "DetailType": "finding", "Detail": '{"severity": 95}'}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
