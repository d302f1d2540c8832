//! Bucket policies: checked when they are put, repeated when they are read.
//!
//! They are evaluated for CloudFront and for nobody in particular alone, see [`super::grant`].
//! Whoever has the sandbox's keys is the account's administrator, and no
//! other policy is evaluated in the sandbox either. So a policy that denies unless
//! `aws:SecureTransport`, as every production bucket has one, does not lock out clients that reach
//! the sandbox by plain HTTP: loopback counts as a secure transport.

use s3s::S3Result;
use serde::Deserialize;
use serde_json::Value;

use super::errors;

/// AWS's limit, in bytes.
const SIZE_LIMIT: usize = 20 * 1024;

/// A policy that was understood.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    pub(super) statement: OneOrMany<Statement>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Statement {
    pub(super) effect: String,
    pub(super) principal: Option<Value>,
    pub(super) not_principal: Option<Value>,
    pub(super) action: Option<OneOrMany<String>>,
    pub(super) not_action: Option<OneOrMany<String>>,
    pub(super) resource: Option<OneOrMany<String>>,
    pub(super) not_resource: Option<OneOrMany<String>>,
    #[serde(default)]
    pub(super) condition: serde_json::Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// Reads a policy of a bucket.
///
/// # Errors
/// `MalformedPolicy`, with AWS's word for what is wrong.
pub fn parse(text: &str, bucket: &str) -> S3Result<Policy> {
    if text.len() > SIZE_LIMIT {
        return Err(errors::malformed_policy("Policy exceeds the maximum allowed document size."));
    }
    let value: Value = serde_json::from_str(text).map_err(|_| {
        errors::malformed_policy("Policies must be valid JSON and the first byte must be '{'")
    })?;
    if value.get("Statement").is_none() {
        return Err(errors::malformed_policy("Missing required field Statement"));
    }
    let policy: Policy = serde_json::from_value(value)
        .map_err(|_| errors::malformed_policy("Policy has invalid syntax"))?;
    policy.statement.as_slice().iter().try_for_each(|statement| statement.check(bucket))?;
    Ok(policy)
}

impl Statement {
    fn check(&self, bucket: &str) -> S3Result<()> {
        if !["Allow", "Deny"].contains(&self.effect.as_str()) {
            return Err(errors::malformed_policy("Invalid effect"));
        }
        if self.principal.is_none() && self.not_principal.is_none() {
            return Err(errors::malformed_policy("Missing required field Principal"));
        }
        if self.action.is_none() && self.not_action.is_none() {
            return Err(errors::malformed_policy("Missing required field Action"));
        }
        let resources = self.resource.as_ref().or(self.not_resource.as_ref());
        let resources =
            resources.ok_or_else(|| errors::malformed_policy("Missing required field Resource"))?;
        if !resources.as_slice().iter().all(|resource| is_of(resource, bucket)) {
            return Err(errors::malformed_policy("Policy has invalid resource"));
        }
        Ok(())
    }

    /// Allows everybody, on no condition.
    fn is_public(&self) -> bool {
        let everybody = self.principal.as_ref().is_some_and(|principal| {
            let aws = principal.get("AWS").unwrap_or(principal);
            aws == "*" || aws.as_array().is_some_and(|list| list.iter().any(|it| it == "*"))
        });
        self.effect == "Allow" && everybody && self.condition.is_empty()
    }
}

/// Whether an ARN, which may have wildcards, is of the bucket or its objects.
fn is_of(resource: &str, bucket: &str) -> bool {
    let name = resource.strip_prefix("arn:aws:s3:::").and_then(|path| path.split('/').next());
    name.is_some_and(|name| name == bucket || wildcard_covers(name, bucket))
}

fn wildcard_covers(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return false };
    name.strip_prefix(start).is_some_and(|tail| {
        rest.is_empty()
            || tail
                .char_indices()
                .any(|(at, _)| rest == &tail[at..] || wildcard_covers(rest, &tail[at..]))
    })
}

impl Policy {
    /// Whether everybody may do something by it.
    pub fn is_public(&self) -> bool {
        self.statement.as_slice().iter().any(Statement::is_public)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn policy(statement: Value) -> String {
        json!({"Version": "2012-10-17", "Statement": statement}).to_string()
    }

    fn statement(principal: Value, resource: &str) -> Value {
        json!({
            "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject",
            "Resource": resource,
        })
    }

    #[test]
    fn a_policy_is_of_its_own_bucket_only() {
        for (resource, fits) in [
            ("arn:aws:s3:::site", true),
            ("arn:aws:s3:::site/*", true),
            ("arn:aws:s3:::si*", true),
            ("arn:aws:s3:::*te/*", true),
            ("arn:aws:s3:::other/*", false),
            ("*", false),
        ] {
            let text = policy(statement(json!({"Service": "cloudfront.amazonaws.com"}), resource));
            assert_eq!(parse(&text, "site").is_ok(), fits, "{resource}");
        }
    }

    #[test]
    fn everybody_without_a_condition_is_public() {
        let arn = "arn:aws:s3:::site/*";
        let public = |text: &str| parse(text, "site").unwrap().is_public();
        assert!(public(&policy(statement(json!("*"), arn))));
        assert!(public(&policy(json!([statement(json!({"AWS": ["*"]}), arn)]))));
        assert!(!public(&policy(statement(json!({"AWS": "arn:aws:iam::1:root"}), arn))));
        let mut guarded = statement(json!("*"), arn);
        guarded["Condition"] = json!({"StringEquals": {"aws:SourceAccount": "1"}});
        assert!(!public(&policy(guarded)));
        let mut denial = statement(json!("*"), arn);
        denial["Effect"] = json!("Deny");
        assert!(!public(&policy(denial)));
    }
}
