//! Where a web ACL logs requests, and which.

use aws_sdk_wafv2::Client;
use aws_sdk_wafv2::types as waf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::field::Field;
use crate::aws::Error;
use crate::aws::word::{from_word, word};
use crate::resource::Result;

/// Where requests are logged, and which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Logging {
    /// The ARN of a log group, a Firehose stream or a bucket whose name begins with
    /// `aws-waf-logs-`, in the web ACL's region.
    #[schemars(regex(pattern = r"^arn:"))]
    pub log_destination: String,
    /// What of a request is not written down, at most 100 parts.
    #[schemars(length(max = 100))]
    #[serde(default)]
    pub redacted_fields: Vec<RedactedField>,
    /// Which requests are logged. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logging_filter: Option<LoggingFilter>,
}

/// What of a request is not written down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedactedField {
    /// The method.
    Method,
    /// All after `?`.
    QueryString,
    /// The path.
    UriPath,
    /// The header of this name, in lower case.
    SingleHeader(#[schemars(regex(pattern = r"^[^A-Z]{1,64}$"))] String),
}

/// Which requests are logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoggingFilter {
    /// What is done with requests that no filter is for.
    pub default_behavior: Behavior,
    /// The filters; the first that fits holds.
    #[schemars(length(min = 1))]
    pub filters: Vec<Filter>,
}

/// Whether a request is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Behavior {
    /// It is.
    Keep,
    /// It isn't.
    Drop,
}

/// Which requests a filter is for, and what is done with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// What is done with them.
    pub behavior: Behavior,
    /// How many conditions must hold.
    pub requirement: Requirement,
    /// The conditions.
    #[schemars(length(min = 1))]
    pub conditions: Vec<Condition>,
}

/// How many conditions must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Requirement {
    /// All.
    MeetsAll,
    /// At least one.
    MeetsAny,
}

/// What is known of a request when it has been decided on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// What became of it.
    Action(
        #[schemars(extend("enum" = [
            "ALLOW", "BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT",
        ]))]
        String,
    ),
    /// A label that it has got, in full.
    LabelName(#[schemars(length(min = 1, max = 1024))] String),
}

impl Logging {
    pub(super) fn to_aws(&self, arn: &str) -> Result<waf::LoggingConfiguration> {
        let fields = self.redacted_fields.iter().map(RedactedField::to_aws);
        let fields = fields.collect::<Result<Vec<_>>>()?;
        let filter = self.logging_filter.as_ref().map(LoggingFilter::to_aws).transpose()?;
        Ok(waf::LoggingConfiguration::builder()
            .resource_arn(arn)
            .log_destination_configs(&self.log_destination)
            .set_redacted_fields(super::filled(fields))
            .set_logging_filter(filter)
            .build()?)
    }

    fn from_aws(configuration: &waf::LoggingConfiguration) -> Self {
        let destination = configuration.log_destination_configs.first();
        let fields = configuration.redacted_fields().iter();
        Self {
            log_destination: destination.cloned().unwrap_or_default(),
            redacted_fields: fields.filter_map(RedactedField::from_aws).collect(),
            logging_filter: configuration.logging_filter().map(LoggingFilter::from_aws),
        }
    }
}

impl RedactedField {
    fn to_aws(&self) -> Result<waf::FieldToMatch> {
        match self {
            Self::Method => Field::Method,
            Self::QueryString => Field::QueryString,
            Self::UriPath => Field::UriPath,
            Self::SingleHeader(name) => Field::SingleHeader(name.clone()),
        }
        .to_aws()
    }

    fn from_aws(field: &waf::FieldToMatch) -> Option<Self> {
        match Field::from_aws(Some(field)) {
            Field::Method => Some(Self::Method),
            Field::QueryString => Some(Self::QueryString),
            Field::UriPath => Some(Self::UriPath),
            Field::SingleHeader(name) => Some(Self::SingleHeader(name)),
            _ => None,
        }
    }
}

impl LoggingFilter {
    fn to_aws(&self) -> Result<waf::LoggingFilter> {
        let filters = self.filters.iter().map(Filter::to_aws).collect::<Result<_>>()?;
        Ok(waf::LoggingFilter::builder()
            .default_behavior(word(&self.default_behavior).as_str().into())
            .set_filters(Some(filters))
            .build()?)
    }

    fn from_aws(filter: &waf::LoggingFilter) -> Self {
        Self {
            default_behavior: Behavior::from_aws(&filter.default_behavior),
            filters: filter.filters().iter().filter_map(Filter::from_aws).collect(),
        }
    }
}

impl Behavior {
    fn from_aws(behavior: &waf::FilterBehavior) -> Self {
        if *behavior == waf::FilterBehavior::Drop { Self::Drop } else { Self::Keep }
    }
}

impl Filter {
    fn to_aws(&self) -> Result<waf::Filter> {
        let conditions = self.conditions.iter().map(Condition::to_aws).collect::<Result<_>>()?;
        Ok(waf::Filter::builder()
            .behavior(word(&self.behavior).as_str().into())
            .requirement(word(&self.requirement).as_str().into())
            .set_conditions(Some(conditions))
            .build()?)
    }

    fn from_aws(filter: &waf::Filter) -> Option<Self> {
        Some(Self {
            behavior: Behavior::from_aws(&filter.behavior),
            requirement: from_word(filter.requirement.as_str())?,
            conditions: filter.conditions().iter().filter_map(Condition::from_aws).collect(),
        })
    }
}

impl Condition {
    fn to_aws(&self) -> Result<waf::Condition> {
        let condition = waf::Condition::builder();
        Ok(match self {
            Self::Action(action) => {
                let action = waf::ActionCondition::builder().action(action.as_str().into());
                condition.action_condition(action.build()?)
            }
            Self::LabelName(label) => {
                let label = waf::LabelNameCondition::builder().label_name(label);
                condition.label_name_condition(label.build()?)
            }
        }
        .build())
    }

    fn from_aws(condition: &waf::Condition) -> Option<Self> {
        let action = condition.action_condition();
        let action = action.map(|it| Self::Action(it.action.as_str().to_owned()));
        let label = condition.label_name_condition();
        action.or_else(|| label.map(|it| Self::LabelName(it.label_name.clone())))
    }
}

pub(super) async fn read(client: &Client, arn: &str) -> Result<Option<Logging>> {
    let answer = client.get_logging_configuration().resource_arn(arn).send().await;
    let answer = Error::optional(answer.map_err(Error::from))?;
    let configuration = answer.and_then(|answer| answer.logging_configuration);
    Ok(configuration.as_ref().map(Logging::from_aws))
}

pub(super) async fn delete(client: &Client, arn: &str) -> Result<()> {
    let answer = client.delete_logging_configuration().resource_arn(arn).send().await;
    Error::optional(answer.map_err(Error::from))?;
    Ok(())
}
