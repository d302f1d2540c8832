use serde_json::{Value, json};

use crate::testing::Fixture;

fn create(fixture: &mut Fixture, request: Value) -> String {
    let created = fixture.call("guardduty", "CreateDetector", request).unwrap();
    created["DetectorId"].as_str().unwrap().to_owned()
}

fn status_of(detector: &Value, name: &str) -> Value {
    let features = detector["Features"].as_array().unwrap();
    features.iter().find(|feature| feature["Name"] == name).unwrap()["Status"].clone()
}

#[test]
fn a_region_has_one_detector() {
    let mut fixture = Fixture::new();
    let id = create(&mut fixture, json!({"Enable": true, "ClientToken": "once"}));
    assert_eq!(create(&mut fixture, json!({"Enable": true, "ClientToken": "once"})), id);
    let second = fixture.call("guardduty", "CreateDetector", json!({"Enable": true}));
    assert_eq!(
        second.unwrap_err().message,
        "The request is rejected because a detector already exists for the current account."
    );
    let listed = fixture.call("guardduty", "ListDetectors", json!({})).unwrap();
    assert_eq!(listed["DetectorIds"], json!([id]));
    let request = json!({"DetectorId": id});
    fixture.call("guardduty", "DeleteDetector", request.clone()).unwrap();
    assert_eq!(fixture.fault("guardduty", "GetDetector", request), "BadRequestException");
    create(&mut fixture, json!({"Enable": false}));
    assert!(!fixture.world.region("us-east-1").guardduty.is_enabled());
}

#[test]
fn plans_are_switched_one_by_one() {
    let mut fixture = Fixture::new();
    let request = json!({
        "Enable": true,
        "Features": [{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}],
    });
    let id = create(&mut fixture, request);
    let get = json!({"DetectorId": id});
    let detector = fixture.call("guardduty", "GetDetector", get.clone()).unwrap();
    assert_eq!(status_of(&detector, "S3_DATA_EVENTS"), "DISABLED");
    assert_eq!(status_of(&detector, "RDS_LOGIN_EVENTS"), "ENABLED");
    assert_eq!(detector["DataSources"]["S3Logs"]["Status"], "DISABLED");
    let update = json!({"DetectorId": id, "DataSources": {"S3Logs": {"Enable": true}}});
    fixture.call("guardduty", "UpdateDetector", update).unwrap();
    assert!(fixture.world.region("us-east-1").guardduty.protects("S3_DATA_EVENTS"));
    let both = json!({
        "DetectorId": id,
        "Features": [{"Name": "EKS_RUNTIME_MONITORING", "Status": "ENABLED"},
                     {"Name": "RUNTIME_MONITORING", "Status": "ENABLED"}],
    });
    assert_eq!(fixture.fault("guardduty", "UpdateDetector", both), "BadRequestException");
}

#[test]
fn nothing_is_found_and_only_the_own_detector_answers() {
    let mut fixture = Fixture::new();
    let id = create(&mut fixture, json!({"Enable": true}));
    let found = fixture.call("guardduty", "ListFindings", json!({"DetectorId": id})).unwrap();
    assert_eq!(found["FindingIds"], json!([]));
    let foreign = json!({"DetectorId": "0".repeat(32)});
    assert_eq!(fixture.fault("guardduty", "ListFindings", foreign), "BadRequestException");
}
