//! Tags by AWS's rules.

use serde_json::{Value, json};

use crate::services::ec2::testing::Network;

fn tags(pairs: &[(&str, &str)]) -> Value {
    pairs.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

fn vpc_tags(network: &mut Network) -> Value {
    network.call("DescribeVpcs", json!({}))["Vpcs"][0]["Tags"].take()
}

#[test]
fn tags_are_added_overwritten_and_deleted() {
    let mut network = Network::new();
    let vpc = [network.vpc.clone()];
    let both = tags(&[("Name", "one"), ("team", "web")]);
    network.call("CreateTags", json!({"Resources": vpc, "Tags": both}));
    network.call("CreateTags", json!({"Resources": vpc, "Tags": tags(&[("Name", "two")])}));
    assert_eq!(vpc_tags(&mut network), tags(&[("Name", "two"), ("team", "web")]));
    let other_value = json!({"Resources": vpc, "Tags": tags(&[("Name", "one")])});
    network.call("DeleteTags", other_value);
    network.call("DeleteTags", json!({"Resources": vpc, "Tags": [{"Key": "team"}]}));
    assert_eq!(vpc_tags(&mut network), tags(&[("Name", "two")]));
    network.call("DeleteTags", json!({"Resources": vpc}));
    assert_eq!(vpc_tags(&mut network), json!([]));
}

#[test]
fn an_unknown_object_keeps_all_from_being_tagged() {
    let mut network = Network::new();
    for (other, code) in [
        ("subnet-01234567", "InvalidSubnetID.NotFound"),
        ("subnet-x", "InvalidSubnetID.Malformed"),
        ("thing", "InvalidID"),
    ] {
        let request = json!({"Resources": [network.vpc, other], "Tags": tags(&[("a", "b")])});
        assert_eq!(network.refused("CreateTags", request).code, code);
    }
    assert_eq!(vpc_tags(&mut network), json!([]));
}

#[test]
fn a_new_object_takes_the_tags_for_its_type() {
    let mut network = Network::new();
    let named = |resource_type: &str| {
        json!({"VpcId": network.vpc, "CidrBlock": "10.0.0.0/24", "TagSpecifications": [
            {"ResourceType": resource_type, "Tags": tags(&[("Name", "public")])}]})
    };
    let (wrong, right) = (named("vpc"), named("subnet"));
    assert_eq!(network.refused("CreateSubnet", wrong).code, "InvalidParameterValue");
    let made = network.call("CreateSubnet", right);
    assert_eq!(made["Subnet"]["Tags"], tags(&[("Name", "public")]));
}

#[test]
fn reserved_long_and_too_many_tags_are_refused() {
    let mut network = Network::new();
    let long = "k".repeat(129);
    let many: Value = (0..51).map(|n| json!({"Key": n.to_string(), "Value": ""})).collect();
    for (wrong, code) in [
        (tags(&[("aws:name", "")]), "InvalidParameterValue"),
        (tags(&[(&long, "")]), "InvalidParameterValue"),
        (tags(&[("a", "1"), ("a", "2")]), "InvalidParameterValue"),
        (many, "TagLimitExceeded"),
    ] {
        let request = json!({"Resources": [network.vpc], "Tags": wrong});
        assert_eq!(network.refused("CreateTags", request).code, code);
    }
}

#[test]
fn tags_are_listed_across_kinds_and_go_with_their_objects() {
    let mut network = Network::new();
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    let owner = tags(&[("owner", "us")]);
    network.call("CreateTags", json!({"Resources": [network.vpc, subnet], "Tags": owner}));
    let by_key = json!({"Filters": [{"Name": "key", "Values": ["own*"]}]});
    let found = network.call("DescribeTags", by_key.clone());
    assert_eq!(found["Tags"].as_array().unwrap().len(), 2);
    let by_type = json!({"Filters": [{"Name": "resource-type", "Values": ["subnet"]},
                                     {"Name": "tag:owner", "Values": ["us"]}]});
    let found = network.call("DescribeTags", by_type);
    assert_eq!(found["Tags"][0]["ResourceId"], subnet);
    network.call("DeleteSubnet", json!({"SubnetId": subnet}));
    let found = network.call("DescribeTags", by_key);
    assert_eq!(found["Tags"].as_array().unwrap().len(), 1);
}
