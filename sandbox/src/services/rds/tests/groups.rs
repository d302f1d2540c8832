//! Subnet groups and parameter groups.

use serde_json::{Value, json};

use super::{Site, network, text};

#[test]
fn a_subnet_group_needs_two_zones_of_one_vpc() {
    let mut site = Site::new();
    let (_, others, _) = network(&mut site.fixture, "10.1");
    let ours = site.subnets.clone();
    let mut fault = |subnets: Value| {
        let request = json!({
            "DBSubnetGroupName": "other", "DBSubnetGroupDescription": "x", "SubnetIds": subnets,
        });
        site.fault("CreateDBSubnetGroup", request)
    };
    assert_eq!(fault(json!([ours[0]])), "DBSubnetGroupDoesNotCoverEnoughAZs");
    assert_eq!(fault(json!([ours[0], ours[0]])), "DBSubnetGroupDoesNotCoverEnoughAZs");
    assert_eq!(fault(json!([ours[0], others[1]])), "InvalidSubnet");
    assert_eq!(fault(json!([ours[0], "subnet-00000000000000000"])), "InvalidSubnet");
}

#[test]
fn a_subnet_group_is_described_in_lower_case_with_its_zones() {
    let mut site = Site::new();
    let groups = site.ok("DescribeDBSubnetGroups", json!({"DBSubnetGroupName": "SITE"}));
    let group = &groups["DBSubnetGroups"][0];
    assert_eq!(group["DBSubnetGroupName"], "site");
    assert_eq!(group["DBSubnetGroupArn"], "arn:aws:rds:us-east-1:123456789012:subgrp:site");
    assert_eq!(group["SubnetGroupStatus"], "Complete");
    assert_eq!(group["VpcId"], site.vpc);
    assert_eq!(group["Subnets"][1]["SubnetAvailabilityZone"]["Name"], "us-east-1b");
    assert_eq!(group["SupportedNetworkTypes"], json!(["IPV4"]));
}

#[test]
fn subnet_group_names_are_unique_and_known() {
    let mut site = Site::new();
    let subnets = site.subnets.clone();
    let named = |name: &str| {
        json!({
            "DBSubnetGroupName": name, "DBSubnetGroupDescription": "x", "SubnetIds": subnets,
        })
    };
    assert_eq!(site.fault("CreateDBSubnetGroup", named("SITE")), "DBSubnetGroupAlreadyExists");
    assert_eq!(site.fault("CreateDBSubnetGroup", named("default")), "InvalidParameterValue");
    for operation in ["DescribeDBSubnetGroups", "DeleteDBSubnetGroup"] {
        let fault = site.call(operation, json!({"DBSubnetGroupName": "none"})).unwrap_err();
        assert_eq!((fault.code.as_str(), fault.status), ("DBSubnetGroupNotFoundFault", 404));
    }
}

#[test]
fn a_subnet_group_in_use_stays() {
    let mut site = Site::new();
    site.cluster(json!({}));
    let name = json!({"DBSubnetGroupName": "site"});
    assert_eq!(site.fault("DeleteDBSubnetGroup", name.clone()), "InvalidDBSubnetGroupStateFault");
    site.ok("DeleteDBCluster", json!({"DBClusterIdentifier": "one", "SkipFinalSnapshot": true}));
    site.ok("DeleteDBSubnetGroup", name);
}

#[test]
fn an_occupied_subnet_stays_in_its_group() {
    let mut site = Site::new();
    let vpc = site.vpc.clone();
    let third = json!({
        "VpcId": vpc, "CidrBlock": "10.0.9.0/24", "AvailabilityZone": "us-east-1c",
    });
    let third = site.fixture.call("ec2", "CreateSubnet", third).unwrap();
    let third = text(&third["Subnet"]["SubnetId"]);
    site.cluster(json!({}));
    site.instance("one-1", json!({"AvailabilityZone": "us-east-1a"}));
    let [a, b] = [site.subnets[0].clone(), site.subnets[1].clone()];
    let without = json!({"DBSubnetGroupName": "site", "SubnetIds": [b, third]});
    assert_eq!(site.fault("ModifyDBSubnetGroup", without), "SubnetAlreadyInUse");
    let changed = site.ok(
        "ModifyDBSubnetGroup",
        json!({
            "DBSubnetGroupName": "site", "SubnetIds": [a, third],
            "DBSubnetGroupDescription": "new",
        }),
    );
    assert_eq!(changed["DBSubnetGroup"]["DBSubnetGroupDescription"], "new");
    assert_eq!(changed["DBSubnetGroup"]["Subnets"].as_array().unwrap().len(), 2);
}

fn parameter_group(site: &mut Site) {
    site.ok(
        "CreateDBClusterParameterGroup",
        json!({
            "DBClusterParameterGroupName": "Ours", "Description": "ours",
            "DBParameterGroupFamily": "aurora-postgresql16",
        }),
    );
}

fn modify(site: &mut Site, name: &str, value: &str, method: &str) -> Result<Value, String> {
    let request = json!({
        "DBClusterParameterGroupName": "ours",
        "Parameters": [
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method},
        ],
    });
    site.call("ModifyDBClusterParameterGroup", request).map_err(|fault| fault.code)
}

fn parameters(site: &mut Site, source: &str) -> Vec<Value> {
    let request = json!({"DBClusterParameterGroupName": "ours", "Source": source});
    site.ok("DescribeDBClusterParameters", request)["Parameters"].as_array().unwrap().clone()
}

#[test]
fn parameters_have_types_values_and_apply_methods() {
    let mut site = Site::new();
    parameter_group(&mut site);
    let site = &mut site;
    let value = Err("InvalidParameterValue".to_owned());
    let combination = Err("InvalidParameterCombination".to_owned());
    assert_eq!(modify(site, "no_such_parameter", "1", "immediate"), value);
    assert_eq!(modify(site, "log_statement", "some", "immediate"), value);
    assert_eq!(modify(site, "transaction_timeout", "1", "immediate"), value);
    assert_eq!(modify(site, "max_connections", "100", "immediate"), combination);
    assert!(modify(site, "max_connections", "100", "pending-reboot").is_ok());
    assert!(modify(site, "log_statement", "ddl", "immediate").is_ok());
    let own = parameters(site, "user");
    assert_eq!(own.len(), 2);
    assert_eq!(own[0]["ParameterName"], "log_statement");
    assert_eq!(own[0]["ParameterValue"], "ddl");
    assert_eq!(own[0]["ApplyType"], "dynamic");
    assert_eq!(own[0]["ApplyMethod"], "immediate");
    assert_eq!(own[1]["ApplyType"], "static");
    assert!(parameters(site, "engine-default").len() > 20);
}

#[test]
fn resetting_gives_the_engine_its_defaults_back() {
    let mut site = Site::new();
    parameter_group(&mut site);
    modify(&mut site, "log_statement", "ddl", "immediate").unwrap();
    modify(&mut site, "max_connections", "100", "pending-reboot").unwrap();
    let one = json!({
        "DBClusterParameterGroupName": "ours",
        "Parameters": [{"ParameterName": "log_statement", "ApplyMethod": "immediate"}],
    });
    site.ok("ResetDBClusterParameterGroup", one.clone());
    assert_eq!(parameters(&mut site, "user").len(), 1);
    let all = json!({"DBClusterParameterGroupName": "ours", "ResetAllParameters": true});
    site.ok("ResetDBClusterParameterGroup", all);
    assert!(parameters(&mut site, "user").is_empty());
    let nothing = json!({"DBClusterParameterGroupName": "ours"});
    assert_eq!(site.fault("ResetDBClusterParameterGroup", nothing), "InvalidParameterCombination");
}

#[test]
fn parameters_come_in_pages() {
    let mut site = Site::new();
    parameter_group(&mut site);
    let mut names = Vec::new();
    let mut request = json!({"DBClusterParameterGroupName": "ours", "MaxRecords": 20});
    loop {
        let page = site.ok("DescribeDBClusterParameters", request.clone());
        let parameters = page["Parameters"].as_array().unwrap();
        assert!(parameters.len() <= 20);
        names.extend(parameters.iter().map(|one| text(&one["ParameterName"])));
        match page.get("Marker") {
            Some(marker) => request["Marker"] = marker.clone(),
            None => break,
        }
    }
    assert!(names.is_sorted() && names.len() > 60, "{}", names.len());
}

#[test]
fn a_parameter_group_in_use_stays_and_another_family_is_refused() {
    let mut site = Site::new();
    parameter_group(&mut site);
    let old = json!({"EngineVersion": "15.8", "DBClusterParameterGroupName": "ours"});
    let request = site.cluster_request(old);
    assert_eq!(site.fault("CreateDBCluster", request), "InvalidParameterCombination");
    site.cluster(json!({"DBClusterParameterGroupName": "ours"}));
    let name = json!({"DBClusterParameterGroupName": "ours"});
    let delete = "DeleteDBClusterParameterGroup";
    assert_eq!(site.fault(delete, name.clone()), "InvalidDBParameterGroupState");
    site.ok("DeleteDBCluster", json!({"DBClusterIdentifier": "one", "SkipFinalSnapshot": true}));
    site.ok("DescribeDBClusters", json!({}));
    site.ok(delete, name.clone());
    assert_eq!(site.fault("DescribeDBClusterParameterGroups", name), "DBParameterGroupNotFound");
}

#[test]
fn default_groups_exist_and_never_change() {
    let mut site = Site::new();
    let name = json!({"DBClusterParameterGroupName": "default.aurora-postgresql16"});
    let groups = site.ok("DescribeDBClusterParameterGroups", name.clone());
    let group = &groups["DBClusterParameterGroups"][0];
    assert_eq!(group["DBParameterGroupFamily"], "aurora-postgresql16");
    assert_eq!(site.fault("DeleteDBClusterParameterGroup", name), "InvalidParameterValue");
}

#[test]
fn a_static_parameter_waits_for_a_reboot() {
    let mut site = Site::new();
    parameter_group(&mut site);
    site.cluster(json!({"DBClusterParameterGroupName": "ours"}));
    site.instance("one-1", json!({}));
    let status = |site: &mut Site| {
        site.describe_cluster("one")["DBClusterMembers"][0]["DBClusterParameterGroupStatus"].clone()
    };
    modify(&mut site, "log_statement", "ddl", "immediate").unwrap();
    assert_eq!(status(&mut site), "in-sync");
    modify(&mut site, "max_connections", "100", "pending-reboot").unwrap();
    assert_eq!(status(&mut site), "pending-reboot");
    site.ok("RebootDBInstance", json!({"DBInstanceIdentifier": "one-1"}));
    assert_eq!(status(&mut site), "in-sync");
}
