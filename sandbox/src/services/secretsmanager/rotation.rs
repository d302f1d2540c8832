//! Rotation: a Lambda function and a schedule.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::errors;
use super::secret::Named;
use super::state::CURRENT;
use crate::call::Call;
use crate::fault::Fault;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How a secret is rotated.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Rotation {
    /// `None` until rotation was configured once.
    pub enabled: Option<bool>,
    pub lambda_arn: Option<String>,
    pub rules: Option<Rules>,
    pub last: Option<Timestamp>,
    pub next: Option<Timestamp>,
}

/// When a secret is rotated: after days, or by a cron or rate expression.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Rules {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatically_after_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_expression: Option<String>,
}

impl Rotation {
    /// Rotation that the owning service itself does every so many days, or never.
    pub(super) fn every(&mut self, days: Option<u32>, now: Timestamp) {
        self.enabled = days.map(|_| true);
        self.rules =
            days.map(|days| Rules { automatically_after_days: Some(days), ..Rules::default() });
        self.schedule(now);
    }

    fn schedule(&mut self, now: Timestamp) {
        let days = self.rules.as_ref().and_then(Rules::days);
        self.next = days.and_then(|days| now.checked_add(DAY * days).ok());
    }
}

impl Rules {
    /// The period in days, where the rules state one in days.
    fn days(&self) -> Option<u32> {
        let rate = || {
            let expression = self.schedule_expression.as_deref()?;
            let (count, unit) =
                expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
            unit.starts_with("day").then_some(count.parse().ok()?)
        };
        self.automatically_after_days.or_else(rate)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.automatically_after_days.is_some() && self.schedule_expression.is_some() {
            return Err(errors::invalid_parameter(
                "You can't specify both AutomaticallyAfterDays and ScheduleExpression in the \
                 same request.",
            ));
        }
        if self.automatically_after_days.is_some_and(|days| !(1..=1000).contains(&days)) {
            return Err(errors::invalid_parameter(
                "The AutomaticallyAfterDays value must be between 1 and 1000 (inclusive).",
            ));
        }
        let known = |expression: &String| {
            ["rate(", "cron("].iter().any(|kind| expression.starts_with(kind))
                && expression.ends_with(')')
        };
        if !self.schedule_expression.as_ref().is_none_or(known) {
            return Err(errors::invalid_parameter(
                "The ScheduleExpression value must be a cron() or rate() expression.",
            ));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RotateRequest {
    secret_id: String,
    client_request_token: Option<String>,
    #[serde(rename = "RotationLambdaARN")]
    rotation_lambda_arn: Option<String>,
    rotation_rules: Option<Rules>,
    rotate_immediately: Option<bool>,
}

/// Configures rotation. The sandbox runs no Lambda functions, so an immediate rotation is refused
/// rather than pretended.
pub(super) fn rotate(call: &mut Call<'_>, request: RotateRequest) -> Result<Named, Fault> {
    let now = call.clock.now;
    let token = request.client_request_token.unwrap_or_else(|| call.ids.uuid());
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    if secret.staged(CURRENT).is_none() {
        return Err(errors::invalid_request(
            "You can't rotate a secret that has no value. Use PutSecretValue first.",
        ));
    }
    let lambda = request.rotation_lambda_arn.or_else(|| secret.rotation.lambda_arn.clone());
    if lambda.is_none() && secret.owning_service.is_none() {
        return Err(errors::invalid_request(
            "No Lambda rotation function ARN is associated with this secret.",
        ));
    }
    if let Some(rules) = &request.rotation_rules {
        rules.check()?;
    }
    if request.rotate_immediately != Some(false) {
        return Err(errors::rotation_not_run());
    }
    secret.rotation.lambda_arn = lambda;
    secret.rotation.rules = request.rotation_rules.or(secret.rotation.rules.take());
    secret.rotation.enabled = Some(true);
    secret.rotation.schedule(now);
    secret.changed = now;
    Ok(Named::with_version(secret, token))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CancelRequest {
    secret_id: String,
}

/// Ends scheduled rotation; what was configured stays known.
pub(super) fn cancel(call: &mut Call<'_>, request: CancelRequest) -> Result<Named, Fault> {
    let secret = call.region().secretsmanager.live_mut(&request.secret_id)?;
    secret.refuse_if_managed()?;
    secret.rotation.enabled = secret.rotation.enabled.map(|_| false);
    secret.rotation.next = None;
    Ok(Named::of(secret))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Fixture;

    const LAMBDA: &str = "arn:aws:lambda:us-east-1:123456789012:function:rotate";

    fn fixture() -> Fixture {
        let mut fixture = Fixture::new();
        let request = json!({"Name": "db", "SecretString": "x"});
        fixture.call("secretsmanager", "CreateSecret", request).unwrap();
        fixture
    }

    fn rotate(fixture: &mut Fixture, rules: Value) -> Result<Value, crate::fault::Fault> {
        let request = json!({
            "SecretId": "db", "RotationLambdaARN": LAMBDA, "RotationRules": rules,
            "RotateImmediately": false,
        });
        fixture.call("secretsmanager", "RotateSecret", request)
    }

    #[test]
    fn a_schedule_is_kept_and_cancelled() {
        let mut fixture = fixture();
        rotate(&mut fixture, json!({"AutomaticallyAfterDays": 30})).unwrap();
        let id = json!({"SecretId": "db"});
        let described = fixture.call("secretsmanager", "DescribeSecret", id.clone()).unwrap();
        assert_eq!(described["RotationEnabled"], true);
        assert_eq!(described["RotationLambdaARN"], LAMBDA);
        assert_eq!(described["NextRotationDate"], "2026-01-31T00:00:00Z");
        fixture.call("secretsmanager", "CancelRotateSecret", id.clone()).unwrap();
        let described = fixture.call("secretsmanager", "DescribeSecret", id).unwrap();
        assert_eq!(described["RotationEnabled"], false);
    }

    #[test]
    fn rules_are_checked() {
        let mut fixture = fixture();
        for rules in [
            json!({"AutomaticallyAfterDays": 0}),
            json!({"AutomaticallyAfterDays": 5, "ScheduleExpression": "rate(10 days)"}),
            json!({"ScheduleExpression": "sometimes"}),
        ] {
            assert_eq!(rotate(&mut fixture, rules).unwrap_err().code, "InvalidParameterException");
        }
    }

    #[test]
    fn a_function_is_needed() {
        let code = fixture().fault("secretsmanager", "RotateSecret", json!({"SecretId": "db"}));
        assert_eq!(code, "InvalidRequestException");
    }
}
