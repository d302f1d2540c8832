//! For unit tests: a VPC, and short ways to make what lies in one.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::testing::Fixture;

use super::state::State;

/// A world with one VPC, 10.0.0.0/16.
pub struct Network {
    pub fixture: Fixture,
    pub vpc: String,
}

impl Network {
    /// In a world in which everything is over at once.
    pub fn new() -> Self {
        Self::with_scale(0.0)
    }

    /// In a world in which durations are AWS's times `scale`.
    pub fn with_scale(scale: f64) -> Self {
        let mut fixture = Fixture::with_scale(scale);
        let vpc = Self::vpc_in(&mut fixture);
        Self { fixture, vpc }
    }

    /// Another VPC.
    pub fn vpc_in(fixture: &mut Fixture) -> String {
        let made = fixture.call("ec2", "CreateVpc", json!({"CidrBlock": "10.0.0.0/16"})).unwrap();
        text(&made["Vpc"]["VpcId"])
    }

    /// What exists.
    pub fn state(&mut self) -> &mut State {
        &mut self.fixture.world.region("us-east-1").ec2
    }

    /// A call that succeeds.
    pub fn call(&mut self, operation: &str, request: Value) -> Value {
        self.fixture
            .call("ec2", operation, request)
            .unwrap_or_else(|fault| panic!("{operation}: {fault}"))
    }

    /// A call that does not.
    pub fn refused(&mut self, operation: &str, request: Value) -> Fault {
        self.fixture.call("ec2", operation, request).expect_err(operation)
    }

    pub fn subnet(&mut self, block: &str, zone: &str) -> String {
        let request = json!({"VpcId": self.vpc, "CidrBlock": block, "AvailabilityZone": zone});
        text(&self.call("CreateSubnet", request)["Subnet"]["SubnetId"])
    }

    pub fn interface(&mut self, subnet: &str) -> String {
        let made = self.call("CreateNetworkInterface", json!({"SubnetId": subnet}));
        text(&made["NetworkInterface"]["NetworkInterfaceId"])
    }

    pub fn address(&mut self) -> String {
        text(&self.call("AllocateAddress", json!({"Domain": "vpc"}))["AllocationId"])
    }

    pub fn route_table(&mut self) -> String {
        let made = self.call("CreateRouteTable", json!({"VpcId": self.vpc}));
        text(&made["RouteTable"]["RouteTableId"])
    }

    /// An internet gateway, attached.
    pub fn gateway(&mut self) -> String {
        let made = self.call("CreateInternetGateway", json!({}));
        let id = text(&made["InternetGateway"]["InternetGatewayId"]);
        let request = json!({"InternetGatewayId": id, "VpcId": self.vpc});
        self.call("AttachInternetGateway", request);
        id
    }

    pub fn default_group(&mut self, vpc: &str) -> String {
        let filters = json!([{"Name": "vpc-id", "Values": [vpc]},
                             {"Name": "group-name", "Values": ["default"]}]);
        let found = self.call("DescribeSecurityGroups", json!({"Filters": filters}));
        text(&found["SecurityGroups"][0]["GroupId"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
