//! CloudTrail as its callers see it.

use serde_json::{Value, json};

use crate::testing::Fixture;

const ARN: &str = "arn:aws:cloudtrail:us-east-1:123456789012:trail/audit";

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    let create = json!({"Name": "audit", "S3BucketName": "audit-logs", "IsMultiRegionTrail": true,
        "EnableLogFileValidation": true, "TagsList": [{"Key": "owner", "Value": "ops"}]});
    let created = fixture.call("cloudtrail", "CreateTrail", create).unwrap();
    assert_eq!(created["TrailARN"], ARN);
    fixture
}

fn get(fixture: &mut Fixture, name: &str) -> Value {
    fixture.call("cloudtrail", "GetTrail", json!({"Name": name})).unwrap()["Trail"].clone()
}

#[test]
fn a_trail_is_found_by_name_and_arn_until_it_is_deleted() {
    let mut fixture = fixture();
    assert_eq!(get(&mut fixture, "audit"), get(&mut fixture, ARN));
    assert_eq!(get(&mut fixture, "audit")["HasCustomEventSelectors"], false);
    let again = json!({"Name": "audit", "S3BucketName": "audit-logs"});
    assert_eq!(fixture.fault("cloudtrail", "CreateTrail", again), "TrailAlreadyExistsException");
    fixture.call("cloudtrail", "DeleteTrail", json!({"Name": "audit"})).unwrap();
    let fault = fixture.call("cloudtrail", "GetTrail", json!({"Name": "audit"})).unwrap_err();
    assert_eq!(fault.message, format!("Unknown trail: {ARN} for the user: 123456789012"));
    let described =
        fixture.call("cloudtrail", "DescribeTrails", json!({"trailNameList": ["audit"]})).unwrap();
    assert_eq!(described["trailList"], json!([]));
}

#[test]
fn it_logs_from_start_to_stop() {
    let mut fixture = fixture();
    let name = json!({"Name": "audit"});
    let is_logging = |fixture: &mut Fixture| {
        fixture.call("cloudtrail", "GetTrailStatus", name.clone()).unwrap()["IsLogging"].clone()
    };
    assert_eq!(is_logging(&mut fixture), false);
    fixture.call("cloudtrail", "StartLogging", name.clone()).unwrap();
    assert_eq!(is_logging(&mut fixture), true);
    fixture.call("cloudtrail", "StopLogging", name.clone()).unwrap();
    assert_eq!(is_logging(&mut fixture), false);
    let status = fixture.call("cloudtrail", "GetTrailStatus", name).unwrap();
    assert_eq!(status["TimeLoggingStopped"], "2026-01-01T00:00:00Z");
}

#[test]
fn what_an_update_leaves_out_stays() {
    let mut fixture = fixture();
    let update = json!({"Name": "audit", "S3KeyPrefix": "trails"});
    fixture.call("cloudtrail", "UpdateTrail", update).unwrap();
    let update = json!({"Name": ARN, "EnableLogFileValidation": false});
    fixture.call("cloudtrail", "UpdateTrail", update).unwrap();
    let trail = get(&mut fixture, "audit");
    assert_eq!(trail["S3KeyPrefix"], "trails");
    assert_eq!(trail["IsMultiRegionTrail"], true);
    assert_eq!(trail["LogFileValidationEnabled"], false);
}

#[test]
fn names_and_settings_have_rules() {
    let mut fixture = fixture();
    for (change, code) in [
        (json!({"Name": "ab"}), "InvalidTrailNameException"),
        (json!({"Name": "-abc"}), "InvalidTrailNameException"),
        (json!({"Name": "a c"}), "InvalidTrailNameException"),
        (json!({"S3BucketName": "ab"}), "InvalidS3BucketNameException"),
        (json!({"KmsKeyId": "alias/none"}), "KmsKeyNotFoundException"),
        (json!({"SnsTopicName": "none"}), "InsufficientSnsTopicPolicyException"),
        (json!({"IsOrganizationTrail": true}), "OrganizationsNotInUseException"),
        (
            json!({"CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/logs"}),
            "InvalidCloudWatchLogsLogGroupArnException",
        ),
        (
            json!({"IsMultiRegionTrail": true, "IncludeGlobalServiceEvents": false}),
            "InvalidParameterCombinationException",
        ),
    ] {
        let mut create = json!({"Name": "other", "S3BucketName": "audit-logs"});
        create.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(fixture.fault("cloudtrail", "CreateTrail", create), code, "{change}");
    }
}

#[test]
fn selectors_are_of_one_form() {
    let mut fixture = fixture();
    let default = fixture.call("cloudtrail", "GetEventSelectors", json!({"TrailName": "audit"}));
    assert_eq!(default.unwrap()["EventSelectors"][0]["ReadWriteType"], "All");
    let basic = json!([{"ReadWriteType": "WriteOnly",
        "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]);
    let advanced = json!([{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]);
    let both = json!({"TrailName": "audit", "EventSelectors": basic,
        "AdvancedEventSelectors": advanced});
    let code = fixture.fault("cloudtrail", "PutEventSelectors", both);
    assert_eq!(code, "InvalidEventSelectorsException");
    for (form, selectors) in [("EventSelectors", basic), ("AdvancedEventSelectors", advanced)] {
        let put = json!({"TrailName": "audit", form: selectors});
        let answer = fixture.call("cloudtrail", "PutEventSelectors", put).unwrap();
        assert!(answer[form].is_array());
        let get = json!({"TrailName": "audit"});
        let got = fixture.call("cloudtrail", "GetEventSelectors", get).unwrap();
        assert_eq!(got, answer);
    }
    assert_eq!(get(&mut fixture, "audit")["HasCustomEventSelectors"], true);
}

#[test]
fn a_region_has_five_trails() {
    let mut fixture = fixture();
    for number in 1..5 {
        let create = json!({"Name": format!("trail-{number}"), "S3BucketName": "audit-logs"});
        fixture.call("cloudtrail", "CreateTrail", create).unwrap();
    }
    let create = json!({"Name": "sixth", "S3BucketName": "audit-logs"});
    let code = fixture.fault("cloudtrail", "CreateTrail", create);
    assert_eq!(code, "MaximumNumberOfTrailsExceededException");
}
