//! Flow logs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Clock, Ids};
use crate::fault::Fault;
use crate::services::tags::{Tag, Tags};

use super::filters::{self, Described, Filters, Listing};
use super::idempotency::Attempt;
use super::kind::{Kind, Object, get, select};
use super::state::State;
use super::tags::{TagSpecification, specified};
use super::{Here, Scope, UnsuccessfulItem, errors, here};

/// What a record says unless the caller chooses.
const DEFAULT_FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} \
    ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// A record of the traffic of a VPC, subnet or interface.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FlowLog {
    pub(super) id: String,
    /// What is watched.
    pub(super) resource_id: String,
    pub(super) created_at: Timestamp,
    pub(super) settings: Settings,
    pub(super) tags: Tags,
}

/// What is written, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Settings {
    traffic_type: String,
    log_destination_type: String,
    log_destination: Option<String>,
    log_group_name: Option<String>,
    deliver_logs_permission_arn: Option<String>,
    log_format: String,
    max_aggregation_interval: u16,
    destination_options: Option<DestinationOptions>,
}

/// How files are written to S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DestinationOptions {
    #[serde(default = "plain_text")]
    file_format: String,
    #[serde(default)]
    hive_compatible_partitions: bool,
    #[serde(default)]
    per_hour_partition: bool,
}

fn plain_text() -> String {
    "plain-text".to_owned()
}

impl Object for FlowLog {
    const KIND: Kind = Kind::FlowLog;

    fn tags(&self) -> &Tags {
        &self.tags
    }

    fn tags_mut(&mut self) -> &mut Tags {
        &mut self.tags
    }
}

/// Asks for logs.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateFlowLogsRequest {
    resource_ids: Vec<String>,
    resource_type: String,
    traffic_type: Option<String>,
    log_destination_type: Option<String>,
    log_destination: Option<String>,
    log_group_name: Option<String>,
    deliver_logs_permission_arn: Option<String>,
    log_format: Option<String>,
    max_aggregation_interval: Option<u16>,
    destination_options: Option<DestinationOptions>,
    #[serde(skip_serializing)]
    client_token: Option<String>,
    #[serde(default)]
    tag_specifications: Vec<TagSpecification>,
}

/// The logs that were made, and the resources that got none.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateFlowLogsResponse {
    flow_log_ids: Vec<String>,
    client_token: Option<String>,
    unsuccessful: Vec<UnsuccessfulItem>,
}

/// Makes a log for each resource, each by itself.
pub fn create(
    call: &mut Call<'_>,
    mut request: CreateFlowLogsRequest,
) -> Result<CreateFlowLogsResponse, Fault> {
    let Here { state, ids, clock, scope } = here(call);
    let client_token = request.client_token.take();
    let attempt = Attempt::new("CreateFlowLogs", client_token.as_deref(), &request)?;
    let made = state.tokens.made_before(&attempt)?;
    if made.iter().any(|id| state.flow_logs.contains_key(id)) {
        let flow_log_ids = made.to_vec();
        return Ok(CreateFlowLogsResponse { flow_log_ids, client_token, unsuccessful: Vec::new() });
    }
    let tags = specified(&request.tag_specifications, Kind::FlowLog)?;
    let resources = std::mem::take(&mut request.resource_ids);
    let resource_type = std::mem::take(&mut request.resource_type);
    let settings = settings(request, scope)?;
    let mut flow_log_ids = Vec::new();
    let mut unsuccessful = Vec::new();
    for resource in resources {
        let checked = state.check_flow_log(&resource, &resource_type, &settings);
        if let Err(fault) = checked {
            unsuccessful.push(UnsuccessfulItem::new(resource, fault));
            continue;
        }
        let log = FlowLog::new(resource, settings.clone(), tags.clone(), ids, clock);
        flow_log_ids.push(log.id.clone());
        state.flow_logs.insert(log.id.clone(), log);
    }
    state.tokens.remember(attempt, flow_log_ids.clone(), clock.now);
    // AWS answers a token of its own where the request has none.
    let client_token = client_token.or_else(|| Some(ids.uuid()));
    Ok(CreateFlowLogsResponse { flow_log_ids, client_token, unsuccessful })
}

impl FlowLog {
    fn new(
        resource_id: String,
        settings: Settings,
        tags: Tags,
        ids: &mut Ids,
        clock: Clock,
    ) -> Self {
        Self { id: ids.ec2("fl"), resource_id, created_at: clock.now, settings, tags }
    }
}

impl State {
    /// The resource exists, and is not watched in the same way already.
    fn check_flow_log(
        &self,
        resource: &str,
        resource_type: &str,
        settings: &Settings,
    ) -> Result<(), Fault> {
        match resource_type {
            "VPC" => get(&self.vpcs, resource).map(drop)?,
            "Subnet" => get(&self.subnets, resource).map(drop)?,
            "NetworkInterface" => get(&self.network_interfaces, resource).map(drop)?,
            other => return Err(errors::value_not_valid(other, "resourceType")),
        }
        let same = |log: &FlowLog| log.resource_id == resource && log.settings == *settings;
        if self.flow_logs.values().any(same) {
            return Err(errors::flow_log_already_exists());
        }
        Ok(())
    }
}

/// The settings asked for, with AWS's defaults, by AWS's rules.
fn settings(request: CreateFlowLogsRequest, scope: Scope<'_>) -> Result<Settings, Fault> {
    let interval = request.max_aggregation_interval.unwrap_or(600);
    if ![60, 600].contains(&interval) {
        return Err(errors::value_not_valid(&interval.to_string(), "maxAggregationInterval"));
    }
    let traffic = request.traffic_type.ok_or_else(|| errors::missing_parameter("trafficType"))?;
    let mut settings = Settings {
        traffic_type: traffic,
        log_destination_type: request
            .log_destination_type
            .unwrap_or_else(|| "cloud-watch-logs".into()),
        log_destination: request.log_destination,
        log_group_name: request.log_group_name,
        deliver_logs_permission_arn: request.deliver_logs_permission_arn,
        log_format: request.log_format.unwrap_or_else(|| DEFAULT_FORMAT.into()),
        max_aggregation_interval: interval,
        destination_options: request.destination_options,
    };
    match settings.log_destination_type.as_str() {
        "cloud-watch-logs" => to_log_group(&mut settings, scope)?,
        service => to_arn(&settings, if service == "s3" { "s3" } else { "firehose" })?,
    }
    Ok(settings)
}

/// A log group is named by name or by ARN, and needs a role that may write to it.
fn to_log_group(settings: &mut Settings, scope: Scope<'_>) -> Result<(), Fault> {
    let role = settings.deliver_logs_permission_arn.as_deref();
    let role = role.ok_or_else(errors::flow_log_needs_role)?;
    if !has_shape(role, "iam", "role/") {
        return Err(errors::value_not_valid(role, "deliverLogsPermissionArn"));
    }
    match (&settings.log_group_name, &settings.log_destination) {
        (Some(name), None) => {
            let (region, account) = (scope.region, scope.account);
            let arn = format!("arn:aws:logs:{region}:{account}:log-group:{name}");
            settings.log_destination = Some(arn);
        }
        (None, Some(arn)) if has_shape(arn, "logs", "log-group:") => {
            let (_, name) = arn.split_once("log-group:").unwrap_or_default();
            settings.log_group_name = Some(name.trim_end_matches(":*").to_owned());
        }
        (None, Some(arn)) => return Err(errors::value_not_valid(arn, "logDestination")),
        (None, None) => return Err(errors::missing_parameter("logGroupName")),
        (Some(_), Some(_)) => return Err(errors::two_log_destinations()),
    }
    Ok(())
}

/// A bucket or a stream is named by ARN, and needs no role.
fn to_arn(settings: &Settings, service: &str) -> Result<(), Fault> {
    let arn = settings.log_destination.as_deref();
    let arn = arn.ok_or_else(|| errors::missing_parameter("logDestination"))?;
    if settings.log_group_name.is_some() || !has_shape(arn, service, "") {
        return Err(errors::value_not_valid(arn, "logDestination"));
    }
    Ok(())
}

/// Whether this is an ARN of a service, with a resource that begins so.
fn has_shape(arn: &str, service: &str, resource: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, own, _, _, rest] => {
            *own == service && rest.len() > resource.len() && rest.starts_with(resource)
        }
        _ => false,
    }
}

/// Names logs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteFlowLogsRequest {
    flow_log_ids: Vec<String>,
}

/// The logs that were not deleted.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteFlowLogsResponse {
    unsuccessful: Vec<UnsuccessfulItem>,
}

/// Deletes logs, each by itself.
pub fn delete(
    call: &mut Call<'_>,
    request: DeleteFlowLogsRequest,
) -> Result<DeleteFlowLogsResponse, Fault> {
    let state = here(call).state;
    for id in &request.flow_log_ids {
        Kind::FlowLog.check(id)?;
    }
    let mut unsuccessful = Vec::new();
    for id in request.flow_log_ids {
        if state.flow_logs.remove(&id).is_none() {
            let fault = errors::not_found(Kind::FlowLog, &id);
            unsuccessful.push(UnsuccessfulItem::new(id, fault));
        }
    }
    Ok(DeleteFlowLogsResponse { unsuccessful })
}

/// Asks for logs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeFlowLogsRequest {
    #[serde(default)]
    flow_log_ids: Vec<String>,
    #[serde(flatten)]
    listing: Listing,
}

/// A page of logs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeFlowLogsResponse {
    flow_logs: Vec<LogDescription>,
    next_token: Option<String>,
}

/// Lists logs.
pub fn describe(
    call: &mut Call<'_>,
    request: DescribeFlowLogsRequest,
) -> Result<DescribeFlowLogsResponse, Fault> {
    let logs = select(&here(call).state.flow_logs, &request.flow_log_ids)?;
    let page =
        filters::list(logs.into_iter().map(LogDescription::from).collect(), &request.listing)?;
    Ok(DescribeFlowLogsResponse { flow_logs: page.items, next_token: page.next })
}

/// A log as responses show it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogDescription {
    flow_log_id: String,
    resource_id: String,
    creation_time: Timestamp,
    flow_log_status: &'static str,
    deliver_logs_status: &'static str,
    #[serde(flatten)]
    settings: Settings,
    tags: Vec<Tag>,
}

impl From<&FlowLog> for LogDescription {
    fn from(log: &FlowLog) -> Self {
        Self {
            flow_log_id: log.id.clone(),
            resource_id: log.resource_id.clone(),
            creation_time: log.created_at,
            flow_log_status: "ACTIVE",
            deliver_logs_status: "SUCCESS",
            settings: log.settings.clone(),
            tags: log.tags.list(),
        }
    }
}

impl Described for LogDescription {
    const FILTERS: Filters<Self> = &[
        ("flow-log-id", |log| vec![log.flow_log_id.clone()]),
        ("resource-id", |log| vec![log.resource_id.clone()]),
        ("deliver-log-status", |log| vec![log.deliver_logs_status.to_owned()]),
        ("log-destination-type", |log| vec![log.settings.log_destination_type.clone()]),
        ("log-group-name", |log| log.settings.log_group_name.iter().cloned().collect()),
        ("traffic-type", |log| vec![log.settings.traffic_type.clone()]),
    ];

    fn key(&self) -> String {
        self.flow_log_id.clone()
    }

    fn tags(&self) -> Vec<Tag> {
        self.tags.clone()
    }
}

#[cfg(test)]
#[path = "flow_log_tests.rs"]
mod tests;
