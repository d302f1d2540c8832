"""GuardDuty: the detector of a region with its protection plans."""

from . import ACCOUNT, refused

TAGS = {"owner": "strangers"}


def run(aws):
    guard = aws("guardduty")
    assert guard.list_detectors()["DetectorIds"] == []
    detector = guard.create_detector(Enable=True, Tags=TAGS)["DetectorId"]
    assert guard.list_detectors()["DetectorIds"] == [detector]
    with refused("BadRequestException"):
        guard.create_detector(Enable=True)
    off = {"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}
    guard.update_detector(
        DetectorId=detector, FindingPublishingFrequency="ONE_HOUR", Features=[off]
    )
    got = guard.get_detector(DetectorId=detector)
    assert got["FindingPublishingFrequency"] == "ONE_HOUR", got
    states = {feature["Name"]: feature["Status"] for feature in got["Features"]}
    assert (states["S3_DATA_EVENTS"], states["CLOUD_TRAIL"]) == ("DISABLED", "ENABLED"), states
    assert guard.list_findings(DetectorId=detector)["FindingIds"] == []
    assert guard.get_findings(DetectorId=detector, FindingIds=["none"])["Findings"] == []
    arn = f"arn:aws:guardduty:us-east-1:{ACCOUNT}:detector/{detector}"
    guard.tag_resource(ResourceArn=arn, Tags={"more": "1"})
    guard.untag_resource(ResourceArn=arn, TagKeys=["more"])
    assert guard.list_tags_for_resource(ResourceArn=arn)["Tags"] == TAGS
    guard.delete_detector(DetectorId=detector)
    with refused("BadRequestException"):
        guard.get_detector(DetectorId=detector)
