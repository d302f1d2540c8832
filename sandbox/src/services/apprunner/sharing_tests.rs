use std::time::Duration;

use serde_json::{Value, json};

use super::testing::{create, describe, fixture, on, request, service};
use crate::gateway::faults::Faults;
use crate::testing::Fixture;

/// The ids of a VPC's subnet and security group.
fn network(fixture: &mut Fixture) -> (Value, Value) {
    let vpc = fixture.call("ec2", "CreateVpc", json!({"CidrBlock": "10.0.0.0/16"})).unwrap();
    let vpc = &vpc["Vpc"]["VpcId"];
    let request = json!({"VpcId": vpc, "CidrBlock": "10.0.0.0/24"});
    let subnet = fixture.call("ec2", "CreateSubnet", request).unwrap();
    let request = json!({"VpcId": vpc, "GroupName": "app", "Description": "app"});
    let group = fixture.call("ec2", "CreateSecurityGroup", request).unwrap();
    (subnet["Subnet"]["SubnetId"].clone(), group["GroupId"].clone())
}

fn connector(fixture: &mut Fixture, subnet: &Value, group: &Value) -> Value {
    let request = json!({
        "VpcConnectorName": "main",
        "Subnets": [subnet],
        "SecurityGroups": [group],
    });
    let made = fixture.call("apprunner", "CreateVpcConnector", request).unwrap();
    made["VpcConnector"]["VpcConnectorArn"].clone()
}

fn scaling(fixture: &mut Fixture) -> Value {
    let request = json!({"AutoScalingConfigurationName": "main", "MaxSize": 3});
    let made = fixture.call("apprunner", "CreateAutoScalingConfiguration", request).unwrap();
    made["AutoScalingConfiguration"].clone()
}

fn scaling_named(fixture: &mut Fixture, arn: &Value) -> Value {
    let request = json!({"AutoScalingConfigurationArn": arn});
    let found = fixture.call("apprunner", "DescribeAutoScalingConfiguration", request).unwrap();
    found["AutoScalingConfiguration"].clone()
}

#[test]
fn a_connector_holds_its_network_for_a_while_after_it_is_gone() {
    let mut fixture = fixture(1.0);
    let (subnet, group) = network(&mut fixture);
    let arn = json!({"VpcConnectorArn": connector(&mut fixture, &subnet, &group)});
    let gone = fixture.call("apprunner", "DeleteVpcConnector", arn).unwrap();
    assert_eq!(gone["VpcConnector"]["Status"], "INACTIVE");
    let (subnet, group) = (json!({"SubnetId": subnet}), json!({"GroupId": group}));
    for (operation, request) in [("DeleteSubnet", &subnet), ("DeleteSecurityGroup", &group)] {
        let code = fixture.fault("ec2", operation, request.clone());
        assert_eq!(code, "DependencyViolation", "{operation}");
    }
    fixture.pass(Duration::from_secs(60));
    fixture.call("ec2", "DeleteSubnet", subnet).unwrap();
    fixture.call("ec2", "DeleteSecurityGroup", group).unwrap();
}

#[test]
fn a_connector_holds_its_network_for_longer_when_it_is_told_to() {
    let mut fixture = fixture(0.0);
    fixture.faults.set(Faults { held_interface_ms: 5_000, ..Faults::default() }).unwrap();
    let (subnet, group) = network(&mut fixture);
    let arn = json!({"VpcConnectorArn": connector(&mut fixture, &subnet, &group)});
    fixture.call("apprunner", "DeleteVpcConnector", arn).unwrap();
    let group = json!({"GroupId": group});
    let code = fixture.fault("ec2", "DeleteSecurityGroup", group.clone());
    assert_eq!(code, "DependencyViolation");
    fixture.pass(Duration::from_secs(5));
    fixture.call("ec2", "DeleteSecurityGroup", group).unwrap();
}

#[test]
fn a_connector_stays_while_a_service_has_it() {
    let mut fixture = fixture(0.0);
    let (subnet, group) = network(&mut fixture);
    let arn = connector(&mut fixture, &subnet, &group);
    let mut wanted = request("v1");
    wanted["NetworkConfiguration"] =
        json!({"EgressConfiguration": {"EgressType": "VPC", "VpcConnectorArn": arn}});
    let service = create(&mut fixture, wanted);
    let connector = json!({"VpcConnectorArn": arn});
    let code = fixture.fault("apprunner", "DeleteVpcConnector", connector.clone());
    assert_eq!(code, "InvalidRequestException");
    on(&mut fixture, "DeleteService", &service);
    fixture.call("apprunner", "DeleteVpcConnector", connector).unwrap();
}

#[test]
fn a_connector_needs_what_exists_in_one_network() {
    let mut fixture = fixture(0.0);
    let (subnet, group) = network(&mut fixture);
    let (elsewhere, _) = network(&mut fixture);
    let both = json!([subnet, elsewhere]);
    for (subnets, groups) in [
        (json!([]), json!([])),
        (json!(["subnet-0"]), json!([])),
        (json!([subnet]), json!(["sg-0"])),
        (json!([elsewhere]), json!([group])),
        (both, json!([])),
    ] {
        let request = json!({
            "VpcConnectorName": "main",
            "Subnets": subnets,
            "SecurityGroups": groups,
        });
        let code = fixture.fault("apprunner", "CreateVpcConnector", request);
        assert_eq!(code, "InvalidRequestException", "{subnets} {groups}");
    }
    let request = json!({"VpcConnectorName": "main", "Subnets": [subnet]});
    let made = fixture.call("apprunner", "CreateVpcConnector", request.clone()).unwrap();
    assert_ne!(made["VpcConnector"]["SecurityGroups"], json!([group]));
    let again = fixture.fault("apprunner", "CreateVpcConnector", request);
    assert_eq!(again, "InvalidRequestException");
}

#[test]
fn a_name_has_revisions_and_the_newest_is_the_latest() {
    let mut fixture = fixture(0.0);
    let first = scaling(&mut fixture);
    let second = scaling(&mut fixture);
    assert_eq!((&first["Status"], &first["Latest"]), (&json!("active"), &json!(true)));
    assert_eq!(second["AutoScalingConfigurationRevision"], 2);
    let full = &second["AutoScalingConfigurationArn"];
    assert_eq!(scaling_named(&mut fixture, &first["AutoScalingConfigurationArn"])["Latest"], false);
    let by_name = full.as_str().unwrap().rsplitn(3, '/').last().unwrap();
    let found = scaling_named(&mut fixture, &json!(by_name));
    assert_eq!(found["AutoScalingConfigurationArn"], *full);
    let request = json!({"AutoScalingConfigurationArn": by_name, "DeleteAllRevisions": true});
    fixture.call("apprunner", "DeleteAutoScalingConfiguration", request).unwrap();
    assert_eq!(scaling_named(&mut fixture, full)["Status"], "inactive");
    assert_eq!(scaling(&mut fixture)["AutoScalingConfigurationRevision"], 1);
}

#[test]
fn a_service_has_the_default_scaling_unless_it_names_one() {
    let mut fixture = fixture(0.0);
    let arn = create(&mut fixture, request("v1"));
    let summary = describe(&mut fixture, &arn)["AutoScalingConfigurationSummary"].clone();
    assert_eq!(summary["AutoScalingConfigurationName"], "DefaultConfiguration");
    let named = scaling(&mut fixture)["AutoScalingConfigurationArn"].clone();
    let change = json!({"ServiceArn": arn, "AutoScalingConfigurationArn": named});
    fixture.call("apprunner", "UpdateService", change).unwrap();
    assert_eq!(service(&mut fixture).serving().unwrap().scaling.max, 3);
    let used = json!({"AutoScalingConfigurationArn": named});
    let code = fixture.fault("apprunner", "DeleteAutoScalingConfiguration", used.clone());
    assert_eq!(code, "InvalidRequestException");
    let request = "ListServicesForAutoScalingConfiguration";
    let users = fixture.call("apprunner", request, used).unwrap();
    assert_eq!(users["ServiceArnList"], json!([arn]));
}

#[test]
fn a_domain_becomes_active_after_its_records_are_known() {
    let mut fixture = fixture(1.0);
    let arn = create(&mut fixture, request("v1"));
    fixture.pass(Duration::from_secs(180));
    let domain = json!({"ServiceArn": arn, "DomainName": "shop.example"});
    let made = fixture.call("apprunner", "AssociateCustomDomain", domain.clone()).unwrap();
    assert_eq!(made["CustomDomain"]["Status"], "creating");
    fixture.pass(Duration::from_secs(3600));
    let known = on(&mut fixture, "DescribeCustomDomains", &arn)["CustomDomains"][0].clone();
    assert_eq!(known["Status"], "pending_certificate_dns_validation");
    assert_eq!(known["CertificateValidationRecords"].as_array().unwrap().len(), 2);
    fixture.pass(Duration::from_secs(180));
    let active = on(&mut fixture, "DescribeCustomDomains", &arn)["CustomDomains"][0].clone();
    assert_eq!(active["Status"], "active");
    let names: Vec<String> = service(&mut fixture).names().skip(1).collect();
    assert_eq!(names, ["shop.example", "www.shop.example"]);
    fixture.call("apprunner", "DisassociateCustomDomain", domain).unwrap();
    fixture.pass(Duration::from_secs(30));
    assert_eq!(on(&mut fixture, "DescribeCustomDomains", &arn)["CustomDomains"], json!([]));
}

#[test]
fn everything_has_tags() {
    let mut fixture = fixture(0.0);
    let (subnet, group) = network(&mut fixture);
    let arns = [
        create(&mut fixture, request("v1")),
        connector(&mut fixture, &subnet, &group),
        scaling(&mut fixture)["AutoScalingConfigurationArn"].clone(),
    ];
    for arn in arns {
        let tags = json!([{"Key": "owner", "Value": "tests"}]);
        let request = json!({"ResourceArn": arn, "Tags": tags});
        fixture.call("apprunner", "TagResource", request).unwrap();
        let request = json!({"ResourceArn": arn});
        let found = fixture.call("apprunner", "ListTagsForResource", request).unwrap();
        assert_eq!(found["Tags"], tags);
    }
    let request = json!({"ResourceArn": "arn:aws:apprunner:us-east-1:123456789012:service/a/b"});
    let code = fixture.fault("apprunner", "ListTagsForResource", request);
    assert_eq!(code, "ResourceNotFoundException");
}
