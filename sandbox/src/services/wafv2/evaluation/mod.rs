//! What a web ACL makes of a request.
//!
//! Rules go by priority; the first whose action is `Allow` or `Block` ends it, `Count` only
//! remembers and labels. Rate-based statements count exactly, in a window that slides. The groups
//! that AWS manages are here by their gist ([`groups`]): AWS does not publish their rules, only
//! what each is about. Nobody's country or network is known, so statements about them match
//! nobody. What is not evaluated (captchas, challenges, custom keys, custom request headers,
//! rule groups and pattern sets of one's own) is refused when the web ACL is made.

mod check;
mod field;
pub mod groups;
mod rate;
mod statement;
mod transform;

use std::collections::BTreeMap;
use std::net::IpAddr;

use http::{HeaderMap, Method};
use ipnet::IpNet;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

pub use check::Flaw;
pub use field::Field;
pub use rate::Limiter;
pub use statement::{Inspection, Statement};

/// How much of a body is inspected, in bytes: CloudFront's default.
pub const INSPECTED: usize = 16 * 1024;

/// A web ACL, as far as it is evaluated.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct WebAcl {
    /// What becomes of a request that no rule ends.
    pub default_action: Action,
    /// The rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Bodies of custom responses, by key.
    #[serde(default)]
    pub custom_response_bodies: BTreeMap<String, ResponseBody>,
    /// The metric of the default action.
    pub visibility_config: Visibility,
}

/// A rule.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    /// Its name, unique in the web ACL.
    pub name: String,
    /// Its place; the smallest goes first.
    pub priority: u32,
    /// What it is about.
    pub statement: Statement,
    /// What becomes of a request that matches; none for a group.
    pub action: Option<Action>,
    /// What becomes of a group's verdict.
    pub override_action: Option<Override>,
    /// What it puts on a request that matches.
    #[serde(default)]
    pub rule_labels: Vec<Label>,
    /// Its metric.
    pub visibility_config: Visibility,
}

/// A label's name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Label {
    /// Without the web ACL's namespace.
    pub name: String,
}

/// What metrics and samples are called.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Visibility {
    /// The metric.
    pub metric_name: String,
    /// Whether it is counted.
    pub cloud_watch_metrics_enabled: bool,
    /// Whether requests are remembered.
    pub sampled_requests_enabled: bool,
}

/// What becomes of a request.
#[derive(Debug, Deserialize)]
pub enum Action {
    /// It goes on.
    Allow(Handling),
    /// It ends here.
    Block(Block),
    /// It is only remembered.
    Count(Handling),
    /// A puzzle.
    Captcha(IgnoredAny),
    /// A script.
    Challenge(IgnoredAny),
}

/// How a request that goes on is changed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Handling {
    /// Headers for the origin.
    pub custom_request_handling: Option<IgnoredAny>,
}

/// How a request ends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Block {
    /// The response in place of the usual one.
    pub custom_response: Option<CustomResponse>,
}

/// A response in place of the usual one.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomResponse {
    /// Its status.
    pub response_code: u16,
    /// Its body's key.
    pub custom_response_body_key: Option<String>,
    /// Its headers.
    #[serde(default)]
    pub response_headers: Vec<CustomHeader>,
}

/// A header of a custom response.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomHeader {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A body of custom responses.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResponseBody {
    /// `TEXT_PLAIN`, `TEXT_HTML` or `APPLICATION_JSON`.
    pub content_type: String,
    /// The body.
    pub content: String,
}

/// What becomes of a group's verdict.
#[derive(Debug, Deserialize)]
pub enum Override {
    /// It is only remembered.
    Count(IgnoredAny),
    /// It holds.
    None(IgnoredAny),
}

/// A request, as far as rules look at it.
pub struct Request<'a> {
    /// The method.
    pub method: &'a Method,
    /// The path.
    pub path: &'a str,
    /// The query string.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The first [`INSPECTED`] bytes of the body.
    pub body: &'a [u8],
    /// Who sent it.
    pub address: IpAddr,
    /// When.
    pub now: Timestamp,
}

/// What rules need besides the request.
pub struct Surroundings<'a> {
    /// Tells one web ACL's counts from another's.
    pub arn: &'a str,
    /// What labels of its own begin with.
    pub namespace: &'a str,
    /// The addresses of IP sets, by ARN.
    pub ip_sets: &'a BTreeMap<String, Vec<IpNet>>,
    /// The counts of rate-based statements.
    pub limiter: &'a Limiter,
}

/// What became of a request.
#[derive(Debug, Default)]
pub struct Verdict {
    /// The block that ended it; none when it goes on.
    pub block: Option<Block>,
    /// The rule that ended it.
    pub rule: Option<String>,
    /// The rule within the group that ended it.
    pub rule_within_group: Option<String>,
    /// `REGULAR`, `RATE_BASED` or `MANAGED_RULE_GROUP`.
    pub rule_type: &'static str,
    /// The rules that matched and only counted.
    pub counted: Vec<String>,
    /// The metrics of the rules that matched, and of the default action when it decided.
    pub metrics: Vec<String>,
    /// The labels that rules put on it.
    pub labels: Vec<String>,
}

impl Verdict {
    /// `ALLOW` or `BLOCK`.
    pub fn action(&self) -> &'static str {
        if self.block.is_some() { "BLOCK" } else { "ALLOW" }
    }
}

/// What a rule comes to.
enum Effect {
    None,
    Counts,
    Allows,
    Blocks(Block, Option<String>),
}

impl WebAcl {
    /// What becomes of a request.
    pub fn evaluate(&self, request: &Request<'_>, around: &Surroundings<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        let mut rules: Vec<&Rule> = self.rules.iter().collect();
        rules.sort_by_key(|rule| rule.priority);
        for rule in rules {
            let effect = rule.effect(request, around, &mut verdict.labels);
            if !matches!(effect, Effect::None) {
                verdict.metrics.push(rule.visibility_config.metric_name.clone());
            }
            match effect {
                Effect::None => continue,
                Effect::Counts => {
                    verdict.counted.push(rule.name.clone());
                    continue;
                }
                Effect::Allows => {}
                Effect::Blocks(block, within) => {
                    verdict.block = Some(block);
                    verdict.rule_within_group = within;
                }
            }
            verdict.rule = Some(rule.name.clone());
            verdict.rule_type = rule.statement.rule_type();
            return verdict;
        }
        verdict.metrics.push(self.visibility_config.metric_name.clone());
        verdict.rule_type = "REGULAR";
        if let Action::Block(block) = &self.default_action {
            verdict.block = Some(block.clone());
        }
        verdict
    }

    /// Whether what a rule with this metric decides is counted.
    pub fn counts(&self, metric: &str) -> bool {
        let mut rules = self.rules.iter().map(|rule| &rule.visibility_config);
        rules
            .find(|visibility| visibility.metric_name == metric)
            .is_none_or(|visibility| visibility.cloud_watch_metrics_enabled)
    }

    /// The IP sets that rules refer to, by ARN.
    pub fn ip_sets(&self) -> Vec<&str> {
        let mut arns = Vec::new();
        for rule in &self.rules {
            rule.statement.visit(&mut |statement| {
                if let Statement::IpSet(reference) = statement {
                    arns.push(reference.arn.as_str());
                }
            });
        }
        arns
    }
}

impl Rule {
    fn effect(
        &self,
        request: &Request<'_>,
        around: &Surroundings<'_>,
        labels: &mut Vec<String>,
    ) -> Effect {
        if let Statement::ManagedGroup(group) = &self.statement {
            let verdict = group.verdict(request, around, labels);
            let only_counts = matches!(self.override_action, Some(Override::Count(_)));
            return match verdict {
                Some((rule, Effect::Blocks(block, _))) if !only_counts => {
                    Effect::Blocks(block, Some(rule))
                }
                Some((_, Effect::Allows)) if !only_counts => Effect::Allows,
                Some(_) => Effect::Counts,
                None => Effect::None,
            };
        }
        if !self.statement.matches(request, around, labels, &self.name) {
            return Effect::None;
        }
        let own = self.rule_labels.iter();
        labels.extend(own.map(|label| format!("{}{}", around.namespace, label.name)));
        self.action.as_ref().map_or(Effect::Counts, Action::effect)
    }
}

impl Action {
    fn effect(&self) -> Effect {
        match self {
            Self::Allow(_) => Effect::Allows,
            Self::Block(block) => Effect::Blocks(block.clone(), None),
            Self::Count(_) | Self::Captcha(_) | Self::Challenge(_) => Effect::Counts,
        }
    }
}
