//! Who is told what by a rule.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_eventbridge::types;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::{Problem, Result};

/// Somebody who is told: a topic, a queue, a function, a log group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Its ARN. Its own policy has to let `events.amazonaws.com` in, unless there is a role.
    #[schemars(regex(pattern = r"^arn:"))]
    pub arn: String,
    /// The ARN of the role with which it is told. Default: none; topics, queues, functions and log
    /// groups need none.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// What it is told, as JSON text, whatever the event. Default: the event.
    #[schemars(length(min = 1, max = 8192))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Which part of the event it is told, e.g. `$.detail`. Default: all of it.
    #[schemars(regex(pattern = r"^\$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_path: Option<String>,
    /// What it is told, made of parts of the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_transformer: Option<Transformer>,
    /// The ARN of the queue for what could not be told. Default: it is lost.
    #[schemars(regex(pattern = r"^arn:"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter_arn: Option<String>,
    /// For how many seconds it is tried, 60 to 86400. Default 86400.
    #[schemars(range(min = 60, max = 86400))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_event_age: Option<i32>,
    /// How often it is tried again, 0 to 185. Default 185.
    #[schemars(range(min = 0, max = 185))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_retries: Option<i32>,
}

/// Text with parts of an event in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transformer {
    /// Names, and which part of the event each stands for, e.g. `title: $.detail.title`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub paths: BTreeMap<String, String>,
    /// The text, with `<title>` in it.
    #[schemars(length(min = 1, max = 8192))]
    pub template: String,
}

impl Target {
    /// What is wrong with it.
    pub(super) fn problem(&self, name: &str) -> Option<Problem> {
        let inputs =
            [self.input.is_some(), self.input_path.is_some(), self.input_transformer.is_some()];
        (inputs.into_iter().filter(|is_there| *is_there).count() > 1).then(|| {
            let message = "A target is told one thing alone.";
            let problem = Problem::at(format!("targets.{name}"), message);
            problem.hint("leave one of `input`, `input_path` and `input_transformer`")
        })
    }

    pub(super) fn to_aws(&self, id: &str) -> Result<types::Target> {
        let transformer = self.input_transformer.as_ref().map(|it| {
            let paths: HashMap<String, String> = it.paths.clone().into_iter().collect();
            let paths = (!paths.is_empty()).then_some(paths);
            let builder = types::InputTransformer::builder().set_input_paths_map(paths);
            builder.input_template(&it.template).build()
        });
        let dead_letters = self
            .dead_letter_arn
            .as_ref()
            .map(|arn| types::DeadLetterConfig::builder().arn(arn).build());
        let has_retries = self.maximum_event_age.is_some() || self.maximum_retries.is_some();
        let retries = has_retries.then(|| {
            types::RetryPolicy::builder()
                .set_maximum_event_age_in_seconds(self.maximum_event_age)
                .set_maximum_retry_attempts(self.maximum_retries)
                .build()
        });
        let target = types::Target::builder()
            .id(id)
            .arn(&self.arn)
            .set_role_arn(self.role_arn.clone())
            .set_input(self.input.clone())
            .set_input_path(self.input_path.clone())
            .set_input_transformer(transformer.transpose()?)
            .set_dead_letter_config(dead_letters)
            .set_retry_policy(retries);
        Ok(target.build()?)
    }

    pub(super) fn from_aws(target: types::Target) -> Self {
        let transformer = target.input_transformer.map(|it| Transformer {
            paths: it.input_paths_map.unwrap_or_default().into_iter().collect(),
            template: it.input_template,
        });
        let retries = target.retry_policy;
        Self {
            arn: target.arn,
            role_arn: target.role_arn,
            input: target.input,
            input_path: target.input_path,
            input_transformer: transformer,
            dead_letter_arn: target.dead_letter_config.and_then(|it| it.arn),
            maximum_event_age: retries.as_ref().and_then(|it| it.maximum_event_age_in_seconds),
            maximum_retries: retries.and_then(|it| it.maximum_retry_attempts),
        }
    }
}
