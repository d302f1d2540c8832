//! Clusters.

use serde_json::{Value, json};

use super::{Site, network, text};

#[test]
fn a_cluster_is_being_made_for_a_minute() {
    let mut site = Site::with_scale(1.0);
    let created = site.cluster(json!({"DBClusterIdentifier": "One"}));
    assert_eq!(created["Status"], "creating");
    assert_eq!(created["DBClusterIdentifier"], "one");
    site.pass(59);
    assert_eq!(site.describe_cluster("one")["Status"], "creating");
    site.pass(1);
    assert_eq!(site.describe_cluster("one")["Status"], "available");
}

#[test]
fn a_cluster_is_described_with_what_aws_chooses() {
    let mut site = Site::new();
    site.cluster(json!({"DatabaseName": "vitality"}));
    let cluster = site.describe_cluster("one");
    assert_eq!(cluster["DBClusterArn"], "arn:aws:rds:us-east-1:123456789012:cluster:one");
    assert_eq!(cluster["DBClusterParameterGroup"], "default.aurora-postgresql16");
    assert_eq!(cluster["AvailabilityZones"], json!(["us-east-1a", "us-east-1b", "us-east-1c"]));
    assert_eq!(cluster["BackupRetentionPeriod"], 1);
    assert_eq!(cluster["Port"], 5432);
    assert_eq!(cluster["EngineMode"], "provisioned");
    assert_eq!(cluster["StorageEncrypted"], false);
    assert_eq!(cluster["VpcSecurityGroups"][0]["VpcSecurityGroupId"], site.security_group);
    assert!(cluster.get("StorageType").is_none(), "AWS leaves the default out");
    let endpoint = text(&cluster["Endpoint"]);
    let suffix = endpoint.strip_prefix("one.cluster-").unwrap();
    assert!(suffix.ends_with(".us-east-1.rds.amazonaws.com"), "{suffix}");
    assert_eq!(cluster["ReaderEndpoint"], format!("one.cluster-ro-{suffix}"));
}

#[test]
fn what_a_cluster_needs_must_exist_and_be_valid() {
    let mut site = Site::new();
    let (_, _, foreign) = network(&mut site.fixture, "10.1");
    for (other, code) in [
        (json!({"DBClusterIdentifier": "1one"}), "InvalidParameterValue"),
        (json!({"DBClusterIdentifier": "one--two"}), "InvalidParameterValue"),
        (json!({"DBSubnetGroupName": "none"}), "DBSubnetGroupNotFoundFault"),
        (json!({"DBSubnetGroupName": null}), "InvalidSubnet"),
        (json!({"DBClusterParameterGroupName": "none"}), "DBClusterParameterGroupNotFound"),
        (json!({"VpcSecurityGroupIds": ["sg-00000000000000000"]}), "InvalidParameterValue"),
        (json!({"VpcSecurityGroupIds": [foreign]}), "InvalidVPCNetworkStateFault"),
        (json!({"StorageEncrypted": true, "KmsKeyId": "none"}), "KMSKeyNotAccessibleFault"),
        (json!({"KmsKeyId": "alias/aws/rds"}), "InvalidParameterCombination"),
        (json!({"EngineVersion": "16.5"}), "InvalidParameterValue"),
        (json!({"Engine": "aurora"}), "InvalidParameterValue"),
        (json!({"EngineMode": "serverless"}), "InvalidParameterValue"),
        (json!({"NetworkType": "DUAL"}), "NetworkTypeNotSupported"),
        (json!({"AvailabilityZones": ["eu-west-1a"]}), "InvalidParameterValue"),
        (json!({"DatabaseName": "a-b"}), "InvalidParameterValue"),
        (json!({"MasterUsername": null}), "InvalidParameterValue"),
        (json!({"MasterUsername": "rdsadmin"}), "InvalidParameterValue"),
        (json!({"MasterUserPassword": null}), "InvalidParameterValue"),
        (json!({"MasterUserPassword": "short"}), "InvalidParameterValue"),
        (json!({"MasterUserPassword": "with/slash"}), "InvalidParameterValue"),
        (json!({"ManageMasterUserPassword": true}), "InvalidParameterCombination"),
        (json!({"MasterUserSecretKmsKeyId": "k"}), "InvalidParameterCombination"),
        (json!({"Tags": [{"Key": "aws:x", "Value": ""}]}), "InvalidParameterValue"),
        (json!({"Domain": "d-1"}), "NotImplemented"),
    ] {
        let request = site.cluster_request(other.clone());
        assert_eq!(site.fault("CreateDBCluster", request), code, "{other}");
    }
    assert_eq!(site.ok("DescribeDBClusters", json!({}))["DBClusters"], json!([]));
}

#[test]
fn identifiers_are_unique() {
    let mut site = Site::new();
    site.cluster(json!({}));
    let again = site.cluster_request(json!({"DBClusterIdentifier": "ONE"}));
    assert_eq!(site.fault("CreateDBCluster", again), "DBClusterAlreadyExistsFault");
}

fn secret(site: &mut Site, arn: &str) -> Value {
    let request = json!({"SecretId": arn});
    let value = site.fixture.call("secretsmanager", "GetSecretValue", request).unwrap();
    serde_json::from_str(value["SecretString"].as_str().unwrap()).unwrap()
}

#[test]
fn a_managed_password_lives_in_a_secret_and_dies_with_the_cluster() {
    let mut site = Site::new();
    let managed = json!({"MasterUserPassword": null, "ManageMasterUserPassword": true});
    site.cluster(managed);
    let described = site.describe_cluster("one")["MasterUserSecret"].clone();
    assert_eq!(described["SecretStatus"], "active");
    assert!(text(&described["KmsKeyId"]).starts_with("arn:aws:kms:us-east-1:123456789012:key/"));
    let arn = text(&described["SecretArn"]);
    assert!(arn.contains(":secret:rds!cluster-"), "{arn}");
    let first = secret(&mut site, &arn);
    assert_eq!(first["username"], "vitality");
    let mut rotate = json!({"DBClusterIdentifier": "one", "RotateMasterUserPassword": true});
    assert_eq!(site.fault("ModifyDBCluster", rotate.clone()), "InvalidParameterCombination");
    rotate["ApplyImmediately"] = json!(true);
    site.ok("ModifyDBCluster", rotate);
    let second = secret(&mut site, &arn);
    assert_ne!(first["password"], second["password"]);
    site.ok("DeleteDBCluster", json!({"DBClusterIdentifier": "one", "SkipFinalSnapshot": true}));
    let gone = site.fixture.fault("secretsmanager", "DescribeSecret", json!({"SecretId": arn}));
    assert_eq!(gone, "ResourceNotFoundException");
}

#[test]
fn the_keeper_of_the_password_can_change() {
    let mut site = Site::new();
    site.cluster(json!({}));
    let modify = |members: Value| {
        let mut request = json!({"DBClusterIdentifier": "one"});
        super::merge(&mut request, members);
        request
    };
    site.ok("ModifyDBCluster", modify(json!({"ManageMasterUserPassword": true})));
    assert!(site.describe_cluster("one")["MasterUserSecret"].is_object());
    let given = json!({"MasterUserPassword": "another-password"});
    let fault = site.fault("ModifyDBCluster", modify(given));
    assert_eq!(fault, "InvalidParameterCombination");
    let key = site.fixture.call("kms", "CreateKey", json!({})).unwrap()["KeyMetadata"].clone();
    site.ok("ModifyDBCluster", modify(json!({"MasterUserSecretKmsKeyId": key["KeyId"]})));
    assert_eq!(site.describe_cluster("one")["MasterUserSecret"]["KmsKeyId"], key["Arn"]);
    let back = json!({"ManageMasterUserPassword": false, "MasterUserPassword": "another-password"});
    site.ok("ModifyDBCluster", modify(back));
    assert!(site.describe_cluster("one").get("MasterUserSecret").is_none());
}

#[test]
fn encryption_has_the_key_asked_for_or_that_of_aws() {
    let mut site = Site::new();
    let key = site.fixture.call("kms", "CreateKey", json!({})).unwrap();
    let (id, arn) = (&key["KeyMetadata"]["KeyId"], &key["KeyMetadata"]["Arn"]);
    let own = site.cluster(json!({"StorageEncrypted": true, "KmsKeyId": id}));
    assert_eq!(own["KmsKeyId"], *arn);
    let other = json!({"DBClusterIdentifier": "two", "StorageEncrypted": true});
    let theirs = text(&site.cluster(other)["KmsKeyId"]);
    let described =
        site.fixture.call("kms", "DescribeKey", json!({"KeyId": "alias/aws/rds"})).unwrap();
    assert_eq!(described["KeyMetadata"]["Arn"], theirs);
    site.fixture.call("kms", "DisableKey", json!({"KeyId": id})).unwrap();
    let disabled =
        json!({"DBClusterIdentifier": "three", "StorageEncrypted": true, "KmsKeyId": id});
    let request = site.cluster_request(disabled);
    assert_eq!(site.fault("CreateDBCluster", request), "KMSKeyNotAccessibleFault");
}

#[test]
fn monitoring_needs_a_role_that_rds_may_assume() {
    let mut site = Site::new();
    let right = site.role("monitoring", "monitoring.rds.amazonaws.com");
    let wrong = site.role("other", "ecs.amazonaws.com");
    for (other, code) in [
        (json!({"MonitoringInterval": 7}), "InvalidParameterValue"),
        (json!({"MonitoringInterval": 60}), "InvalidParameterCombination"),
        (json!({"MonitoringRoleArn": right}), "InvalidParameterCombination"),
        (json!({"MonitoringInterval": 60, "MonitoringRoleArn": wrong}), "InvalidParameterValue"),
        (json!({"PerformanceInsightsRetentionPeriod": 7}), "InvalidParameterCombination"),
        (
            json!({"EnablePerformanceInsights": true, "PerformanceInsightsRetentionPeriod": 8}),
            "InvalidParameterValue",
        ),
        (json!({"DatabaseInsightsMode": "advanced"}), "InvalidParameterCombination"),
    ] {
        let request = site.cluster_request(other.clone());
        assert_eq!(site.fault("CreateDBCluster", request), code, "{other}");
    }
    let cluster = site.cluster(json!({
        "MonitoringInterval": 60, "MonitoringRoleArn": right, "EnablePerformanceInsights": true,
        "PerformanceInsightsRetentionPeriod": 465, "DatabaseInsightsMode": "advanced",
    }));
    assert_eq!(cluster["DatabaseInsightsMode"], "advanced");
    assert!(text(&cluster["PerformanceInsightsKMSKeyId"]).contains(":key/"));
    let member = site.instance("one-1", json!({}));
    assert_eq!(member["MonitoringInterval"], 60);
    assert_eq!(member["PerformanceInsightsRetentionPeriod"], 465);
}

#[test]
fn a_change_takes_time_and_only_one_at_once() {
    let mut site = Site::with_scale(1.0);
    site.cluster(json!({}));
    let change = json!({
        "DBClusterIdentifier": "one", "ApplyImmediately": true, "BackupRetentionPeriod": 7,
        "DeletionProtection": true,
    });
    assert_eq!(site.fault("ModifyDBCluster", change.clone()), "InvalidDBClusterStateFault");
    site.pass(60);
    let changed = site.ok("ModifyDBCluster", change.clone())["DBCluster"].clone();
    assert_eq!(changed["Status"], "modifying");
    assert_eq!(site.fault("ModifyDBCluster", change), "InvalidDBClusterStateFault");
    site.pass(60);
    let after = site.describe_cluster("one");
    assert_eq!(after["Status"], "available");
    assert_eq!(after["BackupRetentionPeriod"], 7);
    assert_eq!(after["DeletionProtection"], true);
    assert_eq!(after["Port"], 5432);
}

#[test]
fn an_upgrade_waits_for_the_maintenance_window_unless_it_is_immediate() {
    let mut site = Site::new();
    site.cluster(json!({"PreferredMaintenanceWindow": "Fri:05:00-Fri:06:00"}));
    site.instance("one-1", json!({}));
    let upgrade = |version: &str, immediately: bool| {
        json!({
            "DBClusterIdentifier": "one", "EngineVersion": version,
            "ApplyImmediately": immediately,
        })
    };
    site.ok("ModifyDBCluster", upgrade("16.8", false));
    let waiting = site.describe_cluster("one");
    assert_eq!(waiting["EngineVersion"], "16.6");
    assert_eq!(waiting["PendingModifiedValues"]["EngineVersion"], "16.8");
    // The world's clock starts on a Thursday at midnight.
    site.pass(29 * 3600);
    let done = site.describe_cluster("one");
    assert_eq!(done["EngineVersion"], "16.8");
    assert!(done.get("PendingModifiedValues").is_none());
    site.ok("ModifyDBCluster", upgrade("16.9", true));
    assert_eq!(site.describe_cluster("one")["EngineVersion"], "16.9");
}

#[test]
fn upgrades_go_forward_and_a_major_one_must_be_allowed() {
    let mut site = Site::new();
    site.cluster(json!({}));
    let mut request = json!({
        "DBClusterIdentifier": "one", "EngineVersion": "16.4", "ApplyImmediately": true,
    });
    assert_eq!(site.fault("ModifyDBCluster", request.clone()), "InvalidDBClusterStateFault");
    site.instance("one-1", json!({}));
    assert_eq!(site.fault("ModifyDBCluster", request.clone()), "InvalidParameterCombination");
    request["EngineVersion"] = json!("17.4");
    assert_eq!(site.fault("ModifyDBCluster", request.clone()), "InvalidParameterCombination");
    request["AllowMajorVersionUpgrade"] = json!(true);
    site.ok("ModifyDBCluster", request);
    let cluster = site.describe_cluster("one");
    assert_eq!(cluster["EngineVersion"], "17.4");
    assert_eq!(cluster["DBClusterParameterGroup"], "default.aurora-postgresql17");
}

#[test]
fn a_rename_takes_the_members_along() {
    let mut site = Site::new();
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    site.ok(
        "ModifyDBCluster",
        json!({
            "DBClusterIdentifier": "one", "NewDBClusterIdentifier": "Two",
            "ApplyImmediately": true,
        }),
    );
    let renamed = site.describe_cluster("two");
    assert_eq!(renamed["DBClusterArn"], "arn:aws:rds:us-east-1:123456789012:cluster:two");
    assert_eq!(renamed["DBClusterMembers"][0]["DBInstanceIdentifier"], "one-1");
    assert_eq!(site.describe_instance("one-1")["DBClusterIdentifier"], "two");
    let old = json!({"DBClusterIdentifier": "one"});
    assert_eq!(site.fault("DescribeDBClusters", old), "DBClusterNotFoundFault");
}

#[test]
fn deletion_needs_no_protection_no_members_and_a_word_on_the_snapshot() {
    let mut site = Site::new();
    site.cluster(json!({"DeletionProtection": true}));
    site.instance("one-1", json!({}));
    let skip = json!({"DBClusterIdentifier": "one", "SkipFinalSnapshot": true});
    let delete = "DeleteDBCluster";
    assert_eq!(site.fault(delete, skip.clone()), "InvalidParameterCombination");
    let unprotect = json!({"DBClusterIdentifier": "one", "DeletionProtection": false});
    site.ok("ModifyDBCluster", unprotect);
    let fault = site.call(delete, skip.clone()).unwrap_err();
    assert_eq!(fault.code, "InvalidDBClusterStateFault");
    assert!(fault.message.contains("still contains DB instances in non-deleting state"));
    site.ok("DeleteDBInstance", json!({"DBInstanceIdentifier": "one-1"}));
    let silent = json!({"DBClusterIdentifier": "one"});
    assert_eq!(site.fault(delete, silent), "InvalidParameterCombination");
    let both = json!({
        "DBClusterIdentifier": "one", "SkipFinalSnapshot": true,
        "FinalDBSnapshotIdentifier": "last",
    });
    assert_eq!(site.fault(delete, both), "InvalidParameterCombination");
    site.ok(delete, skip.clone());
    let fault = site.call(delete, skip).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.status), ("DBClusterNotFoundFault", 404));
}

#[test]
fn a_cluster_outlives_its_last_instance() {
    let mut site = Site::with_scale(1.0);
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    let early = json!({"DBClusterIdentifier": "one", "SkipFinalSnapshot": true});
    assert_eq!(site.fault("DeleteDBCluster", early), "InvalidDBClusterStateFault");
    site.pass(300);
    site.ok("DeleteDBInstance", json!({"DBInstanceIdentifier": "one-1"}));
    let skip = json!({"DBClusterIdentifier": "one", "SkipFinalSnapshot": true});
    assert_eq!(site.ok("DeleteDBCluster", skip)["DBCluster"]["Status"], "deleting");
    site.pass(239);
    assert_eq!(site.describe_instance("one-1")["DBInstanceStatus"], "deleting");
    assert_eq!(site.describe_cluster("one")["Status"], "deleting");
    site.pass(1);
    assert_eq!(site.ok("DescribeDBClusters", json!({}))["DBClusters"], json!([]));
    assert_eq!(site.interfaces(), 0);
}
