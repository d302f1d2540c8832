//! The attributes of a VPC that are read and changed one at a time.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

use super::kind::{get, get_mut};
use super::{errors, here};

/// A boolean in EC2's wrapping.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct AttributeBooleanValue {
    /// The boolean.
    pub value: bool,
}

/// Asks for one attribute of a VPC.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcAttributeRequest {
    vpc_id: String,
    attribute: String,
}

/// The attribute that was asked for.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcAttributeResponse {
    vpc_id: String,
    enable_dns_support: Option<AttributeBooleanValue>,
    enable_dns_hostnames: Option<AttributeBooleanValue>,
    enable_network_address_usage_metrics: Option<AttributeBooleanValue>,
}

/// Reads one attribute.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeVpcAttributeRequest,
) -> Result<DescribeVpcAttributeResponse, Fault> {
    let vpc = get(&here(call).state.vpcs, &request.vpc_id)?;
    let mut response =
        DescribeVpcAttributeResponse { vpc_id: vpc.id.clone(), ..Default::default() };
    let wrapped = |value| Some(AttributeBooleanValue { value });
    match request.attribute.as_str() {
        "enableDnsSupport" => response.enable_dns_support = wrapped(vpc.enable_dns_support),
        "enableDnsHostnames" => response.enable_dns_hostnames = wrapped(vpc.enable_dns_hostnames),
        "enableNetworkAddressUsageMetrics" => {
            response.enable_network_address_usage_metrics =
                wrapped(vpc.enable_network_address_usage_metrics);
        }
        other => return Err(errors::value_not_valid(other, "attribute")),
    }
    Ok(response)
}

/// Changes one attribute.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifyVpcAttributeRequest {
    vpc_id: String,
    enable_dns_support: Option<AttributeBooleanValue>,
    enable_dns_hostnames: Option<AttributeBooleanValue>,
    enable_network_address_usage_metrics: Option<AttributeBooleanValue>,
}

/// Changes one attribute. AWS refuses more than one in a call, and DNS names without DNS.
pub fn modify(call: &mut Call<'_>, request: ModifyVpcAttributeRequest) -> Result<Empty, Fault> {
    let vpc = get_mut(&mut here(call).state.vpcs, &request.vpc_id)?;
    let ModifyVpcAttributeRequest {
        vpc_id: _,
        enable_dns_support: support,
        enable_dns_hostnames: hostnames,
        enable_network_address_usage_metrics: metrics,
    } = request;
    match (support, hostnames, metrics) {
        (Some(support), None, None) => vpc.enable_dns_support = support.value,
        (None, Some(hostnames), None) => {
            if hostnames.value && !vpc.enable_dns_support {
                return Err(errors::hostnames_need_dns_support(&vpc.id));
            }
            vpc.enable_dns_hostnames = hostnames.value;
        }
        (None, None, Some(metrics)) => vpc.enable_network_address_usage_metrics = metrics.value,
        (None, None, None) => return Err(errors::no_attribute_specified()),
        _ => return Err(errors::several_attributes_specified()),
    }
    Ok(Empty {})
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::services::ec2::testing::Network;

    fn read(network: &mut Network, attribute: &str) -> Value {
        network.call("DescribeVpcAttribute", json!({"VpcId": network.vpc, "Attribute": attribute}))
    }

    #[test]
    fn dns_is_on_and_names_are_off_until_changed() {
        let mut network = Network::new();
        let support = read(&mut network, "enableDnsSupport");
        assert_eq!(support["EnableDnsSupport"]["Value"], true);
        assert_eq!(support["EnableDnsHostnames"], Value::Null);
        assert_eq!(read(&mut network, "enableDnsHostnames")["EnableDnsHostnames"]["Value"], false);
        let on = json!({"VpcId": network.vpc, "EnableDnsHostnames": {"Value": true}});
        network.call("ModifyVpcAttribute", on);
        assert_eq!(read(&mut network, "enableDnsHostnames")["EnableDnsHostnames"]["Value"], true);
    }

    #[test]
    fn one_attribute_is_changed_at_a_time() {
        let mut network = Network::new();
        let both = json!({
            "VpcId": network.vpc,
            "EnableDnsHostnames": {"Value": true},
            "EnableDnsSupport": {"Value": true},
        });
        let fault = network.refused("ModifyVpcAttribute", both);
        assert_eq!(fault.code, "InvalidParameterCombination");
    }

    #[test]
    fn names_need_dns() {
        let mut network = Network::new();
        let off = json!({"VpcId": network.vpc, "EnableDnsSupport": {"Value": false}});
        network.call("ModifyVpcAttribute", off);
        let on = json!({"VpcId": network.vpc, "EnableDnsHostnames": {"Value": true}});
        assert_eq!(network.refused("ModifyVpcAttribute", on).code, "InvalidParameterValue");
    }
}
