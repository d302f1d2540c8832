//! What is said of a trail, and AWS's rules for it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::errors;
use super::state::Trail;
use crate::call::Call;
use crate::fault::Fault;

/// Where a trail's events go, and which.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Settings {
    pub bucket: String,
    pub prefix: Option<String>,
    pub topic_arn: Option<String>,
    pub includes_global_events: bool,
    pub is_multi_region_trail: bool,
    /// Whether digests are written, by which a reader sees that no file was changed.
    pub validates_files: bool,
    pub log_group_arn: Option<String>,
    pub log_role_arn: Option<String>,
    pub key_arn: Option<String>,
}

/// What requests say; what an update leaves out stays, and what it empties goes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Change {
    #[serde(rename = "S3BucketName")]
    bucket: Option<String>,
    #[serde(rename = "S3KeyPrefix")]
    prefix: Option<String>,
    sns_topic_name: Option<String>,
    include_global_service_events: Option<bool>,
    is_multi_region_trail: Option<bool>,
    enable_log_file_validation: Option<bool>,
    cloud_watch_logs_log_group_arn: Option<String>,
    cloud_watch_logs_role_arn: Option<String>,
    kms_key_id: Option<String>,
    is_organization_trail: Option<bool>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bucket: String::new(),
            prefix: None,
            topic_arn: None,
            includes_global_events: true,
            is_multi_region_trail: false,
            validates_files: false,
            log_group_arn: None,
            log_role_arn: None,
            key_arn: None,
        }
    }
}

impl Settings {
    /// These settings after a change, which is checked as a whole.
    pub fn changed(mut self, call: &mut Call<'_>, change: Change) -> Result<Self, Fault> {
        if change.is_organization_trail == Some(true) {
            return Err(errors::organizations());
        }
        self.bucket = change.bucket.unwrap_or(self.bucket);
        set(&mut self.prefix, change.prefix);
        set(&mut self.log_group_arn, change.cloud_watch_logs_log_group_arn);
        set(&mut self.log_role_arn, change.cloud_watch_logs_role_arn);
        set(&mut self.topic_arn, change.sns_topic_name.map(|name| topic_arn(call, name)));
        self.includes_global_events =
            change.include_global_service_events.unwrap_or(self.includes_global_events);
        self.is_multi_region_trail =
            change.is_multi_region_trail.unwrap_or(self.is_multi_region_trail);
        self.validates_files = change.enable_log_file_validation.unwrap_or(self.validates_files);
        if let Some(id) = change.kms_key_id {
            self.key_arn = key_arn(call, &id)?;
        }
        self.check(call)?;
        Ok(self)
    }

    fn check(&self, call: &mut Call<'_>) -> Result<(), Fault> {
        if self.is_multi_region_trail && !self.includes_global_events {
            return Err(errors::without_global_events());
        }
        if !(3..=63).contains(&self.bucket.len()) {
            return Err(errors::bucket_name(&self.bucket));
        }
        let topic = self.topic_arn.as_deref();
        if topic.is_some_and(|arn| !call.region().sns.lets("cloudtrail.amazonaws.com", arn)) {
            return Err(errors::topic());
        }
        self.check_logs(call)
    }

    /// AWS: a log group and a role that CloudTrail may assume, or neither.
    fn check_logs(&self, call: &mut Call<'_>) -> Result<(), Fault> {
        match (&self.log_group_arn, &self.log_role_arn) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(errors::log_group()),
            (Some(group), role) => {
                let name = group.split(':').nth(6).unwrap_or_default();
                if !group.ends_with(":*") || !call.region().logs.group_exists(name) {
                    return Err(errors::log_group());
                }
                let iam = &call.global().iam;
                let trusts = |role: &String| iam.role_trusts(role, "cloudtrail.amazonaws.com");
                if role.as_ref().is_some_and(trusts) { Ok(()) } else { Err(errors::role()) }
            }
        }
    }
}

fn set(place: &mut Option<String>, change: Option<String>) {
    if let Some(value) = change {
        *place = Some(value).filter(|value| !value.is_empty());
    }
}

/// AWS takes a topic's name or its ARN.
fn topic_arn(call: &Call<'_>, name: String) -> String {
    if name.is_empty() || name.starts_with("arn:") { name } else { call.arn("sns", &name) }
}

/// AWS takes a key's id, ARN, alias or alias's ARN, and shows the key's ARN. An empty id takes the
/// key away.
fn key_arn(call: &mut Call<'_>, id: &str) -> Result<Option<String>, Fault> {
    if id.is_empty() {
        return Ok(None);
    }
    let account = call.account.to_owned();
    let kms = &call.region().kms;
    if !kms.can_encrypt(id, &account) {
        return Err(errors::key_not_found(id));
    }
    Ok(Some(kms.key(id).map_or_else(|| id.to_owned(), |key| key.arn().to_owned())))
}

impl Trail {
    /// What creating and changing a trail answer.
    pub fn written(&self) -> Value {
        let settings = &self.settings;
        let topic = settings.topic_arn.as_deref();
        json!({
            "Name": self.name,
            "TrailARN": self.arn,
            "S3BucketName": settings.bucket,
            "S3KeyPrefix": settings.prefix,
            "SnsTopicName": topic.and_then(|arn| arn.rsplit(':').next()),
            "SnsTopicARN": topic,
            "IncludeGlobalServiceEvents": settings.includes_global_events,
            "IsMultiRegionTrail": settings.is_multi_region_trail,
            "LogFileValidationEnabled": settings.validates_files,
            "CloudWatchLogsLogGroupArn": settings.log_group_arn,
            "CloudWatchLogsRoleArn": settings.log_role_arn,
            "KmsKeyId": settings.key_arn,
            "IsOrganizationTrail": false,
        })
    }

    /// What reading one answers.
    pub fn view(&self) -> Value {
        let mut view = self.written();
        view["HomeRegion"] = json!(self.home);
        view["HasCustomEventSelectors"] = json!(self.selectors.is_some());
        view["HasInsightSelectors"] = json!(false);
        view
    }
}
