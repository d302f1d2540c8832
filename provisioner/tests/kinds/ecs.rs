use provisioner::aws::ec2::security_group::SecurityGroup;
use provisioner::aws::ec2::subnet::Subnet;
use provisioner::aws::ec2::vpc::Vpc;
use provisioner::aws::ecs::express_service::ExpressService;
use provisioner::aws::iam::role::Role;
use provisioner::aws::logs::log_group::LogGroup;
use provisioner::resource::{Deleted, Resource, Status};
use serde_json::{Value as Json, json};

use crate::apprunner::images;
use crate::harness::{
    World, delete, life_cycle, made, made_twice, owner, read, ready, spec, update,
};

/// A sandbox, or none: moto has no Express Mode.
async fn world() -> Option<World> {
    let world = World::new().await;
    world.does_all("moto has no ECS Express Mode").then_some(world)
}

async fn role(world: &World, name: &str, service: &str) -> String {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": format!("{service}.amazonaws.com") },
    }]});
    made::<Role>(world, name, json!({ "assume_role_policy": trust })).await.outputs.arn
}

/// A service with all that it can have, from an image.
async fn service(world: &World, image: &str) -> Json {
    let vpc = made::<Vpc>(world, "vpc", json!({ "cidr_block": "10.7.0.0/16" })).await.outputs.id;
    let subnet = async |number: u8, zone: &str| {
        let subnet = json!({
            "vpc_id": vpc, "cidr_block": format!("10.7.{number}.0/24"), "availability_zone": zone,
        });
        made::<Subnet>(world, &format!("subnet_{number}"), subnet).await.outputs.id
    };
    let subnets = [subnet(1, "eu-central-1a").await, subnet(2, "eu-central-1b").await];
    let group = json!({ "vpc_id": vpc, "description": "out" });
    let group = made::<SecurityGroup>(world, "group", group).await.outputs.id;
    let log = made::<LogGroup>(world, "log", json!({ "name": "/shop/api" })).await;
    let secret = world.clients.secretsmanager().create_secret();
    let secret = secret.name("api").secret_string(r#"{"password":"x"}"#).send().await.unwrap();
    json!({
        "image": image,
        "port": 3000,
        "command": ["serve"],
        "environment": { "LOG": "info", "WORKERS": 4 },
        "secrets": { "PASSWORD": format!("{}:password::", secret.arn.unwrap()) },
        "logs": { "log_group": log.outputs.name, "stream_prefix": "api" },
        "execution_role_arn": role(world, "execution", "ecs-tasks").await,
        "infrastructure_role_arn": role(world, "infrastructure", "ecs").await,
        "task_role_arn": role(world, "task", "ecs-tasks").await,
        "cpu": 512,
        "memory": 1024,
        "health_check_path": "/health",
        "subnets": subnets,
        "security_groups": [group],
        "scaling": { "min": 1, "max": 3, "metric": "AVERAGE_CPU", "target": 50 },
    })
}

#[tokio::test]
async fn an_express_service_through_its_life() {
    let Some(world) = world().await else { return };
    let [image, other, _] = images(&world).await;
    let first = service(&world, &image).await;
    let mut changed = first.clone();
    changed["image"] = json!(other);
    changed["environment"] = json!({ "LOG": "debug" });
    changed["cpu"] = json!(1024);
    changed["memory"] = json!(2048);
    changed["health_check_path"] = json!("/");
    changed["scaling"]["max"] = json!(5);
    changed.as_object_mut().unwrap().remove("command");
    made_twice::<ExpressService>(&world, "twice", first.clone()).await;
    life_cycle::<ExpressService>(&world, "service", first, changed).await;
}

#[tokio::test]
async fn what_ecs_puts_around_an_express_service_is_told_and_goes_with_it() {
    let Some(world) = world().await else { return };
    let [image, ..] = images(&world).await;
    let mut json = service(&world, &image).await;
    json.as_object_mut().unwrap().remove("logs");
    let live = made::<ExpressService>(&world, "whole", json.clone()).await;
    let outputs = live.outputs;
    assert_eq!(outputs.managed_security_groups.len(), 2);
    assert!(outputs.load_balancer_arn.is_some());
    let own = format!("/aws/ecs/default/{}-", outputs.name);
    assert!(outputs.log_group.is_some_and(|group| group.starts_with(&own)));
    assert!(outputs.url.starts_with("http://") && outputs.host.contains(".on-aws.localhost:"));

    delete(&world, &spec::<ExpressService>(json), &outputs.arn.as_str().into()).await;
    let ec2 = world.clients.ec2();
    let groups = ec2.describe_security_groups().send().await.unwrap();
    let ids = groups.security_groups().iter().filter_map(|group| group.group_id());
    let mut left = ids.filter(|id| outputs.managed_security_groups.iter().any(|it| it == id));
    assert_eq!(left.next(), None);
}

#[tokio::test]
async fn a_first_deployment_that_fails_says_why() {
    let Some(world) = world().await else { return };
    let [.., missing] = images(&world).await;
    let definition = spec::<ExpressService>(service(&world, &missing).await);
    let id = definition.create(&world, &owner("failing")).await.unwrap().id;
    let reason = loop {
        match read::<ExpressService>(&world, &id).await.unwrap().status {
            Status::Failed(reason) => break reason,
            Status::Ready => panic!("it runs without an image"),
            Status::Spreading(_) | Status::Working(_) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    };
    assert!(reason.starts_with("ROLLBACK_FAILED"), "{reason}");
    assert!(reason.contains("CannotPullContainerError"), "{reason}");
    delete(&world, &definition, &id).await;
}

#[tokio::test]
async fn a_deployment_that_was_taken_back_is_no_success() {
    let Some(world) = world().await else { return };
    let [image, other, missing] = images(&world).await;
    let json = service(&world, &image).await;
    let live = made::<ExpressService>(&world, "rolled", json.clone()).await;
    let id = live.outputs.arn.as_str().into();
    let with = |image: &str| {
        let mut json = json.clone();
        json["image"] = json!(image);
        spec::<ExpressService>(json)
    };
    update(&world, &id, &with(&missing), (live, None)).await;
    let live = ready::<ExpressService>(&world, &id).await;
    let error = with(&missing).confirm(&world, &id, &live.spec).await.unwrap_err();
    assert!(error.message().contains("ROLLBACK_SUCCESSFUL"), "{error}");
    assert!(error.message().contains(&format!("{image} runs, and not {missing}")), "{error}");

    update(&world, &id, &with(&other), (live, None)).await;
    let live = ready::<ExpressService>(&world, &id).await;
    with(&other).confirm(&world, &id, &live.spec).await.unwrap();
    assert_eq!(with(&other).delete(&world, &id).await.unwrap(), Deleted::Pending);
}
