//! What the account may do in EC2.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;

/// Asks for attributes; for all when none are named.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAccountAttributesRequest {
    #[serde(default)]
    attribute_names: Vec<String>,
}

/// The attributes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAccountAttributesResponse {
    account_attributes: Vec<AccountAttribute>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AccountAttribute {
    attribute_name: &'static str,
    attribute_values: [AttributeValue; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AttributeValue {
    attribute_value: &'static str,
}

/// Lists the account's attributes: VPCs only, none of them a default one, and AWS's quotas.
pub fn describe(
    _: &mut Call<'_>,
    request: DescribeAccountAttributesRequest,
) -> Result<DescribeAccountAttributesResponse, Fault> {
    let attributes = [
        ("supported-platforms", "VPC"),
        ("default-vpc", "none"),
        ("vpc-max-security-groups-per-interface", "5"),
    ];
    let asked = |name: &str| {
        request.attribute_names.is_empty() || request.attribute_names.iter().any(|own| own == name)
    };
    Ok(DescribeAccountAttributesResponse {
        account_attributes: attributes
            .into_iter()
            .filter(|(name, _)| asked(name))
            .map(|(attribute_name, attribute_value)| AccountAttribute {
                attribute_name,
                attribute_values: [AttributeValue { attribute_value }],
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Fixture;

    #[test]
    fn there_is_no_default_vpc() {
        let mut fixture = Fixture::new();
        let request = json!({"AttributeNames": ["default-vpc"]});
        let found = fixture.call("ec2", "DescribeAccountAttributes", request).unwrap();
        let attributes = found["AccountAttributes"].as_array().unwrap();
        assert_eq!(attributes.len(), 1);
        assert_eq!(attributes[0]["AttributeValues"][0]["AttributeValue"], "none");
    }
}
