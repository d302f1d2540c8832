//! NAT gateways by AWS's rules.

use std::time::Duration;

use serde_json::{Value, json};

use crate::services::ec2::testing::Network;

/// A public subnet and an address, in a world at AWS's own pace.
fn network() -> (Network, Value) {
    let mut network = Network::with_scale(1.0);
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let address = network.address();
    (network, json!({"SubnetId": subnet, "AllocationId": address, "ClientToken": "once"}))
}

fn find(network: &mut Network) -> Value {
    network.call("DescribeNatGateways", json!({}))["NatGateways"][0].take()
}

#[test]
fn a_gateway_comes_and_goes_slowly() {
    let (mut network, request) = network();
    network.gateway();
    let made = network.call("CreateNatGateway", request.clone());
    let id = &made["NatGateway"]["NatGatewayId"];
    assert_eq!(made["NatGateway"]["State"], "pending");
    network.fixture.pass(Duration::from_secs(99));
    assert_eq!(find(&mut network)["State"], "pending");
    network.fixture.pass(Duration::from_secs(1));
    let found = find(&mut network);
    assert_eq!(found["State"], "available");
    assert_eq!(found["NatGatewayAddresses"][0]["PrivateIp"], "10.0.0.4");
    network.call("DeleteNatGateway", json!({"NatGatewayId": id}));
    assert_eq!(find(&mut network)["State"], "deleting");
    let subnet = json!({"SubnetId": request["SubnetId"]});
    let address = json!({"AllocationId": request["AllocationId"]});
    assert_eq!(network.refused("DeleteSubnet", subnet.clone()).code, "DependencyViolation");
    assert_eq!(network.refused("ReleaseAddress", address.clone()).code, "InvalidIPAddress.InUse");
    network.fixture.pass(Duration::from_secs(50));
    assert_eq!(find(&mut network)["State"], "deleted");
    network.call("DeleteSubnet", subnet);
    network.call("ReleaseAddress", address);
    network.fixture.pass(Duration::from_secs(60 * 60));
    let unknown = json!({"NatGatewayIds": [id]});
    assert_eq!(network.refused("DescribeNatGateways", unknown).code, "NatGatewayNotFound");
}

#[test]
fn a_token_makes_one_gateway() {
    let (mut network, mut request) = network();
    network.gateway();
    let first = network.call("CreateNatGateway", request.clone());
    assert_eq!(first["ClientToken"], "once");
    assert_eq!(network.call("CreateNatGateway", request.clone()), first);
    request["ConnectivityType"] = json!("public");
    let fault = network.refused("CreateNatGateway", request);
    assert_eq!(fault.code, "IdempotentParameterMismatch");
}

#[test]
fn a_public_gateway_without_an_internet_gateway_fails() {
    let (mut network, request) = network();
    network.call("CreateNatGateway", request);
    network.fixture.pass(Duration::from_secs(5));
    let found = find(&mut network);
    assert_eq!(
        (&found["State"], &found["FailureCode"]),
        (&json!("failed"), &json!("Gateway.NotAttached"))
    );
}

#[test]
fn a_public_gateway_needs_a_free_address_and_a_private_one_none() {
    let (mut network, mut request) = network();
    network.gateway();
    network.call("CreateNatGateway", request.clone());
    request["ClientToken"] = json!("twice");
    let fault = network.refused("CreateNatGateway", request.clone());
    assert_eq!(fault.code, "Resource.AlreadyAssociated");
    request["ConnectivityType"] = json!("private");
    assert_eq!(
        network.refused("CreateNatGateway", request.clone()).code,
        "InvalidParameterCombination"
    );
    request["AllocationId"].take();
    let made = network.call("CreateNatGateway", request);
    let address = &made["NatGateway"]["NatGatewayAddresses"][0];
    assert_eq!((&address["PrivateIp"], &address["PublicIp"]), (&json!("10.0.0.5"), &Value::Null));
    let public = json!({"SubnetId": made["NatGateway"]["SubnetId"]});
    assert_eq!(network.refused("CreateNatGateway", public).code, "MissingParameter");
}

#[test]
fn what_is_not_built_is_refused() {
    let (mut network, mut request) = network();
    network.gateway();
    request["SecondaryPrivateIpAddresses"] = json!(["10.0.0.9"]);
    assert_eq!(network.refused("CreateNatGateway", request).code, "NotImplemented");
}

#[test]
fn gateways_are_found_by_state() {
    let (mut network, request) = network();
    network.gateway();
    network.call("CreateNatGateway", request);
    let mut count = |state| {
        let filter = json!([{"Name": "state", "Values": [state]}]);
        let found = network.call("DescribeNatGateways", json!({"Filter": filter}));
        found["NatGateways"].as_array().unwrap().len()
    };
    assert_eq!((count("pending"), count("available")), (1, 0));
}
