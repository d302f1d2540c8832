//! The firewall: AWS's rules, and a limit of the requests from one address.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::{Expansion, Input};
use super::{HOME, Site};
use crate::resource::Problem;

/// What AWS refuses by itself: addresses known for no good, what no browser sends, what is tried
/// on servers with known flaws, and SQL.
const GROUPS: [&str; 4] = [
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
];

/// Whether there is a firewall, and what it refuses.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FirewallChoice {
    /// Whether, with the defaults.
    Whether(bool),
    /// With these settings.
    Settings(Firewall),
}

/// What a firewall refuses.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Firewall {
    /// The rule groups of AWS's, in this order. Default: its reputation list, its common rules, its
    /// known bad inputs, and those against SQL injection.
    #[schemars(length(max = 20))]
    #[serde(default)]
    pub rule_groups: Option<Vec<RuleGroup>>,
    /// How many requests in five minutes are not too many yet for one address, 10 to 2000000000.
    /// Default 2000. What is more is answered with 429.
    #[schemars(range(min = 10, max = 2_000_000_000))]
    #[serde(default)]
    pub rate_limit: Option<i64>,
    /// Which requests are logged, without cookies and what authorizes them. Default `blocked`.
    #[serde(default)]
    pub logged_requests: Option<LoggedRequests>,
    /// For how many days they are kept. Default 30.
    #[serde(default)]
    pub log_retention_days: Option<i32>,
    /// The ARN of what they are logged to, in us-east-1, with a name that begins with
    /// `aws-waf-logs-`. Default: a log group that is made along, which needs an environment in
    /// us-east-1.
    #[serde(default)]
    pub log_destination: Option<Input<String>>,
}

/// A rule group of AWS's.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleGroup {
    /// Its name, e.g. `AWSManagedRulesCommonRuleSet`.
    pub name: String,
    /// Those of its rules that only count, e.g. `SizeRestrictions_BODY`. Default: none.
    #[serde(default)]
    pub counted_rules: Vec<String>,
}

/// Which requests are logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoggedRequests {
    /// None.
    None,
    /// Those that are refused, or that a rule counts.
    Blocked,
    /// All.
    All,
}

impl Site {
    fn firewall(&self) -> Option<Firewall> {
        match &self.firewall {
            None | Some(FirewallChoice::Whether(true)) => Some(Firewall::default()),
            Some(FirewallChoice::Whether(false)) => None,
            Some(FirewallChoice::Settings(settings)) => Some(settings.clone()),
        }
    }

    pub(super) fn has_firewall(&self) -> bool {
        self.firewall().is_some()
    }

    pub(super) fn declare_firewall(&self, scope: &mut Expansion<'_>, name: &str) {
        let Some(firewall) = self.firewall() else { return };
        if firewall.needs_log_group() {
            if scope.environment().region != HOME {
                let message = "CloudFront's firewalls log in us-east-1, which the environment is \
                               not in.";
                scope.problem(
                    Problem::at("firewall.log_destination", message).hint(
                        "write the ARN of a log group in us-east-1, or logged_requests: none",
                    ),
                );
                return;
            }
            let group = json!({
                "name": format!("aws-waf-logs-{name}"),
                "retention_in_days": firewall.log_retention_days.unwrap_or(30),
            });
            scope.resource("firewall_log", "logs.log_group", group).from("firewall");
            scope.output("firewall_log_group", json!("${self.firewall_log.name}"));
        }
        let acl = json!({
            "name": name,
            "scope": "CLOUDFRONT",
            "default_action": "allow",
            "rules": firewall.rules(),
            "logging": firewall.logging(),
        });
        scope.resource("firewall", "wafv2.web_acl", acl).from("firewall");
        scope.output("firewall_arn", json!("${self.firewall.arn}"));
        scope.output("firewall_name", json!("${self.firewall.name}"));
    }
}

impl Firewall {
    fn logged(&self) -> LoggedRequests {
        self.logged_requests.unwrap_or(LoggedRequests::Blocked)
    }

    fn needs_log_group(&self) -> bool {
        self.logged() != LoggedRequests::None && self.log_destination.is_none()
    }

    /// The cheapest first: who comes too often needs not be looked at.
    fn rules(&self) -> Vec<Json> {
        let rate = json!({
            "name": "rate-limit",
            "priority": 0,
            "action": { "block": { "response_code": 429 } },
            "visibility_config": seen_as("rate-limit"),
            "statement": { "rate_based_statement": {
                "limit": self.rate_limit.unwrap_or(2000),
                "evaluation_window_sec": 300,
            } },
        });
        let default =
            || GROUPS.map(|name| RuleGroup { name: name.to_owned(), counted_rules: vec![] });
        let groups = self.rule_groups.clone().unwrap_or_else(|| default().into());
        let groups = (1..).zip(&groups).map(|(priority, group)| group.rule(priority));
        std::iter::once(rate).chain(groups).collect()
    }

    fn logging(&self) -> Option<Json> {
        if self.logged() == LoggedRequests::None {
            return None;
        }
        let own = json!("${self.firewall_log.arn}");
        let destination = self.log_destination.as_ref().map_or(own, |arn| json!(arn));
        let secrets = ["authorization", "cookie"].map(|name| json!({ "single_header": name }));
        let mut logging = json!({ "log_destination": destination, "redacted_fields": secrets });
        if self.logged() == LoggedRequests::Blocked {
            let decided = ["BLOCK", "COUNT"].map(|action| json!({ "action": action }));
            logging["logging_filter"] = json!({
                "default_behavior": "DROP",
                "filters": [{
                    "behavior": "KEEP", "requirement": "MEETS_ANY", "conditions": decided,
                }],
            });
        }
        Some(logging)
    }
}

impl RuleGroup {
    fn rule(&self, priority: i32) -> Json {
        let count = |rule: &String| json!({ "name": rule, "action_to_use": "count" });
        let counted: Vec<Json> = self.counted_rules.iter().map(count).collect();
        json!({
            "name": self.name,
            "priority": priority,
            "override_action": "none",
            "visibility_config": seen_as(&self.name),
            "statement": { "managed_rule_group_statement": {
                "name": self.name, "rule_action_overrides": counted,
            } },
        })
    }
}

/// WAF's defaults, said so that a plan does not show them as taken away.
fn seen_as(metric: &str) -> Json {
    json!({
        "cloudwatch_metrics_enabled": true,
        "sampled_requests_enabled": true,
        "metric_name": metric,
    })
}
