//! Flow logs by AWS's rules.

use serde_json::{Value, json};

use crate::services::ec2::testing::Network;

fn to_group(network: &Network) -> Value {
    json!({"ResourceIds": [network.vpc], "ResourceType": "VPC", "TrafficType": "ALL",
           "LogGroupName": "flows", "ClientToken": "once",
           "DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/flows"})
}

#[test]
fn a_log_to_a_group_is_found_with_its_destination() {
    let mut network = Network::new();
    let made = network.call("CreateFlowLogs", to_group(&network));
    let filter = json!([{"Name": "resource-id", "Values": [network.vpc]}]);
    let found = network.call("DescribeFlowLogs", json!({"Filter": filter}));
    let log = &found["FlowLogs"][0];
    assert_eq!(log["FlowLogId"], made["FlowLogIds"][0]);
    assert_eq!(log["LogDestination"], "arn:aws:logs:us-east-1:123456789012:log-group:flows");
    assert_eq!(log["MaxAggregationInterval"], 600);
    network.call("DeleteFlowLogs", json!({"FlowLogIds": made["FlowLogIds"]}));
    let again = network.call("DeleteFlowLogs", json!({"FlowLogIds": made["FlowLogIds"]}));
    assert_eq!(again["Unsuccessful"][0]["Error"]["Code"], "InvalidFlowLogId.NotFound");
}

#[test]
fn a_token_makes_one_log_and_without_it_the_same_exists() {
    let mut network = Network::new();
    let first = network.call("CreateFlowLogs", to_group(&network));
    assert_eq!(network.call("CreateFlowLogs", to_group(&network)), first);
    let mut anew = to_group(&network);
    anew["ClientToken"] = json!("twice");
    let second = network.call("CreateFlowLogs", anew);
    assert_eq!(second["FlowLogIds"], json!([]));
    assert_eq!(second["Unsuccessful"][0]["Error"]["Code"], "FlowLogAlreadyExists");
}

#[test]
fn a_destination_has_the_shape_of_its_service() {
    let mut network = Network::new();
    let mut refused = |change: Value| {
        let mut request = to_group(&network);
        request.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        network.refused("CreateFlowLogs", request).code
    };
    assert_eq!(refused(json!({"DeliverLogsPermissionArn": null})), "MissingParameter");
    let not_a_role = json!({"DeliverLogsPermissionArn": "arn:aws:iam::1:user/x"});
    assert_eq!(refused(not_a_role), "InvalidParameterValue");
    let two = json!({"LogDestination": "arn:aws:logs:us-east-1:1:log-group:x"});
    assert_eq!(refused(two), "InvalidParameterCombination");
    let not_a_bucket = json!({"LogDestinationType": "s3", "LogGroupName": null,
                              "LogDestination": "arn:aws:logs:us-east-1:1:log-group:x"});
    assert_eq!(refused(not_a_bucket), "InvalidParameterValue");
    assert_eq!(refused(json!({"MaxAggregationInterval": 61})), "InvalidParameterValue");
}

#[test]
fn an_unknown_resource_gets_no_log() {
    let mut network = Network::new();
    let mut request = to_group(&network);
    request["ResourceIds"] = json!(["vpc-01234567"]);
    let made = network.call("CreateFlowLogs", request);
    assert_eq!(made["Unsuccessful"][0]["Error"]["Code"], "InvalidVpcID.NotFound");
}
