//! `ec2.flow_log`: a record of who talked with whom in a VPC, a subnet or at a network interface.

use aws_sdk_ec2::types as ec2;
use aws_sdk_ec2::types::{FlowLogsResourceType, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::unsuccessful;
use super::{describe, owned, ownership_filters, sync_tags, tag_specification, tags, text_of};
use crate::aws::read::in_order;
use crate::aws::word::{from_word, word};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status, Traits,
};

/// A flow log. AWS changes none but its tags.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlowLog {
    /// What it watches: the id of a VPC, a subnet, a network interface, or of a transit gateway or
    /// its attachment. A change replaces.
    pub resource_id: String,
    /// Which traffic it records; needed, except of a transit gateway. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic_type: Option<TrafficType>,
    /// Where it writes to. Default `cloud-watch-logs`. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_destination_type: Option<DestinationType>,
    /// The ARN of the log group (without `:*`), of the S3 bucket or a folder in it, or of the
    /// Firehose stream. A change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    pub log_destination: String,
    /// The role that writes to CloudWatch Logs, by its ARN; needed there. A change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iam_role_arn: Option<String>,
    /// The role that delivers to another account, by its ARN. Default: none. A change replaces.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver_cross_account_role: Option<String>,
    /// The fields of a record, in order, e.g. `$${srcaddr} $${dstaddr} $${action}` (in YAML, two
    /// dollars make one). Default: AWS's version 2. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_format: Option<String>,
    /// For how many seconds packets are taken together, 60 or 600. Default 600; for a transit
    /// gateway always 60. A change replaces.
    #[schemars(extend("enum" = [60, 600]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_aggregation_interval: Option<i32>,
    /// How files in S3 are written. A change replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_options: Option<DestinationOptions>,
}

/// Which traffic is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TrafficType {
    /// What was let through.
    Accept,
    /// What was not.
    Reject,
    /// Both.
    All,
}

/// Where records are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DestinationType {
    /// A log group.
    CloudWatchLogs,
    /// A bucket.
    S3,
    /// A Firehose stream.
    KinesisDataFirehose,
}

/// How files in S3 are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DestinationOptions {
    /// Their format. Default `plain-text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_format: Option<FileFormat>,
    /// Whether folders are named as Hive wants it. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hive_compatible_partitions: Option<bool>,
    /// Whether there is a folder an hour, and not only a day. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_hour_partition: Option<bool>,
}

/// The format of files in S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// Lines of text.
    PlainText,
    /// Apache Parquet.
    Parquet,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// `fl-…`
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

impl Resource for FlowLog {
    const KIND: &'static str = "ec2.flow_log";
    const TRAITS: Traits = Traits {
        immutable: &[
            "resource_id",
            "traffic_type",
            "log_destination_type",
            "log_destination",
            "iam_role_arn",
            "deliver_cross_account_role",
            "log_format",
            "max_aggregation_interval",
            "destination_options",
        ],
        compare: &[("deliver_cross_account_role", Compare::WriteOnly)],
        // AWS refuses a second one for the same traffic and destination.
        create_first: false,
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let transit = self.is_of_transit_gateway();
        let kind = resource_type(&self.resource_id).is_none().then(|| {
            Problem::at("resource_id", format!("`{}` can't be watched.", self.resource_id))
                .hint("write the id of a VPC, a subnet or a network interface")
        });
        let traffic = (self.traffic_type.is_none() && !transit && kind.is_none()).then(|| {
            Problem::at("traffic_type", "It is not said which traffic is recorded.")
                .hint("write traffic_type: ALL, ACCEPT or REJECT")
        });
        let star = self.log_destination.ends_with(":*").then(|| {
            Problem::at("log_destination", "The ARN of a log group as such ends with its name.")
                .hint("leave `:*` out")
        });
        kind.into_iter().chain(traffic).chain(star).chain(self.check_destination()).collect()
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let logs = describe("flow-log-id", ids.iter().map(Id::as_str), |filter| {
            let request = cx.clients.ec2().describe_flow_logs().filter(filter);
            request.into_paginator().items().send().try_collect()
        });
        let found = logs.await?.iter().map(|log| live(cx, log)).collect::<Result<_>>();
        Ok(in_order(ids, found?))
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let request = cx.clients.ec2().describe_flow_logs();
        let answer = request.set_filter(Some(ownership_filters(owner))).send().await?;
        let found = answer.flow_logs().iter();
        Ok(owned(owner, found.map(|log| (log.flow_log_id(), log.tags()))))
    }

    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let destination = self.log_destination_type.map(|kind| word(&kind).as_str().into());
        let answer = cx
            .clients
            .ec2()
            .create_flow_logs()
            .resource_ids(&self.resource_id)
            .set_resource_type(resource_type(&self.resource_id))
            .set_traffic_type(self.traffic_type.map(|kind| word(&kind).as_str().into()))
            .set_log_destination_type(destination)
            .log_destination(&self.log_destination)
            .set_deliver_logs_permission_arn(self.iam_role_arn.clone())
            .set_deliver_cross_account_role(self.deliver_cross_account_role.clone())
            .set_log_format(self.log_format.clone())
            .set_max_aggregation_interval(self.max_aggregation_interval)
            .set_destination_options(self.destination_options.as_ref().map(to_aws))
            .client_token(&owner.token)
            .tag_specifications(tag_specification(ResourceType::VpcFlowLog, owner))
            .send()
            .await?;
        unsuccessful(answer.unsuccessful())?;
        let id = answer.flow_log_ids().first().map(String::as_str);
        let id = text_of(id, "ec2:CreateFlowLogs", "FlowLogIds")?;
        let outputs = outputs(cx, &id);
        Ok(Created::ready(id, outputs))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        sync_tags(cx, id, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        let request = cx.clients.ec2().delete_flow_logs().flow_log_ids(id.as_str());
        let answer = async {
            let answer = request.send().await?;
            unsuccessful(answer.unsuccessful())
        };
        Error::optional(answer.await)?;
        Ok(Deleted::Gone)
    }
}

impl FlowLog {
    fn is_of_transit_gateway(&self) -> bool {
        self.resource_id.starts_with("tgw-")
    }

    fn check_destination(&self) -> Option<Problem> {
        let kind = self.log_destination_type.unwrap_or(DestinationType::CloudWatchLogs);
        match kind {
            DestinationType::CloudWatchLogs if self.iam_role_arn.is_none() => Some(
                Problem::at("iam_role_arn", "Writing to CloudWatch Logs takes a role.")
                    .hint("write iam_role_arn: ${role.arn}"),
            ),
            DestinationType::CloudWatchLogs | DestinationType::KinesisDataFirehose
                if self.destination_options.is_some() =>
            {
                Some(Problem::at("destination_options", "Only S3 has files."))
            }
            _ => None,
        }
    }
}

fn resource_type(id: &str) -> Option<FlowLogsResourceType> {
    match id.split('-').collect::<Vec<_>>().as_slice() {
        ["vpc", _] => Some(FlowLogsResourceType::Vpc),
        ["subnet", _] => Some(FlowLogsResourceType::Subnet),
        ["eni", _] => Some(FlowLogsResourceType::NetworkInterface),
        ["tgw", "attach", _] => Some(FlowLogsResourceType::TransitGatewayAttachment),
        ["tgw", _] => Some(FlowLogsResourceType::TransitGateway),
        _ => None,
    }
}

fn to_aws(options: &DestinationOptions) -> ec2::DestinationOptionsRequest {
    ec2::DestinationOptionsRequest::builder()
        .set_file_format(options.file_format.map(|format| word(&format).as_str().into()))
        .set_hive_compatible_partitions(options.hive_compatible_partitions)
        .set_per_hour_partition(options.per_hour_partition)
        .build()
}

fn from_aws(options: &ec2::DestinationOptionsResponse) -> DestinationOptions {
    DestinationOptions {
        file_format: options.file_format().and_then(|format| from_word(format.as_str())),
        hive_compatible_partitions: options.hive_compatible_partitions(),
        per_hour_partition: options.per_hour_partition(),
    }
}

fn live(cx: &Context, log: &ec2::FlowLog) -> Result<(String, Live<FlowLog>)> {
    let id = text_of(log.flow_log_id(), "ec2:DescribeFlowLogs", "FlowLogId")?;
    let own = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let group = |name: &str| cx.arn("logs", &format!("log-group:{name}"));
    // A log group may be told by its name alone.
    let destination = own(log.log_destination()).or_else(|| log.log_group_name().map(group));
    let destination = destination.unwrap_or_default();
    let live = Live {
        spec: FlowLog {
            resource_id: log.resource_id().unwrap_or_default().to_owned(),
            traffic_type: log.traffic_type().and_then(|kind| from_word(kind.as_str())),
            log_destination_type: match log.log_destination_type() {
                Some(kind) => from_word(kind.as_str()),
                None => Some(DestinationType::CloudWatchLogs),
            },
            log_destination: destination.strip_suffix(":*").unwrap_or(&destination).to_owned(),
            iam_role_arn: own(log.deliver_logs_permission_arn()),
            deliver_cross_account_role: own(log.deliver_cross_account_role()),
            log_format: own(log.log_format()),
            max_aggregation_interval: log.max_aggregation_interval(),
            destination_options: log.destination_options().map(from_aws),
        },
        outputs: outputs(cx, &id),
        tags: Some(tags(log.tags())),
        status: Status::Ready,
    };
    Ok((id, live))
}

fn outputs(cx: &Context, id: &str) -> Outputs {
    Outputs { id: id.to_owned(), arn: cx.arn("ec2", &format!("vpc-flow-log/{id}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_watched_shows_in_its_id() {
        assert_eq!(resource_type("vpc-1"), Some(FlowLogsResourceType::Vpc));
        let attachment = FlowLogsResourceType::TransitGatewayAttachment;
        assert_eq!(resource_type("tgw-attach-1"), Some(attachment));
        assert_eq!(resource_type("vpce-1"), None);
    }

    #[test]
    fn cloudwatch_takes_a_role_and_s3_alone_has_files() {
        let log = FlowLog {
            resource_id: "vpc-1".into(),
            traffic_type: Some(TrafficType::All),
            log_destination: "arn:aws:logs:eu-central-1:1:log-group:flow:*".into(),
            destination_options: Some(DestinationOptions::default()),
            ..FlowLog::default()
        };
        let paths: Vec<_> = log.validate().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["log_destination", "iam_role_arn"]);
        let s3 = FlowLog {
            log_destination: "arn:aws:s3:::logs".into(),
            log_destination_type: Some(DestinationType::S3),
            ..log
        };
        assert_eq!(s3.validate(), []);
    }
}
