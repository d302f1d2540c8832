//! AWS Config as its callers see it.

use serde_json::{Value, json};

use crate::testing::Fixture;

const ROLE: &str = "arn:aws:iam::123456789012:role/config";

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": "sts:AssumeRole", "Principal": {"Service": "config.amazonaws.com"}}});
    let role = json!({"RoleName": "config", "AssumeRolePolicyDocument": trust.to_string()});
    fixture.call("iam", "CreateRole", role).unwrap();
    fixture
}

fn recorder(group: Value) -> Value {
    json!({"ConfigurationRecorder": {"name": "main", "roleARN": ROLE, "recordingGroup": group}})
}

fn all() -> Value {
    recorder(json!({"allSupported": true, "includeGlobalResourceTypes": true}))
}

fn channel(name: &str) -> Value {
    json!({"DeliveryChannel": {"name": name, "s3BucketName": "config-history"}})
}

#[test]
fn it_records_from_start_to_stop_through_a_channel() {
    let mut fixture = fixture();
    let name = json!({"ConfigurationRecorderName": "main"});
    let early = fixture.fault("config", "PutDeliveryChannel", channel("main"));
    assert_eq!(early, "NoAvailableConfigurationRecorderException");
    fixture.call("config", "PutConfigurationRecorder", all()).unwrap();
    let early = fixture.fault("config", "StartConfigurationRecorder", name.clone());
    assert_eq!(early, "NoAvailableDeliveryChannelException");
    fixture.call("config", "PutDeliveryChannel", channel("main")).unwrap();
    fixture.call("config", "StartConfigurationRecorder", name.clone()).unwrap();
    assert!(fixture.world.region("us-east-1").config.is_recording());
    let used = json!({"DeliveryChannelName": "main"});
    let code = fixture.fault("config", "DeleteDeliveryChannel", used.clone());
    assert_eq!(code, "LastDeliveryChannelDeleteFailedException");
    fixture.call("config", "StopConfigurationRecorder", name.clone()).unwrap();
    let status = fixture.call("config", "DescribeConfigurationRecorderStatus", json!({})).unwrap();
    assert_eq!(status["ConfigurationRecordersStatus"][0]["recording"], false);
    fixture.call("config", "DeleteDeliveryChannel", used.clone()).unwrap();
    fixture.call("config", "DeleteConfigurationRecorder", name.clone()).unwrap();
    let code = fixture.fault("config", "DeleteConfigurationRecorder", name);
    assert_eq!(code, "NoSuchConfigurationRecorderException");
    let code = fixture.fault("config", "DeleteDeliveryChannel", used);
    assert_eq!(code, "NoSuchDeliveryChannelException");
}

#[test]
fn a_group_is_of_all_kinds_some_or_all_but_some() {
    let mut fixture = fixture();
    for (group, strategy) in [
        (json!({"allSupported": true}), "ALL_SUPPORTED_RESOURCE_TYPES"),
        (json!({"resourceTypes": ["AWS::EC2::VPC"]}), "INCLUSION_BY_RESOURCE_TYPES"),
        (
            json!({"exclusionByResourceTypes": {"resourceTypes": ["AWS::EC2::VPC"]}}),
            "EXCLUSION_BY_RESOURCE_TYPES",
        ),
    ] {
        fixture.call("config", "PutConfigurationRecorder", recorder(group)).unwrap();
        let got = fixture.call("config", "DescribeConfigurationRecorders", json!({})).unwrap();
        let group = &got["ConfigurationRecorders"][0]["recordingGroup"];
        assert_eq!(group["recordingStrategy"]["useOnly"], strategy);
    }
    for group in [
        json!({}),
        json!({"allSupported": true, "resourceTypes": ["AWS::EC2::VPC"]}),
        json!({"resourceTypes": ["AWS::EC2::VPC"], "includeGlobalResourceTypes": true}),
        json!({"allSupported": true, "recordingStrategy": {"useOnly": "INCLUSION_BY_RESOURCE_TYPES"}}),
    ] {
        let code = fixture.fault("config", "PutConfigurationRecorder", recorder(group));
        assert_eq!(code, "InvalidRecordingGroupException");
    }
}

#[test]
fn a_region_has_one_recorder_and_one_channel() {
    let mut fixture = fixture();
    fixture.call("config", "PutConfigurationRecorder", all()).unwrap();
    let mut second = all();
    second["ConfigurationRecorder"]["name"] = json!("second");
    let code = fixture.fault("config", "PutConfigurationRecorder", second);
    assert_eq!(code, "MaxNumberOfConfigurationRecordersExceededException");
    fixture.call("config", "PutDeliveryChannel", channel("main")).unwrap();
    let code = fixture.fault("config", "PutDeliveryChannel", channel("second"));
    assert_eq!(code, "MaxNumberOfDeliveryChannelsExceededException");
}

#[test]
fn the_role_must_trust_config() {
    let code = Fixture::new().fault("config", "PutConfigurationRecorder", all());
    assert_eq!(code, "InvalidRoleException");
}
