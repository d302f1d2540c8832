//! Network interfaces by AWS's rules.

use std::time::Duration;

use serde_json::json;

use crate::call::Ids;
use crate::services::ec2::network_interface::NewInterface;
use crate::services::ec2::testing::Network;

fn wanted(subnet: &str) -> NewInterface {
    NewInterface {
        subnet_id: subnet.into(),
        group_ids: Vec::new(),
        description: "RDSNetworkInterface".into(),
        requester_id: "amazon-rds".into(),
        interface_type: "interface".into(),
    }
}

#[test]
fn a_services_interface_is_not_the_callers_to_delete() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let id = network.state().open_interface(&mut Ids::seeded(7), wanted(&subnet)).unwrap();
    let delete = json!({"NetworkInterfaceId": id});
    let fault = network.refused("DeleteNetworkInterface", delete);
    assert_eq!(fault.code, "InvalidNetworkInterface.InUse");
    let filters = json!([{"Name": "requester-id", "Values": ["amazon-*"]}]);
    let found = network.call("DescribeNetworkInterfaces", json!({"Filters": filters}));
    assert_eq!(found["NetworkInterfaces"][0]["RequesterManaged"], true);
    assert_eq!(found["NetworkInterfaces"][0]["PrivateIpAddress"], "10.0.0.4");
    network.state().close_interface(&id);
    network.call("DeleteSubnet", json!({"SubnetId": subnet}));
}

#[test]
fn a_lingering_interface_holds_its_subnet_until_its_moment() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let id = network.state().open_interface(&mut Ids::seeded(7), wanted(&subnet)).unwrap();
    let until = network.fixture.clock.now + jiff::SignedDuration::from_secs(60);
    network.state().linger_interface(&id, until);
    let delete = json!({"SubnetId": subnet});
    assert_eq!(network.refused("DeleteSubnet", delete.clone()).code, "DependencyViolation");
    network.fixture.pass(Duration::from_secs(60));
    network.call("DeleteSubnet", delete);
}

#[test]
fn a_subnet_runs_out_of_addresses() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/28", "us-east-1a");
    for _ in 0..11 {
        network.interface(&subnet);
    }
    let fault = network.refused("CreateNetworkInterface", json!({"SubnetId": subnet}));
    assert_eq!(fault.code, "InsufficientFreeAddressesInSubnet");
}

#[test]
fn an_address_can_be_asked_for() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/28", "us-east-1a");
    let request = |address| json!({"SubnetId": subnet, "PrivateIpAddress": address});
    let made = network.call("CreateNetworkInterface", request("10.0.0.9"));
    assert_eq!(made["NetworkInterface"]["PrivateIpAddress"], "10.0.0.9");
    for (address, code) in
        [("10.0.0.9", "InvalidIPAddress.InUse"), ("10.0.0.3", "InvalidParameterValue")]
    {
        assert_eq!(network.refused("CreateNetworkInterface", request(address)).code, code);
    }
}

#[test]
fn a_token_makes_one_interface() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let request = json!({"SubnetId": subnet, "ClientToken": "once"});
    let first = network.call("CreateNetworkInterface", request.clone());
    assert_eq!(network.call("CreateNetworkInterface", request), first);
    let other = json!({"SubnetId": subnet, "ClientToken": "once", "Description": "other"});
    let fault = network.refused("CreateNetworkInterface", other);
    assert_eq!(fault.code, "IdempotentParameterMismatch");
}

#[test]
fn groups_are_of_the_same_vpc() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let foreign = Network::vpc_in(&mut network.fixture);
    let group = network.default_group(&foreign);
    let request = json!({"SubnetId": subnet, "Groups": [group]});
    assert_eq!(network.refused("CreateNetworkInterface", request).code, "InvalidParameterValue");
}
