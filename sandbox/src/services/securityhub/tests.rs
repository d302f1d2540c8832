//! Security Hub as its callers see it.

use serde_json::{Value, json};

use crate::testing::Fixture;

const PRODUCT: &str = "arn:aws:securityhub:us-east-1:123456789012:product/123456789012/default";

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    fixture
        .call("securityhub", "EnableSecurityHub", json!({"EnableDefaultStandards": false}))
        .unwrap();
    fixture
}

fn finding(id: &str, severity: &str, updated: &str) -> Value {
    json!({
        "SchemaVersion": "2018-10-08", "Id": id, "ProductArn": PRODUCT, "GeneratorId": "tests",
        "AwsAccountId": "123456789012", "CreatedAt": "2025-12-31T00:00:00Z",
        "UpdatedAt": updated, "Title": format!("Finding {id}"), "Description": "Something",
        "Resources": [{"Type": "AwsS3Bucket", "Id": format!("arn:aws:s3:::{id}")}],
        "Compliance": {"Status": "FAILED"},
        "FindingProviderFields": {"Severity": {"Label": severity}, "Types": ["a/b/c"]},
    })
}

fn with_three() -> Fixture {
    let mut fixture = fixture();
    let findings = json!([
        finding("one", "CRITICAL", "2025-12-31T12:00:00Z"),
        finding("two", "LOW", "2025-12-30T12:00:00Z"),
        finding("three", "CRITICAL", "2025-12-01T12:00:00Z"),
    ]);
    let answer =
        fixture.call("securityhub", "BatchImportFindings", json!({"Findings": findings})).unwrap();
    assert_eq!(answer["SuccessCount"], 3);
    fixture
}

fn ids(fixture: &mut Fixture, request: Value) -> Vec<String> {
    let got = fixture.call("securityhub", "GetFindings", request).unwrap();
    let findings = got["Findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["Id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_hub_is_on_or_off() {
    let mut fixture = Fixture::new();
    let code = fixture.fault("securityhub", "DescribeHub", json!({}));
    assert_eq!(code, "InvalidAccessException");
    fixture.call("securityhub", "EnableSecurityHub", json!({})).unwrap();
    let code = fixture.fault("securityhub", "EnableSecurityHub", json!({}));
    assert_eq!(code, "ResourceConflictException");
    let off = json!({"AutoEnableControls": false});
    fixture.call("securityhub", "UpdateSecurityHubConfiguration", off).unwrap();
    let hub = fixture.call("securityhub", "DescribeHub", json!({})).unwrap();
    assert_eq!(hub["AutoEnableControls"], false);
    assert_eq!(hub["ControlFindingGenerator"], "SECURITY_CONTROL");
    let enabled = fixture.call("securityhub", "GetEnabledStandards", json!({})).unwrap();
    assert_eq!(enabled["StandardsSubscriptions"].as_array().unwrap().len(), 2);
    fixture.call("securityhub", "DisableSecurityHub", json!({})).unwrap();
    let code = fixture.fault("securityhub", "GetFindings", json!({}));
    assert_eq!(code, "InvalidAccessException");
}

#[test]
fn standards_come_and_go_and_want_records() {
    let mut fixture = fixture();
    let nist = "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0";
    let wanted = |arn: &str| json!({"StandardsSubscriptionRequests": [{"StandardsArn": arn}]});
    let code = fixture.fault("securityhub", "BatchEnableStandards", wanted("arn:none"));
    assert_eq!(code, "InvalidInputException");
    let answer = fixture.call("securityhub", "BatchEnableStandards", wanted(nist)).unwrap();
    let subscription = answer["StandardsSubscriptions"][0].clone();
    let arn = "arn:aws:securityhub:us-east-1:123456789012:subscription/nist-800-53/v/5.0.0";
    assert_eq!(subscription["StandardsSubscriptionArn"], arn);
    assert_eq!(subscription["StandardsStatus"], "INCOMPLETE");
    let reason = &subscription["StandardsStatusReason"]["StatusReasonCode"];
    assert_eq!(reason, "NO_AVAILABLE_CONFIGURATION_RECORDER");
    let gone = json!({"StandardsSubscriptionArns": [arn]});
    let answer = fixture.call("securityhub", "BatchDisableStandards", gone).unwrap();
    assert_eq!(answer["StandardsSubscriptions"][0]["StandardsStatus"], "DELETING");
    let enabled = fixture.call("securityhub", "GetEnabledStandards", json!({})).unwrap();
    assert_eq!(enabled["StandardsSubscriptions"], json!([]));
}

#[test]
fn findings_are_filtered_sorted_and_paged() {
    let mut fixture = with_three();
    let critical = json!([{"Value": "CRITICAL", "Comparison": "EQUALS"}]);
    let request = json!({"Filters": {"SeverityLabel": critical},
        "SortCriteria": [{"Field": "UpdatedAt", "SortOrder": "desc"}]});
    assert_eq!(ids(&mut fixture, request), ["one", "three"]);
    let recent = json!([{"DateRange": {"Value": 3, "Unit": "DAYS"}}]);
    assert_eq!(ids(&mut fixture, json!({"Filters": {"UpdatedAt": recent}})), ["one", "two"]);
    let others = json!([{"Value": "arn:aws:s3:::t", "Comparison": "PREFIX_NOT_EQUALS"}]);
    assert_eq!(ids(&mut fixture, json!({"Filters": {"ResourceId": others}})), ["one"]);
    let first = fixture.call("securityhub", "GetFindings", json!({"MaxResults": 2})).unwrap();
    let rest = json!({"MaxResults": 2, "NextToken": first["NextToken"]});
    assert_eq!(ids(&mut fixture, rest), ["two"]);
    let odd = json!({"Filters": {"NetworkDirection": critical}});
    assert_eq!(fixture.fault("securityhub", "GetFindings", odd), "NotImplemented");
}

#[test]
fn an_import_leaves_alone_what_customers_set() {
    let mut fixture = with_three();
    let update = json!({
        "FindingIdentifiers": [{"Id": "one", "ProductArn": PRODUCT},
            {"Id": "none", "ProductArn": PRODUCT}],
        "Workflow": {"Status": "SUPPRESSED"}, "Note": {"Text": "Known", "UpdatedBy": "ops"},
    });
    let answer = fixture.call("securityhub", "BatchUpdateFindings", update).unwrap();
    assert_eq!(answer["ProcessedFindings"].as_array().unwrap().len(), 1);
    assert_eq!(answer["UnprocessedFindings"][0]["ErrorCode"], "FindingNotFound");
    let again = json!({"Findings": [finding("one", "HIGH", "2025-12-31T13:00:00Z")]});
    fixture.call("securityhub", "BatchImportFindings", again).unwrap();
    let suppressed = json!({"WorkflowStatus": [{"Value": "SUPPRESSED", "Comparison": "EQUALS"}]});
    let got = fixture.call("securityhub", "GetFindings", json!({"Filters": suppressed})).unwrap();
    let one = &got["Findings"][0];
    assert_eq!(one["Note"]["Text"], "Known");
    assert_eq!(one["Severity"], json!({"Label": "HIGH", "Normalized": 70}));
    assert_eq!(one["Types"], json!(["a/b/c"]));
}

#[test]
fn what_is_no_finding_is_refused_by_itself() {
    let mut fixture = fixture();
    let (mut foreign, mut late) =
        (finding("a", "LOW", "2026-01-01T00:00:00Z"), finding("b", "LOW", "soon"));
    foreign["AwsAccountId"] = json!("999999999999");
    late["Title"] = json!("Late");
    let findings = json!([foreign, late, finding("c", "LOW", "2026-01-01T00:00:00Z")]);
    let answer =
        fixture.call("securityhub", "BatchImportFindings", json!({"Findings": findings})).unwrap();
    assert_eq!((&answer["SuccessCount"], &answer["FailedCount"]), (&json!(1), &json!(2)));
    assert_eq!(answer["FailedFindings"][1]["Id"], "b");
}

#[test]
fn critical_findings_reach_the_topic_of_a_rule() {
    let mut fixture = fixture();
    let topic = "arn:aws:sns:us-east-1:123456789012:ops";
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish",
        "Resource": topic}});
    let create = json!({"Name": "ops", "Attributes": {"Policy": policy.to_string()}});
    fixture.call("sns", "CreateTopic", create).unwrap();
    let pattern = json!({"source": ["aws.securityhub"],
        "detail": {"findings": {"Severity": {"Label": ["CRITICAL"]}}}});
    let rule = json!({"Name": "critical", "EventPattern": pattern.to_string()});
    fixture.call("events", "PutRule", rule).unwrap();
    let targets = json!({"Rule": "critical", "Targets": [{"Id": "topic", "Arn": topic}]});
    fixture.call("events", "PutTargets", targets).unwrap();
    for (id, severity) in [("bad", "CRITICAL"), ("small", "LOW")] {
        let findings = json!({"Findings": [finding(id, severity, "2026-01-01T00:00:00Z")]});
        fixture.call("securityhub", "BatchImportFindings", findings).unwrap();
    }
    let messages = fixture.world.region("us-east-1").sns.messages();
    let told = messages["topics"][topic].as_array().unwrap();
    assert_eq!(told.len(), 1);
    assert!(told[0]["Message"].as_str().unwrap().contains("Finding bad"));
}
