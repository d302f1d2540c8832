"""AWS Config: the recorder of a region and its channel."""

from . import ACCOUNT, refused, trust


def run(aws):
    config, iam = aws("config"), aws("iam")
    policy = trust({"Service": "config.amazonaws.com"})
    iam.create_role(RoleName="recorder", AssumeRolePolicyDocument=policy)
    role = f"arn:aws:iam::{ACCOUNT}:role/recorder"
    with refused("NoSuchConfigurationRecorderException"):
        config.describe_configuration_recorders(ConfigurationRecorderNames=["main"])
    config.put_configuration_recorder(ConfigurationRecorder={"name": "main", "roleARN": role})
    config.put_delivery_channel(
        DeliveryChannel={
            "name": "main",
            "s3BucketName": "strangers-config",
            "configSnapshotDeliveryProperties": {"deliveryFrequency": "TwentyFour_Hours"},
        }
    )
    config.describe_configuration_recorders(ConfigurationRecorderNames=["main"])
    config.describe_delivery_channels()
    config.describe_delivery_channel_status()
    config.start_configuration_recorder(ConfigurationRecorderName="main")
    status = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status[0]["recording"], status
    with refused("LastDeliveryChannelDeleteFailedException"):
        config.delete_delivery_channel(DeliveryChannelName="main")
    config.stop_configuration_recorder(ConfigurationRecorderName="main")
    config.delete_delivery_channel(DeliveryChannelName="main")
    config.delete_configuration_recorder(ConfigurationRecorderName="main")
    iam.delete_role(RoleName="recorder")
