//! Security groups and their rules by AWS's rules.

use serde_json::{Value, json};

use crate::services::ec2::testing::Network;

fn tcp(port: u16, block: &str) -> Value {
    json!([{"IpProtocol": "tcp", "FromPort": port, "ToPort": port,
            "IpRanges": [{"CidrIp": block, "Description": "a range"}]}])
}

fn from_group(group: &str) -> Value {
    json!([{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}])
}

fn group(network: &mut Network, name: &str) -> String {
    let request = json!({"VpcId": network.vpc, "GroupName": name, "Description": "for a test"});
    network.call("CreateSecurityGroup", request)["GroupId"].as_str().unwrap().to_owned()
}

fn find(network: &mut Network, group: &str) -> Value {
    network.call("DescribeSecurityGroups", json!({"GroupIds": [group]}))["SecurityGroups"][0].take()
}

#[test]
fn a_new_group_lets_everything_out_and_nothing_in() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let found = find(&mut network, &id);
    assert_eq!(found["IpPermissions"], json!([]));
    let egress = &found["IpPermissionsEgress"][0];
    assert_eq!(egress["IpProtocol"], "-1");
    assert_eq!(egress["IpRanges"], json!([{"CidrIp": "0.0.0.0/0"}]));
    assert_eq!(egress["FromPort"], Value::Null);
}

#[test]
fn names_are_unique_in_their_vpc_and_well_formed() {
    let mut network = Network::new();
    group(&mut network, "web");
    for (name, code) in [
        ("web", "InvalidGroup.Duplicate"),
        ("default", "InvalidGroup.Reserved"),
        ("sg-web", "InvalidParameterValue"),
        ("wéb", "InvalidParameterValue"),
    ] {
        let request = json!({"VpcId": network.vpc, "GroupName": name, "Description": "d"});
        assert_eq!(network.refused("CreateSecurityGroup", request).code, code, "{name}");
    }
    let other = Network::vpc_in(&mut network.fixture);
    let elsewhere = json!({"VpcId": other, "GroupName": "web", "Description": "d"});
    network.call("CreateSecurityGroup", elsewhere);
}

#[test]
fn a_rule_is_authorized_once() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let request = json!({"GroupId": id, "IpPermissions": tcp(443, "10.0.0.9/8")});
    let made = network.call("AuthorizeSecurityGroupIngress", request.clone());
    let rule = &made["SecurityGroupRules"][0];
    assert_eq!((&rule["CidrIpv4"], &rule["IsEgress"]), (&json!("10.0.0.0/8"), &json!(false)));
    let fault = network.refused("AuthorizeSecurityGroupIngress", request);
    assert_eq!(fault.code, "InvalidPermission.Duplicate");
    assert_eq!(
        fault.message,
        "the specified rule \"peer: 10.0.0.0/8, TCP, from port: 443, to port: 443, ALLOW\" \
         already exists"
    );
}

#[test]
fn permissions_of_the_same_ports_are_shown_together() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    for block in ["10.0.0.0/8", "172.16.0.0/12"] {
        let request = json!({"GroupId": id, "IpPermissions": tcp(443, block)});
        network.call("AuthorizeSecurityGroupIngress", request);
    }
    let found = find(&mut network, &id);
    assert_eq!(found["IpPermissions"].as_array().unwrap().len(), 1);
    assert_eq!(found["IpPermissions"][0]["IpRanges"].as_array().unwrap().len(), 2);
}

#[test]
fn rules_are_revoked_by_what_they_say_and_by_identifier() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let mut rules = Vec::new();
    for port in [80, 443] {
        let request = json!({"GroupId": id, "IpPermissions": tcp(port, "10.0.0.0/8")});
        let made = network.call("AuthorizeSecurityGroupIngress", request);
        rules.push(made["SecurityGroupRules"][0]["SecurityGroupRuleId"].clone());
    }
    let by_meaning = json!({"GroupId": id, "IpPermissions": tcp(80, "10.0.0.0/8")});
    let gone = network.call("RevokeSecurityGroupIngress", by_meaning.clone());
    assert_eq!(gone["RevokedSecurityGroupRules"][0]["SecurityGroupRuleId"], rules[0]);
    let fault = network.refused("RevokeSecurityGroupIngress", by_meaning);
    assert_eq!(fault.code, "InvalidPermission.NotFound");
    let by_id = json!({"GroupId": id, "SecurityGroupRuleIds": [rules[1]]});
    assert_eq!(
        network.refused("RevokeSecurityGroupEgress", by_id.clone()).code,
        "InvalidSecurityGroupRuleId.NotFound"
    );
    network.call("RevokeSecurityGroupIngress", by_id);
    assert_eq!(find(&mut network, &id)["IpPermissions"], json!([]));
}

#[test]
fn the_default_egress_rule_can_be_revoked() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let all = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
    network.call("RevokeSecurityGroupEgress", json!({"GroupId": id, "IpPermissions": all}));
    assert_eq!(find(&mut network, &id)["IpPermissionsEgress"], json!([]));
}

#[test]
fn a_group_that_another_names_can_not_be_deleted() {
    let mut network = Network::new();
    let (web, database) = (group(&mut network, "web"), group(&mut network, "database"));
    let rule = json!({"GroupId": database, "IpPermissions": from_group(&web)});
    network.call("AuthorizeSecurityGroupIngress", rule.clone());
    let fault = network.refused("DeleteSecurityGroup", json!({"GroupId": web}));
    assert_eq!(fault.code, "DependencyViolation");
    assert_eq!(fault.message, format!("resource {web} has a dependent object"));
    network.call("RevokeSecurityGroupIngress", rule);
    network.call("DeleteSecurityGroup", json!({"GroupId": web}));
}

#[test]
fn a_group_may_name_itself_and_be_deleted() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let rule = json!({"GroupId": id, "IpPermissions": from_group(&id)});
    network.call("AuthorizeSecurityGroupIngress", rule);
    network.call("DeleteSecurityGroup", json!({"GroupId": id}));
    let rules = network.call(
        "DescribeSecurityGroupRules",
        json!({
            "Filters": [{"Name": "group-id", "Values": [id]}],
        }),
    );
    assert_eq!(rules["SecurityGroupRules"], json!([]));
}

#[test]
fn a_group_with_an_interface_and_the_default_group_can_not_be_deleted() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
    network.call("CreateNetworkInterface", json!({"SubnetId": subnet, "Groups": [id]}));
    let fault = network.refused("DeleteSecurityGroup", json!({"GroupId": id}));
    assert_eq!(fault.code, "DependencyViolation");
    let default = network.default_group(&network.vpc.clone());
    let fault = network.refused("DeleteSecurityGroup", json!({"GroupId": default}));
    assert_eq!(fault.code, "CannotDelete");
}

#[test]
fn ports_and_protocols_have_rules() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let mut refused = |permission: Value| {
        let request = json!({"GroupId": id, "IpPermissions": [permission]});
        network.refused("AuthorizeSecurityGroupIngress", request).code
    };
    let range = json!([{"CidrIp": "10.0.0.0/8"}]);
    for permission in [
        json!({"IpProtocol": "tcp", "IpRanges": range}),
        json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 80, "IpRanges": range}),
        json!({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65536, "IpRanges": range}),
        json!({"IpProtocol": "http", "IpRanges": range}),
        json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0"}]}),
    ] {
        assert_eq!(refused(permission.clone()), "InvalidParameterValue", "{permission}");
    }
    assert_eq!(refused(json!({"IpProtocol": "-1"})), "MissingParameter");
    let unknown = json!([{"GroupId": "sg-01234567"}]);
    let code = refused(json!({"IpProtocol": "-1", "UserIdGroupPairs": unknown}));
    assert_eq!(code, "InvalidGroup.NotFound");
}

#[test]
fn protocol_numbers_are_shown_by_name() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let range = json!([{"CidrIp": "10.0.0.0/8"}]);
    let permission = json!([{"IpProtocol": "6", "FromPort": 1, "ToPort": 2, "IpRanges": range}]);
    let request = json!({"GroupId": id, "IpPermissions": permission});
    let made = network.call("AuthorizeSecurityGroupIngress", request);
    assert_eq!(made["SecurityGroupRules"][0]["IpProtocol"], "tcp");
}

#[test]
fn sixty_rules_are_the_most() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let many: Vec<Value> = (0..60).map(|n| json!({"CidrIp": format!("10.0.{n}.0/24")})).collect();
    let request = |ranges| json!({"GroupId": id, "IpPermissions": [{"IpProtocol": "-1", "IpRanges": ranges}]});
    network.call("AuthorizeSecurityGroupIngress", request(many));
    let one_more = request(vec![json!({"CidrIp": "192.168.0.0/16"})]);
    let fault = network.refused("AuthorizeSecurityGroupIngress", one_more);
    assert_eq!(fault.code, "RulesPerSecurityGroupLimitExceeded");
}

#[test]
fn a_rule_is_changed_in_place() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let request = json!({"GroupId": id, "IpPermissions": tcp(443, "10.0.0.0/8")});
    let made = network.call("AuthorizeSecurityGroupIngress", request);
    let rule = made["SecurityGroupRules"][0]["SecurityGroupRuleId"].clone();
    let change = |wanted: Value| {
        json!({"GroupId": id, "SecurityGroupRules": [
            {"SecurityGroupRuleId": rule, "SecurityGroupRule": wanted}]})
    };
    let wanted = json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
                        "CidrIpv4": "192.168.0.0/16", "Description": "other"});
    network.call("ModifySecurityGroupRules", change(wanted));
    let found = network.call("DescribeSecurityGroupRules", json!({"SecurityGroupRuleIds": [rule]}));
    let found = &found["SecurityGroupRules"][0];
    assert_eq!((&found["CidrIpv4"], &found["FromPort"]), (&json!("192.168.0.0/16"), &json!(80)));
    let other_kind = json!({"IpProtocol": "-1", "CidrIpv6": "::/0"});
    let fault = network.refused("ModifySecurityGroupRules", change(other_kind));
    assert_eq!(fault.code, "InvalidParameterValue");
}

#[test]
fn a_description_is_changed_by_what_the_rule_says() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let request = json!({"GroupId": id, "IpPermissions": tcp(443, "10.0.0.0/8")});
    network.call("AuthorizeSecurityGroupIngress", request.clone());
    let mut anew = request;
    anew["IpPermissions"][0]["IpRanges"][0]["Description"] = json!("better");
    network.call("UpdateSecurityGroupRuleDescriptionsIngress", anew.clone());
    let found = find(&mut network, &id);
    assert_eq!(found["IpPermissions"][0]["IpRanges"][0]["Description"], "better");
    anew["IpPermissions"][0]["ToPort"] = json!(444);
    let fault = network.refused("UpdateSecurityGroupRuleDescriptionsIngress", anew);
    assert_eq!(fault.code, "InvalidPermission.NotFound");
}

#[test]
fn groups_are_found_by_their_rules() {
    let mut network = Network::new();
    let id = group(&mut network, "web");
    let request = json!({"GroupId": id, "IpPermissions": tcp(443, "10.0.0.0/8")});
    network.call("AuthorizeSecurityGroupIngress", request);
    let filters = json!([{"Name": "ip-permission.from-port", "Values": ["443"]},
                         {"Name": "group-name", "Values": ["w*"]}]);
    let found = network.call("DescribeSecurityGroups", json!({"Filters": filters}));
    assert_eq!(found["SecurityGroups"].as_array().unwrap().len(), 1);
    assert_eq!(found["SecurityGroups"][0]["GroupId"], id);
}
