"""CloudTrail: a trail, whether it logs, and what of."""

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
