//! VPCs by AWS's rules.

use serde_json::json;

use crate::services::ec2::testing::Network;
use crate::testing::Fixture;

#[test]
fn a_vpc_comes_with_its_defaults_and_goes_with_them() {
    let mut network = Network::new();
    let own = json!({"Filters": [{"Name": "vpc-id", "Values": [network.vpc]}]});
    let lists = [
        ("DescribeRouteTables", "RouteTables"),
        ("DescribeNetworkAcls", "NetworkAcls"),
        ("DescribeSecurityGroups", "SecurityGroups"),
    ];
    for (operation, member) in lists {
        let found = network.call(operation, own.clone());
        assert_eq!(found[member].as_array().unwrap().len(), 1, "{operation}");
    }
    network.call("DeleteVpc", json!({"VpcId": network.vpc}));
    for (operation, member) in lists {
        assert_eq!(network.call(operation, own.clone())[member], json!([]), "{operation}");
    }
}

#[test]
fn a_new_vpc_is_pending_and_then_available() {
    let mut fixture = Fixture::with_scale(1.0);
    let made = fixture.call("ec2", "CreateVpc", json!({"CidrBlock": "10.0.0.0/16"})).unwrap();
    assert_eq!(made["Vpc"]["State"], "pending");
    fixture.pass(std::time::Duration::from_secs(1));
    let found = fixture.call("ec2", "DescribeVpcs", json!({})).unwrap();
    assert_eq!(found["Vpcs"][0]["State"], "available");
}

#[test]
fn a_block_is_made_canonical_and_has_16_to_28_bits() {
    let mut fixture = Fixture::new();
    let mut create = |block| fixture.call("ec2", "CreateVpc", json!({"CidrBlock": block}));
    assert_eq!(create("10.0.3.1/16").unwrap()["Vpc"]["CidrBlock"], "10.0.0.0/16");
    for block in ["10.0.0.0/15", "10.0.0.0/29"] {
        assert_eq!(create(block).unwrap_err().code, "InvalidVpc.Range");
    }
    assert_eq!(create("10.0.0.0").unwrap_err().code, "InvalidParameterValue");
}

#[test]
fn a_vpc_with_a_subnet_can_not_be_deleted() {
    let mut network = Network::new();
    network.subnet("10.0.0.0/24", "us-east-1a");
    let fault = network.refused("DeleteVpc", json!({"VpcId": network.vpc}));
    assert_eq!(fault.code, "DependencyViolation");
    assert_eq!(
        fault.message,
        format!("The vpc '{}' has dependencies and cannot be deleted.", network.vpc)
    );
}

#[test]
fn an_unknown_vpc_is_not_found_and_a_malformed_one_is_malformed() {
    let mut fixture = Fixture::new();
    for (id, code) in
        [("vpc-01234567", "InvalidVpcID.NotFound"), ("subnet-01234567", "InvalidVpcID.Malformed")]
    {
        assert_eq!(fixture.fault("ec2", "DeleteVpc", json!({"VpcId": id})), code);
        assert_eq!(fixture.fault("ec2", "DescribeVpcs", json!({"VpcIds": [id]})), code);
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let mut network = Network::new();
    let fault = network.refused("DeleteVpc", json!({"VpcId": network.vpc, "DryRun": true}));
    assert_eq!((fault.code.as_str(), fault.status), ("DryRunOperation", 412));
    assert_eq!(network.call("DescribeVpcs", json!({}))["Vpcs"][0]["VpcId"], network.vpc);
}
