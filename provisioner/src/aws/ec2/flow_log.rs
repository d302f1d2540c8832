//! `ec2.flow_log`: a record of the packets of a VPC, a subnet or an interface.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{FlowLogsResourceType, LogDestinationType, ResourceType, TrafficType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    filter, gone, in_order, ownership_filters, sync_tags, tag_specification, tags, text_of,
};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A flow log. Any change but of tags replaces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowLog {
    /// What is watched: a VPC, a subnet or a network interface. A change replaces.
    pub resource_id: String,
    /// Which packets: `accept`, `reject` or `all`. Default `all`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic_type: Option<Traffic>,
    /// Where the records go: a log group's or a bucket's ARN. A change replaces.
    pub log_destination: String,
    /// The role that may write to the log group. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// The fields of a record. Default AWS's. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_format: Option<String>,
    /// Over how many seconds packets are summed up: 60 or 600. Default 600. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_aggregation_interval: Option<i32>,
}

/// Which packets are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Traffic {
    /// What was let through.
    Accept,
    /// What was not.
    Reject,
    /// Both.
    All,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `fl-…`
    pub id: String,
}

impl Resource for FlowLog {
    const KIND: &'static str = "ec2.flow_log";
    const TRAITS: Traits = Traits {
        immutable: &[
            "resource_id",
            "traffic_type",
            "log_destination",
            "role_arn",
            "log_format",
            "max_aggregation_interval",
        ],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !matches!(self.max_aggregation_interval, None | Some(60 | 600)) {
            let message = "AWS sums packets up over 60 or 600 seconds.";
            problems.push(Problem::at("max_aggregation_interval", message));
        }
        if self.destination_type() == LogDestinationType::CloudWatchLogs && self.role_arn.is_none()
        {
            let message = "A flow log to CloudWatch Logs needs a role that may write there.";
            problems
                .push(Problem::at("", message).hint("declare an `iam.role` and write `role_arn`"));
        }
        if self.resource_type().is_none() {
            let message = format!("`{}` is no VPC, subnet or network interface.", self.resource_id);
            problems.push(Problem::at("resource_id", message));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        // This operation has no filter for ids, and an id list fails for all when one is gone.
        let mut found = Vec::new();
        let mut pages = cx.clients.ec2().describe_flow_logs().into_paginator().items().send();
        while let Some(log) = pages.next().await {
            let live = live(&log?)?;
            if ids.iter().any(|id| id.as_str() == live.outputs.id) {
                found.push((live.outputs.id.clone(), live));
            }
        }
        Ok(in_order(ids, found))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let mut filters = ownership_filters(owner);
        filters.push(filter("resource-id", [self.resource_id.as_str()]));
        let answer = cx.clients.ec2().describe_flow_logs().set_filter(Some(filters)).send().await?;
        Ok(answer.flow_logs().iter().filter_map(|log| log.flow_log_id().map(Id::from)).collect())
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let traffic = match self.traffic_type {
            Some(Traffic::Accept) => TrafficType::Accept,
            Some(Traffic::Reject) => TrafficType::Reject,
            Some(Traffic::All) | None => TrafficType::All,
        };
        let answer = cx
            .clients
            .ec2()
            .create_flow_logs()
            .client_token(&owner.token)
            .resource_ids(&self.resource_id)
            .set_resource_type(self.resource_type())
            .traffic_type(traffic)
            .log_destination_type(self.destination_type())
            .log_destination(&self.log_destination)
            .set_deliver_logs_permission_arn(self.role_arn.clone())
            .set_log_format(self.log_format.clone())
            .set_max_aggregation_interval(self.max_aggregation_interval)
            .tag_specifications(tag_specification(ResourceType::VpcFlowLog, owner))
            .send()
            .await?;
        // This call succeeds as a whole and tells of each log that it did not make.
        if let Some(error) = answer.unsuccessful().iter().find_map(|item| item.error()) {
            let (code, message) = (error.code().unwrap_or_default(), error.message());
            return Err(Error::with_code(code, message.unwrap_or_default()));
        }
        let id = answer.flow_log_ids().first().map(String::as_str);
        let id = text_of(id, "ec2:CreateFlowLogs", "FlowLogIds")?;
        Ok(Created::ready(id.clone(), Outputs { id }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        gone(cx.clients.ec2().delete_flow_logs().flow_log_ids(id.as_str()).send().await)
    }
}

impl FlowLog {
    fn resource_type(&self) -> Option<FlowLogsResourceType> {
        match self.resource_id.split_once('-')?.0 {
            "vpc" => Some(FlowLogsResourceType::Vpc),
            "subnet" => Some(FlowLogsResourceType::Subnet),
            "eni" => Some(FlowLogsResourceType::NetworkInterface),
            _ => None,
        }
    }

    fn destination_type(&self) -> LogDestinationType {
        match self.log_destination.split(':').nth(2) {
            Some("s3") => LogDestinationType::S3,
            Some("firehose") => LogDestinationType::KinesisDataFirehose,
            _ => LogDestinationType::CloudWatchLogs,
        }
    }
}

fn live(log: &ec2::FlowLog) -> Result<Live<FlowLog>> {
    let of = |value, member| text_of(value, "ec2:DescribeFlowLogs", member);
    let id = of(log.flow_log_id(), "FlowLogId")?;
    let traffic = match log.traffic_type() {
        Some(TrafficType::Accept) => Traffic::Accept,
        Some(TrafficType::Reject) => Traffic::Reject,
        _ => Traffic::All,
    };
    Ok(Live {
        spec: FlowLog {
            resource_id: of(log.resource_id(), "ResourceId")?,
            traffic_type: Some(traffic),
            log_destination: log.log_destination().unwrap_or_default().to_owned(),
            role_arn: log.deliver_logs_permission_arn().map(str::to_owned),
            log_format: log.log_format().map(str::to_owned),
            max_aggregation_interval: log.max_aggregation_interval(),
        },
        tags: Some(tags(log.tags())),
        status: Status::Ready,
        outputs: Outputs { id },
    })
}
