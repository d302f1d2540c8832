use provisioner::aws::iam::role::Role;
use provisioner::aws::rds::cluster::Cluster;
use provisioner::aws::rds::cluster_parameter_group::ClusterParameterGroup;
use provisioner::aws::rds::instance::Instance;
use provisioner::aws::rds::proxy::Proxy;
use provisioner::aws::rds::subnet_group::SubnetGroup;
use provisioner::resource::Resource;
use serde_json::{Value as Json, json};

use crate::harness::{World, life_cycle, made, owner, ready, spec};

async fn subnets(world: &World) -> Vec<String> {
    let ec2 = world.clients.ec2();
    let vpc = ec2.create_vpc().cidr_block("10.9.0.0/16").send().await.unwrap();
    let vpc = vpc.vpc().unwrap().vpc_id().unwrap().to_owned();
    let mut ids = Vec::new();
    for (index, zone) in ["a", "b", "c"].iter().enumerate() {
        let request = ec2.create_subnet().vpc_id(&vpc).cidr_block(format!("10.9.{index}.0/24"));
        let request = request.availability_zone(format!("eu-central-1{zone}"));
        let subnet = request.send().await.unwrap();
        ids.push(subnet.subnet().unwrap().subnet_id().unwrap().to_owned());
    }
    ids
}

fn cluster_spec(group: &str) -> Json {
    json!({
        "engine": "aurora-postgresql",
        "engine_version": "16.6",
        "database_name": "vitality",
        "master_username": "vitality",
        "db_subnet_group_name": group,
        "serverlessv2_scaling": { "min_capacity": 0.5, "max_capacity": 4 },
        "enabled_cloudwatch_logs_exports": ["postgresql"],
        "backup_retention_period": 7,
        "preferred_backup_window": "03:00-04:00",
        "preferred_maintenance_window": "Sun:05:00-Sun:05:30",
        "copy_tags_to_snapshot": true,
        "deletion_protection": true,
        "final_snapshot": true,
    })
}

#[tokio::test]
async fn subnet_group() {
    let world = World::new().await;
    if !world.does_all("moto forgets a subnet group that is modified") {
        return;
    }
    let ids = subnets(&world).await;
    let first = json!({ "description": "of a test", "subnet_ids": [ids[1], ids[0]] });
    let changed = json!({ "description": "of another test", "subnet_ids": ids });
    life_cycle::<SubnetGroup>(&world, "subnet_group", first, changed).await;
}

#[tokio::test]
async fn cluster_parameter_group() {
    let world = World::new().await;
    let group =
        |parameters: Json| json!({ "family": "aurora-postgresql16", "parameters": parameters });
    let first = json!({ "log_min_duration_statement": 500, "rds.force_ssl": true });
    let mut changed = json!({ "log_min_duration_statement": 200 });
    if !world.does_all("moto can't reset a parameter") {
        changed["rds.force_ssl"] = json!(true);
    }
    life_cycle::<ClusterParameterGroup>(&world, "parameters", group(first), group(changed)).await;
}

#[tokio::test]
async fn cluster() {
    let world = World::new().await;
    let ids = subnets(&world).await;
    let group = made::<SubnetGroup>(&world, "group", json!({ "subnet_ids": ids })).await;
    let first = cluster_spec(&group.outputs.name);
    let mut changed = first.clone();
    changed["serverlessv2_scaling"]["max_capacity"] = json!(8);
    changed["backup_retention_period"] = json!(14);
    if world.does_all("moto can't change which logs are exported") {
        changed["enabled_cloudwatch_logs_exports"] = json!(["postgresql", "instance"]);
    }
    life_cycle::<Cluster>(&world, "cluster", first, changed).await;

    let answer = world.clients.rds().describe_db_cluster_snapshots().send().await.unwrap();
    let names =
        answer.db_cluster_snapshots().iter().filter_map(|one| one.db_cluster_snapshot_identifier());
    let last: Vec<_> = names.filter(|name| name.starts_with("kinds-test-cluster-final-")).collect();
    assert_eq!(last.len(), 1, "{last:?}");
    restored(&world, &group.outputs.name, last[0]).await;
}

/// What the restoration does not take is set afterwards: the password is RDS's again.
async fn restored(world: &World, group: &str, snapshot: &str) {
    if !world.does_all("moto's restored clusters keep their password to themselves") {
        return;
    }
    let mut json = cluster_spec(group);
    json["snapshot_identifier"] = json!(snapshot);
    json["deletion_protection"] = json!(false);
    let live = made::<Cluster>(world, "restored", json).await;
    assert!(live.outputs.secret_arn.is_some());
    assert_eq!(live.spec.backup_retention_period, Some(7));
}

#[tokio::test]
async fn instance_and_proxy() {
    let world = World::new().await;
    let ids = subnets(&world).await;
    let group = made::<SubnetGroup>(&world, "group", json!({ "subnet_ids": ids })).await;
    let mut json = cluster_spec(&group.outputs.name);
    json["final_snapshot"] = json!(false);
    json["deletion_protection"] = json!(false);
    let cluster = made::<Cluster>(&world, "members", json).await.outputs;
    let writer = json!({ "cluster_identifier": cluster.id, "instance_class": "db.serverless" });
    made::<Instance>(&world, "writer", writer).await;

    let first = json!({
        "cluster_identifier": cluster.id, "instance_class": "db.serverless",
        "promotion_tier": 0, "publicly_accessible": false,
    });
    let mut changed = first.clone();
    changed["promotion_tier"] = json!(2);
    changed["auto_minor_version_upgrade"] = json!(false);
    life_cycle::<Instance>(&world, "instance", first, changed).await;
    if world.does_all("moto fails on the deletion of a proxy that is gone") {
        proxy(&world, &cluster.id, &cluster.secret_arn.unwrap(), &ids).await;
    }
}

async fn proxy(world: &World, cluster: &str, secret: &str, subnets: &[String]) {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": "rds.amazonaws.com" },
    }]});
    let role = made::<Role>(world, "proxy_role", json!({ "assume_role_policy": trust })).await;
    let first = json!({
        "engine_family": "POSTGRESQL",
        "auth": [{ "secret_arn": secret, "iam_auth": "DISABLED" }],
        "role_arn": role.outputs.arn,
        "vpc_subnet_ids": subnets,
        "require_tls": true,
        "idle_client_timeout": 600,
        "db_cluster_identifier": cluster,
        "connection_pool": { "max_connections_percent": 80, "max_idle_connections_percent": 20 },
    });
    let mut changed = first.clone();
    changed["idle_client_timeout"] = json!(900);
    changed["connection_pool"]["max_connections_percent"] = json!(60);
    life_cycle::<Proxy>(world, "proxy", first, changed).await;
}

/// The last member of a protected cluster goes only after the protection.
#[tokio::test]
async fn cluster_and_writer_are_one_unit() {
    let world = World::new().await;
    if !world.does_all("moto deletes the last member of a protected cluster") {
        return;
    }
    let ids = subnets(&world).await;
    let group = made::<SubnetGroup>(&world, "group", json!({ "subnet_ids": ids })).await;
    let protected = cluster_spec(&group.outputs.name);
    let cluster = made::<Cluster>(&world, "unit", protected.clone()).await.outputs.id;
    let member = json!({
        "cluster_identifier": cluster, "instance_class": "db.serverless",
        "cluster_deletion_protection": true,
    });
    let member = spec::<Instance>(member);
    let id = member.create(&world, &owner("unit_writer")).await.unwrap().id;
    ready::<Instance>(&world, &id).await;
    let blockers = Cluster::blockers(&world, &cluster.as_str().into()).await.unwrap();
    assert_eq!(blockers, [format!("the instance {id}")]);

    if let Err(refused) = member.delete(&world, &id).await {
        assert!(refused.is_busy(), "{refused}");
        member.delete(&world, &id).await.unwrap();
    }
    let cluster_spec = spec::<Cluster>(protected);
    cluster_spec.delete(&world, &cluster.as_str().into()).await.unwrap();
}
