//! Where a cluster is: its subnet group, its availability zones and its security groups.

use serde::Deserialize;

use super::super::network;
use super::super::subnet_group::{self, SubnetGroup};
use super::super::{errors, names};
use crate::call::Call;
use crate::fault::Fault;

/// What a request says of the place of a new cluster.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PlacementRequest {
    #[serde(rename = "DBSubnetGroupName")]
    subnet_group: Option<String>,
    #[serde(rename = "VpcSecurityGroupIds")]
    security_groups: Vec<String>,
    #[serde(rename = "AvailabilityZones")]
    zones: Vec<String>,
}

/// The place of a new cluster.
#[derive(Debug)]
pub(crate) struct Placement {
    pub subnet_group: String,
    pub zones: Vec<String>,
    pub security_groups: Vec<String>,
    /// Whether its subnets have IPv6 too.
    pub dual: bool,
}

/// Aurora keeps a volume in three availability zones.
const ZONES: usize = 3;

impl PlacementRequest {
    pub(crate) fn resolve(&self, call: &mut Call<'_>) -> Result<Placement, Fault> {
        let group = self.find_group(call)?;
        let security_groups = security_groups(call, &self.security_groups, &group)?;
        Ok(Placement {
            zones: self.zones(call.region, &group)?,
            dual: group.is_dual(),
            subnet_group: group.name,
            security_groups,
        })
    }

    fn find_group(&self, call: &mut Call<'_>) -> Result<SubnetGroup, Fault> {
        let given = self.subnet_group.as_deref().ok_or_else(|| {
            errors::invalid_subnet(
                "No default subnet detected in VPC. Please contact AWS Support to recreate the \
                 default Subnets.",
            )
        })?;
        let name = names::existing(subnet_group::KIND, given);
        let group = call.region().rds.subnet_groups.get(&name);
        group.cloned().ok_or_else(|| errors::subnet_group_not_found(given))
    }

    /// The zones asked for, then those of the subnets, then others of the region.
    fn zones(&self, region: &str, group: &SubnetGroup) -> Result<Vec<String>, Fault> {
        if let Some(zone) = self.zones.iter().find(|zone| !is_zone_of(region, zone)) {
            return Err(errors::invalid_value(format!("{zone} is not a valid availability zone")));
        }
        let others = ["a", "b", "c"].map(|letter| format!("{region}{letter}"));
        let mut zones: Vec<String> = Vec::new();
        for zone in self.zones.iter().cloned().chain(group.zones()).chain(others) {
            if zones.len() < ZONES && !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        zones.sort();
        Ok(zones)
    }
}

fn is_zone_of(region: &str, zone: &str) -> bool {
    matches!(zone.strip_prefix(region).map(str::as_bytes), Some([b'a'..=b'f']))
}

/// The security groups asked for, which must be of the subnets' VPC, else the VPC's default one.
pub(crate) fn security_groups(
    call: &mut Call<'_>,
    wanted: &[String],
    group: &SubnetGroup,
) -> Result<Vec<String>, Fault> {
    let ec2 = &call.region().ec2;
    check_security_groups(ec2, wanted, &group.vpc)?;
    if wanted.is_empty() {
        return Ok(network::default_security_group(ec2, &group.vpc).into_iter().collect());
    }
    Ok(wanted.to_vec())
}

/// Refuses security groups that do not exist in the VPC.
pub(crate) fn check_security_groups(
    ec2: &crate::services::ec2::State,
    wanted: &[String],
    vpc: &str,
) -> Result<(), Fault> {
    for id in wanted {
        match network::security_group_vpc(ec2, id) {
            None => {
                return Err(errors::invalid_value(format!(
                    "Invalid security group , groupId= {id}, groupName=."
                )));
            }
            Some(other) if other != vpc => return Err(errors::other_vpc(id, vpc)),
            Some(_) => {}
        }
    }
    Ok(())
}
