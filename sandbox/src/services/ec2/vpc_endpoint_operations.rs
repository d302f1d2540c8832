//! Creating, changing and deleting VPC endpoints.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::{Call, Clock, Ids};
use crate::fault::Fault;

use super::endpoint_service::{self, EndpointService};
use super::idempotency::Attempt;
use super::kind::{Kind, get, get_mut};
use super::security_group_changes::Done;
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::vpc_endpoint::{EndpointState, EndpointType, VpcEndpoint};
use super::vpc_endpoint_list::EndpointDescription;
use super::{Here, Scope, UnsuccessfulItem, errors, here};

/// What a policy says that lets everybody do everything: the one that an endpoint starts with.
const FULL_ACCESS: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// Asks for an endpoint.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateVpcEndpointRequest {
    vpc_id: String,
    service_name: Option<String>,
    vpc_endpoint_type: Option<EndpointType>,
    policy_document: Option<String>,
    #[serde(default)]
    route_table_ids: Vec<String>,
    #[serde(default)]
    subnet_ids: Vec<String>,
    #[serde(default)]
    security_group_ids: Vec<String>,
    private_dns_enabled: Option<bool>,
    #[serde(skip_serializing)]
    client_token: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The endpoint that is being made.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateVpcEndpointResponse {
    vpc_endpoint: EndpointDescription,
    client_token: Option<String>,
}

/// Begins to make an endpoint.
pub fn create(
    call: &mut Call<'_>,
    mut request: CreateVpcEndpointRequest,
) -> Result<CreateVpcEndpointResponse, Fault> {
    let Here { state, ids, clock, scope } = here(call);
    let client_token = request.client_token.take();
    let attempt = Attempt::new("CreateVpcEndpoint", client_token.as_deref(), &request)?;
    let made = state.tokens.made_before(&attempt)?.first().cloned();
    let id = match made.filter(|id| state.vpc_endpoints.contains_key(id)) {
        Some(id) => id,
        None => {
            let id = state.make_endpoint(request, ids, clock, scope)?;
            state.tokens.remember(attempt, vec![id.clone()], clock.now);
            id
        }
    };
    let vpc_endpoint = EndpointDescription::of(get(&state.vpc_endpoints, &id)?, state, scope);
    Ok(CreateVpcEndpointResponse { vpc_endpoint, client_token })
}

impl State {
    fn make_endpoint(
        &mut self,
        request: CreateVpcEndpointRequest,
        ids: &mut Ids,
        clock: Clock,
        scope: Scope<'_>,
    ) -> Result<String, Fault> {
        let vpc_id = get(&self.vpcs, &request.vpc_id)?.id.clone();
        let endpoint_type = request.vpc_endpoint_type.unwrap_or_default();
        let name = request.service_name.as_deref();
        let name = name.ok_or_else(|| errors::missing_parameter("serviceName"))?;
        let service = endpoint_service::find(name, endpoint_type, scope.region)?;
        check_members(endpoint_type, &request)?;
        let is_interface = endpoint_type == EndpointType::Interface;
        let mut endpoint = VpcEndpoint {
            group_ids: if is_interface {
                self.groups_or_default(request.security_group_ids, &vpc_id)
            } else {
                Vec::new()
            },
            id: ids.ec2("vpce"),
            vpc_id,
            service_name: service.name.clone(),
            endpoint_type,
            policy_document: policy(request.policy_document)?,
            route_table_ids: Vec::new(),
            subnets: Vec::new(),
            private_dns_enabled: request.private_dns_enabled.unwrap_or(is_interface),
            dns_suffix: ids.hex(8),
            created_at: clock.now,
            progress: VpcEndpoint::beginning(endpoint_type, clock),
            tags: specified(&request.tag_specifications, Kind::VpcEndpoint)?,
        };
        self.check_endpoint_tables(&endpoint, &request.route_table_ids)?;
        self.check_endpoint_groups(&endpoint.vpc_id, &endpoint.group_ids)?;
        self.check_endpoint_subnets(&endpoint, &request.subnet_ids)?;
        self.check_dns(&endpoint, &service)?;
        endpoint.subnets = self.open_endpoint_interfaces(&endpoint, request.subnet_ids, ids)?;
        endpoint.route_table_ids = request.route_table_ids;
        let id = endpoint.id.clone();
        self.vpc_endpoints.insert(id.clone(), endpoint);
        Ok(id)
    }

    fn check_dns(&self, endpoint: &VpcEndpoint, service: &EndpointService) -> Result<(), Fault> {
        match &service.private_name {
            Some(name) if endpoint.private_dns_enabled => self.check_private_dns(endpoint, name),
            None if endpoint.private_dns_enabled => Err(errors::private_dns_of_gateway()),
            _ => Ok(()),
        }
    }
}

/// Refuses the members of the other type.
fn check_members(kind: EndpointType, request: &CreateVpcEndpointRequest) -> Result<(), Fault> {
    let wrong = match kind {
        EndpointType::Gateway if !request.subnet_ids.is_empty() => "SubnetIds",
        EndpointType::Gateway if !request.security_group_ids.is_empty() => "SecurityGroupIds",
        EndpointType::Interface if !request.route_table_ids.is_empty() => "RouteTableIds",
        _ => return Ok(()),
    };
    Err(errors::not_for_endpoint_type(wrong, kind.word()))
}

/// The policy asked for, or full access. An empty document asks for the default, too.
fn policy(asked: Option<String>) -> Result<String, Fault> {
    let Some(document) = asked.filter(|document| !document.is_empty()) else {
        return Ok(FULL_ACCESS.to_owned());
    };
    match serde_json::from_str::<Value>(&document) {
        Ok(Value::Object(policy)) if policy.contains_key("Statement") => Ok(document),
        _ => Err(errors::policy_not_valid()),
    }
}

/// Changes an endpoint.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifyVpcEndpointRequest {
    vpc_endpoint_id: String,
    reset_policy: Option<bool>,
    policy_document: Option<String>,
    #[serde(default)]
    add_route_table_ids: Vec<String>,
    #[serde(default)]
    remove_route_table_ids: Vec<String>,
    #[serde(default)]
    add_subnet_ids: Vec<String>,
    #[serde(default)]
    remove_subnet_ids: Vec<String>,
    #[serde(default)]
    add_security_group_ids: Vec<String>,
    #[serde(default)]
    remove_security_group_ids: Vec<String>,
    private_dns_enabled: Option<bool>,
}

/// Changes an endpoint: all of it or nothing.
pub fn modify(call: &mut Call<'_>, request: ModifyVpcEndpointRequest) -> Result<Done, Fault> {
    let Here { state, ids, scope, .. } = here(call);
    let old = get(&state.vpc_endpoints, &request.vpc_endpoint_id)?;
    if old.progress.state() == EndpointState::Deleting {
        return Err(errors::endpoint_state_not_valid(&old.id, old.progress.state().word()));
    }
    let mut new = old.clone();
    let service = endpoint_service::find(&old.service_name, old.endpoint_type, scope.region)?;
    request.check_type(&new)?;
    let leaving: Vec<_> = new
        .subnets
        .extract_if(.., |own| request.remove_subnet_ids.contains(&own.subnet_id))
        .collect();
    state.check_endpoint_subnets(&new, &request.add_subnet_ids)?;
    state.check_endpoint_tables(&new, &request.add_route_table_ids)?;
    state.check_endpoint_groups(&new.vpc_id, &request.add_security_group_ids)?;
    request.apply(&mut new)?;
    if new.endpoint_type == EndpointType::Interface && new.group_ids.is_empty() {
        return Err(errors::endpoint_needs_group());
    }
    state.check_dns(&new, &service)?;
    let added = state.open_endpoint_interfaces(&new, request.add_subnet_ids, ids)?;
    new.subnets.extend(added);
    state.close_endpoint_interfaces(&leaving);
    for own in &new.subnets {
        let interface = get_mut(&mut state.network_interfaces, &own.network_interface_id)?;
        interface.group_ids.clone_from(&new.group_ids);
    }
    state.vpc_endpoints.insert(new.id.clone(), new);
    Ok(Done::new())
}

impl ModifyVpcEndpointRequest {
    /// Refuses the members of the other type.
    fn check_type(&self, endpoint: &VpcEndpoint) -> Result<(), Fault> {
        let kind = endpoint.endpoint_type;
        let wrong = match kind {
            EndpointType::Gateway if !self.add_subnet_ids.is_empty() => "AddSubnetIds",
            EndpointType::Gateway if !self.add_security_group_ids.is_empty() => {
                "AddSecurityGroupIds"
            }
            EndpointType::Interface if !self.add_route_table_ids.is_empty() => "AddRouteTableIds",
            _ => return Ok(()),
        };
        Err(errors::not_for_endpoint_type(wrong, kind.word()))
    }

    /// Lays all but the subnets over the endpoint.
    fn apply(&self, endpoint: &mut VpcEndpoint) -> Result<(), Fault> {
        endpoint.route_table_ids.retain(|id| !self.remove_route_table_ids.contains(id));
        endpoint.route_table_ids.extend(self.add_route_table_ids.iter().cloned());
        endpoint.group_ids.retain(|id| !self.remove_security_group_ids.contains(id));
        for id in &self.add_security_group_ids {
            if !endpoint.group_ids.contains(id) {
                endpoint.group_ids.push(id.clone());
            }
        }
        if self.reset_policy.unwrap_or_default() {
            FULL_ACCESS.clone_into(&mut endpoint.policy_document);
        } else if self.policy_document.is_some() {
            endpoint.policy_document = policy(self.policy_document.clone())?;
        }
        if let Some(wanted) = self.private_dns_enabled {
            endpoint.private_dns_enabled = wanted;
        }
        Ok(())
    }
}

/// Names endpoints.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteVpcEndpointsRequest {
    vpc_endpoint_ids: Vec<String>,
}

/// The endpoints that were not deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteVpcEndpointsResponse {
    unsuccessful: Vec<UnsuccessfulItem>,
}

/// Begins to delete endpoints, each by itself.
pub fn delete(
    call: &mut Call<'_>,
    request: DeleteVpcEndpointsRequest,
) -> Result<DeleteVpcEndpointsResponse, Fault> {
    let Here { state, clock, .. } = here(call);
    for id in &request.vpc_endpoint_ids {
        Kind::VpcEndpoint.check(id)?;
    }
    let mut unsuccessful = Vec::new();
    for id in request.vpc_endpoint_ids {
        if let Err(fault) = state.delete_endpoint(&id, clock) {
            unsuccessful.push(UnsuccessfulItem::new(id, fault));
        }
    }
    Ok(DeleteVpcEndpointsResponse { unsuccessful })
}

#[cfg(test)]
#[path = "vpc_endpoint_tests.rs"]
mod tests;
