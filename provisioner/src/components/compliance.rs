//! `compliance`: what an auditor asks of an account before anything else: who did what is written
//! down, what was found is told, and nothing is open that need not be.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Component, Expansion, Input};
use crate::address::Address;
use crate::aws::partition;
use crate::resource::{Problem, default_name};

mod records;
#[cfg(test)]
mod tests;

/// An account that is watched and hardened: CloudTrail, AWS Config, GuardDuty, Security Hub and the
/// settings that hold for the whole account. What the account has already is adopted; what this
/// made stays on AWS when it is taken out, unless `retain: false`, since an account is not one
/// environment's to leave unwatched.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compliance {
    /// The standards that Security Hub holds the account to. Default: AWS Foundational Security Best
    /// Practices and NIST 800-53.
    #[serde(default = "standards")]
    pub standards: Vec<String>,
    /// Whether a trail writes down who asked AWS for what, in all regions. Default `true`.
    #[serde(default = "on")]
    pub trail: bool,
    /// S3 objects whose reading and writing the trail writes down as well: ARNs, or what these begin
    /// with, e.g. `arn:aws:s3:::reports/`. Each event costs. Default: none.
    #[serde(default)]
    pub data_events: Vec<Input<String>>,
    /// Whether AWS Config records what resources are like. Security Hub's controls need it. Default
    /// `true`.
    #[serde(default = "on")]
    pub recorder: bool,
    /// Whether GuardDuty looks for intruders. Default `true`.
    #[serde(default = "on")]
    pub guardduty: bool,
    /// What GuardDuty looks at besides: see `guardduty.detector`. Default: what happens in buckets,
    /// and logins to databases.
    #[serde(default = "features")]
    pub guardduty_features: BTreeMap<String, String>,
    /// Whether Security Hub is on. Default `true`.
    #[serde(default = "on")]
    pub security_hub: bool,
    /// Whether buckets can't be made public, new volumes are encrypted, and passwords are strong.
    /// Default `true`.
    #[serde(default = "on")]
    pub account_settings: bool,
    /// For how many days records are kept: one of the numbers that CloudWatch Logs takes, e.g. 365,
    /// 400, 731. Default 400, a year and time to look at it.
    #[schemars(range(min = 1))]
    #[serde(default = "days")]
    pub retention_days: i32,
}

const fn on() -> bool {
    true
}

const fn days() -> i32 {
    400
}

fn standards() -> Vec<String> {
    ["aws-foundational-security-best-practices/v/1.0.0", "nist-800-53/v/5.0.0"]
        .map(str::to_owned)
        .into()
}

fn features() -> BTreeMap<String, String> {
    ["S3_DATA_EVENTS", "RDS_LOGIN_EVENTS"]
        .map(|name| (name.to_owned(), "ENABLED".to_owned()))
        .into()
}

impl Component for Compliance {
    const TYPE: &'static str = "compliance";
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("hub_arn", "Security Hub's ARN, where it is on."),
        ("detector_id", "GuardDuty's detector, where there is one."),
        ("trail_arn", "The trail, where there is one."),
        ("bucket", "The bucket with the records."),
        ("key_arn", "The key that encrypts the records."),
        ("log_group", "The log group with the trail's events, where there is one."),
    ];
    const RETAIN: bool = true;

    fn expand(&self, scope: &mut Expansion<'_>) {
        let Some(place) = Place::of(scope) else { return };
        if self.trail || self.recorder {
            self.declare_records(scope, &place);
        }
        if self.trail {
            self.declare_trail(scope, &place);
        }
        if self.recorder {
            declare_recorder(scope);
        }
        if self.guardduty {
            let detector = json!({ "features": self.guardduty_features });
            scope.resource("detector", "guardduty.detector", detector).from("guardduty_features");
            scope.output("detector_id", json!("${self.detector.id}"));
        }
        if self.security_hub {
            self.declare_hub(scope);
        }
        if self.account_settings {
            declare_account_settings(scope);
        }
    }
}

/// What the names of things are made of.
struct Place {
    partition: &'static str,
    region: String,
    account: String,
    /// The trail's name, which policies must name before it is there.
    trail: String,
}

impl Place {
    fn of(scope: &mut Expansion<'_>) -> Option<Self> {
        let environment = scope.environment();
        let Some(account) = environment.account.clone() else {
            let message = "The policies of its buckets and keys name the account, which the \
                           environment does not.";
            let hint = "add `account: \"…\"`, twelve digits, to the environment's file";
            scope.problem(Problem::at("", message).hint(hint));
            return None;
        };
        let trail = scope.address().child("trail").ok();
        let trail = trail.map(|address: Address| default_name(&environment.prefix, &address, 128));
        Some(Self {
            partition: partition(&environment.region),
            region: environment.region.clone(),
            account,
            trail: trail?,
        })
    }

    fn trail_arn(&self) -> String {
        let Self { partition, region, account, trail } = self;
        format!("arn:{partition}:cloudtrail:{region}:{account}:trail/{trail}")
    }
}

impl Compliance {
    /// What CloudTrail asks of a bucket's policy and a key's it asks when the trail is made.
    fn declare_trail(&self, scope: &mut Expansion<'_>, place: &Place) {
        let log = json!({
            "retention_in_days": self.retention_days,
            "kms_key_id": "${self.key.arn}",
        });
        scope.resource("trail_log", "logs.log_group", log).from("retention_days");
        scope.resource("trail_role", "iam.role", records::trail_role(place));
        let data = json!([{
            "data_resources": [{ "type": "AWS::S3::Object", "values": self.data_events }],
        }]);
        let trail = json!({
            "name": place.trail,
            "s3_bucket_name": "${self.bucket.name}",
            "s3_key_prefix": records::TRAIL,
            "is_multi_region_trail": true,
            "include_global_service_events": true,
            "enable_log_file_validation": true,
            "cloud_watch_logs_log_group_arn": "${self.trail_log.arn}:*",
            "cloud_watch_logs_role_arn": "${self.trail_role.arn}",
            "kms_key_id": "${self.key.arn}",
            "event_selectors": (!self.data_events.is_empty()).then_some(data),
        });
        scope.resource("trail", "cloudtrail.trail", trail).depends_on(["bucket_policy"]);
        scope.output("trail_arn", json!("${self.trail.arn}"));
        scope.output("log_group", json!("${self.trail_log.name}"));
    }

    fn declare_hub(&self, scope: &mut Expansion<'_>) {
        let hub = json!({
            "auto_enable_controls": true,
            "control_finding_generator": "SECURITY_CONTROL",
        });
        scope.resource("hub", "securityhub.hub", hub);
        scope.output("hub_arn", json!("${self.hub.arn}"));
        for standard in &self.standards {
            let child = scope
                .resource(
                    format!("standard:{}", key_of(standard)),
                    "securityhub.standard",
                    json!({ "standard": standard }),
                )
                .from("standards")
                .depends_on(["hub"]);
            if self.recorder {
                // Before anything is recorded, a standard is incomplete.
                child.depends_on(["recording"]);
            }
        }
    }
}

/// A standard's name as a key: `nist-800-53`, or its whole ARN's end.
fn key_of(standard: &str) -> String {
    let end = standard.rsplit(':').next().unwrap_or(standard);
    let end = end.trim_start_matches("standards/").trim_start_matches("ruleset/");
    end.replace("/v/", "-v").replace('.', "-")
}

/// A recorder can be started when there is a channel, which takes a recorder.
fn declare_recorder(scope: &mut Expansion<'_>) {
    let service = json!({ "aws_service_name": "config.amazonaws.com" });
    scope.resource("config_role", "iam.service_linked_role", service);
    scope.resource("recorder", "config.recorder", json!({ "role_arn": "${self.config_role.arn}" }));
    let channel = json!({
        "s3_bucket_name": "${self.bucket.name}",
        "s3_key_prefix": records::CONFIG,
    });
    scope
        .resource("channel", "config.delivery_channel", channel)
        .depends_on(["bucket_policy", "recorder"]);
    scope
        .resource(
            "recording",
            "config.recorder_status",
            json!({ "configuration_recorder_name": "${self.recorder.name}" }),
        )
        .depends_on(["channel"]);
}

/// CIS and AWS Foundational Security Best Practices agree on these.
fn declare_account_settings(scope: &mut Expansion<'_>) {
    scope.resource("public_access_block", "s3.account_public_access_block", json!({}));
    scope.resource("volume_encryption", "ec2.ebs_encryption_by_default", json!({}));
    let passwords: Json = json!({
        "minimum_password_length": 14,
        "require_symbols": true,
        "require_numbers": true,
        "require_uppercase_characters": true,
        "require_lowercase_characters": true,
        "allow_users_to_change_password": true,
        "max_password_age": 90,
        "password_reuse_prevention": 24,
    });
    scope.resource("password_policy", "iam.account_password_policy", passwords);
}
