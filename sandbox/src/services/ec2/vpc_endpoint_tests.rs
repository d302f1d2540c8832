//! VPC endpoints by AWS's rules.

use std::time::Duration;

use serde_json::{Value, json};

use crate::services::ec2::testing::Network;

const S3: &str = "com.amazonaws.us-east-1.s3";
const SECRETS: &str = "com.amazonaws.us-east-1.secretsmanager";

fn with_dns() -> Network {
    let mut network = Network::with_scale(1.0);
    let on = json!({"VpcId": network.vpc, "EnableDnsHostnames": {"Value": true}});
    network.call("ModifyVpcAttribute", on);
    network
}

fn interface(network: &Network, subnets: &[&str]) -> Value {
    json!({"VpcId": network.vpc, "ServiceName": SECRETS, "VpcEndpointType": "Interface",
           "SubnetIds": subnets, "PrivateDnsEnabled": true})
}

fn find(network: &mut Network) -> Value {
    network.call("DescribeVpcEndpoints", json!({}))["VpcEndpoints"][0].take()
}

#[test]
fn a_gateway_endpoint_is_a_route_in_its_tables() {
    let mut network = Network::new();
    let table = network.route_table();
    let request = json!({"VpcId": network.vpc, "ServiceName": S3, "RouteTableIds": [table]});
    let made = network.call("CreateVpcEndpoint", request.clone());
    let endpoint = made["VpcEndpoint"]["VpcEndpointId"].clone();
    assert_eq!(made["VpcEndpoint"]["State"], "available");
    let find_table = json!({"RouteTableIds": [table]});
    let found = network.call("DescribeRouteTables", find_table.clone());
    let route = &found["RouteTables"][0]["Routes"][1];
    assert_eq!(route["GatewayId"], endpoint);
    let list = route["DestinationPrefixListId"].clone();
    let delete = json!({"RouteTableId": table, "DestinationPrefixListId": list});
    assert_eq!(network.refused("DeleteRoute", delete).code, "InvalidParameterValue");
    assert_eq!(network.refused("CreateVpcEndpoint", request).code, "RouteAlreadyExists");
    let vpc = json!({"VpcId": network.vpc});
    assert_eq!(network.refused("DeleteVpc", vpc).code, "DependencyViolation");
    let gone = network.call("DeleteVpcEndpoints", json!({"VpcEndpointIds": [endpoint]}));
    assert_eq!(gone["Unsuccessful"], json!([]));
    let found = network.call("DescribeRouteTables", find_table);
    assert_eq!(found["RouteTables"][0]["Routes"].as_array().unwrap().len(), 1);
}

#[test]
fn an_interface_endpoint_has_an_interface_in_each_subnet() {
    let mut network = with_dns();
    let one = network.subnet("10.0.0.0/24", "us-east-1a");
    let other = network.subnet("10.0.1.0/24", "us-east-1b");
    let made = network.call("CreateVpcEndpoint", interface(&network, &[&one, &other]));
    let id = made["VpcEndpoint"]["VpcEndpointId"].clone();
    assert_eq!(made["VpcEndpoint"]["State"], "pending");
    network.fixture.pass(Duration::from_secs(60));
    let found = find(&mut network);
    assert_eq!(found["State"], "available");
    assert_eq!(found["NetworkInterfaceIds"].as_array().unwrap().len(), 2);
    assert_eq!(found["Groups"][0]["GroupName"], "default");
    let names = found["DnsEntries"].as_array().unwrap();
    assert_eq!(names.last().unwrap()["DnsName"], "secretsmanager.us-east-1.amazonaws.com");
    let subnet = json!({"SubnetId": one});
    assert_eq!(network.refused("DeleteSubnet", subnet.clone()).code, "DependencyViolation");
    network.call("DeleteVpcEndpoints", json!({"VpcEndpointIds": [id]}));
    assert_eq!(find(&mut network)["State"], "deleting");
    assert_eq!(network.refused("DeleteSubnet", subnet.clone()).code, "DependencyViolation");
    network.fixture.pass(Duration::from_secs(60));
    network.call("DeleteSubnet", subnet);
}

#[test]
fn an_endpoint_has_one_subnet_in_a_zone() {
    let mut network = with_dns();
    let one = network.subnet("10.0.0.0/24", "us-east-1a");
    let other = network.subnet("10.0.1.0/24", "us-east-1a");
    let fault = network.refused("CreateVpcEndpoint", interface(&network, &[&one, &other]));
    assert_eq!(fault.code, "DuplicateSubnetsInSameZone");
    let interfaces = network.call("DescribeNetworkInterfaces", json!({}));
    assert_eq!(interfaces["NetworkInterfaces"], json!([]));
}

#[test]
fn private_dns_needs_dns_and_a_free_name() {
    let mut network = Network::new();
    let request = interface(&network, &[]);
    assert_eq!(network.refused("CreateVpcEndpoint", request).code, "InvalidParameter");
    let mut network = with_dns();
    let request = interface(&network, &[]);
    network.call("CreateVpcEndpoint", request.clone());
    let fault = network.refused("CreateVpcEndpoint", request);
    assert!(fault.message.contains("conflicting DNS domain"), "{fault}");
}

#[test]
fn an_endpoint_changes_all_or_nothing() {
    let mut network = with_dns();
    let one = network.subnet("10.0.0.0/24", "us-east-1a");
    let other = network.subnet("10.0.1.0/24", "us-east-1a");
    let made = network.call("CreateVpcEndpoint", interface(&network, &[&one]));
    let id = made["VpcEndpoint"]["VpcEndpointId"].clone();
    let policy = r#"{"Statement": []}"#;
    let clash = json!({"VpcEndpointId": id, "AddSubnetIds": [other], "PolicyDocument": policy});
    let fault = network.refused("ModifyVpcEndpoint", clash);
    assert_eq!(fault.code, "DuplicateSubnetsInSameZone");
    assert_ne!(find(&mut network)["PolicyDocument"], policy);
    let swap = json!({"VpcEndpointId": id, "AddSubnetIds": [other], "RemoveSubnetIds": [one],
                      "PolicyDocument": policy, "PrivateDnsEnabled": false});
    network.call("ModifyVpcEndpoint", swap);
    let found = find(&mut network);
    assert_eq!(found["SubnetIds"], json!([other]));
    assert_eq!(found["PolicyDocument"], policy);
    network.call("DeleteSubnet", json!({"SubnetId": one}));
    network.call("ModifyVpcEndpoint", json!({"VpcEndpointId": id, "ResetPolicy": true}));
    assert!(find(&mut network)["PolicyDocument"].as_str().unwrap().contains("Allow"));
}

#[test]
fn the_groups_of_an_endpoint_are_those_of_its_interfaces() {
    let mut network = with_dns();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let default = network.default_group(&network.vpc.clone());
    let made = network.call("CreateVpcEndpoint", interface(&network, &[&subnet]));
    let id = &made["VpcEndpoint"]["VpcEndpointId"];
    let group = json!({"VpcId": network.vpc, "GroupName": "endpoint", "Description": "d"});
    let group = network.call("CreateSecurityGroup", group)["GroupId"].clone();
    let none = json!({"VpcEndpointId": id, "RemoveSecurityGroupIds": [default]});
    assert_eq!(network.refused("ModifyVpcEndpoint", none).code, "InvalidParameter");
    let swap = json!({"VpcEndpointId": id, "AddSecurityGroupIds": [group],
                      "RemoveSecurityGroupIds": [default]});
    network.call("ModifyVpcEndpoint", swap);
    let interfaces = network.call("DescribeNetworkInterfaces", json!({}));
    assert_eq!(interfaces["NetworkInterfaces"][0]["Groups"][0]["GroupId"], group);
    let delete = json!({"GroupId": group});
    assert_eq!(network.refused("DeleteSecurityGroup", delete).code, "DependencyViolation");
}

#[test]
fn a_token_makes_one_endpoint() {
    let mut network = Network::new();
    let request = json!({"VpcId": network.vpc, "ServiceName": S3, "ClientToken": "once"});
    let first = network.call("CreateVpcEndpoint", request.clone());
    assert_eq!(network.call("CreateVpcEndpoint", request), first);
}

#[test]
fn what_is_not_there_is_said_for_each() {
    let mut network = Network::new();
    let ids = json!({"VpcEndpointIds": ["vpce-01234567"]});
    let gone = network.call("DeleteVpcEndpoints", ids.clone());
    assert_eq!(gone["Unsuccessful"][0]["Error"]["Code"], "InvalidVpcEndpointId.NotFound");
    let fault = network.refused("DescribeVpcEndpoints", ids);
    assert_eq!(fault.code, "InvalidVpcEndpointId.NotFound");
    let unknown = json!({"VpcId": network.vpc, "ServiceName": "com.amazonaws.us-east-1.s4"});
    assert_eq!(network.refused("CreateVpcEndpoint", unknown).code, "InvalidServiceName");
}
