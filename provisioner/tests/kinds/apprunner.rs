use provisioner::aws::apprunner::auto_scaling_configuration::AutoScalingConfiguration;
use provisioner::aws::apprunner::custom_domain::CustomDomain;
use provisioner::aws::apprunner::observability_configuration::ObservabilityConfiguration;
use provisioner::aws::apprunner::service::Service;
use provisioner::aws::apprunner::vpc_connector::VpcConnector;
use provisioner::aws::ec2::security_group::SecurityGroup;
use provisioner::aws::ec2::subnet::Subnet;
use provisioner::aws::ec2::vpc::Vpc;
use provisioner::aws::iam::role::Role;
use provisioner::resource::{Deleted, Resource, Status};
use serde_json::{Value as Json, json};

use crate::harness::{
    World, delete, life_cycle, made, made_twice, owner, read, ready, spec, update,
};

/// A sandbox, or none: moto has no App Runner.
async fn world() -> Option<World> {
    let world = World::new().await;
    world.does_all("moto has no App Runner").then_some(world)
}

async fn role(world: &World, name: &str, service: &str) -> String {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "Service": format!("{service}.apprunner.amazonaws.com") },
    }]});
    made::<Role>(world, name, json!({ "assume_role_policy": trust })).await.outputs.arn
}

/// Two images by their digests, and one that was never pushed.
pub async fn images(world: &World) -> [String; 3] {
    let ecr = world.clients.ecr();
    let name = format!("kinds/{}", uuid::Uuid::new_v4().simple());
    let created = ecr.create_repository().repository_name(&name).send().await.unwrap();
    let url = created.repository.unwrap().repository_uri.unwrap();
    let push = async |size: u32| {
        let manifest = json!({ "schemaVersion": 2, "layers": [{ "size": size }] }).to_string();
        let request = ecr.put_image().repository_name(&name).image_manifest(manifest);
        let image = request.image_tag(format!("v{size}")).send().await.unwrap().image.unwrap();
        let digest = image.image_id.unwrap().image_digest.unwrap();
        format!("{url}@{digest}")
    };
    [push(1).await, push(2).await, format!("{url}@sha256:{}", "0".repeat(64))]
}

/// A service with all that it can have, from an image.
async fn service(world: &World, image: &str) -> Json {
    let secret = world.clients.secretsmanager().create_secret();
    let secret = secret.name("api").secret_string(r#"{"password":"x"}"#).send().await.unwrap();
    json!({
        "image": image,
        "access_role_arn": role(world, "access", "build").await,
        "instance_role_arn": role(world, "instance", "tasks").await,
        "port": 3000,
        "environment": { "LOG": "info", "WORKERS": 4 },
        "secrets": { "PASSWORD": format!("{}:password::", secret.arn.unwrap()) },
        "cpu": 512,
        "memory": 1024,
        "health_check": { "protocol": "HTTP", "path": "/health", "interval": 10 },
    })
}

#[tokio::test]
async fn auto_scaling_configuration() {
    let Some(world) = world().await else { return };
    let first = json!({ "min_size": 1, "max_size": 3, "max_concurrency": 50 });
    life_cycle::<AutoScalingConfiguration>(&world, "scaling", first.clone(), first).await;
}

/// The revision that replaces another is told from it, and goes without it.
#[tokio::test]
async fn revisions_of_one_name_are_objects_of_their_own() {
    let Some(world) = world().await else { return };
    let owner = owner("revisions");
    let old = spec::<AutoScalingConfiguration>(json!({ "max_size": 3 }));
    let new = spec::<AutoScalingConfiguration>(json!({ "max_size": 4 }));
    let first = old.create(&world, &owner).await.unwrap();
    let second = new.create(&world, &owner).await.unwrap();
    let (first_outputs, second_outputs) = (first.outputs.unwrap(), second.outputs.unwrap());
    assert_eq!(first_outputs.name, second_outputs.name);
    assert_eq!((first_outputs.revision, second_outputs.revision), (1, 2));
    let mut found = new.find(&world, &owner).await.unwrap();
    found.sort();
    assert_eq!(found, [first.id.clone(), second.id.clone()]);
    delete(&world, &old, &first.id).await;
    assert_eq!(new.find(&world, &owner).await.unwrap(), [second.id]);
}

#[tokio::test]
async fn observability_configuration() {
    let Some(world) = world().await else { return };
    let first = json!({ "trace_vendor": "AWSXRAY" });
    life_cycle::<ObservabilityConfiguration>(&world, "tracing", first.clone(), first).await;
}

/// A connector into a VPC.
async fn connector(world: &World) -> Json {
    let vpc = made::<Vpc>(world, "vpc", json!({ "cidr_block": "10.7.0.0/16" })).await.outputs.id;
    let zone = json!({
        "vpc_id": vpc, "cidr_block": "10.7.1.0/24", "availability_zone": "eu-central-1a",
    });
    let subnet = made::<Subnet>(world, "subnet", zone).await.outputs.id;
    let group = json!({ "vpc_id": vpc, "description": "out" });
    let group = made::<SecurityGroup>(world, "group", group).await.outputs.id;
    json!({ "subnets": [subnet], "security_groups": [group] })
}

#[tokio::test]
async fn vpc_connector() {
    let Some(world) = world().await else { return };
    let connector = connector(&world).await;
    life_cycle::<VpcConnector>(&world, "connector", connector.clone(), connector.clone()).await;
    made_twice::<VpcConnector>(&world, "twice", connector).await;
}

#[tokio::test]
async fn a_service_through_its_life() {
    let Some(world) = world().await else { return };
    let [image, other, _] = images(&world).await;
    let first = service(&world, &image).await;
    let scaling = made::<AutoScalingConfiguration>(&world, "more", json!({ "max_size": 2 })).await;
    let mut changed = first.clone();
    changed["image"] = json!(other);
    changed["environment"] = json!({ "LOG": "debug" });
    changed["cpu"] = json!(1024);
    changed["memory"] = json!(2048);
    changed["health_check"]["interval"] = json!(5);
    changed["auto_scaling_configuration_arn"] = json!(scaling.outputs.arn);
    made_twice::<Service>(&world, "twice", first.clone()).await;
    life_cycle::<Service>(&world, "service", first, changed).await;
}

#[tokio::test]
async fn a_name_of_ones_own() {
    let Some(world) = world().await else { return };
    let [image, ..] = images(&world).await;
    let live = made::<Service>(&world, "named", service(&world, &image).await).await;
    let domain = json!({ "service_arn": live.outputs.arn, "domain_name": "api.example.com" });
    life_cycle::<CustomDomain>(&world, "domain", domain.clone(), domain.clone()).await;
    let domain = made::<CustomDomain>(&world, "domain", domain).await.outputs;
    assert_eq!(Some(domain.dns_target.as_str()), live.outputs.url.rsplit('/').next());
    assert!(domain.validation_records.iter().all(|record| record.r#type == "CNAME"));
    assert_eq!(domain.validation_records.len(), 1);
}

#[tokio::test]
async fn what_a_service_uses_goes_after_it_and_names_it() {
    let Some(world) = world().await else { return };
    let [image, ..] = images(&world).await;
    let connector = made::<VpcConnector>(&world, "way", connector(&world).await).await;
    let tracing = json!({ "trace_vendor": "AWSXRAY" });
    let tracing = made::<ObservabilityConfiguration>(&world, "traces", tracing).await;
    let scaling = made::<AutoScalingConfiguration>(&world, "size", json!({})).await;
    let mut json = service(&world, &image).await;
    json["vpc_connector_arn"] = json!(connector.outputs.arn);
    json["observability_configuration_arn"] = json!(tracing.outputs.arn);
    json["auto_scaling_configuration_arn"] = json!(scaling.outputs.arn);
    let live = made::<Service>(&world, "user", json.clone()).await;

    let user = format!("the service {}", live.outputs.name);
    held(&world, &connector.spec, &connector.outputs.arn, &user).await;
    held(&world, &tracing.spec, &tracing.outputs.arn, &user).await;
    held(&world, &scaling.spec, &scaling.outputs.arn, &user).await;

    // Without them it has neither a way into the VPC nor traces.
    let id = live.outputs.arn.as_str().into();
    let applied = spec::<Service>(json.clone());
    json.as_object_mut().unwrap().remove("vpc_connector_arn");
    json.as_object_mut().unwrap().remove("observability_configuration_arn");
    update(&world, &id, &spec::<Service>(json.clone()), (live, Some(&applied))).await;
    let live = ready::<Service>(&world, &id).await;
    assert_eq!(live.spec.vpc_connector_arn, None);
    assert_eq!(live.spec.observability_configuration_arn, None);
    delete(&world, &connector.spec, &connector.outputs.arn.as_str().into()).await;
    delete(&world, &tracing.spec, &tracing.outputs.arn.as_str().into()).await;
    delete(&world, &spec::<Service>(json), &id).await;
    delete(&world, &scaling.spec, &scaling.outputs.arn.as_str().into()).await;
}

async fn held<R: Resource>(world: &World, spec: &R, arn: &str, user: &str) {
    let refused = spec.delete(world, &arn.into()).await.unwrap_err();
    assert!(refused.is_dependency_violation(), "{refused}");
    assert_eq!(R::blockers(world, &arn.into()).await.unwrap(), [user]);
}

#[tokio::test]
async fn a_service_that_failed_says_why_and_makes_room_for_another() {
    let Some(world) = world().await else { return };
    let [image, _, missing] = images(&world).await;
    let mut json = service(&world, &missing).await;
    let owner = owner("failing");
    let id = spec::<Service>(json.clone()).create(&world, &owner).await.unwrap().id;
    let reason = loop {
        match read::<Service>(&world, &id).await.unwrap().status {
            Status::Failed(reason) => break reason,
            Status::Ready => panic!("it runs without an image"),
            Status::Spreading(_) | Status::Working(_) => {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
    };
    assert!(reason.starts_with("CREATE_FAILED\nthe end of /aws/apprunner/"), "{reason}");

    // The name is taken until the failed one is gone, which it is soon.
    json["image"] = json!(image);
    let corrected = spec::<Service>(json);
    let second = loop {
        match corrected.create(&world, &owner).await {
            Ok(created) => break created.id,
            Err(error) => assert!(error.is_busy(), "{error}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    assert_ne!(second, id);
    ready::<Service>(&world, &second).await;
    delete(&world, &corrected, &second).await;
}

#[tokio::test]
async fn an_update_that_was_rolled_back_is_no_success() {
    let Some(world) = world().await else { return };
    let [image, other, missing] = images(&world).await;
    let json = service(&world, &image).await;
    let live = made::<Service>(&world, "rolled", json.clone()).await;
    let id = live.outputs.arn.as_str().into();
    let with = |image: &str| {
        let mut json = json.clone();
        json["image"] = json!(image);
        spec::<Service>(json)
    };
    update(&world, &id, &with(&missing), (live, None)).await;
    let live = ready::<Service>(&world, &id).await;
    let error = with(&missing).confirm(&world, &id, &live.spec).await.unwrap_err();
    assert!(error.message().contains("ROLLBACK_SUCCEEDED"), "{error}");
    assert!(error.message().contains(&format!("{image} runs, and not {missing}")), "{error}");

    update(&world, &id, &with(&other), (live, None)).await;
    let live = ready::<Service>(&world, &id).await;
    with(&other).confirm(&world, &id, &live.spec).await.unwrap();
    assert_eq!(with(&other).delete(&world, &id).await.unwrap(), Deleted::Pending);
}
