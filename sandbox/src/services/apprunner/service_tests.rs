use std::time::Duration;

use serde_json::json;

use super::testing::*;
use crate::gateway::faults::Faults;

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

#[test]
fn a_live_creation_is_not_over_before_the_version_answers() {
    let mut fixture = fixture(0.0);
    fixture.live = true;
    let arn = create(&mut fixture, request("v1"));
    fixture.pass(Duration::from_secs(3600));
    assert_eq!(describe(&mut fixture, &arn)["Status"], "OPERATION_IN_PROGRESS");
    let made = service(&mut fixture);
    assert_eq!((made.serving(), made.deploying().unwrap().generation), (None, 1));
    fixture.world.region("us-east-1").apprunner.deployed(&made.id, 1);
    assert_eq!(describe(&mut fixture, &arn)["Status"], "RUNNING");
    assert_eq!(service(&mut fixture).serving().unwrap().generation, 1);
}

#[test]
fn a_live_creation_that_does_not_answer_has_failed() {
    let mut fixture = fixture(0.0);
    fixture.live = true;
    let arn = create(&mut fixture, request("v1"));
    let id = service(&mut fixture).id;
    let state = &mut fixture.world.region("us-east-1").apprunner;
    state.deployment_failed(&id, 1, "Health check failed");
    assert_eq!(describe(&mut fixture, &arn)["Status"], "CREATE_FAILED");
    assert_eq!(service(&mut fixture).deploying(), None);
}

#[test]
fn a_live_update_that_does_not_answer_leaves_the_former_version() {
    let mut fixture = fixture(0.0);
    let arn = create(&mut fixture, request("v1"));
    let before = describe(&mut fixture, &arn)["SourceConfiguration"].clone();
    fixture.live = true;
    push(&mut fixture, 2, "v2");
    let change = json!({"ServiceArn": arn, "SourceConfiguration": source("v2")});
    fixture.call("apprunner", "UpdateService", change).unwrap();
    let id = service(&mut fixture).id;
    let state = &mut fixture.world.region("us-east-1").apprunner;
    state.deployment_failed(&id, 1, "is not the one on its way");
    state.deployment_failed(&id, 2, "Health check failed");
    let found = describe(&mut fixture, &arn);
    assert_eq!((&found["Status"], &found["SourceConfiguration"]), (&json!("RUNNING"), &before));
    assert_eq!(last_operation(&mut fixture, &arn)["Status"], "ROLLBACK_SUCCEEDED");
    assert_eq!(service(&mut fixture).serving().unwrap().generation, 1);
}

#[test]
fn a_live_service_that_does_not_come_back_can_be_resumed_again() {
    let mut fixture = fixture(0.0);
    let arn = create(&mut fixture, request("v1"));
    on(&mut fixture, "PauseService", &arn);
    fixture.live = true;
    on(&mut fixture, "ResumeService", &arn);
    let resuming = service(&mut fixture);
    assert_eq!((resuming.serving(), resuming.deploying().unwrap().generation), (None, 2));
    let state = &mut fixture.world.region("us-east-1").apprunner;
    state.deployment_failed(&resuming.id, 2, "Health check failed");
    assert_eq!(describe(&mut fixture, &arn)["Status"], "PAUSED");
    on(&mut fixture, "ResumeService", &arn);
    fixture.world.region("us-east-1").apprunner.deployed(&resuming.id, 3);
    assert_eq!(describe(&mut fixture, &arn)["Status"], "RUNNING");
}

#[test]
fn roles_must_trust_their_part_of_app_runner() {
    let mut fixture = fixture(0.0);
    let mut wrong = request("v1");
    wrong["SourceConfiguration"]["AuthenticationConfiguration"]["AccessRoleArn"] =
        json!("arn:aws:iam::123456789012:role/instance");
    assert_eq!(fixture.fault("apprunner", "CreateService", wrong), "InvalidRequestException");
    for (role, code) in [("access", Some("InvalidRequestException")), ("instance", None)] {
        let mut request = request("v1");
        request["InstanceConfiguration"] =
            json!({"InstanceRoleArn": format!("arn:aws:iam::123456789012:role/{role}")});
        let got = fixture.call("apprunner", "CreateService", request).err();
        assert_eq!(got.map(|fault| fault.code).as_deref(), code, "{role}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let mut fixture = fixture(0.0);
    let secret = json!({"PASSWORD": "arn:aws:secretsmanager:us-east-1:123456789012:secret:a"});
    for (path, value) in [
        ("/InstanceConfiguration", json!({"Cpu": "1024", "Memory": "512"})),
        ("/NetworkConfiguration", json!({"EgressConfiguration": {"EgressType": "VPC"}})),
        ("/ObservabilityConfiguration", json!({"ObservabilityEnabled": true})),
        (
            "/SourceConfiguration/ImageRepository/ImageConfiguration",
            json!({"RuntimeEnvironmentSecrets": secret}),
        ),
        ("/SourceConfiguration/ImageRepository/ImageConfiguration", json!({"Port": "http"})),
    ] {
        let mut request = request("v1");
        let (parent, member) = path.rsplit_once('/').unwrap();
        request.pointer_mut(parent).unwrap()[member] = value;
        let code = fixture.fault("apprunner", "CreateService", request);
        assert_eq!(code, "InvalidRequestException", "{path}");
    }
}

#[test]
fn a_service_gets_stuck_when_it_is_told_to() {
    let mut fixture = fixture(0.0);
    let stuck = Faults { stuck_service_ms: 5_000, ..Faults::default() };
    fixture.faults.set(stuck).unwrap();
    let arn = create(&mut fixture, request("v1"));
    fixture.faults.set(Faults::default()).unwrap();
    assert_eq!(describe(&mut fixture, &arn)["Status"], "OPERATION_IN_PROGRESS");
    let delete = json!({"ServiceArn": arn});
    assert_eq!(fixture.fault("apprunner", "DeleteService", delete), "InvalidStateException");
    fixture.pass(Duration::from_secs(5));
    assert_eq!(describe(&mut fixture, &arn)["Status"], "RUNNING");
}

#[test]
fn so_many_creations_fail_as_are_told_to() {
    let mut fixture = fixture(0.0);
    fixture.live = true;
    fixture.faults.set(Faults { failed_creations: 1, ..Faults::default() }).unwrap();
    let failed = create(&mut fixture, request("v1"));
    assert_eq!(describe(&mut fixture, &failed)["Status"], "CREATE_FAILED");
    assert_eq!(last_operation(&mut fixture, &failed)["Status"], "FAILED");
    on(&mut fixture, "DeleteService", &failed);
    fixture.live = false;
    let next = create(&mut fixture, request("v1"));
    assert_eq!(describe(&mut fixture, &next)["Status"], "RUNNING");
}
