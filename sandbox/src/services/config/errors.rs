//! The service's errors, in AWS's words.

use crate::fault::Fault;

pub(super) fn recorder_not_found(name: &str) -> Fault {
    Fault::new(
        "NoSuchConfigurationRecorderException",
        format!("Cannot find configuration recorder with the specified name '{name}'."),
    )
}

pub(super) fn another_recorder(name: &str) -> Fault {
    Fault::new(
        "MaxNumberOfConfigurationRecordersExceededException",
        format!(
            "Failed to put configuration recorder '{name}' because the maximum number of \
             configuration recorders: 1 is reached."
        ),
    )
}

pub(super) fn recorder_name(name: &str) -> Fault {
    let message = format!("The configuration recorder name '{name}' is not valid, blank string.");
    Fault::new("InvalidConfigurationRecorderNameException", message)
}

pub(super) fn role(arn: &str) -> Fault {
    Fault::new(
        "InvalidRoleException",
        format!("The role '{arn}' is not valid or cannot be assumed."),
    )
}

pub(super) fn recording_group() -> Fault {
    Fault::new("InvalidRecordingGroupException", "The recording group provided is not valid")
}

pub(super) fn no_channel() -> Fault {
    Fault::new(
        "NoAvailableDeliveryChannelException",
        "Delivery channel is not available to start configuration recorder.",
    )
}

pub(super) fn no_recorder() -> Fault {
    Fault::new(
        "NoAvailableConfigurationRecorderException",
        "Configuration recorder is not available to put delivery channel.",
    )
}

pub(super) fn channel_not_found(name: &str) -> Fault {
    Fault::new(
        "NoSuchDeliveryChannelException",
        format!("Cannot find delivery channel with specified name '{name}'."),
    )
}

pub(super) fn another_channel(name: &str) -> Fault {
    Fault::new(
        "MaxNumberOfDeliveryChannelsExceededException",
        format!(
            "Failed to put delivery channel '{name}' because the maximum number of delivery \
             channels: 1 is reached."
        ),
    )
}

pub(super) fn channel_name(name: &str) -> Fault {
    let message = format!("The delivery channel name '{name}' is not valid, blank string.");
    Fault::new("InvalidDeliveryChannelNameException", message)
}

pub(super) fn bucket(name: &str) -> Fault {
    let message = format!("Cannot find a S3 bucket with an empty or invalid bucket name '{name}'.");
    Fault::new("NoSuchBucketException", message)
}

pub(super) fn topic() -> Fault {
    Fault::new("InvalidSNSTopicARNException", "The sns topic arn '' is not valid.")
}

pub(super) fn last_channel(name: &str) -> Fault {
    Fault::new(
        "LastDeliveryChannelDeleteFailedException",
        format!(
            "Failed to delete last specified delivery channel with name '{name}', because there \
             is a running configuration recorder."
        ),
    )
}
