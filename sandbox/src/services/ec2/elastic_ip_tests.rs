//! Elastic IP addresses by AWS's rules.

use serde_json::{Value, json};

use crate::services::ec2::testing::Network;

#[test]
fn an_address_in_use_is_not_taken_back() {
    let mut network = Network::new();
    network.gateway();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let interface = network.interface(&subnet);
    let address = network.address();
    let associate = json!({"AllocationId": address, "NetworkInterfaceId": interface});
    network.call("AssociateAddress", associate);
    let release = json!({"AllocationId": address});
    assert_eq!(network.refused("ReleaseAddress", release.clone()).code, "InvalidIPAddress.InUse");
    network.call("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface}));
    network.call("ReleaseAddress", release.clone());
    assert_eq!(network.refused("ReleaseAddress", release).code, "InvalidAllocationID.NotFound");
}

#[test]
fn a_public_address_needs_a_gateway() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let interface = network.interface(&subnet);
    let address = network.address();
    let associate = json!({"AllocationId": address, "NetworkInterfaceId": interface});
    assert_eq!(network.refused("AssociateAddress", associate).code, "Gateway.NotAttached");
}

#[test]
fn addresses_are_found_by_address_and_by_filter() {
    let mut network = Network::new();
    let (first, _) = (network.address(), network.address());
    let found = network.call("DescribeAddresses", json!({"AllocationIds": [first]}));
    let ip = found["Addresses"][0]["PublicIp"].clone();
    assert_eq!(found["Addresses"][0]["AssociationId"], Value::Null);
    let again = network.call("DescribeAddresses", json!({"PublicIps": [ip]}));
    assert_eq!(again, found);
    let filters = json!([{"Name": "domain", "Values": ["vpc"]}]);
    let all = network.call("DescribeAddresses", json!({"Filters": filters}));
    assert_eq!(all["Addresses"].as_array().unwrap().len(), 2);
    let unknown = json!({"PublicIps": ["192.0.2.1"]});
    assert_eq!(network.refused("DescribeAddresses", unknown).code, "InvalidAddress.NotFound");
}
