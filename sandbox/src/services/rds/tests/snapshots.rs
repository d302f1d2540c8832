//! Cluster snapshots, and clusters made of them.

use serde_json::{Value, json};

use super::Site;

fn describe(site: &mut Site, name: &str) -> Value {
    let request = json!({"DBClusterSnapshotIdentifier": name});
    site.ok("DescribeDBClusterSnapshots", request)["DBClusterSnapshots"][0].clone()
}

#[test]
fn a_snapshot_takes_time_and_its_cluster_waits() {
    let mut site = Site::with_scale(1.0);
    site.cluster(json!({}));
    let request = json!({"DBClusterIdentifier": "one", "DBClusterSnapshotIdentifier": "Before"});
    let create = "CreateDBClusterSnapshot";
    assert_eq!(site.fault(create, request.clone()), "InvalidDBClusterStateFault");
    site.pass(60);
    let created = site.ok(create, request)["DBClusterSnapshot"].clone();
    assert_eq!(created["Status"], "creating");
    assert_eq!(created["DBClusterSnapshotIdentifier"], "before");
    assert_eq!(site.describe_cluster("one")["Status"], "backing-up");
    let name = json!({"DBClusterSnapshotIdentifier": "before"});
    let delete = "DeleteDBClusterSnapshot";
    assert_eq!(site.fault(delete, name.clone()), "InvalidDBClusterSnapshotStateFault");
    site.pass(90);
    let snapshot = describe(&mut site, "before");
    assert_eq!(snapshot["Status"], "available");
    assert_eq!(snapshot["PercentProgress"], 100);
    assert_eq!(site.describe_cluster("one")["Status"], "available");
    site.ok(delete, name.clone());
    assert_eq!(site.fault(delete, name), "DBClusterSnapshotNotFoundFault");
}

#[test]
fn the_final_snapshot_outlives_its_cluster() {
    let mut site = Site::new();
    let tags = json!([{"Key": "team", "Value": "a"}]);
    site.cluster(json!({"CopyTagsToSnapshot": true, "Tags": tags}));
    let last = json!({"DBClusterIdentifier": "one", "FinalDBSnapshotIdentifier": "last"});
    site.ok("DeleteDBCluster", last.clone());
    assert_eq!(site.ok("DescribeDBClusters", json!({}))["DBClusters"], json!([]));
    let snapshot = describe(&mut site, "last");
    assert_eq!(snapshot["DBClusterIdentifier"], "one");
    assert_eq!(snapshot["SnapshotType"], "manual");
    assert_eq!(snapshot["TagList"], tags);
    site.cluster(json!({}));
    assert_eq!(site.fault("DeleteDBCluster", last), "DBClusterSnapshotAlreadyExistsFault");
    assert_eq!(site.describe_cluster("one")["Status"], "available");
}

#[test]
fn a_cluster_is_restored_from_a_snapshot() {
    let mut site = Site::new();
    site.cluster(json!({"StorageEncrypted": true, "DatabaseName": "vitality", "Port": 5433}));
    let take = json!({"DBClusterIdentifier": "one", "DBClusterSnapshotIdentifier": "before"});
    site.ok("CreateDBClusterSnapshot", take);
    let mut request = json!({
        "DBClusterIdentifier": "two", "SnapshotIdentifier": "none",
        "Engine": "aurora-postgresql", "DBSubnetGroupName": "site",
    });
    let restore = "RestoreDBClusterFromSnapshot";
    assert_eq!(site.fault(restore, request.clone()), "DBClusterSnapshotNotFoundFault");
    request["SnapshotIdentifier"] = json!("before");
    request["EngineVersion"] = json!("16.4");
    assert_eq!(site.fault(restore, request.clone()), "InvalidParameterCombination");
    request.as_object_mut().unwrap().remove("EngineVersion");
    site.ok(restore, request);
    let (one, two) = (site.describe_cluster("one"), site.describe_cluster("two"));
    for same in ["EngineVersion", "DatabaseName", "Port", "KmsKeyId", "MasterUsername"] {
        assert_eq!(one[same], two[same], "{same}");
    }
    assert_ne!(one["DbClusterResourceId"], two["DbClusterResourceId"]);
}
