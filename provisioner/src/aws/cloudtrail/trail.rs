//! `cloudtrail.trail`: who asked AWS for what, written to a bucket.

use aws_sdk_cloudtrail::types as cloudtrail;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use super::selector::{AdvancedEventSelector, DataResource, EventSelector, FieldSelector};
use crate::aws::adopted::{LEFT, is_adopted, name, owned_or_adopted, seen};
use crate::aws::read::one_by_one;
use crate::aws::{Context, Error};
use crate::resource::{
    Change, Compare, Created, Deleted, Id, Live, Owner, Problem, Resource, Result, Status,
    TagChange, Tags, Traits,
};

/// A trail. One that has the name already is adopted: what is said here is changed, and it is never
/// deleted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trail {
    /// Its name. Default: the environment's prefix and the address. A change replaces.
    #[schemars(length(min = 3, max = 128), regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The bucket; its policy must let `cloudtrail.amazonaws.com` write.
    #[schemars(length(min = 3, max = 63))]
    pub s3_bucket_name: String,
    /// What the keys of files begin with. Default: nothing.
    #[schemars(length(max = 200))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key_prefix: Option<String>,
    /// The topic that is told of each file, by its name or its ARN. Default: none.
    #[schemars(length(max = 256))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sns_topic_name: Option<String>,
    /// Whether events of services that are in no region are written, IAM's for one. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include_global_service_events: Option<bool>,
    /// Whether it writes what happens in every region. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_multi_region_trail: Option<bool>,
    /// Whether digests are written, which show that no file was changed. Default `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_log_file_validation: Option<bool>,
    /// The log group that gets the events as well, its ARN ending with `:*`. Default: none.
    #[schemars(regex(pattern = r"^arn:.*:\*$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs_log_group_arn: Option<String>,
    /// The role as which CloudTrail writes to the log group.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_watch_logs_role_arn: Option<String>,
    /// The ARN of the key that encrypts files. Default: S3's.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    /// Which events are written, at most five selectors. Default: all management events.
    #[schemars(length(min = 1, max = 5))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_selectors: Option<Vec<EventSelector>>,
    /// The same by fields of events, in place of `event_selectors`.
    #[schemars(length(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
    /// Whether it writes at all. Default `true`.
    #[serde(default = "on")]
    pub is_logging: bool,
}

const fn on() -> bool {
    true
}

/// What others can refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Outputs {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
}

/// What one call of UpdateTrail changes.
const SETTINGS: [&str; 9] = [
    "s3_bucket_name",
    "s3_key_prefix",
    "sns_topic_name",
    "include_global_service_events",
    "is_multi_region_trail",
    "enable_log_file_validation",
    "cloud_watch_logs_log_group_arn",
    "cloud_watch_logs_role_arn",
    "kms_key_id",
];

impl Resource for Trail {
    const KIND: &'static str = "cloudtrail.trail";
    const TRAITS: Traits = Traits {
        immutable: &["name"],
        compare: &[
            ("event_selectors", Compare::Set),
            ("event_selectors.*.data_resources", Compare::Set),
            ("event_selectors.*.data_resources.*.values", Compare::Set),
            ("event_selectors.*.exclude_management_event_sources", Compare::Set),
            ("advanced_event_selectors", Compare::Set),
            ("advanced_event_selectors.*.field_selectors", Compare::Set),
        ],
        clearable: &[
            "s3_key_prefix",
            "sns_topic_name",
            "cloud_watch_logs_log_group_arn",
            "cloud_watch_logs_role_arn",
            "kms_key_id",
            "event_selectors",
            "advanced_event_selectors",
        ],
        ..Traits::DEFAULT
    };
    type Outputs = Outputs;

    fn validate(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.event_selectors.is_some() && self.advanced_event_selectors.is_some() {
            let message = "A trail has event selectors of one form.";
            problems.push(Problem::at("advanced_event_selectors", message));
        }
        if self.is_multi_region_trail == Some(true)
            && self.include_global_service_events == Some(false)
        {
            let message = "A trail of all regions has global services' events.";
            problems.push(Problem::at("include_global_service_events", message));
        }
        problems
    }

    async fn read(cx: &Context, ids: &[Id]) -> Result<Vec<Option<Live<Self>>>> {
        let names: Vec<Id> = ids.iter().map(|id| Id::from(name(id))).collect();
        let found = one_by_one(&names, |arn| read_one(cx, arn)).await?;
        Ok(ids.iter().zip(found).map(|(id, live)| Some(seen(id, live?))).collect())
    }

    async fn find(&self, cx: &Context, owner: &Owner) -> Result<Vec<Id>> {
        let arn = cx.arn("cloudtrail", &format!("trail/{}", self.name(owner)));
        let Some(live) = read_one(cx, &arn).await? else { return Ok(Vec::new()) };
        let ours = live.tags.is_some_and(|tags| owner.owns(&tags));
        Ok(vec![owned_or_adopted(&arn, ours)])
    }

    /// A trail writes nothing until it is told to, so the rest is done at once.
    async fn create(&self, cx: &Context, owner: &Owner) -> Result<Created<Outputs>> {
        let name = self.name(owner);
        let answer = cx
            .clients
            .cloudtrail()
            .create_trail()
            .name(&name)
            .s3_bucket_name(&self.s3_bucket_name)
            .set_s3_key_prefix(self.s3_key_prefix.clone())
            .set_sns_topic_name(self.sns_topic_name.clone())
            .set_include_global_service_events(self.include_global_service_events)
            .set_is_multi_region_trail(self.is_multi_region_trail)
            .set_enable_log_file_validation(self.enable_log_file_validation)
            .set_cloud_watch_logs_log_group_arn(self.cloud_watch_logs_log_group_arn.clone())
            .set_cloud_watch_logs_role_arn(self.cloud_watch_logs_role_arn.clone())
            .set_kms_key_id(self.kms_key_id.clone())
            .set_tags_list(Some(to_tags(&owner.tags)?))
            .send()
            .await?;
        let arn = answer.trail_arn;
        let arn = arn.ok_or_else(|| Error::missing("cloudtrail:CreateTrail", "TrailARN"))?;
        let rest = async {
            if self.event_selectors.is_some() || self.advanced_event_selectors.is_some() {
                self.select(cx, &arn).await?;
            }
            if self.is_logging { self.set_logging(cx, &arn).await } else { Ok(()) }
        };
        rest.await.map_err(Error::after_creation)?;
        Ok(Created::ready(arn.as_str(), Outputs { arn: arn.clone(), name }))
    }

    async fn update(&self, cx: &Context, id: &Id, change: &Change<Self>) -> Result<()> {
        let arn = name(id);
        if change.has_any(&SETTINGS) {
            self.set(cx, arn, change).await?;
        }
        if change.has_any(&["event_selectors", "advanced_event_selectors"]) {
            self.select(cx, arn).await?;
        }
        if change.has("is_logging") {
            self.set_logging(cx, arn).await?;
        }
        sync_tags(cx, arn, &change.tags).await
    }

    async fn delete(&self, cx: &Context, id: &Id) -> Result<Deleted> {
        if is_adopted(id) {
            return Ok(LEFT);
        }
        let answer = cx.clients.cloudtrail().delete_trail().name(id.as_str()).send().await;
        Error::optional(answer.map_err(Error::from))?;
        Ok(Deleted::Gone)
    }
}

impl Trail {
    fn name(&self, owner: &Owner) -> String {
        self.name.clone().unwrap_or_else(|| owner.name(128))
    }

    /// Sends what differs: an empty text takes away.
    async fn set(&self, cx: &Context, arn: &str, change: &Change<Self>) -> Result<()> {
        let text = |property: &str, value: &Option<String>| {
            change.has(property).then(|| value.clone().unwrap_or_default())
        };
        // AWS wants the log group and the role together.
        let logs = ["cloud_watch_logs_log_group_arn", "cloud_watch_logs_role_arn"];
        let logs = |value: &Option<String>| {
            change.has_any(&logs).then(|| value.clone().unwrap_or_default())
        };
        cx.clients
            .cloudtrail()
            .update_trail()
            .name(arn)
            .s3_bucket_name(&self.s3_bucket_name)
            .set_s3_key_prefix(text("s3_key_prefix", &self.s3_key_prefix))
            .set_sns_topic_name(text("sns_topic_name", &self.sns_topic_name))
            .set_include_global_service_events(self.include_global_service_events)
            .set_is_multi_region_trail(self.is_multi_region_trail)
            .set_enable_log_file_validation(self.enable_log_file_validation)
            .set_cloud_watch_logs_log_group_arn(logs(&self.cloud_watch_logs_log_group_arn))
            .set_cloud_watch_logs_role_arn(logs(&self.cloud_watch_logs_role_arn))
            .set_kms_key_id(text("kms_key_id", &self.kms_key_id))
            .send()
            .await?;
        Ok(())
    }

    async fn select(&self, cx: &Context, arn: &str) -> Result<()> {
        let request = cx.clients.cloudtrail().put_event_selectors().trail_name(arn);
        let request = match (&self.advanced_event_selectors, &self.event_selectors) {
            (Some(advanced), _) => {
                let selectors = advanced.iter().map(AdvancedEventSelector::request);
                request.set_advanced_event_selectors(Some(selectors.collect::<Result<_>>()?))
            }
            (None, Some(basic)) => {
                let selectors = basic.iter().map(EventSelector::request);
                request.set_event_selectors(Some(selectors.collect()))
            }
            (None, None) => request.event_selectors(EventSelector::default().request()),
        };
        request.send().await?;
        Ok(())
    }

    async fn set_logging(&self, cx: &Context, arn: &str) -> Result<()> {
        if self.is_logging {
            cx.clients.cloudtrail().start_logging().name(arn).send().await?;
        } else {
            cx.clients.cloudtrail().stop_logging().name(arn).send().await?;
        }
        Ok(())
    }
}

async fn read_one(cx: &Context, arn: &str) -> Result<Option<Live<Trail>>> {
    let client = cx.clients.cloudtrail();
    let all = async {
        let trail = async { Ok(client.get_trail().name(arn).send().await?.trail) };
        let status = async { Ok(client.get_trail_status().name(arn).send().await?.is_logging) };
        let selectors = async { Ok(client.get_event_selectors().trail_name(arn).send().await?) };
        futures::try_join!(trail, status, selectors, list_tags(cx, arn))
    };
    let Some((trail, is_logging, selectors, tags)) = Error::optional(all.await)? else {
        return Ok(None);
    };
    let trail = trail.ok_or_else(|| Error::missing("cloudtrail:GetTrail", "Trail"))?;
    let basic = selectors
        .event_selectors
        .map(|all| all.iter().map(EventSelector::from_aws).collect::<Vec<_>>());
    let advanced = selectors
        .advanced_event_selectors
        .map(|all| all.iter().map(AdvancedEventSelector::from_aws).collect::<Vec<_>>());
    let spec = Trail {
        event_selectors: basic.filter(|all| !all.is_empty()),
        advanced_event_selectors: advanced.filter(|all| !all.is_empty()),
        is_logging: is_logging.unwrap_or(false),
        ..settings(&trail)
    };
    let trail_name = trail.name().unwrap_or_default().to_owned();
    let outputs = Outputs { arn: arn.to_owned(), name: trail_name };
    Ok(Some(Live { spec, outputs, tags: Some(tags), status: Status::Ready }))
}

fn settings(trail: &cloudtrail::Trail) -> Trail {
    let text = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
    Trail {
        name: text(trail.name()),
        s3_bucket_name: trail.s3_bucket_name().unwrap_or_default().to_owned(),
        s3_key_prefix: text(trail.s3_key_prefix()),
        sns_topic_name: text(trail.sns_topic_arn()),
        include_global_service_events: trail.include_global_service_events(),
        is_multi_region_trail: trail.is_multi_region_trail(),
        enable_log_file_validation: trail.log_file_validation_enabled(),
        cloud_watch_logs_log_group_arn: text(trail.cloud_watch_logs_log_group_arn()),
        cloud_watch_logs_role_arn: text(trail.cloud_watch_logs_role_arn()),
        kms_key_id: text(trail.kms_key_id()),
        ..Trail::default()
    }
}

async fn list_tags(cx: &Context, arn: &str) -> Result<Tags> {
    let answer = cx.clients.cloudtrail().list_tags().resource_id_list(arn).send().await?;
    let lists = answer.resource_tag_list.unwrap_or_default();
    let tags = lists.into_iter().flat_map(|list| list.tags_list.unwrap_or_default());
    Ok(tags.map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
}

fn to_tags(tags: &Tags) -> Result<Vec<cloudtrail::Tag>> {
    let tag = |(key, value)| Ok(cloudtrail::Tag::builder().key(key).value(value).build()?);
    tags.iter().map(tag).collect()
}

async fn sync_tags(cx: &Context, arn: &str, change: &TagChange) -> Result<()> {
    let client = cx.clients.cloudtrail();
    if !change.set.is_empty() {
        let tags = Some(to_tags(&change.set)?);
        client.add_tags().resource_id(arn).set_tags_list(tags).send().await?;
    }
    if !change.remove.is_empty() {
        let keys =
            change.remove.iter().map(|key| Ok(cloudtrail::Tag::builder().key(key).build()?));
        let tags = Some(keys.collect::<Result<_>>()?);
        client.remove_tags().resource_id(arn).set_tags_list(tags).send().await?;
    }
    Ok(())
}
