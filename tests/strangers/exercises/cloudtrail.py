"""CloudTrail: a trail, whether it logs, and what of; and the history of what was called."""

import json
from datetime import datetime, timedelta, timezone

from . import ACCOUNT, refused

ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/strangers"
TAGS = [{"Key": "owner", "Value": "strangers"}]


def run(aws):
    trails = aws("cloudtrail")
    with refused("TrailNotFoundException"):
        trails.get_trail(Name="strangers")
    trails.create_trail(
        Name="strangers", S3BucketName="strangers-trail", IsMultiRegionTrail=True, TagsList=TAGS
    )
    trails.update_trail(Name="strangers", EnableLogFileValidation=True)
    trails.get_trail(Name="strangers")
    assert len(trails.describe_trails()["trailList"]) == 1
    assert len(trails.list_trails()["Trails"]) == 1
    logging(trails)
    selectors(trails)
    trails.add_tags(ResourceId=ARN, TagsList=[{"Key": "more", "Value": "1"}])
    trails.remove_tags(ResourceId=ARN, TagsList=[{"Key": "more"}])
    assert trails.list_tags(ResourceIdList=[ARN])["ResourceTagList"][0]["TagsList"] == TAGS
    trails.delete_trail(Name=ARN)
    history(trails)


def logging(trails):
    trails.start_logging(Name="strangers")
    assert trails.get_trail_status(Name="strangers")["IsLogging"]
    trails.stop_logging(Name="strangers")
    assert not trails.get_trail_status(Name="strangers")["IsLogging"]


def selectors(trails):
    trails.get_event_selectors(TrailName="strangers")
    field = {"Field": "eventCategory", "Equals": ["Management"]}
    trails.put_event_selectors(
        TrailName="strangers", AdvancedEventSelectors=[{"Name": "all", "FieldSelectors": [field]}]
    )
    assert trails.get_event_selectors(TrailName="strangers")["AdvancedEventSelectors"]
    with refused("InvalidEventSelectorsException"):
        trails.put_event_selectors(TrailName="strangers", EventSelectors=[])


def history(trails):
    def named(name, **more):
        attributes = [{"AttributeKey": "EventName", "AttributeValue": name}]
        return trails.lookup_events(LookupAttributes=attributes, **more)

    event = named("CreateTrail", MaxResults=1)["Events"][0]
    record = json.loads(event["CloudTrailEvent"])
    assert record["eventID"] == event["EventId"]
    assert record["userIdentity"]["accessKeyId"] == event["AccessKeyId"]
    assert event["Username"] == "sandbox"
    assert record["userAgent"].startswith("Boto3/")
    assert record["recipientAccountId"] == ACCOUNT
    refusals = [json.loads(one["CloudTrailEvent"]) for one in named("GetTrail")["Events"]]
    assert any(one.get("errorCode") == "TrailNotFoundException" for one in refusals)
    assert not named("PutObject")["Events"]
    pages = trails.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 7})
    times = [one["EventTime"] for page in pages for one in page["Events"]]
    assert len(times) > 7 and times == sorted(times, reverse=True)
    now = datetime.now(timezone.utc)
    with refused("InvalidTimeRangeException"):
        trails.lookup_events(StartTime=now, EndTime=now - timedelta(hours=1))
    with refused("InvalidNextTokenException"):
        trails.lookup_events(NextToken="strangers")
    two = [{"AttributeKey": "ReadOnly", "AttributeValue": "true"}] * 2
    with refused("InvalidLookupAttributesException"):
        trails.lookup_events(LookupAttributes=two)
