//! A bucket's rules: what S3 does with objects by itself, and what pages of other origins may.

use std::collections::HashSet;

use aws_sdk_s3::types as s3;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleExpiration,
    LifecycleRuleAndOperator, LifecycleRuleFilter, NoncurrentVersionExpiration,
    NoncurrentVersionTransition,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::to_tags;
use crate::aws::word::{from_word, word};
use crate::resource::{Problem, Result, Tags};

/// What S3 does with some of the objects by itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleRule {
    /// Its name, unique in the bucket. Default: S3 makes one up.
    #[schemars(length(min = 1, max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether it holds. Default `true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// What the objects' keys begin with. Default: all objects.
    #[schemars(length(max = 1024))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Tags that the objects have, all of them. Default: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Tags>,
    /// Only objects larger than this, in bytes.
    #[schemars(range(min = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_size_greater_than: Option<i64>,
    /// Only objects smaller than this, in bytes.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_size_less_than: Option<i64>,
    /// After how many days objects are deleted; with versioning, become old versions.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_days: Option<i32>,
    /// Whether delete markers go when no version is left behind them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_object_delete_marker: Option<bool>,
    /// After how many days as such old versions are deleted.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_version_expiration_days: Option<i32>,
    /// How many old versions are kept in any case, 1 to 100.
    #[schemars(range(min = 1, max = 100))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_noncurrent_versions: Option<i32>,
    /// After how many days uploads in parts that were not ended are given up.
    #[schemars(range(min = 1))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_incomplete_multipart_upload_days: Option<i32>,
    /// When objects go to other storage classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transitions: Option<Vec<Transition>>,
    /// When old versions go to other storage classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noncurrent_version_transitions: Option<Vec<NoncurrentTransition>>,
}

/// When objects go to another storage class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// After how many days.
    #[schemars(range(min = 0))]
    pub days: i32,
    /// To which.
    pub storage_class: StorageClass,
}

/// When old versions go to another storage class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoncurrentTransition {
    /// After how many days as old versions.
    #[schemars(range(min = 0))]
    pub days: i32,
    /// To which.
    pub storage_class: StorageClass,
}

/// What storage costs, and how soon an object can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StorageClass {
    /// Seldom read, at once.
    #[serde(rename = "STANDARD_IA")]
    StandardInfrequentAccess,
    /// Seldom read, at once, in one availability zone.
    #[serde(rename = "ONEZONE_IA")]
    OneZoneInfrequentAccess,
    /// S3 finds out by itself.
    #[serde(rename = "INTELLIGENT_TIERING")]
    IntelligentTiering,
    /// Hardly ever read, at once.
    #[serde(rename = "GLACIER_IR")]
    GlacierInstantRetrieval,
    /// Archived: minutes to hours.
    #[serde(rename = "GLACIER")]
    Glacier,
    /// Archived deep: half a day.
    #[serde(rename = "DEEP_ARCHIVE")]
    DeepArchive,
}

/// What pages of some origins may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorsRule {
    /// Its name. Default: none.
    #[schemars(length(max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The origins, e.g. `https://www.example.com`; `*` stands for anything, once each.
    #[schemars(length(min = 1))]
    pub allowed_origins: Vec<String>,
    /// By which methods.
    #[schemars(length(min = 1))]
    pub allowed_methods: Vec<Method>,
    /// With which request headers; `*` stands for anything. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_headers: Option<Vec<String>>,
    /// Which response headers a page may see. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expose_headers: Option<Vec<String>>,
    /// For how many seconds a browser need not ask again. Default: it is the browser's affair.
    #[schemars(range(min = 0))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<i32>,
}

/// A method of HTTP that S3's rules know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read.
    Get,
    /// Ask about.
    Head,
    /// Write.
    Put,
    /// Upload by a form.
    Post,
    /// Delete.
    Delete,
}

/// What S3 refuses of lifecycle rules, and a schema can't say.
pub(super) fn problems(rules: &[LifecycleRule]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids = HashSet::new();
    for (index, rule) in rules.iter().enumerate() {
        let path = format!("lifecycle_rules.{index}");
        if rule.does_nothing() {
            let message = "The rule says of which objects, and not what becomes of them.";
            problems.push(Problem::at(&path, message).hint("write e.g. expiration_days: 30"));
        }
        if rule.newer_noncurrent_versions.is_some()
            && rule.noncurrent_version_expiration_days.is_none()
        {
            let message = "Old versions are deleted only after some days.";
            problems.push(
                Problem::at(format!("{path}.newer_noncurrent_versions"), message)
                    .hint("add noncurrent_version_expiration_days"),
            );
        }
        if rule.expiration_days.is_some() && rule.expired_object_delete_marker.is_some() {
            let message = "S3 takes either this or `expiration_days` in one rule.";
            let path = format!("{path}.expired_object_delete_marker");
            problems.push(Problem::at(path, message).hint("write a rule for each"));
        }
        if rule.id.as_ref().is_some_and(|id| !ids.insert(id)) {
            let message = "Another rule has this id.";
            problems.push(Problem::at(format!("{path}.id"), message));
        }
    }
    problems
}

impl LifecycleRule {
    fn does_nothing(&self) -> bool {
        let days = [
            self.expiration_days,
            self.noncurrent_version_expiration_days,
            self.abort_incomplete_multipart_upload_days,
        ];
        days.iter().all(Option::is_none)
            && self.expired_object_delete_marker.is_none()
            && self.transitions.is_none()
            && self.noncurrent_version_transitions.is_none()
    }

    pub(super) fn to_aws(&self) -> Result<s3::LifecycleRule> {
        let enabled = self.enabled.unwrap_or(true);
        let status = if enabled { ExpirationStatus::Enabled } else { ExpirationStatus::Disabled };
        let abort = self.abort_incomplete_multipart_upload_days.map(|days| {
            AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build()
        });
        let old = self.noncurrent_version_expiration_days.map(|days| {
            NoncurrentVersionExpiration::builder()
                .noncurrent_days(days)
                .set_newer_noncurrent_versions(self.newer_noncurrent_versions)
                .build()
        });
        let transitions = self.transitions.as_ref();
        let old_transitions = self.noncurrent_version_transitions.as_ref();
        Ok(s3::LifecycleRule::builder()
            .set_id(self.id.clone())
            .status(status)
            .filter(self.filter()?)
            .set_expiration(self.expiration())
            .set_noncurrent_version_expiration(old)
            .set_abort_incomplete_multipart_upload(abort)
            .set_transitions(transitions.map(|all| all.iter().map(Transition::to_aws).collect()))
            .set_noncurrent_version_transitions(
                old_transitions.map(|all| all.iter().map(NoncurrentTransition::to_aws).collect()),
            )
            .build()?)
    }

    fn expiration(&self) -> Option<LifecycleExpiration> {
        if self.expiration_days.is_none() && self.expired_object_delete_marker.is_none() {
            return None;
        }
        let expiration = LifecycleExpiration::builder().set_days(self.expiration_days);
        let marker = self.expired_object_delete_marker;
        Some(expiration.set_expired_object_delete_marker(marker).build())
    }

    /// S3 wants one condition by itself, and several in an `And`.
    fn filter(&self) -> Result<LifecycleRuleFilter> {
        let tags = to_tags(self.tags.as_ref().unwrap_or(&Tags::new()))?;
        let sizes = [self.object_size_greater_than, self.object_size_less_than];
        let conditions = usize::from(self.prefix.is_some())
            + tags.len()
            + sizes.iter().filter(|size| size.is_some()).count();
        if conditions > 1 {
            let all = LifecycleRuleAndOperator::builder()
                .set_prefix(self.prefix.clone())
                .set_tags((!tags.is_empty()).then_some(tags))
                .set_object_size_greater_than(self.object_size_greater_than)
                .set_object_size_less_than(self.object_size_less_than);
            return Ok(LifecycleRuleFilter::builder().and(all.build()).build());
        }
        let none = (conditions == 0).then(String::new);
        Ok(LifecycleRuleFilter::builder()
            .set_prefix(self.prefix.clone().or(none))
            .set_tag(tags.into_iter().next())
            .set_object_size_greater_than(self.object_size_greater_than)
            .set_object_size_less_than(self.object_size_less_than)
            .build())
    }

    pub(super) fn from_aws(rule: &s3::LifecycleRule) -> Self {
        let (expiration, old) = (rule.expiration(), rule.noncurrent_version_expiration());
        let abort = rule.abort_incomplete_multipart_upload();
        let (transitions, old_transitions) =
            (rule.transitions(), rule.noncurrent_version_transitions());
        let condition = Condition::from_aws(rule);
        Self {
            id: rule.id().map(str::to_owned),
            enabled: Some(*rule.status() == ExpirationStatus::Enabled),
            prefix: condition.prefix,
            tags: condition.tags,
            object_size_greater_than: condition.larger,
            object_size_less_than: condition.smaller,
            expiration_days: expiration.and_then(LifecycleExpiration::days),
            expired_object_delete_marker: expiration
                .and_then(LifecycleExpiration::expired_object_delete_marker),
            noncurrent_version_expiration_days: old
                .and_then(NoncurrentVersionExpiration::noncurrent_days),
            newer_noncurrent_versions: old
                .and_then(NoncurrentVersionExpiration::newer_noncurrent_versions),
            abort_incomplete_multipart_upload_days: abort
                .and_then(AbortIncompleteMultipartUpload::days_after_initiation),
            transitions: (!transitions.is_empty())
                .then(|| transitions.iter().filter_map(Transition::from_aws).collect()),
            noncurrent_version_transitions: (!old_transitions.is_empty()).then(|| {
                old_transitions.iter().filter_map(NoncurrentTransition::from_aws).collect()
            }),
        }
    }
}

/// Of which objects a live rule is, whichever of its three forms says so.
#[derive(Default)]
struct Condition {
    prefix: Option<String>,
    tags: Option<Tags>,
    larger: Option<i64>,
    smaller: Option<i64>,
}

impl Condition {
    fn from_aws(rule: &s3::LifecycleRule) -> Self {
        let filled = |prefix: Option<&str>| prefix.filter(|it| !it.is_empty()).map(str::to_owned);
        let tags = |tags: &[s3::Tag]| {
            let pairs = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone()));
            (!tags.is_empty()).then(|| pairs.collect())
        };
        let Some(filter) = rule.filter() else {
            #[expect(deprecated, reason = "S3 still gives rules of the older form in it")]
            let prefix = filled(rule.prefix());
            return Self { prefix, ..Self::default() };
        };
        match filter.and() {
            Some(all) => Self {
                prefix: filled(all.prefix()),
                tags: tags(all.tags()),
                larger: all.object_size_greater_than(),
                smaller: all.object_size_less_than(),
            },
            None => Self {
                prefix: filled(filter.prefix()),
                tags: tags(filter.tag().map(std::slice::from_ref).unwrap_or_default()),
                larger: filter.object_size_greater_than(),
                smaller: filter.object_size_less_than(),
            },
        }
    }
}

impl Transition {
    fn to_aws(&self) -> s3::Transition {
        let class = s3::TransitionStorageClass::from(word(&self.storage_class).as_str());
        s3::Transition::builder().days(self.days).storage_class(class).build()
    }

    fn from_aws(transition: &s3::Transition) -> Option<Self> {
        let storage_class = from_word(transition.storage_class()?.as_str())?;
        Some(Self { days: transition.days()?, storage_class })
    }
}

impl NoncurrentTransition {
    fn to_aws(&self) -> NoncurrentVersionTransition {
        let class = s3::TransitionStorageClass::from(word(&self.storage_class).as_str());
        let transition = NoncurrentVersionTransition::builder().noncurrent_days(self.days);
        transition.storage_class(class).build()
    }

    fn from_aws(transition: &NoncurrentVersionTransition) -> Option<Self> {
        let storage_class = from_word(transition.storage_class()?.as_str())?;
        Some(Self { days: transition.noncurrent_days()?, storage_class })
    }
}

impl CorsRule {
    pub(super) fn to_aws(&self) -> Result<s3::CorsRule> {
        let methods = self.allowed_methods.iter().map(word).collect();
        Ok(s3::CorsRule::builder()
            .set_id(self.id.clone())
            .set_allowed_origins(Some(self.allowed_origins.clone()))
            .set_allowed_methods(Some(methods))
            .set_allowed_headers(self.allowed_headers.clone())
            .set_expose_headers(self.expose_headers.clone())
            .set_max_age_seconds(self.max_age_seconds)
            .build()?)
    }

    pub(super) fn from_aws(rule: &s3::CorsRule) -> Self {
        let list = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        Self {
            id: rule.id().map(str::to_owned),
            allowed_origins: rule.allowed_origins().to_vec(),
            allowed_methods: rule.allowed_methods().iter().filter_map(|it| from_word(it)).collect(),
            allowed_headers: list(rule.allowed_headers()),
            expose_headers: list(rule.expose_headers()),
            max_age_seconds: rule.max_age_seconds(),
        }
    }
}
