"""Security Hub: the hub of a region, its standards, findings in ASFF."""

from . import ACCOUNT, refused

HUB = f"arn:aws:securityhub:us-east-1:{ACCOUNT}:hub/default"
PRODUCT = f"arn:aws:securityhub:us-east-1:{ACCOUNT}:product/{ACCOUNT}/default"
NIST = "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0"
TAGS = {"owner": "strangers"}
MOMENT = "2026-01-01T00:00:00Z"


def run(aws):
    hub = aws("securityhub")
    with refused("InvalidAccessException"):
        hub.describe_hub()
    hub.enable_security_hub(Tags=TAGS)
    with refused("ResourceConflictException"):
        hub.enable_security_hub()
    hub.update_security_hub_configuration(AutoEnableControls=False)
    assert hub.describe_hub()["HubArn"] == HUB
    hub.tag_resource(ResourceArn=HUB, Tags={"more": "1"})
    hub.untag_resource(ResourceArn=HUB, TagKeys=["more"])
    assert hub.list_tags_for_resource(ResourceArn=HUB)["Tags"] == TAGS
    standards(hub)
    findings(hub)
    hub.disable_security_hub()


def standards(hub):
    assert NIST in [it["StandardsArn"] for it in hub.describe_standards()["Standards"]]
    request = [{"StandardsArn": NIST}]
    enabled = hub.batch_enable_standards(StandardsSubscriptionRequests=request)
    arn = enabled["StandardsSubscriptions"][0]["StandardsSubscriptionArn"]
    assert len(hub.get_enabled_standards()["StandardsSubscriptions"]) == 3
    hub.batch_disable_standards(StandardsSubscriptionArns=[arn])
    assert len(hub.get_enabled_standards()["StandardsSubscriptions"]) == 2


def findings(hub):
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": "strangers/1",
        "ProductArn": PRODUCT,
        "GeneratorId": "strangers",
        "AwsAccountId": ACCOUNT,
        "Types": ["Software and Configuration Checks"],
        "CreatedAt": MOMENT,
        "UpdatedAt": MOMENT,
        "Severity": {"Label": "HIGH"},
        "Title": "A bucket is public",
        "Description": "Anybody may read it.",
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::strangers"}],
        "Compliance": {"Status": "FAILED"},
    }
    foreign = {**finding, "AwsAccountId": "999999999999"}
    imported = hub.batch_import_findings(Findings=[finding, foreign])
    assert (imported["SuccessCount"], imported["FailedCount"]) == (1, 1), imported
    hub.batch_update_findings(
        FindingIdentifiers=[{"Id": "strangers/1", "ProductArn": PRODUCT}],
        Workflow={"Status": "NOTIFIED"},
        Note={"Text": "Looked at", "UpdatedBy": "strangers"},
    )
    notified = {"WorkflowStatus": [{"Value": "NOTIFIED", "Comparison": "EQUALS"}]}
    pages = hub.get_paginator("get_findings").paginate(Filters=notified)
    assert [it["Id"] for page in pages for it in page["Findings"]] == ["strangers/1"]
    failed = {"ComplianceStatus": [{"Value": "PASSED", "Comparison": "EQUALS"}]}
    assert hub.get_findings(Filters=failed)["Findings"] == []
