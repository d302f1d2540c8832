//! The channel through which configurations are delivered.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use crate::call::Call;
use crate::fault::Fault;
use crate::services::Empty;

const DEFAULT_NAME: &str = "default";

/// A channel, as the model has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Channel {
    #[serde(default = "default_name")]
    pub name: String,
    #[serde(default)]
    s3_bucket_name: String,
    s3_key_prefix: Option<String>,
    s3_kms_key_arn: Option<String>,
    #[serde(rename = "snsTopicARN")]
    topic: Option<String>,
    config_snapshot_delivery_properties: Option<Value>,
}

fn default_name() -> String {
    DEFAULT_NAME.to_owned()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutRequest {
    delivery_channel: Channel,
}

/// Makes the region's channel, or changes all of it. AWS: there must be a recorder.
pub(super) fn put(call: &mut Call<'_>, request: PutRequest) -> Result<Empty, Fault> {
    let channel = request.delivery_channel;
    let config = &call.region().config;
    if channel.name.is_empty() {
        return Err(errors::channel_name(&channel.name));
    }
    if config.recorder.is_none() {
        return Err(errors::no_recorder());
    }
    if config.channel.as_ref().is_some_and(|former| former.name != channel.name) {
        return Err(errors::another_channel(&channel.name));
    }
    if !(3..=63).contains(&channel.s3_bucket_name.len()) {
        return Err(errors::bucket(&channel.s3_bucket_name));
    }
    if channel.topic.as_deref() == Some("") {
        return Err(errors::topic());
    }
    call.region().config.channel = Some(channel);
    Ok(Empty {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DescribeRequest {
    #[serde(default)]
    pub delivery_channel_names: Vec<String>,
}

/// The region's channel: one, or none. One that is named must be there.
pub(super) fn describe(call: &mut Call<'_>, request: DescribeRequest) -> Result<Value, Fault> {
    let config = &call.region().config;
    for name in &request.delivery_channel_names {
        config.channel(name)?;
    }
    let channels: Vec<&Channel> = config.channel.iter().collect();
    Ok(json!({ "DeliveryChannels": channels }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChannelName {
    delivery_channel_name: String,
}

/// Deletes the channel, which no recorder may be using.
pub(super) fn delete(call: &mut Call<'_>, request: ChannelName) -> Result<Empty, Fault> {
    let config = &mut call.region().config;
    let name = config.channel(&request.delivery_channel_name)?.name.clone();
    if config.is_recording() {
        return Err(errors::last_channel(&name));
    }
    config.channel = None;
    Ok(Empty {})
}
