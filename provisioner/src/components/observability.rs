//! `observability`: alarms that mean something, who hears of them, and a page to look at.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::service::Runtime;
use super::{Component, Expansion, Input, without_nulls};
use crate::definition::diagnostic::did_you_mean;
use crate::resource::Problem;

mod alarms;
mod dashboard;
#[cfg(test)]
mod tests;

use alarms::{NAMES, Watched};

/// The region whose CloudWatch has what CloudFront and its firewalls count.
const HOME: &str = "us-east-1";

/// What watches a system: alarms on the database, the service, the program and the site, each with a
/// runbook; a topic that tells people; one alarm on all that hurts users; a dashboard.
///
/// What is not named is not watched. Every alarm has a default that `alarms` can change or switch
/// off, by the alarm's name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observability {
    /// Who is told of every alarm. Default: nobody; the topic is there for others to subscribe to.
    #[serde(default)]
    pub subscriptions: Vec<Subscriber>,
    /// Who is told only that users are hurt, e.g. whoever is on call. Default: nobody.
    #[serde(default)]
    pub pages: Vec<Subscriber>,
    /// Whether topics and log groups are encrypted with a key of the environment's own, which lets
    /// CloudWatch and EventBridge use it: with AWS's own key for topics, alarms are not delivered.
    /// Default `true`.
    #[serde(default)]
    pub encrypted: Option<bool>,
    /// Where the runbooks are: each alarm leads to `#` and its name there. Default: nowhere.
    #[schemars(length(min = 1))]
    #[serde(default)]
    pub runbooks: Option<String>,
    /// The Aurora cluster to watch.
    #[serde(default)]
    pub database: Option<Database>,
    /// The service to watch.
    #[serde(default)]
    pub service: Option<Service>,
    /// The program to watch, by the metrics that it writes to its own log.
    #[serde(default)]
    pub program: Option<Program>,
    /// The site to watch. CloudFront counts in us-east-1 alone: the environment must be there.
    #[serde(default)]
    pub site: Option<Site>,
    /// What is other than usual with alarms, by their names.
    #[serde(default)]
    pub alarms: BTreeMap<String, Setting>,
    /// Log groups for what has none of its own, by their names' ends, each with how many days it
    /// keeps what it is told.
    #[serde(default)]
    pub log_groups: BTreeMap<String, i32>,
    /// Whether there is a dashboard. Default `true`.
    #[serde(default)]
    pub dashboard: Option<bool>,
}

/// Somebody who is told.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Subscriber {
    /// How: `email` has to be confirmed by who gets it.
    #[schemars(extend("enum" = ["email", "email-json", "https", "http", "sms", "sqs", "lambda"]))]
    pub protocol: String,
    /// Where: an address, a URL, a number or an ARN.
    pub endpoint: Input<String>,
}

/// An Aurora cluster.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The cluster's name.
    pub cluster: Input<String>,
    /// How many instances it has: from the second on, they have a lag. Default 1.
    #[schemars(range(min = 1, max = 15))]
    #[serde(default)]
    pub instances: Option<i32>,
    /// Between how many capacity units it moves: the most decides how many connections it takes.
    pub capacity: Capacity,
    /// How many connections it takes, where `max_connections` is set. Default: by `capacity`.
    #[schemars(range(min = 1))]
    #[serde(default)]
    pub max_connections: Option<i32>,
}

/// Between how many capacity units a cluster moves.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// The fewest.
    pub min: f64,
    /// The most.
    pub max: f64,
}

/// A service.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Whether there is one. Default `true`.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// What runs it.
    pub runtime: Runtime,
    /// Its name.
    pub name: Input<String>,
    /// With `apprunner`: its id.
    #[serde(default)]
    pub id: Option<Input<String>>,
    /// With `ecs_express`: its cluster's name.
    #[serde(default)]
    pub cluster: Option<Input<String>>,
    /// With `ecs_express`: its load balancer, as metrics name it: `app/…`.
    #[serde(default)]
    pub load_balancer: Option<Input<String>>,
    /// With `ecs_express`: its target group, as metrics name it: `targetgroup/…`.
    #[serde(default)]
    pub target_group: Option<Input<String>>,
    /// How many instances it has at most.
    #[schemars(range(min = 1))]
    pub max_instances: i32,
}

/// A program that writes metrics to its log, in CloudWatch's embedded metric format.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Whether there is one. Default `true`.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The namespace of its metrics.
    pub namespace: String,
    /// Its name, which its metrics have as the dimension `Service`.
    pub service: String,
    /// Its log group: lines of the level `ERROR` are counted. Default: they are not.
    #[serde(default)]
    pub log_group: Option<Input<String>>,
}

/// A site.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Whether there is one. Default `true`.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The CloudFront distribution.
    pub distribution_id: Input<String>,
    /// The name of its web ACL's metrics. Default: it has none.
    #[serde(default)]
    pub web_acl: Option<Input<String>>,
}

/// What is other than usual with an alarm.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Whether it is there. Default `true`.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// The limit; with an anomaly detection, how many standard deviations wide the band is.
    #[serde(default)]
    pub threshold: Option<f64>,
    /// How many seconds a period has.
    #[schemars(range(min = 60, max = 86400))]
    #[serde(default)]
    pub period: Option<i32>,
    /// How many of the last periods are looked at.
    #[schemars(range(min = 1, max = 1440))]
    #[serde(default)]
    pub evaluation_periods: Option<i32>,
    /// How many of them must be bad.
    #[schemars(range(min = 1, max = 1440))]
    #[serde(default)]
    pub datapoints_to_alarm: Option<i32>,
}

impl Component for Observability {
    const TYPE: &'static str = "observability";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("topic_arn", "The ARN of the topic that is told of every alarm."),
        ("pages_topic_arn", "The ARN of the topic that is told that users are hurt, if any is."),
        ("kms_key_arn", "The ARN of the key that encrypts all that, where there is one."),
        ("dashboard_url", "Where the dashboard can be seen, where there is one."),
    ];

    fn validate(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .alarms
            .keys()
            .filter(|name| !NAMES.contains(&name.as_str()))
            .map(|name| {
                let message = format!("There is no alarm `{name}`.");
                let problem = Problem::at(format!("alarms.{name}"), message);
                match did_you_mean(name, NAMES) {
                    Some(hint) => problem.hint(hint),
                    None => problem.hint(format!("there are: {}", NAMES.join(", "))),
                }
            })
            .collect();
        problems.extend(self.service.iter().filter_map(Service::problem));
        problems
    }

    fn expand(&self, scope: &mut Expansion<'_>) {
        if self.has_site() && scope.environment().region != HOME {
            let message = "What CloudFront counts is in us-east-1, where this environment is not.";
            let problem = Problem::at("site", message);
            scope.problem(problem.hint("watch the site from an environment in us-east-1"));
            return;
        }
        self.declare_key(scope);
        self.declare_topic(scope, "topic", &self.subscriptions);
        if !self.pages.is_empty() {
            self.declare_topic(scope, "pages", &self.pages);
        }
        for (name, days) in &self.log_groups {
            let group = json!({
                "name": format!("{}/{name}", scope.environment().prefix),
                "retention_in_days": days,
                "kms_key_id": self.key(),
            });
            scope.resource(format!("log:{name}"), "logs.log_group", group).from("log_groups");
        }
        self.declare_error_count(scope);
        let watched = self.watched();
        self.declare_alarms(scope, &watched);
        if self.dashboard != Some(false) {
            let body = dashboard::body(self, &watched, &scope.environment().region);
            scope.resource("dashboard", "cloudwatch.dashboard", json!({ "body": body }));
            scope.output("dashboard_url", json!("${self.dashboard.url}"));
        }
    }
}

impl Observability {
    fn is_encrypted(&self) -> bool {
        self.encrypted != Some(false)
    }

    /// The reference to the key, where there is one.
    fn key(&self) -> Option<&'static str> {
        self.is_encrypted().then_some("${self.key.arn}")
    }

    fn has_site(&self) -> bool {
        self.site.as_ref().is_some_and(|site| site.enabled != Some(false))
    }

    /// AWS: a service that tells an encrypted topic something must be let in by the key's policy.
    /// <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>
    fn declare_key(&self, scope: &mut Expansion<'_>) {
        if !self.is_encrypted() {
            return;
        }
        let environment = scope.environment();
        let Some(account) = &environment.account else {
            let message = "The key's policy names the account, and the environment does not.";
            let problem = Problem::at("encrypted", message);
            scope.problem(problem.hint("add `account:` to the environment's file"));
            return;
        };
        let logs = format!("logs.{}.amazonaws.com", environment.region);
        let uses = json!(["kms:Decrypt", "kms:GenerateDataKey*"]);
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            {
                "Sid": "Owner", "Effect": "Allow", "Principal": { "AWS": account },
                "Action": "kms:*", "Resource": "*",
            },
            {
                "Sid": "Tell", "Effect": "Allow", "Action": uses, "Resource": "*",
                "Principal": { "Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"] },
                "Condition": { "StringEquals": { "aws:SourceAccount": account } },
            },
            {
                "Sid": "Logs", "Effect": "Allow", "Principal": { "Service": logs }, "Resource": "*",
                "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
            },
        ] });
        let key = json!({
            "description": "Encrypts what alarms say",
            "policy": policy,
            "enable_key_rotation": true,
        });
        scope.resource("key", "kms.key", key).from("encrypted");
        scope.output("kms_key_arn", json!("${self.key.arn}"));
    }

    /// A topic, and who is subscribed to it.
    fn declare_topic(&self, scope: &mut Expansion<'_>, name: &str, subscribers: &[Subscriber]) {
        let topic = json!({ "kms_master_key_id": self.key() });
        scope.resource(name, "sns.topic", topic);
        let arn = format!("${{self.{name}.arn}}");
        let output = if name == "topic" { "topic_arn" } else { "pages_topic_arn" };
        scope.output(output, json!(arn));
        for (index, subscriber) in subscribers.iter().enumerate() {
            let subscription = json!({
                "topic_arn": arn,
                "protocol": subscriber.protocol,
                "endpoint": subscriber.endpoint,
            });
            let child = format!("{name}_subscription:{index}");
            scope.resource(child, "sns.subscription", subscription);
        }
    }

    /// Lines of the level ERROR, as a metric beside the program's own.
    fn declare_error_count(&self, scope: &mut Expansion<'_>) {
        let Some(program) = self.program.as_ref().filter(|it| it.enabled != Some(false)) else {
            return;
        };
        let Some(log_group) = &program.log_group else { return };
        let filter = json!({
            "log_group_name": log_group,
            "pattern": "{ $.level = \"ERROR\" }",
            "metric": {
                "namespace": program.namespace, "name": alarms::ERROR_LINES, "value": "1",
                "default_value": 0, "unit": "Count",
            },
        });
        scope.resource("error_lines", "logs.metric_filter", filter).from("program");
    }

    fn declare_alarms(&self, scope: &mut Expansion<'_>, watched: &[Watched]) {
        let prefix = scope.environment().prefix.clone();
        let told = json!(["${self.topic.arn}"]);
        for one in watched {
            let mut alarm = one.alarm(self.runbooks.as_deref());
            alarm["name"] = json!(format!("{prefix}-{}", one.name));
            alarm["alarm_actions"] = told.clone();
            alarm["ok_actions"] = told.clone();
            let child = format!("alarm:{}", one.name);
            scope.resource(child, "cloudwatch.alarm", without_nulls(alarm)).from(one.group);
        }
        let hurting: Vec<String> = watched
            .iter()
            .filter(|one| one.hurts)
            .map(|one| format!("ALARM(\"${{self.alarm[\"{}\"].name}}\")", one.name))
            .collect();
        if hurting.is_empty() {
            return;
        }
        let topic = if self.pages.is_empty() { "topic" } else { "pages" };
        let topic = json!([format!("${{self.{topic}.arn}}")]);
        let page = json!({
            "name": format!("{prefix}-users_are_hurt"),
            "description": alarms::described("Users get errors, or wait.", "users_are_hurt", self.runbooks.as_deref()),
            "alarm_rule": hurting.join(" OR "),
            "alarm_actions": topic,
            "ok_actions": topic,
        });
        scope.resource("users_are_hurt", "cloudwatch.composite_alarm", page);
    }
}

impl Service {
    /// What its runtime's metrics can't be told without.
    fn problem(&self) -> Option<Problem> {
        let missing = match self.runtime {
            Runtime::AppRunner if self.id.is_none() => "id",
            Runtime::EcsExpress if self.load_balancer.is_none() => "load_balancer",
            Runtime::EcsExpress if self.target_group.is_none() => "target_group",
            Runtime::EcsExpress if self.cluster.is_none() => "cluster",
            _ => return None,
        };
        let message =
            format!("The service's metrics can't be told from others without `{missing}`.");
        Some(Problem::at(format!("service.{missing}"), message))
    }
}

/// The value of a property as a text, or nothing.
fn text(input: Option<&Input<String>>) -> Json {
    input.map_or(Json::Null, |input| json!(input))
}
