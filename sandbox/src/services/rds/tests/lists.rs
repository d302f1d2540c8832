//! Tags, filters and pages, and what RDS offers.

use serde_json::{Value, json};

use super::{Site, text};

#[test]
fn every_kind_of_object_carries_tags() {
    let mut site = Site::new();
    let tag = json!([{"Key": "team", "Value": "a"}]);
    let cluster = site.cluster(json!({"Tags": tag}));
    let instance = site.instance("one-1", json!({"Tags": tag}));
    let take = json!({
        "DBClusterIdentifier": "one", "DBClusterSnapshotIdentifier": "before", "Tags": tag,
    });
    let snapshot = site.ok("CreateDBClusterSnapshot", take)["DBClusterSnapshot"].clone();
    assert_eq!(cluster["TagList"], tag);
    assert_eq!(instance["TagList"], tag);
    for (arn, before) in [
        (&cluster["DBClusterArn"], 1),
        (&instance["DBInstanceArn"], 1),
        (&snapshot["DBClusterSnapshotArn"], 1),
        (&json!("arn:aws:rds:us-east-1:123456789012:subgrp:site"), 0),
    ] {
        let list = |site: &mut Site| {
            let tags = site.ok("ListTagsForResource", json!({"ResourceName": arn}));
            tags["TagList"].as_array().unwrap().len()
        };
        assert_eq!(list(&mut site), before, "{arn}");
        let more = json!({"ResourceName": arn, "Tags": [{"Key": "stage", "Value": "test"}]});
        site.ok("AddTagsToResource", more);
        assert_eq!(list(&mut site), before + 1, "{arn}");
        let less = json!({"ResourceName": arn, "TagKeys": ["stage", "team"]});
        site.ok("RemoveTagsFromResource", less);
        assert_eq!(list(&mut site), 0, "{arn}");
    }
}

#[test]
fn tags_of_nothing_are_not_found() {
    let mut site = Site::new();
    for (arn, code) in [
        ("arn:aws:rds:us-east-1:123456789012:cluster:none", "DBClusterNotFoundFault"),
        ("arn:aws:rds:us-east-1:123456789012:db:none", "DBInstanceNotFound"),
        ("arn:aws:rds:us-east-1:123456789012:db-proxy:prx-0", "DBProxyNotFoundFault"),
        ("arn:aws:rds:us-east-1:123456789012:og:none", "InvalidParameterValue"),
        ("arn:aws:s3:::bucket", "InvalidParameterValue"),
    ] {
        let fault = site.fault("ListTagsForResource", json!({"ResourceName": arn}));
        assert_eq!(fault, code, "{arn}");
    }
}

fn names(answer: &Value) -> Vec<String> {
    let clusters = answer["DBClusters"].as_array().unwrap();
    clusters.iter().map(|cluster| text(&cluster["DBClusterIdentifier"])).collect()
}

#[test]
fn clusters_are_filtered_and_paged() {
    let mut site = Site::new();
    for number in 0..25 {
        site.cluster(json!({"DBClusterIdentifier": format!("c{number:02}")}));
    }
    let arn = "arn:aws:rds:us-east-1:123456789012:cluster:c03";
    let filter = |name: &str, value: &str| json!({"Filters": [{"Name": name, "Values": [value]}]});
    let by_arn = site.ok("DescribeDBClusters", filter("db-cluster-id", arn));
    assert_eq!(names(&by_arn), ["c03"]);
    let by_engine = site.ok("DescribeDBClusters", filter("engine", "mysql"));
    assert!(names(&by_engine).is_empty());
    let unknown = site.fault("DescribeDBClusters", filter("colour", "red"));
    assert_eq!(unknown, "InvalidParameterValue");
    let first = site.ok("DescribeDBClusters", json!({"MaxRecords": 20}));
    assert_eq!(names(&first).len(), 20);
    let rest = site.ok("DescribeDBClusters", json!({"Marker": first["Marker"]}));
    assert_eq!(names(&rest), ["c20", "c21", "c22", "c23", "c24"]);
    assert!(rest.get("Marker").is_none());
    let by_arn = site.ok("DescribeDBClusters", json!({"DBClusterIdentifier": arn}));
    assert_eq!(names(&by_arn), ["c03"]);
}

#[test]
fn instances_are_filtered_by_their_cluster() {
    let mut site = Site::new();
    for cluster in ["one", "two"] {
        site.cluster(json!({"DBClusterIdentifier": cluster}));
        site.instance(&format!("{cluster}-1"), json!({"DBClusterIdentifier": cluster}));
    }
    for value in ["two", "arn:aws:rds:us-east-1:123456789012:cluster:two"] {
        let filter = json!({"Filters": [{"Name": "db-cluster-id", "Values": [value]}]});
        let found = site.ok("DescribeDBInstances", filter);
        assert_eq!(found["DBInstances"].as_array().unwrap().len(), 1);
        assert_eq!(found["DBInstances"][0]["DBInstanceIdentifier"], "two-1");
    }
}

#[test]
fn versions_are_found_by_major_and_default() {
    let mut site = Site::new();
    let mut versions = |request: Value| -> Vec<String> {
        let answer = site.ok("DescribeDBEngineVersions", request);
        let versions = answer["DBEngineVersions"].as_array().unwrap();
        versions.iter().map(|version| text(&version["EngineVersion"])).collect()
    };
    let major = json!({"Engine": "aurora-postgresql", "EngineVersion": "16"});
    assert_eq!(versions(major.clone())[..3], ["16.2", "16.3", "16.4"]);
    let default = json!({"Engine": "aurora-postgresql", "DefaultOnly": true});
    assert_eq!(versions(default), ["17.4"]);
    let default =
        json!({"Engine": "aurora-postgresql", "EngineVersion": "16", "DefaultOnly": true});
    assert_eq!(versions(default), ["16.8"]);
    assert!(versions(json!({"Engine": "mysql"})).is_empty());
    let one = json!({"Engine": "aurora-postgresql", "EngineVersion": "16.6"});
    let upgrades = site.ok("DescribeDBEngineVersions", one)["DBEngineVersions"][0].clone();
    let target = &upgrades["ValidUpgradeTarget"][0];
    assert_eq!(target["EngineVersion"], "16.8");
    assert_eq!(target["IsMajorVersionUpgrade"], false);
}

#[test]
fn classes_are_orderable_with_both_storage_types() {
    let mut site = Site::new();
    let request = json!({
        "Engine": "aurora-postgresql", "EngineVersion": "16.6", "DBInstanceClass": "db.serverless",
    });
    let answer = site.ok("DescribeOrderableDBInstanceOptions", request);
    let options = answer["OrderableDBInstanceOptions"].as_array().unwrap();
    let storage: Vec<_> = options.iter().map(|option| text(&option["StorageType"])).collect();
    assert_eq!(storage, ["aurora", "aurora-iopt1"]);
    let many = json!({"Engine": "aurora-postgresql", "MaxRecords": 1000});
    let many = site.ok("DescribeOrderableDBInstanceOptions", many);
    assert_eq!(many["OrderableDBInstanceOptions"].as_array().unwrap().len(), 1000);
    let mut request = json!({"Engine": "aurora-postgresql"});
    let first = site.ok("DescribeOrderableDBInstanceOptions", request.clone());
    request["Marker"] = first["Marker"].clone();
    let second = site.ok("DescribeOrderableDBInstanceOptions", request);
    assert_ne!(first["OrderableDBInstanceOptions"], second["OrderableDBInstanceOptions"]);
}

#[test]
fn there_are_no_global_clusters_and_no_pending_maintenance() {
    let mut site = Site::new();
    assert_eq!(site.ok("DescribeGlobalClusters", json!({}))["GlobalClusters"], json!([]));
    let named = json!({"GlobalClusterIdentifier": "g"});
    assert_eq!(site.fault("DescribeGlobalClusters", named), "GlobalClusterNotFoundFault");
    let all = site.ok("DescribePendingMaintenanceActions", json!({}));
    assert_eq!(all["PendingMaintenanceActions"], json!([]));
}

#[test]
fn the_state_survives_being_written_and_read() {
    let mut site = Site::with_scale(1.0);
    site.cluster(json!({"EnablePerformanceInsights": true}));
    site.instance("one-1", json!({}));
    let before = site.describe_cluster("one");
    let mut bytes = Vec::new();
    ciborium::into_writer(&site.fixture.world, &mut bytes).unwrap();
    site.fixture.world = ciborium::from_reader(&bytes[..]).unwrap();
    assert_eq!(site.describe_cluster("one"), before);
}
