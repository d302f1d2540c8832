//! Instances.

use serde_json::json;

use super::{Site, instance_request, text};

#[test]
fn an_instance_is_being_made_for_five_minutes() {
    let mut site = Site::with_scale(1.0);
    site.cluster(json!({}));
    let created = site.instance("One-1", json!({}));
    assert_eq!(created["DBInstanceIdentifier"], "one-1");
    assert_eq!(created["DBInstanceStatus"], "creating");
    assert!(created.get("Endpoint").is_none(), "no name before the server is up");
    site.pass(299);
    assert_eq!(site.describe_instance("one-1")["DBInstanceStatus"], "creating");
    site.pass(1);
    let instance = site.describe_instance("one-1");
    assert_eq!(instance["DBInstanceStatus"], "available");
    assert!(text(&instance["Endpoint"]["Address"]).starts_with("one-1.c"));
    assert_eq!(instance["Endpoint"]["Port"], 5432);
}

#[test]
fn an_instance_is_described_with_what_it_shares_with_its_cluster() {
    let mut site = Site::new();
    site.cluster(json!({"StorageEncrypted": true, "BackupRetentionPeriod": 7}));
    site.instance("one-1", json!({"PromotionTier": 0}));
    let instance = site.describe_instance("one-1");
    assert_eq!(instance["DBClusterIdentifier"], "one");
    assert_eq!(instance["EngineVersion"], "16.6");
    assert_eq!(instance["BackupRetentionPeriod"], 7);
    assert_eq!(instance["StorageEncrypted"], true);
    assert_eq!(instance["StorageType"], "aurora");
    assert_eq!(instance["DBSubnetGroup"]["DBSubnetGroupName"], "site");
    assert_eq!(
        instance["DBParameterGroups"][0]["DBParameterGroupName"],
        "default.aurora-postgresql16"
    );
    assert_eq!(instance["CACertificateIdentifier"], "rds-ca-rsa2048-g1");
    assert_eq!(instance["PromotionTier"], 0);
    assert_eq!(instance["PendingModifiedValues"], json!({}));
}

#[test]
fn members_have_rules() {
    let mut site = Site::new();
    site.cluster(json!({"ServerlessV2ScalingConfiguration": null}));
    for (other, code) in [
        (json!({}), "InvalidDBClusterStateFault"),
        (json!({"DBInstanceClass": "db.t4g.micro"}), "InvalidParameterValue"),
        (json!({"DBClusterIdentifier": "none"}), "DBClusterNotFoundFault"),
        (json!({"DBClusterIdentifier": null}), "NotImplemented"),
        (json!({"EngineVersion": "16.4"}), "InvalidParameterCombination"),
        (json!({"PromotionTier": 16}), "InvalidParameterValue"),
        (json!({"AvailabilityZone": "us-east-1f"}), "InvalidSubnet"),
        (json!({"DBSubnetGroupName": "other"}), "InvalidParameterCombination"),
        (json!({"DBParameterGroupName": "other"}), "DBParameterGroupNotFound"),
        (json!({"CACertificateIdentifier": "mine"}), "CertificateNotFound"),
        (json!({"MasterUsername": "me"}), "InvalidParameterCombination"),
        (json!({"BackupRetentionPeriod": 7}), "InvalidParameterCombination"),
        (json!({"VpcSecurityGroupIds": ["sg-1"]}), "InvalidParameterCombination"),
        (json!({"PreferredMaintenanceWindow": "daily"}), "InvalidParameterValue"),
        (json!({"MultiAZ": true}), "NotImplemented"),
    ] {
        let mut request = instance_request("one-1", json!({"DBInstanceClass": "db.r7g.large"}));
        if other == json!({}) {
            request["DBInstanceClass"] = json!("db.serverless");
        }
        super::merge(&mut request, other.clone());
        assert_eq!(site.fault("CreateDBInstance", request), code, "{other}");
    }
    assert_eq!(site.interfaces(), 0, "what is refused leaves nothing behind");
}

#[test]
fn the_first_instance_writes_and_the_lowest_tier_follows_it() {
    let mut site = Site::new();
    site.cluster(json!({}));
    for (name, tier) in [("one-1", 1), ("one-2", 2), ("one-3", 0)] {
        site.instance(name, json!({"PromotionTier": tier}));
    }
    let writer = |site: &mut Site| {
        let cluster = site.describe_cluster("one");
        let members = cluster["DBClusterMembers"].as_array().unwrap().clone();
        let mut writers = members.iter().filter(|member| member["IsClusterWriter"] == true);
        let writer = text(&writers.next().unwrap()["DBInstanceIdentifier"]);
        assert!(writers.next().is_none());
        writer
    };
    assert_eq!(writer(&mut site), "one-1");
    site.ok("DeleteDBInstance", json!({"DBInstanceIdentifier": "one-1"}));
    assert_eq!(writer(&mut site), "one-3");
}

#[test]
fn members_spread_over_the_zones() {
    let mut site = Site::new();
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    assert_eq!(site.describe_cluster("one")["MultiAZ"], false);
    site.instance("one-2", json!({}));
    assert_eq!(site.describe_instance("one-1")["AvailabilityZone"], "us-east-1a");
    assert_eq!(site.describe_instance("one-2")["AvailabilityZone"], "us-east-1b");
    assert_eq!(site.describe_cluster("one")["MultiAZ"], true);
}

#[test]
fn an_instance_holds_a_network_interface_until_it_is_gone() {
    let mut site = Site::with_scale(1.0);
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    assert_eq!(site.interfaces(), 1);
    let group = json!({"GroupId": site.security_group});
    let held = site.fixture.fault("ec2", "DeleteSecurityGroup", group.clone());
    assert_eq!(held, "DependencyViolation");
    site.ok("DeleteDBInstance", json!({"DBInstanceIdentifier": "one-1"}));
    assert_eq!(site.interfaces(), 1);
    site.pass(240);
    assert_eq!(site.interfaces(), 0);
    site.fixture.call("ec2", "DeleteSecurityGroup", group).unwrap();
}

#[test]
fn new_security_groups_of_a_cluster_reach_its_instances() {
    let mut site = Site::new();
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    let group = json!({"GroupName": "other", "Description": "x", "VpcId": site.vpc});
    let group = site.fixture.call("ec2", "CreateSecurityGroup", group).unwrap();
    let change = json!({
        "DBClusterIdentifier": "one", "VpcSecurityGroupIds": [group["GroupId"]],
    });
    site.ok("ModifyDBCluster", change);
    let old = json!({"GroupId": site.security_group});
    site.fixture.call("ec2", "DeleteSecurityGroup", old).unwrap();
    let described = site.describe_instance("one-1");
    assert_eq!(described["VpcSecurityGroups"][0]["VpcSecurityGroupId"], group["GroupId"]);
}

#[test]
fn another_class_waits_for_the_window_unless_it_is_immediate() {
    let mut site = Site::new();
    site.cluster(json!({}));
    site.instance("one-1", json!({"PreferredMaintenanceWindow": "fri:05:00-fri:06:00"}));
    let mut change = json!({"DBInstanceIdentifier": "one-1", "DBInstanceClass": "db.r7g.large"});
    let waiting = site.ok("ModifyDBInstance", change.clone())["DBInstance"].clone();
    assert_eq!(waiting["DBInstanceStatus"], "available");
    assert_eq!(waiting["DBInstanceClass"], "db.serverless");
    assert_eq!(waiting["PendingModifiedValues"]["DBInstanceClass"], "db.r7g.large");
    change["ApplyImmediately"] = json!(true);
    site.ok("ModifyDBInstance", change);
    let done = site.describe_instance("one-1");
    assert_eq!(done["DBInstanceClass"], "db.r7g.large");
    assert_eq!(done["PendingModifiedValues"], json!({}));
}

#[test]
fn a_busy_instance_is_not_changed() {
    let mut site = Site::with_scale(1.0);
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    let name = json!({"DBInstanceIdentifier": "one-1"});
    for operation in ["ModifyDBInstance", "RebootDBInstance"] {
        assert_eq!(site.fault(operation, name.clone()), "InvalidDBInstanceState");
    }
    site.ok("DeleteDBInstance", name.clone());
    assert_eq!(site.fault("DeleteDBInstance", name.clone()), "InvalidDBInstanceState");
    site.pass(240);
    let fault = site.call("DeleteDBInstance", name).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.status), ("DBInstanceNotFound", 404));
}

#[test]
fn a_member_of_a_cluster_has_no_snapshot_of_its_own() {
    let mut site = Site::new();
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    let request = json!({"DBInstanceIdentifier": "one-1", "FinalDBSnapshotIdentifier": "last"});
    assert_eq!(site.fault("DeleteDBInstance", request), "InvalidParameterCombination");
}

#[test]
fn a_renamed_writer_still_writes() {
    let mut site = Site::new();
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    site.ok(
        "ModifyDBInstance",
        json!({
            "DBInstanceIdentifier": "one-1", "NewDBInstanceIdentifier": "first",
            "ApplyImmediately": true,
        }),
    );
    let member = site.describe_cluster("one")["DBClusterMembers"][0].clone();
    assert_eq!(member["DBInstanceIdentifier"], "first");
    assert_eq!(member["IsClusterWriter"], true);
}
