//! What RDS needs of EC2: subnets, security groups and the network interfaces of its servers.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::ec2;
use crate::services::ec2::NewInterface;

/// A subnet, as far as a database cares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`
    pub id: String,
    /// The availability zone, `us-east-1a`.
    pub zone: String,
    /// The VPC.
    pub vpc: String,
    /// Whether it has an IPv6 block beside the IPv4 one.
    pub dual: bool,
}

/// A network interface to open.
pub(super) struct Interface<'a> {
    pub subnet: &'a str,
    pub security_groups: &'a [String],
    pub description: &'a str,
}

/// The subnet, if it exists.
pub(super) fn subnet(ec2: &ec2::State, id: &str) -> Option<Subnet> {
    ec2.subnet(id).map(|subnet| Subnet {
        id: subnet.id.clone(),
        zone: subnet.availability_zone.clone(),
        vpc: subnet.vpc_id.clone(),
        dual: subnet.ipv6_cidr_block.is_some(),
    })
}

/// The VPC of a security group, if that exists.
pub(super) fn security_group_vpc(ec2: &ec2::State, id: &str) -> Option<String> {
    ec2.security_group(id).map(|group| group.vpc_id.clone())
}

/// The security group that came with the VPC.
pub(super) fn default_security_group(ec2: &ec2::State, vpc: &str) -> Option<String> {
    ec2.default_security_group(vpc).map(|group| group.id.clone())
}

/// Opens an interface that RDS alone can close.
pub(super) fn open(call: &mut Call<'_>, interface: &Interface<'_>) -> Result<String, Fault> {
    let request = NewInterface {
        subnet_id: interface.subnet.to_owned(),
        group_ids: interface.security_groups.to_vec(),
        description: interface.description.to_owned(),
        requester_id: "amazon-rds".to_owned(),
        interface_type: "interface".to_owned(),
    };
    call.world.region(call.region).ec2.open_interface(call.ids, request)
}

/// Closes an interface at once; one that does not exist is no error.
pub(super) fn close(ec2: &mut ec2::State, interface: &str) {
    ec2.close_interface(interface);
}

/// Gives an interface other security groups.
pub(super) fn regroup(ec2: &mut ec2::State, interface: &str, groups: &[String]) {
    ec2.regroup_interface(interface, groups);
}
