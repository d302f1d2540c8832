use std::time::Duration;

use serde_json::{Value, json};

use crate::services::apprunner::Service;
use crate::testing::Fixture;

const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/api";

/// A role that one of App Runner's principals can assume.
fn role(fixture: &mut Fixture, name: &str, principal: &str) -> Value {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": format!("{principal}.apprunner.amazonaws.com")},
        "Action": "sts:AssumeRole",
    }]});
    let request = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
    fixture.call("iam", "CreateRole", request).unwrap()["Role"]["Arn"].clone()
}

fn push(fixture: &mut Fixture, size: u64, tag: &str) {
    let manifest = json!({"schemaVersion": 2, "layers": [{"size": size}]}).to_string();
    let request = json!({"repositoryName": "api", "imageManifest": manifest, "imageTag": tag});
    fixture.call("ecr", "PutImage", request).unwrap();
}

/// A world with an image `api:v1` and the roles.
fn fixture(scale: f64) -> Fixture {
    let mut fixture = Fixture::with_scale(scale);
    role(&mut fixture, "access", "build");
    role(&mut fixture, "instance", "tasks");
    fixture.call("ecr", "CreateRepository", json!({"repositoryName": "api"})).unwrap();
    push(&mut fixture, 1, "v1");
    fixture
}

fn source(tag: &str) -> Value {
    json!({
        "ImageRepository": {
            "ImageIdentifier": format!("{REPOSITORY}:{tag}"),
            "ImageRepositoryType": "ECR",
            "ImageConfiguration": {"RuntimeEnvironmentVariables": {"GREETING": "hello"}},
        },
        "AuthenticationConfiguration": {
            "AccessRoleArn": "arn:aws:iam::123456789012:role/access",
        },
    })
}

fn request(tag: &str) -> Value {
    json!({"ServiceName": "shop", "SourceConfiguration": source(tag)})
}

fn create(fixture: &mut Fixture, request: Value) -> Value {
    fixture.call("apprunner", "CreateService", request).unwrap()["Service"]["ServiceArn"].clone()
}

fn on(fixture: &mut Fixture, operation: &str, arn: &Value) -> Value {
    fixture.call("apprunner", operation, json!({"ServiceArn": arn})).unwrap()
}

fn describe(fixture: &mut Fixture, arn: &Value) -> Value {
    on(fixture, "DescribeService", arn)["Service"].clone()
}

fn last_operation(fixture: &mut Fixture, arn: &Value) -> Value {
    on(fixture, "ListOperations", arn)["OperationSummaryList"][0].clone()
}

/// The one service of the world, as whoever runs services sees it.
fn service(fixture: &mut Fixture) -> Service {
    fixture.world.settle(fixture.clock.now);
    let services = &fixture.world.region("us-east-1").apprunner;
    services.services().next().cloned().unwrap()
}

#[test]
fn a_service_runs_after_a_while_with_what_aws_fills_in() {
    let mut fixture = fixture(1.0);
    let arn = create(&mut fixture, request("v1"));
    let made = describe(&mut fixture, &arn);
    assert_eq!(made["Status"], "OPERATION_IN_PROGRESS");
    assert_eq!(made["InstanceConfiguration"], json!({"Cpu": "1024", "Memory": "2048"}));
    assert_eq!(made["HealthCheckConfiguration"]["Protocol"], "TCP");
    assert_eq!(made["NetworkConfiguration"]["EgressConfiguration"]["EgressType"], "DEFAULT");
    let image = &made["SourceConfiguration"]["ImageRepository"];
    assert_eq!(image["ImageConfiguration"]["Port"], "8080");
    assert!(made.get("ObservabilityConfiguration").is_none());
    let url = made["ServiceUrl"].as_str().unwrap();
    let label = url.strip_suffix(".us-east-1.awsapprunner.localhost:4566").unwrap();
    assert_eq!(label.len(), 10);
    fixture.pass(Duration::from_secs(180));
    assert_eq!(describe(&mut fixture, &arn)["Status"], "RUNNING");
    assert_eq!(last_operation(&mut fixture, &arn)["Status"], "SUCCEEDED");
    assert_eq!(service(&mut fixture).serving().unwrap().generation, 1);
}

#[test]
fn what_becomes_of_a_service_is_in_its_log() {
    let mut fixture = fixture(0.0);
    create(&mut fixture, request("v1"));
    let service = service(&mut fixture);
    let request = json!({"logGroupName": service.service_log});
    let events = fixture.call("logs", "FilterLogEvents", request).unwrap();
    let messages: Vec<&str> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["message"].as_str().unwrap())
        .collect();
    assert_eq!(messages.first(), Some(&"[AppRunner] Service creation started."));
    assert_eq!(messages.last(), Some(&"[AppRunner] Service status is set to RUNNING."));
    let request = json!({"logGroupNamePrefix": service.application_log});
    let groups = fixture.call("logs", "DescribeLogGroups", request).unwrap();
    assert_eq!(groups["logGroups"].as_array().unwrap().len(), 1);
}

#[test]
fn a_service_without_its_image_fails_and_can_only_be_deleted() {
    let mut fixture = fixture(0.0);
    let arn = create(&mut fixture, request("missing"));
    assert_eq!(describe(&mut fixture, &arn)["Status"], "CREATE_FAILED");
    assert_eq!(last_operation(&mut fixture, &arn)["Status"], "FAILED");
    let only = json!({"ServiceArn": arn});
    for operation in ["UpdateService", "PauseService", "ResumeService", "StartDeployment"] {
        let code = fixture.fault("apprunner", operation, only.clone());
        assert_eq!(code, "InvalidStateException", "{operation}");
    }
    let again = fixture.fault("apprunner", "CreateService", request("v1"));
    assert_eq!(again, "InvalidRequestException");
    on(&mut fixture, "DeleteService", &arn);
    assert_eq!(describe(&mut fixture, &arn)["Status"], "DELETED");
    let listed = fixture.call("apprunner", "ListServices", json!({})).unwrap();
    assert_eq!(listed["ServiceSummaryList"], json!([]));
    create(&mut fixture, request("v1"));
    fixture.pass(Duration::from_secs(3600));
    assert_eq!(fixture.fault("apprunner", "DescribeService", only), "ResourceNotFoundException");
}

#[test]
fn one_operation_at_a_time() {
    let mut fixture = fixture(1.0);
    let arn = create(&mut fixture, request("v1"));
    let only = json!({"ServiceArn": arn});
    for operation in ["UpdateService", "DeleteService", "PauseService", "StartDeployment"] {
        let code = fixture.fault("apprunner", operation, only.clone());
        assert_eq!(code, "InvalidStateException", "{operation}");
    }
}

#[test]
fn an_update_changes_the_blocks_that_it_has() {
    let mut fixture = fixture(0.0);
    let arn = create(&mut fixture, request("v1"));
    let change = json!({
        "ServiceArn": arn,
        "InstanceConfiguration": {"Cpu": "0.25 vCPU", "Memory": "0.5 GB"},
        "HealthCheckConfiguration": {"Protocol": "HTTP", "Path": "/health"},
    });
    fixture.call("apprunner", "UpdateService", change).unwrap();
    let found = describe(&mut fixture, &arn);
    assert_eq!(found["InstanceConfiguration"], json!({"Cpu": "256", "Memory": "512"}));
    assert_eq!(found["HealthCheckConfiguration"]["Interval"], 5);
    let service = service(&mut fixture);
    let version = service.serving().unwrap();
    assert_eq!((version.generation, version.memory), (2, 512));
    assert_eq!(version.health_check.path.as_deref(), Some("/health"));
    assert_eq!(version.environment["GREETING"], "hello");
}

#[test]
fn an_update_that_fails_is_undone() {
    let mut fixture = fixture(0.0);
    let arn = create(&mut fixture, request("v1"));
    let change = json!({"ServiceArn": arn, "SourceConfiguration": source("missing")});
    fixture.call("apprunner", "UpdateService", change).unwrap();
    let found = describe(&mut fixture, &arn);
    assert_eq!(found["Status"], "RUNNING");
    let image = &found["SourceConfiguration"]["ImageRepository"]["ImageIdentifier"];
    assert_eq!(*image, format!("{REPOSITORY}:v1"));
    assert_eq!(last_operation(&mut fixture, &arn)["Status"], "ROLLBACK_SUCCEEDED");
    assert_eq!(service(&mut fixture).serving().unwrap().generation, 1);
}

#[test]
fn a_paused_service_has_no_instances_and_resumes_what_it_had() {
    let mut fixture = fixture(0.0);
    let arn = create(&mut fixture, request("v1"));
    let image = service(&mut fixture).serving().unwrap().image.clone();
    on(&mut fixture, "PauseService", &arn);
    assert_eq!(service(&mut fixture).serving(), None);
    assert_eq!(describe(&mut fixture, &arn)["Status"], "PAUSED");
    on(&mut fixture, "ResumeService", &arn);
    let service = service(&mut fixture);
    assert_eq!(service.serving().unwrap().image, image);
    assert_eq!(service.serving().unwrap().generation, 2);
}

#[test]
fn a_push_under_the_tag_is_deployed_unless_told_otherwise() {
    let mut fixture = fixture(0.0);
    create(&mut fixture, request("v1"));
    push(&mut fixture, 2, "v1");
    assert_eq!(service(&mut fixture).serving().unwrap().generation, 2);
    let arn = service(&mut fixture).arn;
    let change = json!({
        "ServiceArn": arn,
        "SourceConfiguration": {"AutoDeploymentsEnabled": false},
    });
    fixture.call("apprunner", "UpdateService", change).unwrap();
    push(&mut fixture, 3, "v1");
    assert_eq!(service(&mut fixture).serving().unwrap().generation, 3);
}
