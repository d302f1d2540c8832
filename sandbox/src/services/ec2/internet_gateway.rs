//! Internet gateways.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filters, Listing};
use super::kind::{Kind, Object, get, get_mut, select};
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, Scope, errors, here};

/// A VPC's door to the internet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InternetGateway {
    pub(super) id: String,
    pub(super) vpc_id: Option<String>,
    pub(super) tags: Tags,
}

impl Object for InternetGateway {
    const KIND: Kind = Kind::InternetGateway;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

impl State {
    /// The gateway of a VPC.
    pub(super) fn internet_gateway_of(&self, vpc: &str) -> Option<&InternetGateway> {
        self.internet_gateways.values().find(|gateway| gateway.vpc_id.as_deref() == Some(vpc))
    }
}

/// Asks for a gateway.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateInternetGatewayRequest {
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The gateway that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateInternetGatewayResponse {
    internet_gateway: GatewayDescription,
}

/// Makes a gateway that leads nowhere yet.
pub fn create(
    call: &mut Call<'_>,
    request: CreateInternetGatewayRequest,
) -> Result<CreateInternetGatewayResponse, Fault> {
    let Here { state, ids, scope, .. } = here(call);
    let tags = specified(&request.tag_specifications, Kind::InternetGateway)?;
    let gateway = InternetGateway { id: ids.ec2("igw"), vpc_id: None, tags };
    let internet_gateway = GatewayDescription::of(&gateway, scope);
    state.internet_gateways.insert(gateway.id.clone(), gateway);
    Ok(CreateInternetGatewayResponse { internet_gateway })
}

/// Names a gateway and a VPC.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachmentRequest {
    internet_gateway_id: String,
    vpc_id: String,
}

/// Attaches a gateway. A VPC has one at most, and a gateway one VPC.
pub fn attach(call: &mut Call<'_>, request: AttachmentRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let vpc = get(&state.vpcs, &request.vpc_id)?.id.clone();
    let taken = state.internet_gateway_of(&vpc).is_some();
    let gateway = get_mut(&mut state.internet_gateways, &request.internet_gateway_id)?;
    if let Some(vpc) = &gateway.vpc_id {
        return Err(errors::gateway_already_attached(&gateway.id, vpc));
    }
    if taken {
        return Err(errors::network_has_gateway(&vpc));
    }
    gateway.vpc_id = Some(vpc);
    Ok(Empty {})
}

/// Detaches a gateway, once no public address is in use in the VPC.
pub fn detach(call: &mut Call<'_>, request: AttachmentRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let vpc = get(&state.vpcs, &request.vpc_id)?.id.clone();
    let gateway = get(&state.internet_gateways, &request.internet_gateway_id)?;
    if gateway.vpc_id.as_ref() != Some(&vpc) {
        return Err(errors::gateway_not_attached(&gateway.id, &vpc));
    }
    if state.has_public_addresses(&vpc) {
        return Err(errors::network_has_public_addresses(&vpc));
    }
    get_mut(&mut state.internet_gateways, &request.internet_gateway_id)?.vpc_id = None;
    Ok(Empty {})
}

/// Names a gateway.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteInternetGatewayRequest {
    internet_gateway_id: String,
}

/// Deletes a gateway that is not attached.
pub fn delete(call: &mut Call<'_>, request: DeleteInternetGatewayRequest) -> Result<Empty, Fault> {
    let state = here(call).state;
    let gateway = get(&state.internet_gateways, &request.internet_gateway_id)?;
    if gateway.vpc_id.is_some() {
        return Err(errors::has_dependencies(Kind::InternetGateway, &gateway.id));
    }
    state.internet_gateways.remove(&request.internet_gateway_id);
    Ok(Empty {})
}

/// Asks for gateways.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInternetGatewaysRequest {
    #[serde(default)]
    internet_gateway_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of gateways.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInternetGatewaysResponse {
    internet_gateways: Vec<GatewayDescription>,
    next_token: Option<String>,
}

/// Lists gateways.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeInternetGatewaysRequest,
) -> Result<DescribeInternetGatewaysResponse, Fault> {
    let Here { state, scope, .. } = here(call);
    let gateways = select(&state.internet_gateways, &request.internet_gateway_ids)?;
    let gateways = gateways.into_iter().map(|one| GatewayDescription::of(one, scope)).collect();
    let page = filters::list(gateways, &request.listing)?;
    Ok(DescribeInternetGatewaysResponse { internet_gateways: page.items, next_token: page.next })
}

/// A gateway as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GatewayDescription {
    internet_gateway_id: String,
    owner_id: String,
    attachments: Vec<GatewayAttachment>,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GatewayAttachment {
    vpc_id: String,
    /// AWS says `available` where its model has `attached`, and clients wait for that.
    state: &'static str,
}

impl GatewayDescription {
    fn of(gateway: &InternetGateway, scope: Scope<'_>) -> Self {
        let attached = gateway.vpc_id.iter();
        Self {
            internet_gateway_id: gateway.id.clone(),
            owner_id: scope.account.to_owned(),
            attachments: attached
                .map(|vpc| GatewayAttachment { vpc_id: vpc.clone(), state: "available" })
                .collect(),
            tags: gateway.tags.list(),
        }
    }
}

impl Described for GatewayDescription {
    const FILTERS: Filters<Self> = &[
        ("internet-gateway-id", |gateway| vec![gateway.internet_gateway_id.clone()]),
        ("owner-id", |gateway| vec![gateway.owner_id.clone()]),
        ("attachment.vpc-id", |gateway| {
            gateway.attachments.iter().map(|own| own.vpc_id.clone()).collect()
        }),
        ("attachment.state", |gateway| {
            gateway.attachments.iter().map(|own| own.state.to_owned()).collect()
        }),
    ];

    fn key(&self) -> String {
        self.internet_gateway_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::services::ec2::testing::Network;

    #[test]
    fn a_vpc_has_one_gateway_and_a_gateway_one_vpc() {
        let mut network = Network::new();
        let gateway = network.gateway();
        let again = json!({"InternetGatewayId": gateway, "VpcId": network.vpc});
        let fault = network.refused("AttachInternetGateway", again);
        assert_eq!(fault.code, "Resource.AlreadyAssociated");
        let made = network.call("CreateInternetGateway", json!({}));
        let second = &made["InternetGateway"]["InternetGatewayId"];
        let other = json!({"InternetGatewayId": second, "VpcId": network.vpc});
        assert_eq!(
            network.refused("AttachInternetGateway", other.clone()).code,
            "InvalidParameterValue"
        );
        assert_eq!(network.refused("DetachInternetGateway", other).code, "Gateway.NotAttached");
    }

    #[test]
    fn an_attached_gateway_can_not_be_deleted_nor_can_its_vpc() {
        let mut network = Network::new();
        let gateway = network.gateway();
        let delete = json!({"InternetGatewayId": gateway});
        let fault = network.refused("DeleteInternetGateway", delete.clone());
        assert_eq!(fault.code, "DependencyViolation");
        let vpc = json!({"VpcId": network.vpc});
        assert_eq!(network.refused("DeleteVpc", vpc.clone()).code, "DependencyViolation");
        let detach = json!({"InternetGatewayId": gateway, "VpcId": network.vpc});
        network.call("DetachInternetGateway", detach);
        network.call("DeleteInternetGateway", delete.clone());
        network.call("DeleteVpc", vpc);
        let fault = network.refused("DeleteInternetGateway", delete);
        assert_eq!(fault.code, "InvalidInternetGatewayID.NotFound");
    }

    #[test]
    fn a_public_address_in_use_holds_the_gateway() {
        let mut network = Network::new();
        let gateway = network.gateway();
        let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
        let interface = network.interface(&subnet);
        let address = network.address();
        let associate = json!({"AllocationId": address, "NetworkInterfaceId": interface});
        let made = network.call("AssociateAddress", associate);
        let detach = json!({"InternetGatewayId": gateway, "VpcId": network.vpc});
        let fault = network.refused("DetachInternetGateway", detach.clone());
        assert_eq!(fault.code, "DependencyViolation");
        network.call("DisassociateAddress", json!({"AssociationId": made["AssociationId"]}));
        network.call("DetachInternetGateway", detach);
    }
}
