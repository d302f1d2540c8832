//! What the tests of services share.

use serde_json::{Value, json};

use crate::testing::Fixture;

pub(super) const IMAGE: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/api";
const ROLE: &str = "arn:aws:iam::123456789012:role";

/// A world with roles, an image `api:v1`, and subnets in two zones.
pub(super) struct World {
    pub fixture: Fixture,
    pub vpc: String,
    pub subnets: Vec<String>,
}

impl World {
    pub fn new() -> Self {
        Self::with_scale(0.0)
    }

    pub fn with_scale(scale: f64) -> Self {
        let mut fixture = Fixture::with_scale(scale);
        for (name, principal) in
            [("execution", "ecs-tasks"), ("task", "ecs-tasks"), ("infrastructure", "ecs")]
        {
            let trust = json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {"Service": format!("{principal}.amazonaws.com")},
            }]});
            let role = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
            fixture.call("iam", "CreateRole", role).unwrap();
        }
        fixture.call("ecr", "CreateRepository", json!({"repositoryName": "api"})).unwrap();
        let vpc = fixture.call("ec2", "CreateVpc", json!({"CidrBlock": "10.0.0.0/16"})).unwrap();
        let vpc = vpc["Vpc"]["VpcId"].as_str().unwrap().to_owned();
        let subnets = [("10.0.0.0/24", "us-east-1a"), ("10.0.1.0/24", "us-east-1b")].map(|it| {
            let (block, zone) = it;
            let request = json!({"VpcId": vpc, "CidrBlock": block, "AvailabilityZone": zone});
            let subnet = fixture.call("ec2", "CreateSubnet", request).unwrap();
            subnet["Subnet"]["SubnetId"].as_str().unwrap().to_owned()
        });
        let mut world = Self { fixture, vpc, subnets: subnets.to_vec() };
        world.push("v1");
        world
    }

    pub fn push(&mut self, tag: &str) {
        let manifest = json!({"schemaVersion": 2, "layers": [{"size": tag.len()}]}).to_string();
        let image = json!({"repositoryName": "api", "imageManifest": manifest, "imageTag": tag});
        self.fixture.call("ecr", "PutImage", image).unwrap();
    }

    pub fn call(&mut self, operation: &str, request: Value) -> Value {
        self.fixture.call("ecs", operation, request).unwrap()
    }

    pub fn fault(&mut self, operation: &str, request: Value) -> String {
        self.fixture.fault("ecs", operation, request)
    }

    pub fn request(&self, tag: &str) -> Value {
        json!({
            "serviceName": "shop",
            "executionRoleArn": format!("{ROLE}/execution"),
            "infrastructureRoleArn": format!("{ROLE}/infrastructure"),
            "primaryContainer": {"image": format!("{IMAGE}:{tag}"), "containerPort": 8080},
            "networkConfiguration": {"subnets": self.subnets},
        })
    }

    /// A request that says something else here and there.
    pub fn request_with(&self, tag: &str, other: Value) -> Value {
        let mut request = self.request(tag);
        request.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        request
    }

    pub fn create(&mut self, tag: &str) -> Value {
        let request = self.request(tag);
        self.call("CreateExpressGatewayService", request)["service"]["serviceArn"].clone()
    }

    pub fn show(&mut self, arn: &Value) -> Value {
        self.call("DescribeExpressGatewayService", json!({"serviceArn": arn}))["service"].clone()
    }

    pub fn deployment(&mut self, arn: &Value) -> Value {
        let current = self.show(arn)["currentDeployment"].clone();
        let request = json!({"serviceDeploymentArns": [current]});
        self.call("DescribeServiceDeployments", request)["serviceDeployments"][0].clone()
    }

    pub fn update_image(&mut self, arn: &Value, tag: &str) -> Value {
        let container = json!({"image": format!("{IMAGE}:{tag}"), "containerPort": 8080});
        let request = json!({"serviceArn": arn, "primaryContainer": container});
        self.call("UpdateExpressGatewayService", request)["service"].clone()
    }
}
