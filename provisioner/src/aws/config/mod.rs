//! AWS Config: what resources are like, and were. A region has one recorder and one channel.

use aws_sdk_config::types::{ConfigurationRecorder, DeliveryChannel};

use super::Context;
use crate::resource::Result;

pub mod delivery_channel;
pub mod recorder;
pub mod recorder_status;

/// The region's recorder; AWS's services may have others, which are theirs.
async fn the_recorder(cx: &Context) -> Result<Option<ConfigurationRecorder>> {
    let answer = cx.clients.config_service().describe_configuration_recorders().send().await?;
    let recorders = answer.configuration_recorders.unwrap_or_default();
    Ok(recorders.into_iter().find(|recorder| recorder.service_principal().is_none()))
}

/// The region's delivery channel.
async fn the_channel(cx: &Context) -> Result<Option<DeliveryChannel>> {
    let answer = cx.clients.config_service().describe_delivery_channels().send().await?;
    Ok(answer.delivery_channels.unwrap_or_default().into_iter().next())
}
