//! What the tests of services share.

use serde_json::{Value, json};

use crate::services::apprunner::Service;
use crate::testing::Fixture;

pub(super) const REPOSITORY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/api";

/// A role that one of App Runner's principals can assume.
pub(super) fn role(fixture: &mut Fixture, name: &str, principal: &str) -> Value {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": format!("{principal}.apprunner.amazonaws.com")},
        "Action": "sts:AssumeRole",
    }]});
    let request = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
    fixture.call("iam", "CreateRole", request).unwrap()["Role"]["Arn"].clone()
}

pub(super) fn push(fixture: &mut Fixture, size: u64, tag: &str) {
    let manifest = json!({"schemaVersion": 2, "layers": [{"size": size}]}).to_string();
    let request = json!({"repositoryName": "api", "imageManifest": manifest, "imageTag": tag});
    fixture.call("ecr", "PutImage", request).unwrap();
}

/// A world with an image `api:v1` and the roles.
pub(super) fn fixture(scale: f64) -> Fixture {
    let mut fixture = Fixture::with_scale(scale);
    role(&mut fixture, "access", "build");
    role(&mut fixture, "instance", "tasks");
    fixture.call("ecr", "CreateRepository", json!({"repositoryName": "api"})).unwrap();
    push(&mut fixture, 1, "v1");
    fixture
}

pub(super) fn source(tag: &str) -> Value {
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

pub(super) fn request(tag: &str) -> Value {
    json!({"ServiceName": "shop", "SourceConfiguration": source(tag)})
}

pub(super) fn create(fixture: &mut Fixture, request: Value) -> Value {
    fixture.call("apprunner", "CreateService", request).unwrap()["Service"]["ServiceArn"].clone()
}

pub(super) fn on(fixture: &mut Fixture, operation: &str, arn: &Value) -> Value {
    fixture.call("apprunner", operation, json!({"ServiceArn": arn})).unwrap()
}

pub(super) fn describe(fixture: &mut Fixture, arn: &Value) -> Value {
    on(fixture, "DescribeService", arn)["Service"].clone()
}

pub(super) fn last_operation(fixture: &mut Fixture, arn: &Value) -> Value {
    on(fixture, "ListOperations", arn)["OperationSummaryList"][0].clone()
}

/// The one service of the world, as whoever runs services sees it.
pub(super) fn service(fixture: &mut Fixture) -> Service {
    fixture.world.settle(fixture.clock.now);
    let services = &fixture.world.region("us-east-1").apprunner;
    services.services().next().cloned().unwrap()
}
