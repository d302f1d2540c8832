//! Proxies, their target groups and targets.

use serde_json::{Value, json};

use super::{Site, merge, text};

fn request(site: &mut Site, other: Value) -> Value {
    let role = site.role("proxy", "rds.amazonaws.com");
    let secret = json!({"Name": "db", "SecretString": "{\"username\":\"a\",\"password\":\"b\"}"});
    let secret = site.fixture.call("secretsmanager", "CreateSecret", secret).unwrap();
    let mut request = json!({
        "DBProxyName": "Pool", "EngineFamily": "POSTGRESQL", "RoleArn": role,
        "VpcSubnetIds": site.subnets, "VpcSecurityGroupIds": [site.security_group],
        "Auth": [{"AuthScheme": "SECRETS", "SecretArn": secret["ARN"], "IAMAuth": "DISABLED"}],
        "RequireTLS": true,
    });
    merge(&mut request, other);
    request
}

fn proxy(site: &mut Site) -> Value {
    let request = request(site, json!({}));
    site.ok("CreateDBProxy", request)["DBProxy"].clone()
}

fn describe(site: &mut Site) -> Value {
    site.ok("DescribeDBProxies", json!({"DBProxyName": "pool"}))["DBProxies"][0].clone()
}

#[test]
fn a_proxy_is_being_made_for_two_minutes() {
    let mut site = Site::with_scale(1.0);
    let created = proxy(&mut site);
    assert_eq!(created["Status"], "creating");
    assert_eq!(created["DBProxyName"], "pool");
    assert!(text(&created["DBProxyArn"]).contains(":db-proxy:prx-"));
    assert!(text(&created["Endpoint"]).starts_with("pool.proxy-"));
    assert_eq!(created["IdleClientTimeout"], 1800);
    let auth = &created["Auth"][0];
    assert_eq!(auth["ClientPasswordAuthType"], "POSTGRES_SCRAM_SHA_256");
    assert_eq!(site.interfaces(), 2);
    let change = json!({"DBProxyName": "pool", "DebugLogging": true});
    assert_eq!(site.fault("ModifyDBProxy", change.clone()), "InvalidDBProxyStateFault");
    site.pass(120);
    assert_eq!(describe(&mut site)["Status"], "available");
    site.ok("ModifyDBProxy", change);
    site.pass(60);
    let changed = describe(&mut site);
    assert_eq!((&changed["DebugLogging"], &changed["RequireTLS"]), (&json!(true), &json!(true)));
    site.ok("DeleteDBProxy", json!({"DBProxyName": "pool"}));
    assert_eq!(describe(&mut site)["Status"], "deleting");
    site.pass(60);
    let gone = site.call("DescribeDBProxies", json!({"DBProxyName": "pool"})).unwrap_err();
    assert_eq!((gone.code.as_str(), gone.status), ("DBProxyNotFoundFault", 404));
    assert_eq!(site.interfaces(), 0);
}

#[test]
fn what_a_proxy_needs_must_exist() {
    let mut site = Site::new();
    let good = request(&mut site, json!({}));
    let foreign = site.role("foreign", "ecs.amazonaws.com");
    let one = site.subnets[0].clone();
    for (other, code) in [
        (json!({"DBProxyName": "1"}), "InvalidParameterValue"),
        (json!({"EngineFamily": "MYSQL"}), "NotImplemented"),
        (json!({"RoleArn": foreign}), "InvalidParameterValue"),
        (json!({"RoleArn": "arn:aws:iam::123456789012:role/none"}), "InvalidParameterValue"),
        (json!({"VpcSubnetIds": [one]}), "InvalidSubnet"),
        (json!({"VpcSubnetIds": ["subnet-00000000000000000"]}), "InvalidSubnet"),
        (json!({"VpcSecurityGroupIds": ["sg-00000000000000000"]}), "InvalidParameterValue"),
        (json!({"Auth": []}), "InvalidParameterCombination"),
        (json!({"Auth": [{"SecretArn": "none"}]}), "InvalidParameterValue"),
        (json!({"IdleClientTimeout": 0}), "InvalidParameterValue"),
    ] {
        let mut request = good.clone();
        merge(&mut request, other.clone());
        assert_eq!(site.fault("CreateDBProxy", request), code, "{other}");
    }
    assert_eq!(site.interfaces(), 0, "what is refused leaves nothing behind");
    site.ok("CreateDBProxy", good.clone());
    assert_eq!(site.fault("CreateDBProxy", good), "DBProxyAlreadyExistsFault");
}

#[test]
fn the_pool_of_the_default_target_group_has_ranges() {
    let mut site = Site::new();
    proxy(&mut site);
    let mut modify = |pool: Value| {
        site.call(
            "ModifyDBProxyTargetGroup",
            json!({
                "DBProxyName": "pool", "TargetGroupName": "default", "ConnectionPoolConfig": pool,
            }),
        )
    };
    for wrong in [
        json!({"MaxConnectionsPercent": 0}),
        json!({"MaxConnectionsPercent": 101}),
        json!({"MaxIdleConnectionsPercent": 10}),
        json!({"MaxConnectionsPercent": 50, "MaxIdleConnectionsPercent": 51}),
        json!({"ConnectionBorrowTimeout": 301}),
        json!({"SessionPinningFilters": ["ALL"]}),
    ] {
        assert!(modify(wrong.clone()).is_err(), "{wrong}");
    }
    let right = json!({"MaxConnectionsPercent": 80, "ConnectionBorrowTimeout": 30});
    let group = modify(right).unwrap()["DBProxyTargetGroup"].clone();
    assert_eq!(
        group["ConnectionPoolConfig"],
        json!({
            "MaxConnectionsPercent": 80, "MaxIdleConnectionsPercent": 40,
            "ConnectionBorrowTimeout": 30, "SessionPinningFilters": [],
        })
    );
    let groups = site.ok("DescribeDBProxyTargetGroups", json!({"DBProxyName": "pool"}));
    assert_eq!(groups["TargetGroups"], json!([group]));
    let other = json!({"DBProxyName": "pool", "TargetGroupName": "other"});
    let fault = site.fault("DescribeDBProxyTargetGroups", other);
    assert_eq!(fault, "DBProxyTargetGroupNotFoundFault");
}

#[test]
fn a_cluster_is_registered_with_its_instances() {
    let mut site = Site::new();
    proxy(&mut site);
    site.cluster(json!({}));
    site.instance("one-1", json!({}));
    site.instance("one-2", json!({}));
    let register =
        |clusters: Value| json!({"DBProxyName": "pool", "DBClusterIdentifiers": clusters});
    let operation = "RegisterDBProxyTargets";
    assert_eq!(site.fault(operation, register(json!(["none"]))), "DBClusterNotFoundFault");
    let member = json!({"DBProxyName": "pool", "DBInstanceIdentifiers": ["one-1"]});
    assert_eq!(site.fault(operation, member), "InvalidDBInstanceState");
    let registered = site.ok(operation, register(json!(["one"])));
    let first = &registered["DBProxyTargets"][0];
    assert_eq!(
        (&first["Type"], &first["RdsResourceId"]),
        (&json!("TRACKED_CLUSTER"), &json!("one"))
    );
    let again = site.fault(operation, register(json!(["one"])));
    assert_eq!(again, "DBProxyTargetAlreadyRegisteredFault");
    let describe = json!({"DBProxyName": "pool", "TargetGroupName": "default"});
    let targets = site.ok("DescribeDBProxyTargets", describe.clone())["Targets"].clone();
    let members: Vec<_> =
        targets.as_array().unwrap().iter().filter(|one| one["Type"] == "RDS_INSTANCE").collect();
    assert_eq!(members.len(), 2);
    assert_eq!(members[0]["TargetHealth"]["State"], "AVAILABLE");
    assert_eq!(members[0]["Role"], "READ_WRITE");
    assert_eq!(members[1]["Role"], "READ_ONLY");
    site.ok("DeregisterDBProxyTargets", register(json!(["one"])));
    assert_eq!(site.ok("DescribeDBProxyTargets", describe)["Targets"], json!([]));
    let fault = site.fault("DeregisterDBProxyTargets", register(json!(["one"])));
    assert_eq!(fault, "DBProxyTargetNotFoundFault");
}

#[test]
fn a_proxy_forgets_a_cluster_that_is_gone() {
    let mut site = Site::new();
    proxy(&mut site);
    let register = json!({"DBProxyName": "pool", "DBClusterIdentifiers": ["one"]});
    for _ in 0..2 {
        site.cluster(json!({}));
        site.ok("RegisterDBProxyTargets", register.clone());
        let skip = json!({"DBClusterIdentifier": "one", "SkipFinalSnapshot": true});
        site.ok("DeleteDBCluster", skip);
        let targets = site.ok("DescribeDBProxyTargets", json!({"DBProxyName": "pool"}));
        assert_eq!(targets["Targets"], json!([]));
    }
}

#[test]
fn a_cluster_under_way_is_not_registered() {
    let mut site = Site::with_scale(1.0);
    proxy(&mut site);
    site.pass(120);
    site.cluster(json!({}));
    let register = json!({"DBProxyName": "pool", "DBClusterIdentifiers": ["one"]});
    let fault = site.fault("RegisterDBProxyTargets", register.clone());
    assert_eq!(fault, "InvalidDBClusterStateFault");
    site.pass(60);
    site.instance("one-1", json!({}));
    site.ok("RegisterDBProxyTargets", register);
    let health = |site: &mut Site| {
        let targets = site.ok("DescribeDBProxyTargets", json!({"DBProxyName": "pool"}));
        let targets = targets["Targets"].as_array().unwrap().clone();
        let member = targets.iter().find(|one| one["Type"] == "RDS_INSTANCE").cloned();
        text(&member.unwrap()["TargetHealth"]["State"])
    };
    assert_eq!(health(&mut site), "REGISTERING");
    site.pass(30);
    assert_eq!(health(&mut site), "UNAVAILABLE");
    site.pass(300);
    assert_eq!(health(&mut site), "AVAILABLE");
}
