//! What exists in EC2, and what other services may ask of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::dhcp_options::DhcpOptions;
use super::elastic_ip::ElasticIp;
use super::flow_log::FlowLog;
use super::idempotency::Tokens;
use super::internet_gateway::InternetGateway;
use super::kind::Table;
use super::nat_gateway::NatGateway;
use super::network_acl::NetworkAcl;
use super::network_interface::NetworkInterface;
use super::route_table::RouteTable;
use super::security_group::SecurityGroup;
use super::security_group_rule::SecurityGroupRule;
use super::subnet::Subnet;
use super::vpc::Vpc;
use super::vpc_endpoint::VpcEndpoint;

/// The networking objects of one region.
///
/// A region starts without a default VPC, like one whose default VPC was deleted: what is here
/// was made by somebody.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) dhcp_options: Table<DhcpOptions>,
    pub(super) elastic_ips: Table<ElasticIp>,
    pub(super) flow_logs: Table<FlowLog>,
    pub(super) internet_gateways: Table<InternetGateway>,
    pub(super) nat_gateways: Table<NatGateway>,
    pub(super) network_acls: Table<NetworkAcl>,
    pub(super) network_interfaces: Table<NetworkInterface>,
    pub(super) route_tables: Table<RouteTable>,
    pub(super) security_groups: Table<SecurityGroup>,
    pub(super) security_group_rules: Table<SecurityGroupRule>,
    pub(super) subnets: Table<Subnet>,
    pub(super) vpcs: Table<Vpc>,
    pub(super) vpc_endpoints: Table<VpcEndpoint>,
    pub(super) tokens: Tokens,
    pub(super) ebs_encryption_by_default: bool,
}

impl State {
    /// The VPC with this identifier.
    pub fn vpc(&self, id: &str) -> Option<&Vpc> {
        self.vpcs.get(id)
    }

    /// The subnet with this identifier.
    pub fn subnet(&self, id: &str) -> Option<&Subnet> {
        self.subnets.get(id)
    }

    /// The security group with this identifier.
    pub fn security_group(&self, id: &str) -> Option<&SecurityGroup> {
        self.security_groups.get(id)
    }

    /// The security group that came with a VPC.
    pub fn default_security_group(&self, vpc: &str) -> Option<&SecurityGroup> {
        self.security_groups.values().find(|group| group.vpc_id == vpc && group.is_default())
    }

    /// Brings what is due by `now` to its end.
    pub fn settle(&mut self, now: Timestamp) {
        self.tokens.settle(now);
        self.settle_vpcs(now);
        self.settle_nat_gateways(now);
        self.settle_vpc_endpoints(now);
        self.settle_interfaces(now);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::State;
    use crate::services::ec2::testing::Network;

    #[test]
    fn what_is_written_down_is_read_back() {
        let mut network = Network::new();
        let gateway = network.gateway();
        let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
        let table = network.route_table();
        let address = network.address();
        let route = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0",
                           "GatewayId": gateway});
        network.call("CreateRoute", route);
        let nat = json!({"SubnetId": subnet, "AllocationId": address, "ClientToken": "once"});
        network.call("CreateNatGateway", nat.clone());
        let lists = [
            "DescribeVpcs",
            "DescribeSubnets",
            "DescribeRouteTables",
            "DescribeSecurityGroups",
            "DescribeNatGateways",
            "DescribeNetworkInterfaces",
        ];
        let before = lists.map(|operation| network.call(operation, json!({})));
        let written = serde_json::to_string(network.state()).unwrap();
        *network.state() = State::default();
        assert_eq!(network.call("DescribeVpcs", json!({}))["Vpcs"], json!([]));
        *network.state() = serde_json::from_str(&written).unwrap();
        assert_eq!(lists.map(|operation| network.call(operation, json!({}))), before);
        let again = network.call("CreateNatGateway", nat);
        assert_eq!(again["NatGateway"], before[4]["NatGateways"][0]);
    }
}
