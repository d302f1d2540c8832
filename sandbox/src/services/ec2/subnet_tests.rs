//! Subnets by AWS's rules.

use serde_json::{Value, json};

use crate::services::ec2::testing::Network;

fn create(network: &Network, block: &str) -> Value {
    json!({"VpcId": network.vpc, "CidrBlock": block})
}

#[test]
fn a_subnet_lies_inside_its_vpc() {
    let mut network = Network::new();
    for block in ["10.1.0.0/24", "10.0.0.0/15", "10.0.0.0/29"] {
        let fault = network.refused("CreateSubnet", create(&network, block));
        assert_eq!(fault.code, "InvalidSubnet.Range");
        assert_eq!(fault.message, format!("The CIDR '{block}' is invalid."));
    }
}

#[test]
fn subnets_do_not_overlap() {
    let mut network = Network::new();
    network.subnet("10.0.0.0/24", "us-east-1a");
    for block in ["10.0.0.0/24", "10.0.0.128/25", "10.0.0.0/20"] {
        let fault = network.refused("CreateSubnet", create(&network, block));
        assert_eq!(fault.code, "InvalidSubnet.Conflict");
    }
    network.subnet("10.0.1.0/24", "us-east-1a");
}

#[test]
fn five_addresses_are_reserved() {
    let mut network = Network::new();
    let made = network.call("CreateSubnet", create(&network, "10.0.0.0/28"));
    assert_eq!(made["Subnet"]["AvailableIpAddressCount"], 11);
    network.interface(made["Subnet"]["SubnetId"].as_str().unwrap());
    let found = network.call("DescribeSubnets", json!({}));
    assert_eq!(found["Subnets"][0]["AvailableIpAddressCount"], 10);
}

#[test]
fn a_zone_is_one_of_the_regions_by_name_or_by_identifier() {
    let mut network = Network::new();
    let mut request = create(&network, "10.0.0.0/24");
    request["AvailabilityZoneId"] = json!("use1-az2");
    assert_eq!(network.call("CreateSubnet", request)["Subnet"]["AvailabilityZone"], "us-east-1b");
    let mut request = create(&network, "10.0.1.0/24");
    request["AvailabilityZone"] = json!("eu-west-1a");
    assert_eq!(network.refused("CreateSubnet", request).code, "InvalidParameterValue");
}

#[test]
fn without_a_zone_the_least_used_is_taken() {
    let mut network = Network::new();
    network.subnet("10.0.0.0/24", "us-east-1a");
    let made = network.call("CreateSubnet", create(&network, "10.0.1.0/24"));
    assert_eq!(made["Subnet"]["AvailabilityZone"], "us-east-1b");
}

#[test]
fn a_subnet_with_an_interface_can_not_be_deleted() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let interface = network.interface(&subnet);
    let delete = json!({"SubnetId": subnet});
    assert_eq!(network.refused("DeleteSubnet", delete.clone()).code, "DependencyViolation");
    network.call("DeleteNetworkInterface", json!({"NetworkInterfaceId": interface}));
    network.call("DeleteSubnet", delete.clone());
    assert_eq!(network.refused("DeleteSubnet", delete).code, "InvalidSubnetID.NotFound");
}

#[test]
fn attributes_are_changed_one_at_a_time() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let on = json!({"Value": true});
    let one = json!({"SubnetId": subnet, "MapPublicIpOnLaunch": on});
    network.call("ModifySubnetAttribute", one);
    let name = json!({"SubnetId": subnet, "PrivateDnsHostnameTypeOnLaunch": "resource-name"});
    network.call("ModifySubnetAttribute", name);
    let found = &network.call("DescribeSubnets", json!({"SubnetIds": [subnet]}))["Subnets"][0];
    assert_eq!(found["MapPublicIpOnLaunch"], true);
    assert_eq!(found["PrivateDnsNameOptionsOnLaunch"]["HostnameType"], "resource-name");
    let two = json!({"SubnetId": subnet, "MapPublicIpOnLaunch": on, "EnableDns64": on});
    let fault = network.refused("ModifySubnetAttribute", two);
    assert_eq!(fault.code, "InvalidParameterCombination");
}

#[test]
fn ipv6_comes_in_sixty_fours_of_the_vpcs_range() {
    let mut network = Network::new();
    let request = json!({"VpcId": network.vpc, "AmazonProvidedIpv6CidrBlock": true});
    let block =
        network.call("AssociateVpcCidrBlock", request)["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"]
            .as_str()
            .unwrap()
            .to_owned();
    let mut request = create(&network, "10.0.0.0/24");
    request["Ipv6CidrBlock"] = json!(block);
    assert_eq!(network.refused("CreateSubnet", request.clone()).code, "InvalidSubnet.Range");
    let inside = block.replace("/56", "/64");
    request["Ipv6CidrBlock"] = json!(inside);
    let made = network.call("CreateSubnet", request.clone());
    assert_eq!(made["Subnet"]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"], inside);
    request["CidrBlock"] = json!("10.0.1.0/24");
    assert_eq!(network.refused("CreateSubnet", request).code, "InvalidSubnet.Conflict");
}

#[test]
fn subnets_are_listed_by_filters_and_pages() {
    let mut network = Network::new();
    for index in 0..7 {
        network.subnet(&format!("10.0.{index}.0/24"), "us-east-1a");
    }
    network.subnet("10.0.9.0/24", "us-east-1b");
    let filters = json!([{"Name": "availability-zone", "Values": ["us-east-1a"]}]);
    let first = json!({"Filters": filters, "MaxResults": 5});
    let first = network.call("DescribeSubnets", first);
    assert_eq!(first["Subnets"].as_array().unwrap().len(), 5);
    let rest = json!({"Filters": filters, "MaxResults": 5, "NextToken": first["NextToken"]});
    let rest = network.call("DescribeSubnets", rest);
    assert_eq!(rest["Subnets"].as_array().unwrap().len(), 2);
    assert_eq!(rest["NextToken"], Value::Null);
}
