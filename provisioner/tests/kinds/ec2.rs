use provisioner::aws::Context;
use provisioner::aws::ec2::eip::Eip;
use provisioner::aws::ec2::flow_log::FlowLog;
use provisioner::aws::ec2::internet_gateway::InternetGateway;
use provisioner::aws::ec2::nat_gateway::NatGateway;
use provisioner::aws::ec2::route::Route;
use provisioner::aws::ec2::route_table::RouteTable;
use provisioner::aws::ec2::route_table_association::RouteTableAssociation;
use provisioner::aws::ec2::subnet::Subnet;
use provisioner::aws::ec2::vpc::Vpc;
use provisioner::aws::ec2::vpc_endpoint::VpcEndpoint;
use provisioner::aws::iam::role::Role;
use provisioner::aws::logs::log_group::LogGroup;
use provisioner::resource::{Change, Id, Resource, TagChange};
use serde_json::json;

use crate::harness::{World, delete, differences, life_cycle, made, made_twice, owner, read, spec};

mod security_group;

async fn vpc(cx: &Context) -> String {
    let json = json!({ "cidr_block": "10.0.0.0/16", "enable_dns_hostnames": true });
    made::<Vpc>(cx, "vpc", json).await.outputs.id
}

async fn subnet(cx: &Context, vpc: &str, range: &str, zone: &str) -> String {
    let zone = format!("eu-central-1{zone}");
    let json = json!({ "vpc_id": vpc, "cidr_block": range, "availability_zone": zone });
    made::<Subnet>(cx, "subnet", json).await.outputs.id
}

async fn table(cx: &Context, vpc: &str) -> String {
    made::<RouteTable>(cx, "table", json!({ "vpc_id": vpc })).await.outputs.id
}

async fn gateway(cx: &Context, vpc: &str) -> String {
    made::<InternetGateway>(cx, "gateway", json!({ "vpc_id": vpc })).await.outputs.id
}

async fn address(cx: &Context) -> String {
    made::<Eip>(cx, "address", json!({})).await.outputs.id
}

#[tokio::test]
async fn vpc_life() {
    let world = World::new().await;
    let before = json!({ "cidr_block": "10.1.0.0/16", "enable_dns_hostnames": true });
    let after = json!({
        "cidr_block": "10.1.0.0/16",
        "instance_tenancy": "default",
        "enable_dns_support": true,
        "enable_dns_hostnames": false,
        "enable_network_address_usage_metrics": true,
    });
    life_cycle::<Vpc>(&world, "vpc_life", before, after).await;
}

#[tokio::test]
async fn a_vpc_names_what_stands_inside() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let subnet = subnet(&world, &vpc, "10.0.0.0/24", "a").await;
    let gateway = gateway(&world, &vpc).await;
    let id = Id(vpc);
    let refused = spec::<Vpc>(json!({ "cidr_block": "10.0.0.0/16" })).delete(&world, &id).await;
    assert!(refused.unwrap_err().is_dependency_violation());
    let blockers = Vpc::blockers(&world, &id).await.unwrap();
    assert_eq!(blockers, [format!("subnet {subnet}"), format!("internet gateway {gateway}")]);
}

#[tokio::test]
async fn one_that_is_gone_does_not_hide_the_others() {
    let world = World::new().await;
    let ids = [Id::from("vpc-00000000000000000"), Id(vpc(&world).await)];
    let lives = Vpc::read(&world, &ids).await.unwrap();
    assert!(lives[0].is_none() && lives[1].is_some());
}

#[tokio::test]
async fn subnet_life() {
    let world = World::new().await;
    let before = json!({
        "vpc_id": vpc(&world).await,
        "cidr_block": "10.0.0.0/24",
        "availability_zone": "eu-central-1b",
        "map_public_ip_on_launch": true,
    });
    let mut after = before.clone();
    after["map_public_ip_on_launch"] = json!(false);
    life_cycle::<Subnet>(&world, "subnet_life", before.clone(), after).await;
    made_twice::<Subnet>(&world, "subnet_twice", before).await;
}

#[tokio::test]
async fn internet_gateway_life() {
    let world = World::new().await;
    let gateway = json!({ "vpc_id": vpc(&world).await });
    life_cycle::<InternetGateway>(&world, "gateway_life", gateway.clone(), gateway).await;
}

#[tokio::test]
async fn an_internet_gateway_whose_creation_broke_off_is_attached_by_an_update() {
    let world = World::new().await;
    let (vpc, owner) = (vpc(&world).await, owner("unattached"));
    let unattached = spec::<InternetGateway>(json!({}));
    let id = unattached.create(&world, &owner).await.unwrap().id;
    let wanted = spec::<InternetGateway>(json!({ "vpc_id": vpc }));
    assert_eq!(wanted.find(&world, &owner).await.unwrap(), std::slice::from_ref(&id));
    let change = Change {
        before: read::<InternetGateway>(&world, &id).await.unwrap().spec,
        properties: vec!["vpc_id".to_owned()],
        tags: TagChange::default(),
    };
    // Twice, as after a lost answer.
    wanted.update(&world, &id, &change).await.unwrap();
    wanted.update(&world, &id, &change).await.unwrap();
    let live = read(&world, &id).await.unwrap();
    assert_eq!(differences(&wanted, &live, None), [""; 0]);
    delete(&world, &wanted, &id).await;
}

#[tokio::test]
async fn eip_life() {
    let world = World::new().await;
    life_cycle::<Eip>(&world, "address_life", json!({}), json!({})).await;
}

#[tokio::test]
async fn nat_gateway_life() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let subnet = subnet(&world, &vpc, "10.0.0.0/24", "a").await;
    gateway(&world, &vpc).await;
    let nat = json!({ "subnet_id": subnet, "allocation_id": address(&world).await });
    life_cycle::<NatGateway>(&world, "nat_life", nat.clone(), nat).await;

    let address = made::<Eip>(&world, "address", json!({})).await.outputs;
    let nat = json!({ "subnet_id": subnet, "allocation_id": address.id });
    let nat = made::<NatGateway>(&world, "nat", nat).await;
    assert_eq!(nat.outputs.public_ip, Some(address.public_ip));
}

#[tokio::test]
async fn route_table_life() {
    let world = World::new().await;
    let table = json!({ "vpc_id": vpc(&world).await });
    life_cycle::<RouteTable>(&world, "table_life", table.clone(), table).await;
}

#[tokio::test]
async fn a_route_changes_its_target_in_place() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let subnet = subnet(&world, &vpc, "10.0.0.0/24", "a").await;
    let (table, gateway) = (table(&world, &vpc).await, gateway(&world, &vpc).await);
    let nat = json!({ "subnet_id": subnet, "allocation_id": address(&world).await });
    let nat = made::<NatGateway>(&world, "nat", nat).await.outputs.id;
    let route = |target: &str, id: &str| {
        let mut json = json!({ "route_table_id": table, "destination_cidr_block": "0.0.0.0/0" });
        json[target] = json!(id);
        json
    };
    let first = route("gateway_id", &gateway);
    life_cycle::<Route>(&world, "route", first.clone(), route("nat_gateway_id", &nat)).await;
    made_twice::<Route>(&world, "route", first).await;
}

#[tokio::test]
async fn an_association_moves_to_another_route_table() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let subnet = subnet(&world, &vpc, "10.0.0.0/24", "a").await;
    let (first, second) = (table(&world, &vpc).await, table(&world, &vpc).await);
    let with = |table: &str| json!({ "route_table_id": table, "subnet_id": subnet });
    type Association = RouteTableAssociation;
    life_cycle::<Association>(&world, "association", with(&first), with(&second)).await;
    made_twice::<Association>(&world, "association", with(&first)).await;

    made::<Association>(&world, "association", with(&first)).await;
    let (id, used) = (Id(first.clone()), spec::<RouteTable>(json!({ "vpc_id": vpc })));
    assert!(used.delete(&world, &id).await.unwrap_err().is_dependency_violation());
    assert_eq!(RouteTable::blockers(&world, &id).await.unwrap(), [format!("subnet {subnet}")]);
    delete(&world, &spec::<Association>(with(&first)), &Id::from(subnet.as_str())).await;
}

#[tokio::test]
async fn gateway_endpoint_life() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let (first, second) = (table(&world, &vpc).await, table(&world, &vpc).await);
    let before = json!({
        "vpc_id": vpc,
        "service_name": "com.amazonaws.eu-central-1.s3",
        "route_table_ids": [first],
    });
    let mut after = before.clone();
    after["policy"] = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*" },
    ]});
    if world.does_all("moto can't delete an endpoint whose route tables have changed") {
        after["route_table_ids"] = json!([second]);
    }
    life_cycle::<VpcEndpoint>(&world, "s3_life", before.clone(), after).await;
    let endpoint = made::<VpcEndpoint>(&world, "s3", before).await;
    assert!(endpoint.outputs.prefix_list_id.is_some_and(|list| list.starts_with("pl-")));
}

#[tokio::test]
async fn interface_endpoint_life() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let a = subnet(&world, &vpc, "10.0.0.0/24", "a").await;
    let b = subnet(&world, &vpc, "10.0.1.0/24", "b").await;
    let before = json!({
        "vpc_id": vpc,
        "service_name": "com.amazonaws.eu-central-1.secretsmanager",
        "vpc_endpoint_type": "Interface",
        "subnet_ids": [a],
        "security_group_ids": [security_group::made_in(&world, &vpc).await],
        "private_dns_enabled": true,
    });
    let mut after = before.clone();
    after["subnet_ids"] = json!([b, a]);
    life_cycle::<VpcEndpoint>(&world, "secrets_life", before.clone(), after).await;
    let endpoint = made::<VpcEndpoint>(&world, "secrets", before).await.outputs;
    assert!(!endpoint.dns_entries.is_empty() && endpoint.network_interface_ids.len() == 1);
}

#[tokio::test]
async fn flow_log_life() {
    let world = World::new().await;
    let vpc = vpc(&world).await;
    let unique = owner("flow_log").token;
    let group = made::<LogGroup>(&world, "group", json!({ "name": unique })).await.outputs;
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": { "Service": "vpc-flow-logs.amazonaws.com" },
    }]});
    let role = json!({ "name": unique, "assume_role_policy": trust });
    let role = made::<Role>(&world, "role", role).await.outputs;
    let log = json!({
        "resource_id": vpc,
        "traffic_type": "REJECT",
        "log_destination": group.arn,
        "iam_role_arn": role.arn,
        "max_aggregation_interval": 60,
    });
    life_cycle::<FlowLog>(&world, "flow_log_life", log.clone(), log).await;
}
