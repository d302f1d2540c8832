//! The attributes of a subnet that are changed one at a time.

use serde::Deserialize;

use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

use super::kind::get_mut;
use super::subnet::{HostnameType, SubnetAttributes};
use super::vpc_attribute::AttributeBooleanValue;
use super::{errors, here};

/// Changes one attribute of a subnet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifySubnetAttributeRequest {
    subnet_id: String,
    map_public_ip_on_launch: Option<AttributeBooleanValue>,
    assign_ipv6_address_on_creation: Option<AttributeBooleanValue>,
    enable_dns64: Option<AttributeBooleanValue>,
    private_dns_hostname_type_on_launch: Option<HostnameType>,
    enable_resource_name_dns_a_record_on_launch: Option<AttributeBooleanValue>,
    #[serde(rename = "EnableResourceNameDnsAAAARecordOnLaunch")]
    enable_resource_name_dns_aaaa_record_on_launch: Option<AttributeBooleanValue>,
}

/// Changes one attribute. AWS refuses more than one in a call, and IPv6 where there is none.
pub fn modify(call: &mut Call<'_>, request: ModifySubnetAttributeRequest) -> Result<Empty, Fault> {
    let subnet = get_mut(&mut here(call).state.subnets, &request.subnet_id)?;
    let wants_ipv6 = request.assign_ipv6_address_on_creation.is_some_and(|wanted| wanted.value);
    if wants_ipv6 && subnet.ipv6_cidr_block.is_none() {
        return Err(errors::subnet_has_no_ipv6(&subnet.id));
    }
    let mut changed = subnet.attributes.clone();
    match request.apply(&mut changed) {
        0 => Err(errors::no_attribute_specified()),
        1 => {
            subnet.attributes = changed;
            Ok(Empty {})
        }
        _ => Err(errors::several_attributes_specified()),
    }
}

impl ModifySubnetAttributeRequest {
    /// Lays the changes over the attributes and counts them.
    fn apply(&self, attributes: &mut SubnetAttributes) -> usize {
        let names = &mut attributes.private_dns_name_options_on_launch;
        let booleans = [
            (self.map_public_ip_on_launch, &mut attributes.map_public_ip_on_launch),
            (self.assign_ipv6_address_on_creation, &mut attributes.assign_ipv6_address_on_creation),
            (self.enable_dns64, &mut attributes.enable_dns64),
            (
                self.enable_resource_name_dns_a_record_on_launch,
                &mut names.enable_resource_name_dns_a_record,
            ),
            (
                self.enable_resource_name_dns_aaaa_record_on_launch,
                &mut names.enable_resource_name_dns_aaaa_record,
            ),
        ];
        let mut changes = 0;
        for (wanted, attribute) in booleans {
            if let Some(wanted) = wanted {
                *attribute = wanted.value;
                changes += 1;
            }
        }
        if let Some(wanted) = self.private_dns_hostname_type_on_launch {
            names.hostname_type = wanted;
            changes += 1;
        }
        changes
    }
}
