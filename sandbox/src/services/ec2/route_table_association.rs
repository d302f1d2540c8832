//! Which subnets use a route table.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

use super::kind::{get, get_mut};
use super::route_table::{Association, AssociationState};
use super::state::State;
use super::{Here, errors, here};

/// Names a table and a subnet.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociateRouteTableRequest {
    route_table_id: String,
    subnet_id: Option<String>,
    gateway_id: Option<String>,
}

/// The association that was made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociateRouteTableResponse {
    association_id: String,
    association_state: AssociationState,
}

/// Lets a subnet use a table; a subnet uses one.
pub fn associate(
    call: &mut Call<'_>,
    request: AssociateRouteTableRequest,
) -> Result<AssociateRouteTableResponse, Fault> {
    let Here { state, ids, .. } = here(call);
    if request.gateway_id.is_some() {
        return Err(errors::not_built("route tables of gateways"));
    }
    let subnet = request.subnet_id.as_deref();
    let subnet = subnet.ok_or_else(|| errors::missing_parameter("subnetId"))?;
    let subnet = get(&state.subnets, subnet)?;
    let table = get(&state.route_tables, &request.route_table_id)?;
    if table.vpc_id != subnet.vpc_id {
        return Err(errors::table_in_another_network(&table.id, &subnet.id));
    }
    let uses_subnet = |own: &Association| own.subnet_id.as_ref() == Some(&subnet.id);
    if state.route_tables.values().any(|other| other.associations.iter().any(uses_subnet)) {
        return Err(errors::table_association_conflict(&table.id));
    }
    let association = Association { id: ids.ec2("rtbassoc"), subnet_id: Some(subnet.id.clone()) };
    let association_id = association.id.clone();
    get_mut(&mut state.route_tables, &request.route_table_id)?.associations.push(association);
    Ok(AssociateRouteTableResponse {
        association_id,
        association_state: AssociationState::ASSOCIATED,
    })
}

impl State {
    /// The table that has the association, and the association.
    fn association(&self, id: &str) -> Result<(String, Association), Fault> {
        let mut all = self
            .route_tables
            .values()
            .flat_map(|table| table.associations.iter().map(|own| (table.id.clone(), own.clone())));
        all.find(|(_, own)| own.id == id).ok_or_else(|| errors::association_not_found(id))
    }

    fn drop_association(&mut self, table: &str, id: &str) -> Result<(), Fault> {
        get_mut(&mut self.route_tables, table)?.associations.retain(|own| own.id != id);
        Ok(())
    }
}

/// Names an association.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DisassociateRouteTableRequest {
    association_id: String,
}

/// Lets a subnet use the main table again.
pub fn disassociate(
    call: &mut Call<'_>,
    request: DisassociateRouteTableRequest,
) -> Result<Empty, Fault> {
    let state = here(call).state;
    let (table, association) = state.association(&request.association_id)?;
    if association.subnet_id.is_none() {
        return Err(errors::main_association(&association.id));
    }
    state.drop_association(&table, &association.id)?;
    Ok(Empty {})
}

/// Names an association and another table.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReplaceRouteTableAssociationRequest {
    association_id: String,
    route_table_id: String,
}

/// The association that took the other's place.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReplaceRouteTableAssociationResponse {
    new_association_id: String,
    association_state: AssociationState,
}

/// Lets a subnet use another table, or makes another table the main one.
pub fn replace(
    call: &mut Call<'_>,
    request: ReplaceRouteTableAssociationRequest,
) -> Result<ReplaceRouteTableAssociationResponse, Fault> {
    let Here { state, ids, .. } = here(call);
    let (old_table, old) = state.association(&request.association_id)?;
    let vpc = &get(&state.route_tables, &old_table)?.vpc_id;
    let table = get(&state.route_tables, &request.route_table_id)?;
    if table.vpc_id != *vpc {
        let used_by = old.subnet_id.as_ref().unwrap_or(vpc);
        return Err(errors::table_in_another_network(&table.id, used_by));
    }
    state.drop_association(&old_table, &old.id)?;
    let new = Association { id: ids.ec2("rtbassoc"), subnet_id: old.subnet_id };
    let new_association_id = new.id.clone();
    get_mut(&mut state.route_tables, &request.route_table_id)?.associations.push(new);
    Ok(ReplaceRouteTableAssociationResponse {
        new_association_id,
        association_state: AssociationState::ASSOCIATED,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::services::ec2::testing::Network;

    #[test]
    fn a_subnet_uses_one_table() {
        let mut network = Network::new();
        let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
        let (one, other) = (network.route_table(), network.route_table());
        let request = |table: &str| json!({"RouteTableId": table, "SubnetId": subnet});
        let made = network.call("AssociateRouteTable", request(&one));
        for table in [&one, &other] {
            let fault = network.refused("AssociateRouteTable", request(table));
            assert_eq!(fault.code, "Resource.AlreadyAssociated");
        }
        let fault = network.refused("DeleteRouteTable", json!({"RouteTableId": one}));
        assert_eq!(fault.code, "DependencyViolation");
        let association = json!({"AssociationId": made["AssociationId"]});
        network.call("DisassociateRouteTable", association.clone());
        network.call("DeleteRouteTable", json!({"RouteTableId": one}));
        let fault = network.refused("DisassociateRouteTable", association);
        assert_eq!(fault.code, "InvalidAssociationID.NotFound");
    }

    #[test]
    fn a_gateway_has_no_table_here() {
        let mut network = Network::new();
        let request = json!({"RouteTableId": network.route_table(), "GatewayId": "igw-1"});
        assert_eq!(network.refused("AssociateRouteTable", request).code, "NotImplemented");
    }

    #[test]
    fn a_subnet_takes_its_association_with_it() {
        let mut network = Network::new();
        let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
        let table = network.route_table();
        network.call("AssociateRouteTable", json!({"RouteTableId": table, "SubnetId": subnet}));
        network.call("DeleteSubnet", json!({"SubnetId": subnet}));
        network.call("DeleteRouteTable", json!({"RouteTableId": table}));
    }

    #[test]
    fn the_main_association_can_be_moved_but_not_removed() {
        let mut network = Network::new();
        let main = |network: &mut Network| -> Value {
            let filters = json!([{"Name": "association.main", "Values": ["true"]}]);
            network.call("DescribeRouteTables", json!({"Filters": filters}))["RouteTables"][0]
                .take()
        };
        let association = main(&mut network)["Associations"][0]["RouteTableAssociationId"].clone();
        let remove = json!({"AssociationId": association});
        assert_eq!(network.refused("DisassociateRouteTable", remove).code, "InvalidParameterValue");
        let table = network.route_table();
        let replace = json!({"AssociationId": association, "RouteTableId": table});
        network.call("ReplaceRouteTableAssociation", replace);
        assert_eq!(main(&mut network)["RouteTableId"], table);
    }

    #[test]
    fn table_and_subnet_are_of_one_vpc() {
        let mut network = Network::new();
        let subnet = network.subnet("10.0.0.0/24", "us-east-1a");
        let other = Network::vpc_in(&mut network.fixture);
        let made = network.call("CreateRouteTable", json!({"VpcId": other}));
        let table = &made["RouteTable"]["RouteTableId"];
        let request = json!({"RouteTableId": table, "SubnetId": subnet});
        assert_eq!(network.refused("AssociateRouteTable", request).code, "InvalidParameterValue");
    }
}
