//! Further ranges of a VPC.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;

use super::cidr::{self, CidrAssociation, Ipv4Association, Ipv6Association};
use super::kind::{get, get_mut};
use super::state::State;
use super::{Here, errors, here};

/// Asks for a further range.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociateVpcCidrBlockRequest {
    vpc_id: String,
    cidr_block: Option<String>,
    amazon_provided_ipv6_cidr_block: Option<bool>,
}

/// The range that was added or is going.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpcCidrBlockResponse {
    vpc_id: String,
    cidr_block_association: Option<Ipv4Association>,
    ipv6_cidr_block_association: Option<Ipv6Association>,
}

/// Adds a range: an IPv4 range of the caller's choice, or an IPv6 range of AWS's.
pub fn associate(
    call: &mut Call<'_>,
    request: AssociateVpcCidrBlockRequest,
) -> Result<VpcCidrBlockResponse, Fault> {
    let Here { state, ids, scope, .. } = here(call);
    let vpc = get_mut(&mut state.vpcs, &request.vpc_id)?;
    let ipv6 = request.amazon_provided_ipv6_cidr_block.unwrap_or_default();
    let mut response = VpcCidrBlockResponse {
        vpc_id: vpc.id.clone(),
        cidr_block_association: None,
        ipv6_cidr_block_association: None,
    };
    match (request.cidr_block, ipv6) {
        (Some(block), false) => {
            let new = cidr::vpc_block(&block)?;
            if vpc.cidr_blocks.iter().any(|own| cidr::overlap(&own.block, &new)) {
                return Err(errors::vpc_range(&block));
            }
            let new = CidrAssociation::of_vpc(new, ids);
            response.cidr_block_association = Some((&new).into());
            vpc.cidr_blocks.push(new);
        }
        (None, true) => {
            let new = CidrAssociation::amazon_provided(ids);
            response.ipv6_cidr_block_association = Some(new.of_vpc_in(scope.region));
            vpc.ipv6_cidr_blocks.push(new);
        }
        (None, false) => return Err(errors::missing_parameter("cidrBlock")),
        (Some(_), true) => return Err(errors::two_ranges_asked()),
    }
    Ok(response)
}

/// Names a range's association.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DisassociateVpcCidrBlockRequest {
    association_id: String,
}

/// Takes a range away, but for the one that the VPC was made with and those with subnets.
pub fn disassociate(
    call: &mut Call<'_>,
    request: DisassociateVpcCidrBlockRequest,
) -> Result<VpcCidrBlockResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let id = &request.association_id;
    let vpc_id = state.vpc_of_association(id)?;
    let vpc = get(&state.vpcs, &vpc_id)?;
    let ipv4 = vpc.cidr_blocks.iter().position(|own| own.id == *id);
    let ipv6 = vpc.ipv6_cidr_blocks.iter().position(|own| own.id == *id);
    if ipv4 == Some(0) {
        return Err(errors::primary_range(id));
    }
    let mut subnets = state.subnets.values().filter(|subnet| subnet.vpc_id == vpc_id);
    let has_subnets = subnets.any(|subnet| {
        let inside = ipv4.is_some_and(|at| vpc.cidr_blocks[at].block.contains(&subnet.cidr_block));
        let block = subnet.ipv6_cidr_block.as_ref();
        let inside_ipv6 = ipv6.zip(block);
        inside
            || inside_ipv6
                .is_some_and(|(at, own)| vpc.ipv6_cidr_blocks[at].block.contains(&own.block))
    });
    if has_subnets {
        return Err(errors::range_in_use(&vpc_id));
    }
    let vpc = get_mut(&mut state.vpcs, &vpc_id)?;
    let ipv4 = ipv4.map(|at| vpc.cidr_blocks.remove(at));
    let ipv6 = ipv6.map(|at| vpc.ipv6_cidr_blocks.remove(at));
    Ok(VpcCidrBlockResponse {
        vpc_id,
        cidr_block_association: ipv4.map(|own| Ipv4Association::from(&own).leaving()),
        ipv6_cidr_block_association: ipv6.map(|own| own.of_vpc_in(scope.region).leaving()),
    })
}

impl State {
    fn vpc_of_association(&self, id: &str) -> Result<String, Fault> {
        let has = |vpc: &&super::vpc::Vpc| {
            vpc.cidr_blocks.iter().any(|own| own.id == id)
                || vpc.ipv6_cidr_blocks.iter().any(|own| own.id == id)
        };
        let vpc = self.vpcs.values().find(has);
        vpc.map(|vpc| vpc.id.clone()).ok_or_else(|| errors::cidr_association_not_found(id))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::services::ec2::testing::Network;

    #[test]
    fn a_vpc_takes_further_ranges_that_do_not_overlap() {
        let mut network = Network::new();
        let request = |block| json!({"VpcId": network.vpc, "CidrBlock": block});
        let (overlap, other) = (request("10.0.128.0/17"), request("10.1.0.0/16"));
        assert_eq!(network.refused("AssociateVpcCidrBlock", overlap).code, "InvalidVpc.Range");
        let made = network.call("AssociateVpcCidrBlock", other);
        let subnet = network.subnet("10.1.0.0/24", "us-east-1a");
        let remove = json!({"AssociationId": made["CidrBlockAssociation"]["AssociationId"]});
        let fault = network.refused("DisassociateVpcCidrBlock", remove.clone());
        assert_eq!(fault.code, "DependencyViolation");
        network.call("DeleteSubnet", json!({"SubnetId": subnet}));
        let gone = network.call("DisassociateVpcCidrBlock", remove.clone());
        assert_eq!(gone["CidrBlockAssociation"]["CidrBlockState"]["State"], "disassociating");
        let fault = network.refused("DisassociateVpcCidrBlock", remove);
        assert_eq!(fault.code, "InvalidVpcCidrBlockAssociationID.NotFound");
    }

    #[test]
    fn the_first_range_stays() {
        let mut network = Network::new();
        let vpcs = network.call("DescribeVpcs", json!({}));
        let id = &vpcs["Vpcs"][0]["CidrBlockAssociationSet"][0]["AssociationId"];
        let fault = network.refused("DisassociateVpcCidrBlock", json!({"AssociationId": id}));
        assert_eq!(fault.code, "OperationNotPermitted");
    }
}
