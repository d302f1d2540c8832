//! AWS Config: the recorder of a region and the channel through which it delivers.
//!
//! The recorder is kept with what it is to record, but writes no history: whether the channel's
//! bucket exists and lets Config write is not looked at. There are no rules of Config's; Security
//! Hub evaluates its controls by itself.

mod channel;
mod errors;
mod recorder;
mod state;
mod status;
#[cfg(test)]
mod tests;

pub use state::State;

use super::{Operation, operation};

/// The supported operations.
pub const OPERATIONS: &[Operation] = &[
    operation!("DeleteConfigurationRecorder", recorder::delete),
    operation!("DeleteDeliveryChannel", channel::delete),
    operation!("DescribeConfigurationRecorderStatus", status::recorder),
    operation!("DescribeConfigurationRecorders", recorder::describe),
    operation!("DescribeDeliveryChannelStatus", status::channel),
    operation!("DescribeDeliveryChannels", channel::describe),
    operation!("PutConfigurationRecorder", recorder::put),
    operation!("PutDeliveryChannel", channel::put),
    operation!("StartConfigurationRecorder", status::start),
    operation!("StopConfigurationRecorder", status::stop),
];
