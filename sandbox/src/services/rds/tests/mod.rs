//! The operations, driven through the table.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::protocol::model::Model;
use crate::protocol::validate;
use crate::testing::Fixture;

mod clusters;
mod groups;
mod instances;
mod lists;
mod proxies;
mod snapshots;

/// A world with a VPC, subnets in two availability zones, a security group and a subnet group.
struct Site {
    fixture: Fixture,
    vpc: String,
    subnets: Vec<String>,
    security_group: String,
}

impl Site {
    /// One in which everything is over at once.
    fn new() -> Self {
        Self::with_scale(0.0)
    }

    fn with_scale(scale: f64) -> Self {
        let mut fixture = Fixture::with_scale(scale);
        let (vpc, subnets, security_group) = network(&mut fixture, "10.0");
        let mut site = Self { fixture, vpc, subnets, security_group };
        let subnets = site.subnets.clone();
        site.ok(
            "CreateDBSubnetGroup",
            json!({
                "DBSubnetGroupName": "Site", "DBSubnetGroupDescription": "ours",
                "SubnetIds": subnets,
            }),
        );
        site
    }

    /// One call, whose request and answer have the members and types of the model.
    fn call(&mut self, operation: &str, request: Value) -> Result<Value, Fault> {
        let model = Model::of("rds").unwrap();
        let shapes = &model.operations[operation];
        if let Some(input) = &shapes.input {
            validate::response(model, input, request.clone()).unwrap();
        }
        let answer = self.fixture.call("rds", operation, request)?;
        let conforms = |output| validate::response(model, output, answer.clone());
        Ok(shapes.output.as_ref().map_or(Ok(Value::Null), conforms).unwrap())
    }

    fn ok(&mut self, operation: &str, request: Value) -> Value {
        self.call(operation, request).unwrap_or_else(|fault| panic!("{operation}: {fault}"))
    }

    /// The code of the fault that a call ends in.
    fn fault(&mut self, operation: &str, request: Value) -> String {
        self.call(operation, request).expect_err(operation).code
    }

    fn pass(&mut self, seconds: u64) {
        self.fixture.pass(Duration::from_secs(seconds));
    }

    /// A role that the service may assume.
    fn role(&mut self, name: &str, service: &str) -> String {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
            }],
        });
        let request = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
        let created = self.fixture.call("iam", "CreateRole", request).unwrap();
        text(&created["Role"]["Arn"])
    }

    /// The request for a small cluster, with other members beside or instead.
    fn cluster_request(&self, other: Value) -> Value {
        let mut request = json!({
            "DBClusterIdentifier": "one", "Engine": "aurora-postgresql", "EngineVersion": "16.6",
            "MasterUsername": "vitality", "MasterUserPassword": "correct-horse",
            "DBSubnetGroupName": "site", "VpcSecurityGroupIds": [self.security_group],
            "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 4.0},
        });
        merge(&mut request, other);
        request
    }

    fn cluster(&mut self, other: Value) -> Value {
        let request = self.cluster_request(other);
        self.ok("CreateDBCluster", request)["DBCluster"].clone()
    }

    fn instance(&mut self, identifier: &str, other: Value) -> Value {
        let request = instance_request(identifier, other);
        self.ok("CreateDBInstance", request)["DBInstance"].clone()
    }

    fn describe_cluster(&mut self, identifier: &str) -> Value {
        let request = json!({"DBClusterIdentifier": identifier});
        self.ok("DescribeDBClusters", request)["DBClusters"][0].clone()
    }

    fn describe_instance(&mut self, identifier: &str) -> Value {
        let request = json!({"DBInstanceIdentifier": identifier});
        self.ok("DescribeDBInstances", request)["DBInstances"][0].clone()
    }

    fn interfaces(&mut self) -> usize {
        let answer = self.fixture.call("ec2", "DescribeNetworkInterfaces", json!({})).unwrap();
        answer["NetworkInterfaces"].as_array().map_or(0, Vec::len)
    }
}

/// A VPC with two subnets and a security group.
fn network(fixture: &mut Fixture, prefix: &str) -> (String, Vec<String>, String) {
    let vpc = json!({"CidrBlock": format!("{prefix}.0.0/16")});
    let vpc = text(&fixture.call("ec2", "CreateVpc", vpc).unwrap()["Vpc"]["VpcId"]);
    let subnets = ["a", "b"].iter().enumerate().map(|(index, letter)| {
        let request = json!({
            "VpcId": vpc, "CidrBlock": format!("{prefix}.{index}.0/24"),
            "AvailabilityZone": format!("us-east-1{letter}"),
        });
        text(&fixture.call("ec2", "CreateSubnet", request).unwrap()["Subnet"]["SubnetId"])
    });
    let subnets = subnets.collect();
    let group = json!({"GroupName": "database", "Description": "ours", "VpcId": vpc});
    let group = fixture.call("ec2", "CreateSecurityGroup", group).unwrap();
    (vpc, subnets, text(&group["GroupId"]))
}

fn instance_request(identifier: &str, other: Value) -> Value {
    let mut request = json!({
        "DBInstanceIdentifier": identifier, "DBInstanceClass": "db.serverless",
        "Engine": "aurora-postgresql", "DBClusterIdentifier": "one",
    });
    merge(&mut request, other);
    request
}

fn merge(request: &mut Value, other: Value) {
    for (member, value) in other.as_object().unwrap() {
        match value {
            Value::Null => drop(request.as_object_mut().unwrap().remove(member)),
            value => request[member] = value.clone(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
