//! `config.delivery_channel`: where AWS Config delivers what it records.

use aws_sdk_config::types as config;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::the_channel;
use crate::aws::adopted::{LEFT, adopted, is_adopted, name, refuse_existing};
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Resource, Result, Status, Traits,
};

/// A region's delivery channel; there must be a recorder. One that is there already is adopted as
/// it is: it goes on delivering where somebody had it deliver, and is never deleted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryChannel {
    /// Its name. Default `default`. A change replaces.
    #[schemars(length(min = 1, max = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The bucket; its policy must let `config.amazonaws.com` write.
    #[schemars(with = "String", length(min = 3, max = 63))]
    pub s3_bucket_name: Option<String>,
    /// What the keys of objects begin with. Default: nothing.
    #[schemars(length(max = 200))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key_prefix: Option<String>,
    /// The ARN of the key that encrypts objects. Default: as the bucket does.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_kms_key_arn: Option<String>,
    /// The topic that is told of changes. Default: none.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sns_topic_arn: Option<String>,
    /// How often a snapshot of everything is delivered: `One_Hour`, `Three_Hours`, `Six_Hours`,
    /// `Twelve_Hours` or `TwentyFour_Hours`. Default: AWS's own, once a day.
    #[schemars(extend("enum" = [
        "One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"
    ]))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_frequency: Option<String>,
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its name.
    pub name: String,
}

impl Resource for DeliveryChannel {
    const KIND: &'static str = "config.delivery_channel";
    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("name", Compare::Ours),
            ("s3_bucket_name", Compare::Ours),
            ("s3_key_prefix", Compare::Ours),
            ("s3_kms_key_arn", Compare::Ours),
            ("sns_topic_arn", Compare::Ours),
            ("delivery_frequency", Compare::Ours),
        ],
        clearable: &["s3_key_prefix", "s3_kms_key_arn", "sns_topic_arn", "delivery_frequency"],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let channel = the_channel(cx).await?;
        let named = |id: &Id| channel.as_ref().filter(|it| it.name() == Some(name(id)));
        Ok(ids.iter().map(|id| named(id).map(|channel| live(id, channel))).collect())
    }

    async fn find(&self, cx: &Context, _owner: &Owner) -> Result<Vec<Id>> {
        let channel = the_channel(cx).await?;
        Ok(channel.and_then(|it| it.name).map(|name| adopted(&name)).into_iter().collect())
    }

    /// AWS would change a channel that has the name.
    async fn create(&self, cx: &Context, _owner: &Owner) -> Result<Created<Outputs>> {
        if the_channel(cx).await?.is_some() {
            return refuse_existing("a delivery channel of AWS Config");
        }
        let name = self.name.clone().unwrap_or_else(|| "default".to_owned());
        self.put(cx, &name).await?;
        Ok(Created::ready(name.as_str(), Outputs { name: name.clone() }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        if change.properties.is_empty() { Ok(()) } else { self.put(cx, name(id)).await }
    }

    /// AWS keeps a channel that a recorder uses.
    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let request = cx.clients.config_service().delete_delivery_channel();
        let answer = request.delivery_channel_name(id.as_str()).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl DeliveryChannel {
    async fn put(&self, cx: &Context, name: &str) -> Result<()> {
        let frequency = self.delivery_frequency.as_deref().map(|frequency| {
            config::ConfigSnapshotDeliveryProperties::builder()
                .delivery_frequency(frequency.into())
                .build()
        });
        let channel = config::DeliveryChannel::builder()
            .name(name)
            .set_s3_bucket_name(self.s3_bucket_name.clone())
            .set_s3_key_prefix(self.s3_key_prefix.clone())
            .set_s3_kms_key_arn(self.s3_kms_key_arn.clone())
            .set_sns_topic_arn(self.sns_topic_arn.clone())
            .set_config_snapshot_delivery_properties(frequency)
            .build();
        let request = cx.clients.config_service().put_delivery_channel();
        request.delivery_channel(channel).send().await?;
        Ok(())
    }
}

/// The channel; of one that was there before nothing is compared.
fn live(id: &Id, channel: &config::DeliveryChannel) -> Live<DeliveryChannel> {
    let frequency = channel.config_snapshot_delivery_properties();
    let frequency = frequency.and_then(|properties| properties.delivery_frequency());
    let spec = match is_adopted(id) {
        true => DeliveryChannel::default(),
        false => DeliveryChannel {
            name: channel.name().map(str::to_owned),
            s3_bucket_name: channel.s3_bucket_name().map(str::to_owned),
            s3_key_prefix: channel.s3_key_prefix().map(str::to_owned),
            s3_kms_key_arn: channel.s3_kms_key_arn().map(str::to_owned),
            sns_topic_arn: channel.sns_topic_arn().map(str::to_owned),
            delivery_frequency: frequency.map(|it| it.as_str().to_owned()),
        },
    };
    let outputs = Outputs { name: name(id).to_owned() };
    Live { spec, outputs, tags: None, status: Status::Ready }
}
