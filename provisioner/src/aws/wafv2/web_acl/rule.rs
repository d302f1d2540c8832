//! The rules of a web ACL.

use std::collections::BTreeSet;

use aws_sdk_wafv2::types as waf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::filled;
use super::statement::Statement;
use crate::resource::{Problem, Result};

/// What is looked for in a request, and what becomes of it where that is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, unique in the web ACL.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    pub name: String,
    /// Its place: rules of lower numbers come first. Unique in the web ACL.
    #[schemars(range(min = 0))]
    pub priority: i32,
    /// What becomes of a request that it matches. For every rule but those of rule groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// For rules of rule groups: whether what the group decides is done, or only counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_action: Option<OverrideAction>,
    /// What is looked for.
    pub statement: Statement,
    /// Labels that a request gets which it matches; later rules can look for them.
    #[serde(default)]
    pub rule_labels: Vec<String>,
    /// What is counted and kept of the requests that it matches. Default: metrics under the rule's
    /// name, and samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility_config: Option<Visibility>,
}

/// Whether what a rule group decides is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverrideAction {
    /// It is.
    None,
    /// It is only counted.
    Count,
}

/// What is counted and kept of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Visibility {
    /// Whether CloudWatch counts them. Default `true`.
    #[serde(default = "yes")]
    pub cloudwatch_metrics_enabled: bool,
    /// Whether some of them are kept for three hours. Default `true`.
    #[serde(default = "yes")]
    pub sampled_requests_enabled: bool,
    /// What the metric is called. Default: as the rule or the web ACL.
    #[schemars(length(min = 1, max = 255))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric_name: Option<String>,
}

impl Default for Visibility {
    fn default() -> Self {
        Self { cloudwatch_metrics_enabled: true, sampled_requests_enabled: true, metric_name: None }
    }
}

const fn yes() -> bool {
    true
}

impl Visibility {
    pub(super) fn to_aws(&self, name: &str) -> Result<waf::VisibilityConfig> {
        Ok(waf::VisibilityConfig::builder()
            .cloud_watch_metrics_enabled(self.cloudwatch_metrics_enabled)
            .sampled_requests_enabled(self.sampled_requests_enabled)
            .metric_name(self.metric_name.as_deref().unwrap_or(name))
            .build()?)
    }

    pub(super) fn from_aws(config: &waf::VisibilityConfig) -> Self {
        Self {
            cloudwatch_metrics_enabled: config.cloud_watch_metrics_enabled,
            sampled_requests_enabled: config.sampled_requests_enabled,
            metric_name: Some(config.metric_name.clone()),
        }
    }
}

impl OverrideAction {
    fn to_aws(self) -> waf::OverrideAction {
        let action = waf::OverrideAction::builder();
        match self {
            Self::None => action.none(waf::NoneAction::builder().build()),
            Self::Count => action.count(waf::CountAction::builder().build()),
        }
        .build()
    }

    fn from_aws(action: &waf::OverrideAction) -> Self {
        if action.count().is_some() { Self::Count } else { Self::None }
    }
}

impl Rule {
    pub(super) fn to_aws(&self) -> Result<waf::Rule> {
        let label = |name: &String| Ok(waf::Label::builder().name(name).build()?);
        let labels = self.rule_labels.iter().map(label).collect::<Result<Vec<_>>>()?;
        let visibility = self.visibility_config.clone().unwrap_or_default();
        Ok(waf::Rule::builder()
            .name(&self.name)
            .priority(self.priority)
            .statement(self.statement.to_aws()?)
            .set_action(self.action.as_ref().map(Action::to_aws).transpose()?)
            .set_override_action(self.override_action.map(OverrideAction::to_aws))
            .set_rule_labels(filled(labels))
            .visibility_config(visibility.to_aws(&self.name)?)
            .build()?)
    }

    pub(super) fn from_aws(rule: &waf::Rule) -> Self {
        Self {
            name: rule.name.clone(),
            priority: rule.priority,
            action: rule.action().and_then(Action::from_aws),
            override_action: rule.override_action().map(OverrideAction::from_aws),
            statement: rule.statement().map(Statement::from_aws).unwrap_or_default(),
            rule_labels: rule.rule_labels().iter().map(|label| label.name.clone()).collect(),
            visibility_config: rule.visibility_config().map(Visibility::from_aws),
        }
    }
}

/// What WAF refuses of a web ACL's rules, and a schema can't say.
pub(super) fn problems(rules: &[Rule]) -> Vec<Problem> {
    let (mut names, mut places, mut problems) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (index, rule) in rules.iter().enumerate() {
        if !names.insert(&rule.name) {
            let message = format!("Another rule is called `{}`.", rule.name);
            problems.push(Problem::at(format!("rules.{index}.name"), message));
        }
        if !places.insert(rule.priority) {
            let message = format!("Another rule has the priority {}.", rule.priority);
            problems.push(Problem::at(format!("rules.{index}.priority"), message));
        }
        problems.extend(rule.problem_of_action(index));
        problems.extend(rule.statement.problems(&format!("rules.{index}.statement"), false));
    }
    problems
}

impl Rule {
    fn problem_of_action(&self, index: usize) -> Option<Problem> {
        let group = self.statement.is_group();
        let at =
            |property: &str, message| Problem::at(format!("rules.{index}.{property}"), message);
        match (group, &self.action, self.override_action) {
            (true, None, Some(_)) | (false, Some(_), None) => None,
            (true, ..) => Some(
                at("override_action", "The rules of a group have actions of their own.")
                    .hint("write override_action: none, and no action"),
            ),
            (false, ..) => Some(
                at("action", "A rule that is no group's has an action, and nothing to override.")
                    .hint("write e.g. action: block, and no override_action"),
            ),
        }
    }
}
