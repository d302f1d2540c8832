//! VPC connectors: the subnets and security groups through which services reach a VPC.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::revisions::{Kind, Revision};
use crate::call::Call;
use crate::fault::Fault;
use crate::services::ec2::NewInterface;
use crate::services::page::page;
use crate::services::tags::{Tag, Tags};

pub(super) const KIND: Kind = "vpcconnector";
/// How errors call it.
const WHAT: &str = "VPC connector";
/// How long the network interfaces are usually still there after their connector's deletion, and
/// with them the subnets and the security groups.
const INTERFACES_LINGER: Duration = Duration::from_secs(60);

/// Where a connector leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcConnector {
    /// `subnet-…`, of one VPC.
    pub subnets: Vec<String>,
    /// `sg-…`, of the same VPC.
    pub security_groups: Vec<String>,
    /// `eni-…`, one in each subnet.
    pub interfaces: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateRequest {
    vpc_connector_name: String,
    subnets: Vec<String>,
    #[serde(default)]
    security_groups: Vec<String>,
    #[serde(default)]
    tags: Vec<Tag>,
}

/// What an operation on one connector answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    vpc_connector: View,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct View {
    vpc_connector_name: String,
    vpc_connector_arn: String,
    vpc_connector_revision: u32,
    subnets: Vec<String>,
    security_groups: Vec<String>,
    status: &'static str,
    created_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

/// Makes a connector, with a network interface in each subnet. A name has one revision at most.
pub(super) fn create(call: &mut Call<'_>, request: CreateRequest) -> Result<Answer, Fault> {
    let tags = Tags::new(request.tags).map_err(errors::invalid_tags)?;
    let name = request.vpc_connector_name;
    let kept = &call.region().apprunner.connectors;
    if kept.latest(&name).is_some() {
        return Err(errors::connector_exists(&name));
    }
    kept.check_room(&name)?;
    let vpc = vpc(call, &request.subnets)?;
    let security_groups = security_groups(call, &vpc, request.security_groups)?;
    let interfaces = open(call, &request.subnets, &security_groups)?;
    let content = VpcConnector { subnets: request.subnets, security_groups, interfaces };
    let revision = Revision::new(call, KIND, name, 1, content).tagged(tags);
    let answer = Answer { vpc_connector: view(&revision) };
    call.region().apprunner.connectors.add(revision);
    Ok(answer)
}

/// The VPC that all subnets are in.
fn vpc(call: &mut Call<'_>, subnets: &[String]) -> Result<String, Fault> {
    let ec2 = &call.region().ec2;
    let mut found: Option<&str> = None;
    for id in subnets {
        let subnet = ec2.subnet(id);
        let subnet = subnet.ok_or_else(|| errors::invalid(format!("Subnet not found: {id}")))?;
        if found.is_some_and(|vpc| vpc != subnet.vpc_id) {
            return Err(errors::invalid("All subnets must be in the same VPC."));
        }
        found = Some(&subnet.vpc_id);
    }
    let missing = || errors::invalid("At least one subnet must be provided.");
    found.map(str::to_owned).ok_or_else(missing)
}

/// The security groups that were asked for; the VPC's default one, if none was.
fn security_groups(
    call: &mut Call<'_>,
    vpc: &str,
    wanted: Vec<String>,
) -> Result<Vec<String>, Fault> {
    let ec2 = &call.region().ec2;
    for id in &wanted {
        let group = ec2.security_group(id);
        let group = group.ok_or_else(|| errors::invalid(format!("Security group not found: {id}")));
        if group?.vpc_id != vpc {
            return Err(errors::invalid(format!("The security group {id} is not in {vpc}.")));
        }
    }
    if !wanted.is_empty() {
        return Ok(wanted);
    }
    Ok(ec2.default_security_group(vpc).map(|group| group.id.clone()).into_iter().collect())
}

/// Opens interfaces that App Runner alone can close: in all subnets, or in none.
fn open(call: &mut Call<'_>, subnets: &[String], groups: &[String]) -> Result<Vec<String>, Fault> {
    let ec2 = &mut call.world.region(call.region).ec2;
    let mut opened: Vec<String> = Vec::new();
    for subnet in subnets {
        let request = NewInterface {
            subnet_id: subnet.clone(),
            group_ids: groups.to_vec(),
            description: "AWS App Runner VPC connector".to_owned(),
            requester_id: "amazon-apprunner".to_owned(),
            interface_type: "interface".to_owned(),
        };
        match ec2.open_interface(call.ids, request) {
            Ok(interface) => opened.push(interface),
            Err(fault) => {
                opened.iter().for_each(|interface| ec2.close_interface(interface));
                return Err(errors::invalid(fault.message));
            }
        }
    }
    Ok(opened)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ArnRequest {
    vpc_connector_arn: String,
}

/// Describes a connector, also one that was deleted not long ago.
pub(super) fn describe(call: &mut Call<'_>, request: ArnRequest) -> Result<Answer, Fault> {
    answer(call, &request.vpc_connector_arn)
}

/// Deletes a connector that no service has. AWS takes its time to close the interfaces.
pub(super) fn delete(call: &mut Call<'_>, request: ArnRequest) -> Result<Answer, Fault> {
    let (now, held) = (call.clock.now, call.faults.held_interface());
    let gone = call.after(INTERFACES_LINGER, held);
    let arn = usable(call, &request.vpc_connector_arn)
        .ok_or_else(|| errors::not_found(WHAT, &request.vpc_connector_arn))?;
    let region = call.region();
    if region.apprunner.has_connector(&arn) {
        return Err(errors::connector_in_use(&arn));
    }
    let found = region.apprunner.connectors.find(&arn);
    for interface in found.iter().flat_map(|revision| &revision.content.interfaces) {
        region.ec2.linger_interface(interface, gone);
    }
    region.apprunner.connectors.delete(&arn, now);
    answer(call, &arn)
}

/// The ARN of a connector that a service can have.
pub(super) fn usable(call: &mut Call<'_>, arn: &str) -> Option<String> {
    let found = call.region().apprunner.connectors.find(arn);
    found.filter(|revision| revision.deleted.is_none()).map(|revision| revision.arn.clone())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRequest {
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListResponse {
    vpc_connectors: Vec<View>,
    next_token: Option<String>,
}

/// Lists the connectors.
pub(super) fn list(call: &mut Call<'_>, request: ListRequest) -> Result<ListResponse, Fault> {
    let listed = call.region().apprunner.connectors.listed(None, false);
    let limit = request.max_results.unwrap_or(usize::MAX);
    let page = page(listed, request.next_token.as_deref(), limit, |revision| revision.key())
        .map_err(errors::invalid_token)?;
    Ok(ListResponse {
        vpc_connectors: page.items.into_iter().map(view).collect(),
        next_token: page.next,
    })
}

fn answer(call: &mut Call<'_>, arn: &str) -> Result<Answer, Fault> {
    let found = call.region().apprunner.connectors.find(arn);
    let found = found.ok_or_else(|| errors::not_found(WHAT, arn))?;
    Ok(Answer { vpc_connector: view(found) })
}

fn view(revision: &Revision<VpcConnector>) -> View {
    View {
        vpc_connector_name: revision.name.clone(),
        vpc_connector_arn: revision.arn.clone(),
        vpc_connector_revision: revision.number,
        subnets: revision.content.subnets.clone(),
        security_groups: revision.content.security_groups.clone(),
        status: revision.status(),
        created_at: revision.created,
        deleted_at: revision.deleted,
    }
}
