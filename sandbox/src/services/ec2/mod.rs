//! EC2, as far as it is networking: VPCs and all that lies in them, by AWS's rules.
//!
//! Each object has a file with its state and its operations; where that would be long, the
//! operations are in files beside it. [`kind`], [`filters`], [`tags`], [`idempotency`] and
//! [`progress`] are what the objects share, [`errors`] is every code and sentence of AWS's.

use serde::Serialize;
use serde_json::Value;

use crate::call::{Call, Clock, Ids};
use crate::fault::Fault;

use super::Operation;

mod account_attribute;
mod availability_zone;
mod cidr;
mod dhcp_options;
mod ebs_encryption;
mod elastic_ip;
mod endpoint_service;
mod errors;
mod filters;
mod flow_log;
mod idempotency;
mod internet_gateway;
mod ip_permission;
mod kind;
mod nat_gateway;
mod nat_gateway_operations;
mod network_acl;
mod network_interface;
mod network_interface_operations;
mod prefix_list;
mod progress;
mod route;
mod route_table;
mod route_table_association;
mod security_group;
mod security_group_changes;
mod security_group_rule;
mod security_group_traffic;
mod service_managed;
mod state;
mod subnet;
mod subnet_attribute;
mod tags;
#[cfg(test)]
mod testing;
mod vpc;
mod vpc_attribute;
mod vpc_cidr;
mod vpc_endpoint;
mod vpc_endpoint_list;
mod vpc_endpoint_operations;

pub use network_interface::NewInterface;
pub use security_group::SecurityGroup;
pub use service_managed::{NewGroup, Source};
pub use state::State;
pub use subnet::Subnet;
pub use vpc::Vpc;

/// A table row whose operation heeds `DryRun`, as all of EC2's do.
macro_rules! operation {
    ($name:literal, $function:path) => {
        Operation {
            name: $name,
            handler: |call, request| {
                refuse_dry_run(&request)?;
                super::respond($function(call, super::request(request)?)?)
            },
        }
    };
}

/// Every operation that is built; what is missing here is answered with `NotImplemented`.
pub const OPERATIONS: &[Operation] = &[
    operation!("AllocateAddress", elastic_ip::allocate),
    operation!("AssociateAddress", elastic_ip::associate),
    operation!("AssociateRouteTable", route_table_association::associate),
    operation!("AssociateVpcCidrBlock", vpc_cidr::associate),
    operation!("AttachInternetGateway", internet_gateway::attach),
    operation!("AuthorizeSecurityGroupEgress", security_group_traffic::authorize_egress),
    operation!("AuthorizeSecurityGroupIngress", security_group_traffic::authorize_ingress),
    operation!("CreateFlowLogs", flow_log::create),
    operation!("CreateInternetGateway", internet_gateway::create),
    operation!("CreateNatGateway", nat_gateway_operations::create),
    operation!("CreateNetworkInterface", network_interface_operations::create),
    operation!("CreateRoute", route::create),
    operation!("CreateRouteTable", route_table::create),
    operation!("CreateSecurityGroup", security_group::create),
    operation!("CreateSubnet", subnet::create),
    operation!("CreateTags", tags::create),
    operation!("CreateVpc", vpc::create),
    operation!("CreateVpcEndpoint", vpc_endpoint_operations::create),
    operation!("DeleteFlowLogs", flow_log::delete),
    operation!("DeleteInternetGateway", internet_gateway::delete),
    operation!("DeleteNatGateway", nat_gateway_operations::delete),
    operation!("DeleteNetworkInterface", network_interface_operations::delete),
    operation!("DeleteRoute", route::delete),
    operation!("DeleteRouteTable", route_table::delete),
    operation!("DeleteSecurityGroup", security_group::delete),
    operation!("DeleteSubnet", subnet::delete),
    operation!("DeleteTags", tags::delete),
    operation!("DeleteVpc", vpc::delete),
    operation!("DeleteVpcEndpoints", vpc_endpoint_operations::delete),
    operation!("DescribeAccountAttributes", account_attribute::describe),
    operation!("DescribeAddresses", elastic_ip::describe),
    operation!("DescribeAddressesAttribute", elastic_ip::describe_attribute),
    operation!("DescribeAvailabilityZones", availability_zone::describe),
    operation!("DescribeDhcpOptions", dhcp_options::describe),
    operation!("DescribeFlowLogs", flow_log::describe),
    operation!("DescribeInternetGateways", internet_gateway::describe),
    operation!("DescribeManagedPrefixLists", prefix_list::describe_managed),
    operation!("DescribeNatGateways", nat_gateway_operations::describe),
    operation!("DescribeNetworkAcls", network_acl::describe),
    operation!("DescribeNetworkInterfaces", network_interface_operations::describe),
    operation!("DescribePrefixLists", prefix_list::describe),
    operation!("DescribeRouteTables", route_table::describe),
    operation!("DescribeSecurityGroupRules", security_group_rule::describe),
    operation!("DescribeSecurityGroups", security_group::describe),
    operation!("DescribeSubnets", subnet::describe),
    operation!("DescribeTags", tags::list),
    operation!("DescribeVpcAttribute", vpc_attribute::describe),
    operation!("DescribeVpcEndpointServices", endpoint_service::describe),
    operation!("DescribeVpcEndpoints", vpc_endpoint_list::describe),
    operation!("DescribeVpcs", vpc::describe),
    operation!("DetachInternetGateway", internet_gateway::detach),
    operation!("DisableEbsEncryptionByDefault", ebs_encryption::disable),
    operation!("DisassociateAddress", elastic_ip::disassociate),
    operation!("DisassociateRouteTable", route_table_association::disassociate),
    operation!("DisassociateVpcCidrBlock", vpc_cidr::disassociate),
    operation!("EnableEbsEncryptionByDefault", ebs_encryption::enable),
    operation!("GetEbsEncryptionByDefault", ebs_encryption::get),
    operation!("ModifySecurityGroupRules", security_group_changes::modify),
    operation!("ModifySubnetAttribute", subnet_attribute::modify),
    operation!("ModifyVpcAttribute", vpc_attribute::modify),
    operation!("ModifyVpcEndpoint", vpc_endpoint_operations::modify),
    operation!("ReleaseAddress", elastic_ip::release),
    operation!("ReplaceRoute", route::replace),
    operation!("ReplaceRouteTableAssociation", route_table_association::replace),
    operation!("RevokeSecurityGroupEgress", security_group_traffic::revoke_egress),
    operation!("RevokeSecurityGroupIngress", security_group_traffic::revoke_ingress),
    operation!(
        "UpdateSecurityGroupRuleDescriptionsEgress",
        security_group_changes::describe_egress_anew
    ),
    operation!(
        "UpdateSecurityGroupRuleDescriptionsIngress",
        security_group_changes::describe_ingress_anew
    ),
];

fn refuse_dry_run(request: &Value) -> Result<(), Fault> {
    match request.get("DryRun") {
        Some(Value::Bool(true)) => Err(errors::dry_run()),
        _ => Ok(()),
    }
}

/// What an operation works with: its region's state, apart from where the rest comes from.
struct Here<'c> {
    state: &'c mut State,
    ids: &'c mut Ids,
    clock: Clock,
    scope: Scope<'c>,
}

/// Whose objects these are, and where.
#[derive(Clone, Copy)]
struct Scope<'c> {
    account: &'c str,
    region: &'c str,
}

impl Scope<'_> {
    /// The ARN of one of the account's objects.
    fn arn(self, resource: &str) -> String {
        format!("arn:aws:ec2:{}:{}:{resource}", self.region, self.account)
    }
}

fn here<'c>(call: &'c mut Call<'_>) -> Here<'c> {
    Here {
        state: &mut call.world.region(call.region).ec2,
        ids: call.ids,
        clock: call.clock,
        scope: Scope { account: call.account, region: call.region },
    }
}

/// One of several objects for which an operation did not do what it did for the others.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UnsuccessfulItem {
    resource_id: String,
    error: UnsuccessfulItemError,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UnsuccessfulItemError {
    code: String,
    message: String,
}

impl UnsuccessfulItem {
    fn new(resource_id: String, fault: Fault) -> Self {
        let error = UnsuccessfulItemError { code: fault.code, message: fault.message };
        Self { resource_id, error }
    }
}
